# A private PostgreSQL for tests: its own data in a temporary folder, its own port on the loopback
# interface, no password, stopped at exit; sourced by ./test.
# shellcheck shell=bash disable=SC2154 # $logs is set by ./test

postgres_home=''

# postgres_start: starts it once and sets OPERATE_TEST_POSTGRES, unless that names one already.
postgres_start() {
    [ -z "${OPERATE_TEST_POSTGRES:-}" ] || return 0
    local binaries port
    binaries=$(postgres_binaries) || return 1
    postgres_home=$(mktemp -d "$(postgres_folder)/operate-postgres.XXXXXX") || return 1
    # PostgreSQL refuses to run as root.
    [ "$(id -u)" != 0 ] || chown postgres "$postgres_home"
    port=$(free_port)
    as_postgres "$binaries/initdb" --pgdata "$postgres_home/data" --username operate \
        --auth trust --encoding UTF8 --locale C.UTF-8 --no-sync || return 1
    # Durability is not what these tests ask of PostgreSQL itself: syncing would only cost time.
    as_postgres "$binaries/pg_ctl" start --wait --silent --pgdata "$postgres_home/data" \
        --log "$postgres_home/log" --options \
        "-p $port -k $postgres_home -c listen_addresses=127.0.0.1 -c fsync=off \
         -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off -c jit=off \
         -c max_connections=300 -c max_wal_size=256MB" || return 1
    export OPERATE_TEST_POSTGRES="postgres://operate@127.0.0.1:$port/postgres"
    echo "PostgreSQL runs at $OPERATE_TEST_POSTGRES."
}

postgres_stop() {
    [ -n "$postgres_home" ] || return 0
    cp "$postgres_home/log" "$logs/postgres-server.log" 2>/dev/null
    if [ -e "$postgres_home/data/postmaster.pid" ]; then
        kill -INT "$(head -n 1 "$postgres_home/data/postmaster.pid")"
        local waited=0
        while [ -e "$postgres_home/data/postmaster.pid" ] && [ $waited -lt 50 ]; do
            sleep 0.1
            waited=$((waited + 1))
        done
    fi
    rm -rf "$postgres_home"
    postgres_home=''
}

# In memory where there is room: tests make hundreds of databases of hundreds of files.
postgres_folder() {
    local free
    free=$(df --output=avail --block-size=1M /dev/shm 2>/dev/null | tail -n 1)
    if [ -w /dev/shm ] && [ "${free:-0}" -ge 2000 ]; then
        echo /dev/shm
    else
        echo "${TMPDIR:-/tmp}"
    fi
}

# The folder of the newest installed PostgreSQL: Debian keeps initdb out of the path.
postgres_binaries() {
    local folder
    folder=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort | tail -n 1)
    if [ ! -x "$folder/initdb" ]; then
        echo "PostgreSQL's initdb is missing; install the package postgresql." >&2
        return 1
    fi
    echo "$folder"
}

as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        runuser --user postgres -- "$@"
    else
        "$@"
    fi
}

# A port on the loopback interface that nothing listens on.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); do
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}
