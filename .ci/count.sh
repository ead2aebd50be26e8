# Runs steps, beside each other where told so, counts what passed and failed, and prints one line
# for each; sourced by ./test.
# shellcheck shell=bash disable=SC2154 # $logs is set by ./test

note() { printf '  %s\n' "$1"; }

groups=()

# beside COMMAND…: runs steps in the background, beside those of other calls, until all_done. Each
# call is a group of processes, so that all of it ends when this ends early.
beside() {
    set -m
    (
        set +m
        trap server_stop EXIT
        trap 'exit 130' INT TERM
        "$@"
    ) &
    groups+=($!)
    set +m
}

# all_done: waits for what runs beside.
all_done() {
    wait
    groups=()
}

# end_groups: ends what still runs beside.
end_groups() {
    local group
    for group in "${groups[@]}"; do
        kill -TERM -- "-$group" 2>/dev/null
    done
    wait
}

# count NAME PASSED FAILED: steps run beside each other, so what they count goes through a file.
count() { printf '%s %d %d\n' "$1" "$2" "$3" >>"$logs/counts"; }

# check NAME COMMAND…: runs a command that passes or fails as one; its output goes to a log.
check() {
    if prepare "$@"; then count "$1" 1 0; fi
}

# prepare NAME COMMAND…: the same for what tests nothing: it counts only when it fails.
prepare() {
    local name=$1 begun=$SECONDS
    shift
    if "$@" >"$logs/$name.log" 2>&1 </dev/null; then
        tell "$name" ok $((SECONDS - begun))
        return 0
    fi
    count "$name" 0 1
    tell "$name" FAILED $((SECONDS - begun))
    show_end "$name"
    return 1
}

# tests NAME COMMAND…: runs a test runner and adds what its closing lines count.
tests() {
    local name=$1 begun=$SECONDS code=0 good bad
    shift
    "$@" >"$logs/$name.log" 2>&1 </dev/null || code=$?
    read -r good bad < <(count_tests <"$logs/$name.log")
    # A runner that ends badly without a failed test (it did not compile, it was killed).
    if [ "$code" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    count "$name" "$good" "$bad"
    if [ "$bad" = 0 ] && [ "$good" = 0 ]; then
        tell "$name" "no tests yet" $((SECONDS - begun))
    elif [ "$bad" = 0 ]; then
        tell "$name" "$good passed" $((SECONDS - begun))
    else
        tell "$name" "$good passed, $bad FAILED" $((SECONDS - begun))
        show_end "$name"
    fi
}

# count_tests: reads a log and prints `PASSED FAILED`, summed over the closing lines of
# cargo-nextest, cargo test, vitest and node's test runner.
count_tests() {
    sed 's/\x1b\[[0-9;]*m//g' | awk '
        function number_before(text, word,   found) {
            if (match(text, "[0-9]+ " word)) {
                found = substr(text, RSTART, RLENGTH)
                return found + 0
            }
            return 0
        }
        /^ *Summary \[.*tests? run:/ {                          # cargo-nextest
            good += number_before($0, "passed")
            bad += number_before($0, "failed") + number_before($0, "timed out") \
                + number_before($0, "exec failed")
        }
        /^test result: / {                                      # cargo test
            good += number_before($0, "passed"); bad += number_before($0, "failed")
        }
        /^ *Tests  / {                                          # vitest
            good += number_before($0, "passed"); bad += number_before($0, "failed")
        }
        /^(#|ℹ) pass [0-9]+$/ { good += $3 }                    # node --test
        /^(#|ℹ) (fail|cancelled) [0-9]+$/ { bad += $3 }
        END { print good + 0, bad + 0 }'
}

tell() { printf '%-20s %s (%d s)\n' "$1" "$2" "$3"; }

show_end() {
    echo "----- the end of $logs/$1.log -----"
    tail -n "${OPERATE_TEST_TAIL:-60}" "$logs/$1.log"
    echo "-----"
}

# finish STARTED: prints the closing line and exits.
finish() {
    printf 'Took %d s. Logs: %s\n' $((SECONDS - $1)) "$logs"
    awk '
        { passed += $2; failed += $3 }
        $3 > 0 { failures = failures " " $1 }
        END {
            if (failures != "") print "Failed:" failures
            printf "%d passed, %d failed\n", passed, failed
            exit failed > 0
        }' "$logs/counts"
    exit
}
