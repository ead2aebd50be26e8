#!/usr/bin/env bash
# Measures how soon people are called, with Operate on SQLite: from the moment at which an alert is
# accepted, and how exactly the next step of an escalation keeps its time.
#
#   bench/paging.sh [rate|escalations]
#
# rate          100 incidents a second for 20 seconds, each with an alert and a page of its own
# escalations   10,000 incidents as fast as they are taken; then the second step of all of them
#
# What BENCH_OPERATE, BENCH_PROFILE and BENCH_DIR mean is said in setup.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. bench/setup.sh

what=${1:-rate}

# begin OPTIONS…: starts Operate with an estate made for it.
begin() {
    mkdir "$work/estate"
    "$bench" paging-estate "$@" > "$work/estate/estate.yaml"
    OPERATE_WEBHOOK__ALLOW=127.0.0.1 "$BENCH_OPERATE" serve --listen 127.0.0.1:17070 \
        --data "$work/data" --sample "$work/estate" > "$work/operate.log" 2>&1 &
    server=$!
    started=("$server")
    # It says where it is once it has tried to fill the estate.
    for _ in $(seq 600); do
        grep --quiet 'Operate .* is at' "$work/operate.log" && break
        sleep 0.1
    done
    wait_for operate http://127.0.0.1:17070/readyz
    if grep 'not filled' "$work/operate.log" >&2; then exit 1; fi
}

paging() { "$bench" paging http://127.0.0.1:17070 --pid "$server" "$@"; }

case $what in
rate)
    begin --services 2000
    paging --incidents 2000 --rate 100
    ;;
escalations)
    begin --services 10000 --wait-seconds 120
    paging --incidents 10000 --batch 64 --rate 0 --second-after-seconds 120 --patience-seconds 300
    ;;
*)
    echo "not a measure: $what" >&2
    exit 2
    ;;
esac
