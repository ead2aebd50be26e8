# The SDKs of what sends to PagerDuty, to Opsgenie, and as CloudEvents, which the product tests
# point at Operate; sourced by ./test.
# shellcheck shell=bash

# They are on PyPI only: they get a folder of their own beside the build output, made anew when a
# version below changes.
sdks_installed() {
    local home="$CARGO_TARGET_DIR/sdks"
    local wanted='pagerduty==7.2.0 opsgenie-sdk==2.1.5 cloudevents==2.2.0'
    [ "$(cat "$home/installed" 2>/dev/null)" != "$wanted" ] || return 0
    # shellcheck disable=SC2086 # each word is a package
    python3 -m venv --clear "$home" && "$home/bin/pip" install --quiet $wanted &&
        printf '%s\n' "$wanted" >"$home/installed"
}
