# Runs steps, counts what passed and failed, and prints one line for each; sourced by ./test.
# shellcheck shell=bash disable=SC2154 # $logs is set by ./test

passed=0
failed=0
failures=()

note() { printf '  %s\n' "$1"; }

# check NAME COMMAND…: runs a command that passes or fails as one; its output goes to a log.
check() {
    local before=$failed
    prepare "$@"
    [ "$failed" != "$before" ] || passed=$((passed + 1))
}

# prepare NAME COMMAND…: the same for what tests nothing: it counts only when it fails.
prepare() {
    local name=$1 begun=$SECONDS
    shift
    if "$@" >"$logs/$name.log" 2>&1 </dev/null; then
        tell "$name" ok $((SECONDS - begun))
    else
        failed=$((failed + 1))
        failures+=("$name")
        tell "$name" FAILED $((SECONDS - begun))
        show_end "$name"
    fi
}

# tests NAME COMMAND…: runs a test runner and adds what its closing lines count.
tests() {
    local name=$1 begun=$SECONDS code=0 good bad
    shift
    "$@" >"$logs/$name.log" 2>&1 </dev/null || code=$?
    read -r good bad < <(count_tests <"$logs/$name.log")
    # A runner that ends badly without a failed test (it did not compile, it was killed).
    if [ "$code" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    passed=$((passed + good))
    failed=$((failed + bad))
    if [ "$bad" = 0 ] && [ "$good" = 0 ]; then
        tell "$name" "no tests yet" $((SECONDS - begun))
    elif [ "$bad" = 0 ]; then
        tell "$name" "$good passed" $((SECONDS - begun))
    else
        failures+=("$name")
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
    [ ${#failures[@]} = 0 ] || printf 'Failed: %s\n' "${failures[*]}"
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" = 0 ]
    exit
}
