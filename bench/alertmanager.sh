#!/usr/bin/env bash
# Measures Operate beside Debian's Alertmanager, in one run on this machine, and prints a table.
#
#   bench/alertmanager.sh [--alerts N] [--batch N]
#
# Both start empty in a folder that is removed afterwards. BENCH_ALERTMANAGER names another program
# than Debian's, the rest is said in setup.sh.
# BENCH_ROUTED=1 gives Operate the routes of the other, so that both group alerts, and asks for the
# groups too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. bench/setup.sh

command -v "${BENCH_ALERTMANAGER:=prometheus-alertmanager}" >/dev/null ||
    install_packages prometheus-alertmanager

printf 'route: {receiver: none}\nreceivers: [{name: none}]\n' > "$work/alertmanager.yml"
"$BENCH_ALERTMANAGER" --config.file="$work/alertmanager.yml" --storage.path="$work/alertmanager" \
    --web.listen-address=127.0.0.1:17093 --cluster.listen-address= \
    > "$work/alertmanager.log" 2>&1 &
peer=$!
started+=("$peer")
groups=''
if [ -n "${BENCH_ROUTED:-}" ]; then
    export OPERATE_ROUTING__FILE="$work/alertmanager.yml"
    groups=--groups
fi
"$BENCH_OPERATE" serve --listen 127.0.0.1:17070 --data "$work/operate" > "$work/operate.log" 2>&1 &
ours=$!
started+=("$ours")
wait_for alertmanager http://127.0.0.1:17093/-/ready
wait_for operate http://127.0.0.1:17070/readyz

"$bench" compare ${groups:+"$groups"} "$@" \
    "alertmanager=http://127.0.0.1:17093@$peer" "operate=http://127.0.0.1:17070@$ours"
