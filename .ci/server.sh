# A server with the sample estate for the browser tests: its data in a temporary folder, a port of
# its own, stopped afterwards; sourced by ./test.
# shellcheck shell=bash disable=SC2154 # $logs is set by ./test

server_pid=''
server_home=''

# server_start BINARY: starts it and sets OPERATE_URL and OPERATE_SETUP_CODE.
server_start() {
    local port waited=0 log="$logs/browser-server.log" code=''
    server_home=$(mktemp -d "${TMPDIR:-/tmp}/operate-browser.XXXXXX") || return 1
    port=$(free_port)
    # The tests are their own push service, in a private network.
    OPERATE_WEBHOOK__ALLOW=127.0.0.1 \
        "$1" serve --listen "127.0.0.1:$port" --data "$server_home" --sample examples/estate \
        >"$log" 2>&1 </dev/null &
    server_pid=$!
    while [ -z "$code" ]; do
        code=$(sed -n '/one-time code/,$p' "$log" | sed -n 's/^    \([^ ]*\)$/\1/p' | head -n 1)
        waited=$((waited + 1))
        if [ "$waited" -gt 300 ] || ! kill -0 "$server_pid" 2>/dev/null; then
            echo "The server for the browser tests did not start:"
            cat "$log"
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
