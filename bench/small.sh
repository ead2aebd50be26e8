#!/usr/bin/env bash
# What Operate needs on the smallest machine: one CPU and 512 MB, the page cache included, with the
# sample estate, its outage, and alerts as fast as they are taken.
#
#   bench/small.sh [ALERTS]      100,000, if not said
#
# Needs root: the memory is limited by a control group, and the kernel ends whoever needs more. What
# BENCH_OPERATE, BENCH_PROFILE and BENCH_DIR mean is said in setup.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. bench/setup.sh

alerts=${1:-100000}
limit=$((512 * 1024 * 1024))
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    group="/sys/fs/cgroup/operate-small.$$"
    mkdir "$group"
    echo "$limit" > "$group/memory.max"
    peak="$group/memory.peak"
else
    group="/sys/fs/cgroup/memory/operate-small.$$"
    mkdir "$group"
    echo "$limit" > "$group/memory.limit_in_bytes"
    peak="$group/memory.max_usage_in_bytes"
fi
trap 'stop_started; rmdir "$group"; rm -rf "$work"' EXIT

# Enters the group before it becomes the server, so that all of its memory counts.
start() {
    began=$(date +%s%N)
    taskset --cpu-list 0 sh -c 'echo $$ > "$1/cgroup.procs"; shift; exec "$@"' sh "$group" \
        "$BENCH_OPERATE" serve --listen 127.0.0.1:17070 --data "$work/data" \
        --sample examples/estate > "$work/operate.log" 2>&1 &
    server=$!
    started=("$server")
    wait_for operate http://127.0.0.1:17070/readyz
    echo "$1: ready after $((($(date +%s%N) - began) / 1000000)) ms, $(resident) MB"
}
resident() { awk '/VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$server/status"; }
say() { echo "$1: $(resident) MB, at most $(($(cat "$peak") / 1048576)) MB with the page cache"; }

echo "the program: $(($(stat --dereference --format %s "$BENCH_OPERATE") / 1000000)) MB"
start "a fresh start with the sample estate"
"$BENCH_OPERATE" --url http://127.0.0.1:17070 demo outage --speed 60 > "$work/demo.log" 2>&1 ||
    { cat "$work/demo.log" >&2; exit 1; }
say "after the outage of the sample estate"
"$bench" post http://127.0.0.1:17070 --pid "$server" --alerts "$alerts" --batch 64 --connections 4
say "with $alerts alerts firing"
stop_started
start "started again with them"
say "after that"
