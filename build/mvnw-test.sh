#!/bin/sh
# Checks ./mvnw on the machines it must cope with: nothing fetched yet, two first calls at once,
# no Maven, no JDK, a download, a spoiled download. Run by .ci/run as root; 15 seconds.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
unset JAVA_HOME MVNW_REPOURL
cd "$temp"

check() {
  if ! grep -q -- "$2" "$3"; then
    echo "FAILED: $1. Wanted '$2' in:" >&2
    cat "$3" >&2
    exit 1
  fi
  echo "ok: $1"
}

# A PATH with everything that a shell script uses, but no mvn and no java.
mkdir bare
for tool in sh sed dirname readlink mkdir mktemp rm mv tar gzip cat grep curl sha512sum uname tr id expr ls; do
  path=$(command -v $tool) && ln -s "$path" bare/$tool
done

MAVEN_USER_HOME=$temp/none PATH=$temp/bare "$root/mvnw" -v >no-maven 2>&1 && exit 1
check 'without Maven it says what to install' 'apt-get install maven' no-maven

if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
  # shellcheck disable=SC2016
  HOME=$temp unshare -m sh -c 'for d in /usr/lib/jvm /opt; do mount -t tmpfs none "$d"; done
    PATH=$1 exec "$2" -v' - "$temp/bare" "$root/mvnw" >no-jdk 2>&1 && exit 1
  check 'without a JDK it says what to install' 'needs a JDK 25' no-jdk
fi

for call in 1 2; do
  MAVEN_USER_HOME=$temp/m2 "$root/mvnw" -v >first-$call 2>&1 &
done
wait
check 'the first of two first calls gets Maven' 'Apache Maven 3\.' first-1
check 'the second of two first calls gets Maven' 'Apache Maven 3\.' first-2
check 'Maven runs on a JDK 25 or newer' 'Java version: \(2[5-9]\|[3-9]\)' first-1
if [ -n "$(ls -A m2/wrapper/dists/runnel/.unpack.* 2>/dev/null)" ]; then
  echo 'FAILED: a temporary folder was left behind' >&2
  exit 1
fi

# A repository in a folder, which curl can read and wget cannot, with an archive that is not the expected one.
[ -e bare/curl ] || exit 0
archive=repo/org/apache/maven/apache-maven/3.9.16
mkdir -p $archive
echo spoiled >$archive/apache-maven-3.9.16-bin.tar.gz
MVNW_REPOURL=file://$temp/repo MAVEN_USER_HOME=$temp/spoiled PATH=$temp/bare "$root/mvnw" -v >spoiled.log 2>&1 && exit 1
check 'a spoiled download is refused' 'SHA-512 differs' spoiled.log

original=$(find "${HOME}/.m2/repository/org/apache/maven/apache-maven/3.9.16" -name '*-bin.tar.gz' 2>/dev/null || true)
if [ -n "$original" ]; then
  cp "$original" $archive/
  MVNW_REPOURL=file://$temp/repo/ MAVEN_USER_HOME=$temp/downloaded PATH=$temp/bare "$root/mvnw" -v >downloaded.log 2>&1
  check 'MVNW_REPOURL is downloaded from, with no Maven installed' 'Apache Maven 3.9.16' downloaded.log
fi
