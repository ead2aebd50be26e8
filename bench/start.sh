#!/usr/bin/env bash
# How soon Operate serves after its start with much in its database: alerts that fire, and open
# incidents with their pages, on SQLite.
#
#   bench/start.sh [ALERTS [INCIDENTS [STARTS]]]     100,000, 20,000 and 5, if not said
#
# What BENCH_OPERATE, BENCH_PROFILE and BENCH_DIR mean is said in setup.sh. Filling takes minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. bench/setup.sh

alerts=${1:-100000}
incidents=${2:-20000}
starts=${3:-5}
url=http://127.0.0.1:17070

# start OPTIONS…: starts Operate and tells after how many milliseconds it was ready.
start() {
    began=$(date +%s%N)
    OPERATE_WEBHOOK__ALLOW=127.0.0.1 "$BENCH_OPERATE" serve --listen 127.0.0.1:17070 \
        --data "$work/data" "$@" > "$work/operate.log" 2>&1 &
    server=$!
    started=("$server")
    wait_for operate "$url/readyz"
    echo "ready after $((($(date +%s%N) - began) / 1000000)) ms," \
        "$(awk '/VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$server/status") MB"
}

mkdir "$work/estate"
"$bench" paging-estate --services "$incidents" > "$work/estate/estate.yaml"
echo -n "without anything: "
start --sample "$work/estate"
for _ in $(seq 600); do
    grep --quiet 'Operate .* is at' "$work/operate.log" && break
    sleep 0.1
done
"$bench" paging "$url" --incidents "$incidents" --batch 64 --rate 0 --patience-seconds 900
"$bench" post "$url" --alerts $((alerts - incidents)) --batch 64 --connections 4
for _ in $(seq "$starts"); do
    stop_started
    echo -n "with $alerts alerts and $incidents incidents: "
    start
done
