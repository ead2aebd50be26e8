#!/usr/bin/env bash
# Measures how soon people are called, with Operate on SQLite: from the moment at which an alert is
# accepted, and how exactly the next step of an escalation keeps its time.
#
#   bench/paging.sh [rate|escalations]
#
# rate          100 incidents a second for 20 seconds, each with an alert and a page of its own
# escalations   10,000 incidents as fast as they are taken; then the second step of all of them
#
# BENCH_OPERATE, BENCH_PROFILE and BENCH_DIR as in alertmanager.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. ./.ci/steps.sh

what=${1:-rate}
profile=${BENCH_PROFILE:-release}
with_mold cargo build --locked --quiet --profile "$profile" --package bench
if [ -z "${BENCH_OPERATE:-}" ]; then
    [ -e web/dist/index.html ] || build_web
    with_mold cargo build --locked --quiet --profile "$profile" --package operate
    BENCH_OPERATE="$CARGO_TARGET_DIR/$profile/operate"
fi
bench="$CARGO_TARGET_DIR/$profile/bench"

work=$(mktemp -d "${BENCH_DIR:-/var/tmp}/operate-bench.XXXXXX")
server=''
stop() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

# begin OPTIONS…: starts Operate with an estate made for it.
begin() {
    mkdir "$work/estate"
    "$bench" paging-estate "$@" > "$work/estate/estate.yaml"
    OPERATE_WEBHOOK__ALLOW=127.0.0.1 "$BENCH_OPERATE" serve --listen 127.0.0.1:17070 \
        --data "$work/data" --sample "$work/estate" > "$work/operate.log" 2>&1 &
    server=$!
    # It says where it is once the estate is there.
    for _ in $(seq 600); do
        grep --quiet 'Operate .* is at' "$work/operate.log" && break
        sleep 0.1
    done
    grep --quiet 'not filled' "$work/operate.log" || return 0
    tail -n 20 "$work/operate.log" >&2
    exit 1
}

paging() { "$bench" paging http://127.0.0.1:17070 --pid "$server" "$@"; }

case $what in
rate)
    begin --services 2000
    paging --incidents 2000 --rate 100
    ;;
escalations)
    begin --services 10000 --wait-seconds 120
    paging --incidents 10000 --batch 64 --rate 0 --second-after-seconds 120
    ;;
*)
    echo "not a measure: $what" >&2
    exit 2
    ;;
esac
