# A server with the sample estate for tests from outside: its data in a temporary folder, a port of
# its own, stopped afterwards; sourced by ./test.
# shellcheck shell=bash disable=SC2154 # $logs is set by ./test

server_pid=''
server_home=''
server_log=''

# build_server: builds what server_start starts, together with all that the Rust tests build: built
# alone its libraries would have other features, and be built a second time.
build_server() { with_mold cargo build --locked --workspace --bins --tests; }

# server_start NAME: starts the built one and sets OPERATE_URL and OPERATE_SETUP_CODE; NAME is that
# of its log.
server_start() {
    local port waited=0 code=''
    server_log="$logs/$1-server.log"
    server_home=$(mktemp -d "${TMPDIR:-/tmp}/operate-browser.XXXXXX") || return 1
    port=$(free_port)
    # The tests are their own push service, in a private network.
    OPERATE_WEBHOOK__ALLOW=127.0.0.1 "$CARGO_TARGET_DIR/debug/operate" serve \
        --listen "127.0.0.1:$port" --data "$server_home" --sample examples/estate \
        >"$server_log" 2>&1 </dev/null &
    server_pid=$!
    while [ -z "$code" ]; do
        code=$(sed -n '/one-time code/,$p' "$server_log" |
            sed -n 's/^    \([^ ]*\)$/\1/p' | head -n 1)
        waited=$((waited + 1))
        if [ "$waited" -gt 300 ] || ! kill -0 "$server_pid" 2>/dev/null; then
            echo "The server did not start:"
            cat "$server_log"
            return 1
        fi
        sleep 0.2
    done
    export OPERATE_URL="http://127.0.0.1:$port" OPERATE_SETUP_CODE="$code"
}

server_stop() {
    [ -n "$server_pid" ] || return 0
    kill -TERM "$server_pid" 2>/dev/null
    wait "$server_pid" 2>/dev/null
    rm -rf "$server_home"
    server_pid=''
    unset OPERATE_URL OPERATE_SETUP_CODE
}
