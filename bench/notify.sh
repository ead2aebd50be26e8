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
# BENCH_ALERTMANAGER names another program than Debian's, the rest is said in setup.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. bench/setup.sh

what=${1:-plain}
command -v "${BENCH_ALERTMANAGER:=prometheus-alertmanager}" >/dev/null ||
    install_packages prometheus-alertmanager

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
    started=("$server")
    wait_for "$1" "$url/-/ready"
}

end() {
    stop_started
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
