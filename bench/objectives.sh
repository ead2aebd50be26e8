#!/usr/bin/env bash
# Measures what 1,000 objectives cost each minute: in Debian's Prometheus with recording and
# alerting rules as generators of such rules write them, and in Operate with a Prometheus that it
# asks.
#
#   bench/objectives.sh [OBJECTIVES [MINUTES]]
#
# Both look at the same made-up counters of some hours. What BENCH_OPERATE, BENCH_PROFILE and
# BENCH_DIR mean is said in setup.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. bench/setup.sh

count=${1:-1000} minutes=${2:-3} hours=4
command -v prometheus promtool >/dev/null || install_packages prometheus

# Counters of each objective, a sample a minute, from some hours ago until now; from now on they are
# scraped.
now=$(date +%s)
awk -v count="$count" -v now="$now" -v hours="$hours" 'BEGIN {
    print "# TYPE requests counter"
    for (n = 0; n < count; n++) for (code = 200; code <= 500; code += 300)
        for (at = now - hours * 3600; at < now; at += 60)
            printf "requests_total{objective=\"o%d\",code=\"%d\"} %d %d\n", n, code,
                (at - now + hours * 3600) * (code == 200 ? 10 : 0.005 * (1 + n % 5)), at
    print "# EOF" }' > "$work/data.txt"
promtool tsdb create-blocks-from openmetrics "$work/data.txt" "$work/ruled" > /dev/null
cp -r "$work/ruled" "$work/asked"

# Eight ratios over longer and longer windows, what is known of the objective, and two alerts.
awk -v count="$count" 'function ratio(window) {
    return "slo:sli_error:ratio_rate" window "{objective=\"o" n "\"}"
}
function record(name, expr) {
    printf "  - record: %s\n    labels: {objective: o%d}\n    expr: %s\n", name, n, expr
}
function rate(window, code) {
    return "sum(rate(requests_total{objective=\"o" n "\"" code "}[" window "]))"
}
function burns(short, long, factor) {
    limit = " > " factor " * 0.001)"
    return "(max(" ratio(short) limit " and max(" ratio(long) limit ")"
}
function alert(name, expr) {
    printf "  - alert: %s\n    labels: {objective: o%d}\n    expr: %s\n", name, n, expr
}
BEGIN {
    split("5m 30m 1h 2h 6h 1d 3d", windows, " ")
    print "groups:"
    for (n = 0; n < count; n++) {
        printf "- name: sli-o%d\n  rules:\n", n
        for (w = 1; w <= 7; w++)
            record("slo:sli_error:ratio_rate" windows[w],
                rate(windows[w], ",code=\"500\"") " / " rate(windows[w], ""))
        record("slo:sli_error:ratio_rate30d",
            "sum_over_time(" ratio("5m") "[30d]) / count_over_time(" ratio("5m") "[30d])")
        printf "- name: about-o%d\n  rules:\n", n
        record("slo:objective:ratio", "vector(0.999)")
        record("slo:error_budget:ratio", "vector(1-0.999)")
        record("slo:time_period:days", "vector(30)")
        budget = " / on(objective) slo:error_budget:ratio{objective=\"o" n "\"}"
        record("slo:current_burn_rate:ratio", ratio("5m") budget)
        record("slo:period_burn_rate:ratio", ratio("30d") budget)
        record("slo:period_error_budget_remaining:ratio",
            "1 - slo:period_burn_rate:ratio{objective=\"o" n "\"}")
        record("slo_info", "vector(1)")
        printf "- name: alerts-o%d\n  rules:\n", n
        alert("BurnsFast", burns("5m", "1h", 14.4) " or " burns("30m", "6h", 6))
        alert("BurnsSlow", burns("2h", "1d", 3) " or " burns("6h", "3d", 1))
    } }' > "$work/rules.yml"
cat > "$work/ruled.yml" <<EOF
global: {evaluation_interval: 1m, scrape_interval: 1m}
rule_files: [$work/rules.yml]
scrape_configs:
- job_name: counters
  static_configs: [{targets: ['127.0.0.1:17192']}]
EOF
grep -v rule_files "$work/ruled.yml" > "$work/asked.yml"
count=$count since=$((now - hours * 3600)) node -e '
const { count, since } = process.env
require("http").createServer((_, answer) => {
  const passed = Date.now() / 1000 - since
  let text = "# TYPE requests_total counter\n"
  for (let n = 0; n < count; n++)
    for (const [code, rate] of [[200, 10], [500, 0.005 * (1 + n % 5)]])
      text += `requests_total{objective="o${n}",code="${code}"} ${Math.floor(passed * rate)}\n`
  answer.end(text)
}).listen(17192, "127.0.0.1")' &
exporter=$!
started+=("$exporter")
wait_for exporter http://127.0.0.1:17192/

