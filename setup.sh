#!/usr/bin/env bash
# Finds what this machine lacks for a purpose and installs it.
#
#   ./setup.sh [tour|test|all] [--no-system]
#
#   tour   what `rlsf tour` needs: compiler, oneDNN, bubblewrap, npm packages, native build, build
#   test   the same, and what the tests use: Jupyter's nbconvert, tmux, Python, a JDK, clang, g++ for arm64
#   all    everything
#   --no-system   never call apt-get, only say what it would install
#
# Works in a git clone and in an installed npm package. What is there already is left alone, so a
# second run takes well under two seconds. Exit 0 also when something optional could not be had;
# the reason is printed. Set RLSF_NO_GPU=1 to leave tfjs-node-gpu out where a GPU is seen.
set -u
cd "$(dirname "$0")" || exit 1
root=$PWD

profile=tour
system=1
for argument in "$@"; do
  case $argument in
    tour | test | all) profile=$argument ;;
    --no-system) system=0 ;;
    *)
      echo "setup.sh: expected tour, test, all or --no-system, got '$argument'." >&2
      exit 2
      ;;
  esac
done

started=$SECONDS
did_something=0
say() { printf '%s\n' "$*"; }
stop() {
  say "set-up stopped: $*" >&2
  exit 1
}

# ---------------------------------------------------------------- where we are

clone=0
[ -f package-lock.json ] && [ -f tsconfig.json ] && clone=1

