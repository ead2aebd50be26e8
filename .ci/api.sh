# The API against its own description: Schemathesis tries what the description allows and what it
# forbids on a running server; sourced by ./test.
# shellcheck shell=bash disable=SC2154 # $logs is set by ./test

# Schemathesis is on PyPI only: it gets a folder of its own beside the build output.
schemathesis_installed() {
    local home="$CARGO_TARGET_DIR/schemathesis"
    [ -x "$home/bin/schemathesis" ] && return 0
    python3 -m venv "$home" && "$home/bin/pip" install --quiet 'schemathesis==4.32.5'
}

# api_tests: each operation of the description counts as one test.
api_tests() {
    local code=0
    build_server || return 1
    server_start api || return 1
    api_sign_in && api_alert && schemathesis_runs || code=1
    server_stop
    if grep -q panicked "$server_log"; then
        grep -A 5 panicked "$server_log"
        code=1
    fi
    return "$code"
}

# Makes the first administrator, and a token for the run.
api_sign_in() {
    local cookies="$logs/api-cookies"
    api_post /setup --cookie-jar "$cookies" --data "{\"code\": \"$OPERATE_SETUP_CODE\",
        \"username\": \"root\", \"display_name\": \"Root\",
        \"password\": \"correct horse battery staple\"}" || return 1
    SCHEMATHESIS_TOKEN=$(api_post /tokens --cookie "$cookies" --data '{"name": "schemathesis",
        "role": "admin", "scopes": ["read", "write", "intake", "admin"]}' |
        sed -n 's/.*"secret":"\([^"]*\)".*/\1/p')
    export SCHEMATHESIS_TOKEN
    rm -f "$cookies"
    [ -n "$SCHEMATHESIS_TOKEN" ]
}

# Lets there be an alert, an incident and a page to ask about.
api_alert() {
    api_post /events --header "Authorization: Bearer $SCHEMATHESIS_TOKEN" --data '{"title":
        "Database down", "severity": "critical", "item": "component/orders-db"}'
}

api_post() {
    local path=$1
    shift
    curl --silent --show-error --fail --header 'Content-Type: application/json' \
        --header 'X-Operate-CSRF: 1' "$@" "$OPERATE_URL/api/v1$path"
}

# The same requests every time, as far as time allows.
schemathesis_runs() {
    local config="$PWD/.ci/schemathesis.toml" report="$logs/api.xml" code=0
    local said="$logs/api-said.txt"
    export SCHEMATHESIS_HOOKS="$PWD/.ci/schemathesis_hooks.py"
    (cd "$logs" && "$CARGO_TARGET_DIR/schemathesis/bin/schemathesis" --config-file "$config" \
        run "$OPERATE_URL/api/v1/openapi.json" --generation-deterministic \
        --max-examples 5 --max-time 120 --no-color --warnings off \
        --report-junit-path "$report") >"$said" 2>&1 || code=1
    cat "$said"
    # A thread of it that dies leaves the rest untested, and is no failure to it.
    ! grep -q 'Exception in thread' "$said" || code=1
    python3 - "$report" <<'PYTHON' || return 1
import sys
import xml.etree.ElementTree as tree

cases = list(tree.parse(sys.argv[1]).getroot().iter("testcase"))
bad = sum(any(part.tag in ("failure", "error") for part in case) for case in cases)
print(f"# pass {len(cases) - bad}\n# fail {bad}")
PYTHON
    return "$code"
}
