# shellcheck shell=bash
# Sourced by up: the images that tests run, made from what is installed here. Nothing is pulled.
: "${env_dir:?source daemons.sh first}"

image_exists() { docker image inspect "$1" >/dev/null 2>&1; }

# Reads a folder as a root file system. In an engine that is not ours `down` takes the image away again.
import_image() { # folder, image, changes...
  local root=$1 image=$2 id
  shift 2
  mkdir -p "$root"/{tmp,etc,proc,sys,dev,root}
  chmod 1777 "$root/tmp"
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
  id=$(tar -C "$root" -c . | docker import "$@" -c 'ENV PATH=/usr/local/bin:/usr/bin:/bin' - "$image")
  is_running dockerd || echo "$id" >>"$env_dir/images"
  say "built $image"
}

# What examples and tests call alpine is Debian's static busybox, unless a real one is here already.
build_alpine() { # folder, image, its program
  mkdir -p "$1/bin" "$1/usr/bin" "$1/etc"
  cp "$(command -v busybox)" "$1/bin/busybox"
  local applet
  for applet in $(busybox --list); do
    [ "$applet" = busybox ] || ln -s busybox "$1/bin/$applet"
  done
  ln -s /bin/env "$1/usr/bin/env"
  printf 'ID=busybox-stand-in\nPRETTY_NAME="Debian busybox, standing in for Alpine in tests"\n' >"$1/etc/os-release"
  import_image "$1" "${2:-alpine:latest}" -c "${3:-CMD [\"/bin/sh\"]}"
}

# bash, the GNU core utilities, more programs, and the libraries that those are linked with.
copy_programs() { # folder, programs...
  local root=$1 program programs libraries
  shift
  mkdir -p "$root"
  programs="$(command -v bash) $(dpkg -L coreutils | grep -E '^(/usr)?/bin/[^/]+$')"
  for program; do programs="$programs $(command -v "$program")"; done
  # shellcheck disable=SC2086
  libraries=$(ldd $programs 2>/dev/null | grep -o '/[^ :]*' | grep '\.so' | sort -u)
  # shellcheck disable=SC2086
  tar -C / -hc $programs $libraries 2>/dev/null | tar -C "$root" -x
  mkdir -p "$root/bin"
  [ -e "$root/bin/bash" ] || ln -s /usr/bin/bash "$root/bin/bash"
  ln -s bash "$root/bin/sh"
}

build_bash() { # folder
  copy_programs "$1"
  import_image "$1" runnel-test/bash:latest -c 'CMD ["/bin/bash"]'
}

# What Runnel's own image is built from where none can be pulled: this machine's JDK, with the programs that
# the public Java images have too. JAVA_HOME says which.
build_java() { # folder
  local library
  copy_programs "$1" grep sed setpriv setsid unshare
  for library in libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libz.so.1 libstdc++.so.6 libgcc_s.so.1; do
    library=$(ldconfig -p | sed -n "s|.*$library (libc6,x86-64.*=> ||p;s|.*$library (libc6,AArch64.*=> ||p" | head -n 1)
    tar -C / -hc "$library" 2>/dev/null | tar -C "$1" -x
  done
  mkdir -p "$1/opt/java"
  tar -C "$JAVA_HOME" -c --exclude=./lib/src.zip --exclude=./man --exclude=./jmods . | tar -C "$1/opt/java" -x
  mkdir -p "$1/usr/local/bin"
  ln -s /opt/java/bin/java "$1/usr/local/bin/java"
  import_image "$1" runnel-test/java:latest -c 'ENV JAVA_HOME=/opt/java'
}

# busybox acts by the name it is called by; with these names only, there is no shell in it.
build_no_shell() { # folder
  mkdir -p "$1/bin"
  cp "$(command -v busybox)" "$1/bin/echo"
  local name
  for name in cat false sleep true; do ln "$1/bin/echo" "$1/bin/$name"; done
  import_image "$1" runnel-test/no-shell:latest -c 'CMD ["/bin/echo", "no shell in here"]'
}

# A server for tests: does what its variable RUN says.
build_service() { # folder
  build_alpine "$1" runnel-test/service:latest 'CMD ["/bin/sh", "-c", "eval \"$RUN\""]'
}

# An image with a layer that only the registry has: 8 MB that do not compress, so a pull takes a moment.
push_with_ballast() { # image
  local container file
  file=$(mktemp "$env_dir/ballast.XXXXXX")
  head -c 8388608 /dev/urandom >"$file"
  container=$(docker create alpine:latest true)
  docker cp -q "$file" "$container:/ballast" 2>/dev/null || docker cp "$file" "$container:/ballast"
  docker commit -c 'CMD ["/bin/sh"]' "$container" "$1" >/dev/null
  docker rm "$container" >/dev/null
  docker --config "$env_dir/docker-config" push "$1" >"$env_dir/logs/push.log" 2>&1 || {
    cat "$env_dir/logs/push.log" >&2
    fail "could not push $1"
  }
  docker rmi "$1" >/dev/null
  rm -f "$file"
  say "pushed $1"
}

build_images() {
  local work image
  for image in alpine:latest runnel-test/{bash,no-shell,service}:latest; do
    image_exists "$image" && continue
    work=$(mktemp -d "$env_dir/image.XXXXXX")
    case $image in
      alpine:*) build_alpine "$work/root" ;;
      */bash:*) build_bash "$work/root" ;;
      */service:*) build_service "$work/root" ;;
      */no-shell:*) build_no_shell "$work/root" ;;
    esac
    rm -rf "$work"
  done
}