# serve NAME PORT: a Prometheus over its copy of the counters; leaves its process in `pid`.
serve() {
    prometheus --config.file="$work/$1.yml" --storage.tsdb.path="$work/$1" \
        --storage.tsdb.retention.time=30d --web.listen-address="127.0.0.1:$2" \
        > "$work/$1.log" 2>&1 &
    pid=$!
    started+=("$pid")
    wait_for "$1" "http://127.0.0.1:$2/-/ready"
}

# Seconds of a processor that a process has used, and its memory in MB.
used() {
    awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / tick }' \
        "/proc/$1/stat"
}
memory() { awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }
queries() {
    curl -s http://127.0.0.1:17191/metrics |
        awk '/^prometheus_http_requests_total.*query_range/ { all += $NF } END { print all + 0 }'
}
each_minute() {
    awk -v from="$1" -v to="$2" -v m="$minutes" 'BEGIN { printf "%.2f", (to - from) / m }'
}

serve ruled 17190
ruled=$pid
sleep 90                              # the first evaluation of every group is behind it
before=$(used "$ruled")
sleep $((minutes * 60))
ruled_cpu=$(each_minute "$before" "$(used "$ruled")") ruled_memory=$(memory "$ruled")
rules=$(grep -cE 'record:|alert:' "$work/rules.yml")
found=$(curl -s 'http://127.0.0.1:17190/api/v1/query?query=count(slo:sli_error:ratio_rate1h>0)')
grep -q "\"$count\"" <<< "$found" || { echo "the rules gave no ratios: $found" >&2; exit 1; }
kill "$ruled"
wait "$ruled" 2>/dev/null || true
started=("$exporter")

serve asked 17191
asked=$pid
export OPERATE_OBJECTIVES__ALLOW=127.0.0.1
"$BENCH_OPERATE" serve --listen 127.0.0.1:17170 --data "$work/operate" > "$work/operate.log" 2>&1 &
ours=$!
started+=("$ours")
wait_for operate http://127.0.0.1:17170/readyz
code=$(sed -n '/one-time code:/,$p' "$work/operate.log" |
    sed -n 's/^ *\([A-Za-z0-9-]\{8,\}\) *$/\1/p' | head -1)
export OPERATE_URL=http://127.0.0.1:17170 HOME="$work" XDG_CONFIG_HOME="$work"
printf 'a long enough password\n' |
    "$BENCH_OPERATE" setup --code "$code" admin --password-stdin > /dev/null 2>&1
awk -v count="$count" 'BEGIN {
    print "apiVersion: operate/v1\nkind: Team\nmetadata: {name: ops}\nspec: {}\n---"
    print "apiVersion: operate/v1\nkind: Service\nmetadata: {name: all}\nspec: {team: ops}\n---"
    print "apiVersion: operate/v1\nkind: DataSource\nmetadata: {name: asked}"
    print "spec: {url: \"http://127.0.0.1:17191\"}"
    for (n = 0; n < count; n++) {
        printf "---\napiVersion: operate/v1\nkind: Objective\nmetadata: {name: o%d}\nspec:\n", n
        print "  item: service/all\n  target: 99.9\n  window: {rolling: 30d}"
        print "  indicator:\n    source: asked"
        printf "    bad: sum(increase(requests_total{objective=\"o%d\",code=\"500\"}[1m]))\n", n
        printf "    total: sum(increase(requests_total{objective=\"o%d\"}[1m]))\n", n
    } }' > "$work/estate.yaml"
"$BENCH_OPERATE" apply -f "$work/estate.yaml" --yes > /dev/null
# Until the whole window of every objective has been asked for.
for _ in $(seq 120); do
    sleep 10
    lag=$(curl -s http://127.0.0.1:17170/metrics |
        awk '/^operate_objective_lag_seconds/ { if ($NF > most) most = $NF }
            END { print int(most) }')
    [ "$lag" -gt 0 ] && [ "$lag" -lt 240 ] && break
done
if [ "$lag" -le 0 ] || [ "$lag" -ge 240 ]; then
    echo "objectives are still $lag s behind: these would be no usual minutes" >&2
    exit 1
fi
asked_before=$(used "$asked") ours_before=$(used "$ours") queries_before=$(queries)
sleep $((minutes * 60))
asked_cpu=$(each_minute "$asked_before" "$(used "$asked")") asked_memory=$(memory "$asked")
queries=$(each_minute "$queries_before" "$(queries)")
ours_cpu=$(each_minute "$ours_before" "$(used "$ours")") ours_memory=$(memory "$ours")

printf '%-44s %22s %10s\n' "each minute, $count objectives" 'seconds of a processor' 'MB'
printf '%-44s %22s %10s\n' "Prometheus with $rules rules" "$ruled_cpu" "$ruled_memory" \
    'Operate' "$ours_cpu" "$ours_memory" \
    "the Prometheus that it asks (${queries%.*} queries)" "$asked_cpu" "$asked_memory"
