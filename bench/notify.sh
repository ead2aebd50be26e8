#!/usr/bin/env bash
# Measures how long it takes from an alert's request to the webhook that tells of it, with Operate
# beside Debian's Alertmanager under one and the same configuration, one after the other.
#
#   bench/notify.sh [plain|silences|inhibition|groups]
#
# plain        1,000 alerts a second for 10 seconds, each a group of its own told at once
# silences     50,000 alerts as fast as they are taken, without and with 1,000 regex silences
# inhibition   20,000 alerts, and a rule by which one alert holds all of them back but one in twenty
# groups       50,000 alerts in 50,000 groups, as fast as they are taken
#
# BENCH_OPERATE, BENCH_ALERTMANAGER, BENCH_PROFILE and BENCH_DIR as in alertmanager.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. ./.ci/steps.sh

what=${1:-plain}
command -v "${BENCH_ALERTMANAGER:=prometheus-alertmanager}" >/dev/null ||
    install_packages prometheus-alertmanager
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

group_by='[instance]'
[ "$what" != silences ] || group_by='[rack]'
{
    printf 'route: {receiver: told, group_by: %s, group_wait: 0s, ' "$group_by"
    printf 'group_interval: 5s, repeat_interval: 4h}\n'
    printf 'receivers:\n- name: told\n  webhook_configs:\n'
    printf '  - {url: "http://127.0.0.1:17099/", send_resolved: false}\n'
    if [ "$what" = inhibition ]; then
        printf 'inhibit_rules:\n- source_matchers: [instance="host-0:9100"]\n'
        printf '  target_matchers: [service!="service-0"]\n  equal: [cluster]\n'
    fi
} > "$work/alertmanager.yml"

# begin NAME: starts one of the two, empty.
begin() {
    case $1 in
    alertmanager)
        url=http://127.0.0.1:17093
        "$BENCH_ALERTMANAGER" --config.file="$work/alertmanager.yml" \
            --storage.path="$work/$1" --web.listen-address=127.0.0.1:17093 \
            --cluster.listen-address= > "$work/$1.log" 2>&1 &
        ;;
    operate)
        url=http://127.0.0.1:17070
        OPERATE_ROUTING__FILE="$work/alertmanager.yml" "$BENCH_OPERATE" serve \
            --listen 127.0.0.1:17070 --data "$work/$1" > "$work/$1.log" 2>&1 &
        ;;
    esac
    server=$!
    for _ in $(seq 100); do
        curl --silent --fail --output /dev/null "$url/-/ready" && return
        sleep 0.1
    done
    tail -n 20 "$work/$1.log" >&2
    exit 1
}

end() {
    kill "$server"
    wait "$server" 2>/dev/null || true
    server=''
    rm -rf "${work:?}/$1"
}

# told OPTIONS…: what the webhook hears, and what that costs.
told() { "$bench" notify "$url" --pid "$server" "$@"; }

for name in alertmanager operate; do
    echo "== $name, $what"
    begin "$name"
    case $what in
    plain) told ;;
    silences)
        told --alerts 50000 --batch 64 --rate 0
        end "$name"
        begin "$name"
        "$bench" hush "$url"
        told --alerts 50000 --batch 64 --rate 0
        ;;
    inhibition)
        told --alerts 1 --batch 1
        told --first 1 --alerts 20000 --batch 64 --rate 0 --patience-seconds 15
        ;;
    groups) told --alerts 50000 --batch 64 --rate 0 --patience-seconds 120 ;;
    *)
        echo "not a measure: $what" >&2
        exit 2
        ;;
    esac
    end "$name"
done
