# What every measure begins with: the programs, a folder for what they keep, and processes that end
# with the script; sourced from the root of the checkout.
#
# BENCH_OPERATE names another program than a build of Operate with BENCH_PROFILE (release, if not
# said); BENCH_DIR chooses where the folder is: a disk, not memory, when durable writes are to mean
# something.
# shellcheck shell=bash disable=SC2034 # they are for whoever sources this
. ./.ci/steps.sh

profile=${BENCH_PROFILE:-release}
with_mold cargo build --locked --quiet --profile "$profile" --package bench
bench="$CARGO_TARGET_DIR/$profile/bench"
if [ -z "${BENCH_OPERATE:-}" ]; then
    [ -e web/dist/index.html ] || build_web
    with_mold cargo build --locked --quiet --profile "$profile" --package operate
    BENCH_OPERATE="$CARGO_TARGET_DIR/$profile/operate"
fi

work=$(mktemp -d "${BENCH_DIR:-/var/tmp}/operate-bench.XXXXXX")
# Processes that are still to be ended.
started=()

stop_started() {
    local pid
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    started=()
}
trap 'stop_started; rm -rf "$work"' EXIT

# wait_for NAME URL: until it answers; the log of NAME is in the folder.
wait_for() {
    for _ in $(seq 600); do
        curl --silent --fail --output /dev/null "$2" && return
        sleep 0.1
    done
    echo "$1 does not answer; the end of its log:" >&2
    tail -n 20 "$work/$1.log" >&2
    exit 1
}
