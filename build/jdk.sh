# shellcheck shell=sh
# Sourced by ./mvnw and ./runnel: exports a JAVA_HOME that is a JDK 25 or newer, or returns 1 after
# saying what to install. A plain search, no Maven toolchain: with a toolchain Maven itself, and with
# it the Quarkus build, would stay on the older java of the PATH.

runnel_jdk_min=25

# A JDK tells its version in its `release` file; asking that file saves starting a JVM per candidate.
runnel_is_jdk() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  runnel_jdk_major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ "${runnel_jdk_major:-0}" -ge "$runnel_jdk_min" ]
}

runnel_find_jdk() {
  if [ -n "${JAVA_HOME-}" ] && runnel_is_jdk "$JAVA_HOME"; then
    return 0
  fi
  runnel_javac=$(command -v javac 2>/dev/null) || runnel_javac=
  if [ -n "$runnel_javac" ]; then
    runnel_javac=$(readlink -f "$runnel_javac" 2>/dev/null) || runnel_javac=
  fi
  runnel_path_jdk=${runnel_javac%/bin/javac}
  # Folders that name version 25 come first, so that it wins over a newer one, which nobody tried.
  for runnel_dir in "${runnel_path_jdk:-/none}" \
    /usr/lib/jvm/*25* /opt/*25* /usr/lib/jvm/* /usr/java/* /usr/local/java/* /opt/java/* /opt/jdk* \
    "${HOME:-/none}"/.sdkman/candidates/java/* "${HOME:-/none}"/.jdks/* \
    "${HOME:-/none}"/.asdf/installs/java/* "${HOME:-/none}"/.local/share/mise/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME:-/none}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    if runnel_is_jdk "$runnel_dir"; then
      JAVA_HOME=$runnel_dir
      export JAVA_HOME
      return 0
    fi
  done
  cat >&2 <<END
Runnel needs a JDK $runnel_jdk_min or newer (a JDK, not a JRE: javac is used). There is none in JAVA_HOME
(${JAVA_HOME:-not set}), on the PATH, or in the usual folders (/usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks, ...).
Install one, for example Eclipse Temurin $runnel_jdk_min:
  Debian, Ubuntu, Fedora   the package temurin-$runnel_jdk_min-jdk from Adoptium's repository
  macOS                    brew install --cask temurin@$runnel_jdk_min
  anywhere                 sdk install java $runnel_jdk_min-tem        (SDKMAN!)
or unpack any JDK $runnel_jdk_min and set JAVA_HOME to its folder.
END
  return 1
}

runnel_find_jdk
