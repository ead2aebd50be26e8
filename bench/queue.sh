#!/usr/bin/env bash
# How smoothly the queue of incidents scrolls with 10,000 of them, in a browser that has the
# machine to itself: a median frame of 34 ms and a 95th percentile of 100 ms are the bounds, and the
# exit code says whether they held.
#
#   bench/queue.sh
#
# Builds as ./test does, and starts a server of its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/steps.sh
. .ci/postgres.sh
. .ci/server.sh

logs=$(mktemp -d "${TMPDIR:-/tmp}/operate-queue.XXXXXX")
trap 'server_stop; rm -rf "$logs"' EXIT
web_modules
build_web
build_server
server_start queue
E2E_FRAMES=1 E2E_BINARY="$CARGO_TARGET_DIR/debug/operate" E2E_OUT="$logs" \
    node --test --test-concurrency=1 web/e2e/10-access.test.mjs web/e2e/40-queue.test.mjs |
    grep -E "frame|^# (pass|fail)|not ok"
