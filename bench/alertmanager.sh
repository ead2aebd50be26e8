#!/usr/bin/env bash
# Measures Operate beside Debian's Alertmanager, in one run on this machine, and prints a table.
#
#   bench/alertmanager.sh [--alerts N] [--batch N]
#
# Both start empty in a folder that is removed afterwards (BENCH_DIR chooses where; a disk,
# not memory, when durable writes are to mean something). BENCH_OPERATE and BENCH_ALERTMANAGER name
# other programs than a release build of Operate and Debian's; BENCH_PROFILE another profile.
# BENCH_ROUTED=1 gives Operate the routes of the other, so that both group alerts, and asks for the
# groups too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. ./.ci/steps.sh

command -v "${BENCH_ALERTMANAGER:=prometheus-alertmanager}" >/dev/null ||
    install_packages prometheus-alertmanager
profile=${BENCH_PROFILE:-release}
with_mold cargo build --locked --quiet --profile "$profile" --package bench
if [ -z "${BENCH_OPERATE:-}" ]; then
    [ -e web/dist/index.html ] || build_web
    with_mold cargo build --locked --quiet --profile "$profile" --package operate
    BENCH_OPERATE="$CARGO_TARGET_DIR/$profile/operate"
fi

work=$(mktemp -d "${BENCH_DIR:-/var/tmp}/operate-bench.XXXXXX")
peer='' ours=''
stop() {
    [ -z "$peer" ] || kill "$peer" 2>/dev/null || true
    [ -z "$ours" ] || kill "$ours" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

# wait_for URL NAME: until it answers.
wait_for() {
    for _ in $(seq 100); do
        curl --silent --fail --output /dev/null "$1" && return
        sleep 0.1
    done
    echo "$2 does not answer; the end of its log:" >&2
    tail -n 20 "$work/$2.log" >&2
    exit 1
}

printf 'route: {receiver: none}\nreceivers: [{name: none}]\n' > "$work/alertmanager.yml"
"$BENCH_ALERTMANAGER" --config.file="$work/alertmanager.yml" --storage.path="$work/alertmanager" \
    --web.listen-address=127.0.0.1:17093 --cluster.listen-address= \
    > "$work/alertmanager.log" 2>&1 &
peer=$!
groups=''
if [ -n "${BENCH_ROUTED:-}" ]; then
    export OPERATE_ROUTING__FILE="$work/alertmanager.yml"
    groups=--groups
fi
"$BENCH_OPERATE" serve --listen 127.0.0.1:17070 --data "$work/operate" > "$work/operate.log" 2>&1 &
ours=$!
wait_for http://127.0.0.1:17093/-/ready alertmanager
wait_for http://127.0.0.1:17070/readyz operate

"$CARGO_TARGET_DIR/$profile/bench" compare ${groups:+"$groups"} "$@" \
    "alertmanager=http://127.0.0.1:17093@$peer" "operate=http://127.0.0.1:17070@$ours"