command -v node >/dev/null 2>&1 || stop "Node.js is missing. Install Node 20.19 or newer (https://nodejs.org), then run this again."
# One start of Node answers both: is it new enough, and which addons fit it.
node_says=$(node -p 'const [a, b] = process.versions.node.split(".").map(Number); `${a > 20 || (a === 20 && b >= 19) ? "new" : "old"} ${process.versions.modules}`')
node_abi=${node_says#* }
[ "${node_says% *}" = new ] ||
  stop "Node 20.19 or newer is expected, found $(node --version). Install a newer one (https://nodejs.org), then run this again."

state=$root/.cache/setup
if ! mkdir -p "$state" 2>/dev/null || ! [ -w "$state" ]; then
  say "set-up: $root cannot be written, so nothing can be built in it; going on with what is there."
  say "        To build the native parts, install rlsf in a folder of your own, or run as a user who may write there."
  exit 0
fi

# ---------------------------------------------------------------- tools

# hash PATH...: one digest of the content of files and folders, build outputs left out
hash() {
  find "$@" \( -name build -o -name node_modules \) -prune -o -type f -print0 2>/dev/null |
    LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -c1-64
}
stamped() { [ "$(cat "$state/$1.stamp" 2>/dev/null)" = "$2" ]; }
stamp() { printf '%s\n' "$2" >"$state/$1.stamp"; }

child=
trap 'if [ -n "$child" ]; then kill -TERM -- "-$child" 2>/dev/null; fi; say ""; say "set-up interrupted; run it again to go on."; exit 130' INT TERM

# step NAME TITLE COMMAND...: runs it, shows that it moves, keeps its output in .cache/setup/NAME.log
step() {
  local name=$1 title=$2 begun=$SECONDS shown=0 log=$state/$1.log tail_line
  shift 2
  did_something=1
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  child=$!
  set +m
  [ -t 1 ] || say "  $title …"
  while kill -0 "$child" 2>/dev/null; do
    sleep 0.3
    if [ -t 1 ]; then
      tail_line=$(tail -n 1 "$log" 2>/dev/null | tr -d '\r\033' | cut -c1-40)
      printf '\r\033[K  %s … %d s  %s' "$title" $((SECONDS - begun)) "$tail_line"
    elif [ $((SECONDS - begun - shown)) -ge 10 ]; then
      shown=$((SECONDS - begun))
      say "    still at it, $shown s"
    fi
  done
  wait "$child"
  local status=$?
  child=
  [ -t 1 ] && printf '\r\033[K'
  if [ $status -eq 0 ]; then
    say "  $title: done in $((SECONDS - begun)) s"
  else
    say "  $title: failed after $((SECONDS - begun)) s. The end of $log:"
    tail -n 15 "$log" | sed 's/^/    /'
  fi
  return $status
}

# ---------------------------------------------------------------- what is missing

packages=()
command -v g++ >/dev/null 2>&1 || packages+=(g++)
if ! [ -e /usr/include/oneapi/dnnl/dnnl.h ] && ! [ -e /usr/include/dnnl.h ] && ! [ -e /usr/local/include/oneapi/dnnl/dnnl.h ]; then
  packages+=(libdnnl-dev)
fi
command -v bwrap >/dev/null 2>&1 || packages+=(bubblewrap)
if [ "$profile" != tour ]; then
  # Debian's Jupyter runs on Debian's python3, whatever other python3 comes first in the PATH.
  if command -v dpkg-query >/dev/null 2>&1; then
    for package in jupyter-nbconvert python3-nbclient python3-ipykernel jupyter-client; do
      [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || packages+=("$package")
    done
  elif ! command -v jupyter-nbconvert >/dev/null 2>&1; then
    packages+=(jupyter-nbconvert)
  fi
  command -v tmux >/dev/null 2>&1 || packages+=(tmux)
  # Judging through Redis is tested against a server of the tests' own.
  command -v redis-server >/dev/null 2>&1 || packages+=(redis-server)
  # Pages of runs are opened in a real browser.
  command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || packages+=(chromium)
  # What the judge's other languages are judged with; clang's sanitizers come in a package of their own.
  [ -x /usr/bin/python3 ] || packages+=(python3)
  [ -x /usr/bin/javac ] || packages+=(default-jdk-headless)
  if ! [ -x /usr/bin/clang++ ]; then
    clang_version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p')
    [ -n "$clang_version" ] && packages+=(clang "libclang-rt-$clang_version-dev")
  fi
  # The kernels are compiled across, to see that they still do; on arm64 the build itself shows it.
  if [ "$(uname -m)" = x86_64 ]; then
    command -v aarch64-linux-gnu-g++ >/dev/null 2>&1 || packages+=(g++-aarch64-linux-gnu)
  fi
fi

npm_hash= build_hash=
need_npm=0 need_build=0
if [ $clone = 1 ]; then
  npm_hash="$(hash package-lock.json) $node_abi"
  # Someone may have run npm ci by hand: npm's own record of it is then newer than the lock file.
  if ! stamped npm "$npm_hash" && [ node_modules/.package-lock.json -nt package-lock.json ] && ! [ -f "$state/npm.stamp" ]; then
    stamp npm "$npm_hash"
  fi
  if ! stamped npm "$npm_hash" || ! [ -d node_modules/typescript ]; then need_npm=1; fi
  build_hash=$(hash src tsconfig.json package-lock.json)
  if ! stamped build "$build_hash" || ! [ -f dist/cli.js ]; then need_build=1; fi
fi

# native_key FOLDER: sources, Node's ABI and the compiler decide whether a native part is current
native_key() { printf '%s %s %s' "$(hash "kernels/$1")" "$node_abi" "$(g++ -dumpfullversion 2>/dev/null)"; }
native_missing() {
  [ -f "kernels/$1/build.mjs" ] || return 1
  ! stamped "$1" "$(native_key "$1")" || [ -z "$(ls "kernels/$1/build" 2>/dev/null)" ]
}
need_native=0 need_launcher=0
native_missing native && need_native=1
native_missing launcher && need_launcher=1

need_gpu=0
if [ -z "${RLSF_NO_GPU:-}" ] && { [ -e /dev/nvidia0 ] || command -v nvidia-smi >/dev/null 2>&1; }; then
  [ -d node_modules/@tensorflow/tfjs-node-gpu ] || stamped gpu "$npm_hash" || need_gpu=1
fi

# ---------------------------------------------------------------- say it beforehand

if [ ${#packages[@]} -gt 0 ] || [ $need_npm$need_build$need_native$need_launcher$need_gpu != 00000 ]; then
  say "Set-up ($profile) will do this first:"
  [ ${#packages[@]} -gt 0 ] && say "  system packages: ${packages[*]} (size below; usually a minute or less)"
  [ $need_npm = 1 ] && say "  npm packages from package-lock.json (about 150 MB to fetch, 900 MB on disk; 1 to 3 minutes)"
  [ $need_native = 1 ] && say "  native tensor kernels, compiled here (a few MB; under a minute)"
  [ $need_launcher = 1 ] && say "  launcher for untrusted programs, compiled here (a few seconds)"
  [ $need_build = 1 ] && say "  TypeScript build into dist/ (a few MB; about 15 seconds)"
  [ $need_gpu = 1 ] && say "  @tensorflow/tfjs-node-gpu, because an NVIDIA GPU is here (about 500 MB; optional)"
fi

# ---------------------------------------------------------------- system packages

install_system() {
  local wanted=("$@") size
  export DEBIAN_FRONTEND=noninteractive LC_ALL=C
  local get=(apt-get -y -o Dpkg::Use-Pty=0 --no-install-recommends)
  if ! apt-get install -s --no-install-recommends "${wanted[@]}" >/dev/null 2>&1; then
    step apt-update "package lists (apt-get update)" apt-get update || return 1
  fi
  size=$(apt-get install --assume-no --no-install-recommends "${wanted[@]}" 2>/dev/null </dev/null | grep -E '^(Need to get|After this operation)')
  [ -n "$size" ] && printf '%s\n' "$size" | sed 's/^/  /'
  step apt "apt-get install ${wanted[*]}" "${get[@]}" install "${wanted[@]}" && return 0
  # Lists older than the mirror name files that are gone.
  step apt-update "package lists (apt-get update)" apt-get update &&
    step apt "apt-get install ${wanted[*]}, once more" "${get[@]}" install "${wanted[@]}"
}

if [ ${#packages[@]} -gt 0 ]; then
  command_line="apt-get install --no-install-recommends ${packages[*]}"
  if ! command -v apt-get >/dev/null 2>&1; then
    say "  This is not a Debian-like system, so these are yours to install: ${packages[*]}"
    say "  (g++ 12 or newer with its sanitizers, oneDNN 2.6 or newer with headers, bubblewrap). Going on with what is there."
  elif [ $system = 0 ]; then
    say "  Not installed (--no-system). The command: $command_line"
  elif [ "$(id -u)" != 0 ]; then
    say "  Root is needed for these. Run:  sudo $command_line"
    say "  Going on with what is there."
  else
    install_system "${packages[@]}" || say "  Going on without them. By hand: $command_line"
  fi
fi

# ---------------------------------------------------------------- packages and builds

if [ $need_npm = 1 ]; then
  step npm "npm packages (npm ci)" npm ci --no-audit --no-fund ||
    stop "npm ci failed, see above. Check the network and the registry (npm config get registry), then run this again."
  # npm's record of the tree leads npx in circles here (its link to ourselves, and what we bundle): npm
  # then fails, and for good. Out of date, it is not read.
  touch node_modules
  stamp npm "$npm_hash"
fi

# What is missing decides what the user gets instead, so it is said, and is no reason to stop.
build_native() {
  local folder=$1 title=$2 instead=$3
  if ! command -v g++ >/dev/null 2>&1; then
    say "  $title: left out, g++ is missing. $instead"
    return
  fi
  if step "$folder" "$title" node "kernels/$folder/build.mjs"; then
    stamp "$folder" "$(native_key "$folder")"
  else
    say "  $instead"
  fi
}
[ $need_native = 1 ] && build_native native "native tensor kernels" "Going on with the wasm backend, which is several times slower."
[ $need_launcher = 1 ] && build_native launcher "launcher for untrusted programs" "Going on with bubblewrap alone."

if [ $need_gpu = 1 ]; then
  if [ $clone = 1 ]; then
    step gpu "@tensorflow/tfjs-node-gpu" timeout 600 npm install --no-save --no-audit --no-fund @tensorflow/tfjs-node-gpu@4.22.0 ||
      say "  tfjs-node-gpu could not be installed (it fetches its binary from outside the npm registry); going on without it."
    stamp gpu "$npm_hash"
  else
    say "  An NVIDIA GPU is here: 'npm install @tensorflow/tfjs-node-gpu' in your project lets rlsf use it."
  fi
fi

if [ $need_build = 1 ]; then
  step build "TypeScript build (npm run build)" npm run --silent build || stop "the build failed, see above."
  stamp build "$build_hash"
fi

if [ $did_something = 1 ]; then say "Set-up finished in $((SECONDS - started)) s."; fi
exit 0
