# shellcheck shell=bash
# Sourced by up and down: where the environment lives, and daemons known by name.
# A daemon belongs to us only if its pid file says so *and* the process began when we started it:
# pids are reused, and nothing that somebody else started may be ended.

env_dir=${RUNNEL_TEST_ENV:-/tmp/runnel-test-env}
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export GIT_CONFIG_GLOBAL=$env_dir/gitconfig # never the developer's own

say() { echo "test-env: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

# The whole environment belongs to whoever has it open; two calls at once take turns.
lock_environment() {
  mkdir -p "$env_dir"
  [ -O "$env_dir" ] || fail "$env_dir belongs to somebody else; set RUNNEL_TEST_ENV to another folder"
  exec 9>"$env_dir/lock"
  flock -w 300 9 || fail "another up or down has been at work in $env_dir for five minutes"
}

began() { # pid -> when it started, in clock ticks since boot; field 22, counted after the name
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  stat=${stat##*) }
  # shellcheck disable=SC2086
  set -- $stat
  [ "$1" != Z ] && echo "${20}"
}

is_running() { # name
  local pid start
  [ -r "$env_dir/pids/$1" ] || return 1
  read -r pid start <"$env_dir/pids/$1"
  [ -n "$start" ] && [ "$(began "$pid")" = "$start" ]
}

start() { # name, command...
  local name=$1
  shift
  is_running "$name" && return
  mkdir -p "$env_dir/pids" "$env_dir/logs"
  # A session of its own: Ctrl-C in a terminal must not end it before `down` does.
  setsid "$@" >"$env_dir/logs/$name.log" 2>&1 </dev/null 9>&- &
  echo "$! $(began $!)" >"$env_dir/pids/$name"
  started="${started-} $name"
}

wait_for() { # name, seconds, condition...
  local name=$1 deadline=$((SECONDS + $2))
  shift 2
  until is_running "$name" && "$@" 2>/dev/null; do
    if ! is_running "$name" || [ $SECONDS -ge $deadline ]; then
      tail -n 20 "$env_dir/logs/$name.log" >&2
      fail "$name did not start (${*}); its log is $env_dir/logs/$name.log"
    fi
    sleep 0.05
  done
}

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

stop() { # name, seconds of grace
  local pid _
  if is_running "$1"; then
    read -r pid _ <"$env_dir/pids/$1"
    kill -TERM "$pid" 2>/dev/null
    for ((i = 0; i < $2 * 20; i++)); do
      is_running "$1" || break
      sleep 0.05
    done
    if is_running "$1"; then
      say "$1 ($pid) did not end in $2 s, killing it"
      kill -KILL "$pid" 2>/dev/null
    fi
  fi
  rm -f "$env_dir/pids/$1"
}
