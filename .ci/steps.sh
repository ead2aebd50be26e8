# Steps that ./run and ./test share; sourced from the root of the checkout.
# shellcheck shell=bash

# Outside the checkout, and used again by later runs from any checkout.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/operate/target}"

# need COMMAND REMEDY: stops with the remedy when the command is not installed.
need() {
    command -v "$1" >/dev/null && return
    echo "$1 is missing. $2" >&2
    exit 1
}

# as_root COMMAND…: runs it as root, directly or with sudo.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "This needs root or sudo: $*" >&2
        return 1
    fi
}

# install_packages NAME…: installs the Debian packages that are not installed yet.
install_packages() {
    local missing=() name
    for name in "$@"; do
        dpkg-query --show --showformat='${Status}' "$name" 2>/dev/null |
            grep -q 'ok installed' || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "Installing ${missing[*]} with apt-get."
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
}

# with_mold COMMAND…: lets the mold linker, where it is installed, do the linking. It takes the
# linker's place from outside, so that cargo's flags and with them its cache stay the same.
with_mold() {
    if command -v mold >/dev/null; then
        mold -run "$@"
    else
        "$@"
    fi
}

# web_modules: installs what web/package-lock.json names, when it changed since the last time.
web_modules() {
    local stamp=web/node_modules/.package-lock.json
    if [ ! -e "$stamp" ] || [ web/package-lock.json -nt "$stamp" ]; then
        echo "Installing what the web app is built from."
        npm --prefix web ci --no-audit --no-fund --loglevel=error </dev/null
        touch "$stamp"
    fi
}

# web_is_fresh: whether web/dist was built from the present sources.
web_is_fresh() {
    [ -e web/dist/index.html ] || return 1
    local newer
    newer=$(find web -path web/node_modules -prune -o -path web/dist -prune \
        -o -path web/e2e -prune -o -type f -newer web/dist/index.html -print -quit)
    [ -z "$newer" ]
}

# build_web: builds web/dist when sources are newer.
build_web() {
    if [ -e web/index.html ] && ! web_is_fresh; then
        web_modules
        echo "Building the web app."
        npm --prefix web run --silent build -- --logLevel warn </dev/null
    fi
}
