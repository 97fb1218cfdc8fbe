#!/usr/bin/env bash
# A Slurm cluster on this host alone, for tests: munged, slurmctld and two slurmd with ports and folders of their own.
#   scripts/slurm-cluster.sh start DIR [SETTING...]   SETTINGs are lines of slurm.conf
#   scripts/slurm-cluster.sh stop DIR
#   scripts/slurm-cluster.sh node DIR NAME kill|start   ends one node's daemon and all its tasks, or starts it again
# DIR/env holds what a shell needs to use it. No service of the system is touched; munged, which is another user, has a folder of its
# own beside other temporary ones.
set -euo pipefail

usage() { sed -n '2,5p' "${BASH_SOURCE[0]}" | sed 's/^# //' >&2; exit 2; }
[ $# -ge 2 ] || usage
action="$1"
dir="$(mkdir -p "$2" && cd "$2" && pwd)"
shift 2

# What is missing is one line, and exit code 77: skipped.
skip() { echo "slurm-cluster: $1" >&2; exit 77; }
fail() {
    "$0" stop "$dir" || true
    skip "$1"
}
need() {
    [ "$(id -u)" = 0 ] || skip "daemons of Slurm that run jobs of others need root"
    for tool in slurmctld slurmd sbatch squeue scontrol munged; do
        command -v "$tool" >/dev/null 2>&1 || skip "there is no '$tool': apt-get install slurm-wlm munge"
    done
    id munge >/dev/null 2>&1 || skip "there is no user 'munge', as which munged runs"
}

free_port() { python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' ; }

# A process with its children, which proctrack/linuxproc finds by who their parents are.
tree() {
    local child
    for child in $(cat "/proc/$1/task/"*/children 2>/dev/null || true); do tree "$child"; done
    echo "$1"
}
end() { # end PIDFILE SIGNAL
    local pid
    [ -s "$1" ] && pid="$(cat "$1")" && [ -d "/proc/$pid" ] || return 0
    # shellcheck disable=SC2046
    kill "-$2" $(tree "$pid") 2>/dev/null || true
    for _ in $(seq 100); do [ -d "/proc/$pid" ] && [ "$(cut -d' ' -f3 "/proc/$pid/stat" 2>/dev/null)" != Z ] || return 0; sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || true
}

start_node() {
    mkdir -p "$dir/spool/$1"
    slurmd -N "$1" -f "$dir/slurm.conf"
}

case "$action" in
start)
    need
    host="$(hostname -s)"
    mkdir -p "$dir/state" "$dir/spool"
    munge="$(mktemp -d /tmp/dyad-munge.XXXXXX)"
    echo "$munge" >"$dir/munge"
    head -c 1024 /dev/urandom >"$munge/key"
    chown -R munge "$munge"
    chmod 711 "$munge"
    chmod 400 "$munge/key"
    control="$(free_port)" first="$(free_port)" second="$(free_port)"
    cat >"$dir/slurm.conf" <<CONF
ClusterName=dyad-test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$control
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$munge/socket,cred_expire=5
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool/%n
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/%n.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=1,sched_interval=2,requeue_setup_env_fail
ReturnToService=2
SlurmdTimeout=10
SlurmctldTimeout=10
InactiveLimit=0
KillWait=5
MessageTimeout=10
MinJobAge=600
JobRequeue=1
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
NodeName=one NodeHostname=$host NodeAddr=127.0.0.1 Port=$first CPUs=2 State=UNKNOWN
NodeName=two NodeHostname=$host NodeAddr=127.0.0.1 Port=$second CPUs=2 State=UNKNOWN
PartitionName=all Nodes=one,two Default=YES MaxTime=INFINITE State=UP
CONF
    for setting in "$@"; do
        sed -i "/^${setting%%=*}=/d" "$dir/slurm.conf"
        echo "$setting" >>"$dir/slurm.conf"
    done
    echo "export SLURM_CONF=$dir/slurm.conf" >"$dir/env"
    export SLURM_CONF="$dir/slurm.conf"
    runuser -u munge -- munged --force --key-file="$munge/key" --socket="$munge/socket" --log-file="$munge/log" \
        --pid-file="$munge/pid" --seed-file="$munge/seed" >"$dir/munged.out" 2>&1 || fail "munged does not start: $(tail -n 1 "$dir/munged.out")"
    slurmctld -f "$dir/slurm.conf" -c || fail "slurmctld does not start: $(tail -n 1 "$dir/slurmctld.log")"
    start_node one
    start_node two
    for _ in $(seq 300); do
        [ "$(sinfo -h -N -o %T 2>/dev/null | sort -u)" = idle ] && exit 0
        sleep 0.1
    done
    sinfo -N >&2 || true
    fail "the nodes did not come up within 30 s" ;;
stop)
    for node in one two; do "$0" node "$dir" "$node" kill; done
    for daemon in slurmctld; do end "$dir/$daemon.pid" TERM; done
    munge="$(cat "$dir/munge" 2>/dev/null || true)"
    case "$munge" in
    /tmp/dyad-munge.*)
        end "$munge/pid" TERM
        rm -rf "$munge" ;;
    esac ;;
node)
    [ $# = 2 ] || usage
    export SLURM_CONF="$dir/slurm.conf"
    case "$2" in
    kill)
        # The daemons of steps are children of nobody; they hold their node's log.
        for pid in $(pgrep slurmstepd || true); do
            [ "$(readlink "/proc/$pid/fd/3" 2>/dev/null)" = "$dir/$1.log" ] || continue
            # shellcheck disable=SC2046
            kill -KILL $(tree "$pid") 2>/dev/null || true
        done
        end "$dir/$1.pid" KILL
        rm -f "$dir/$1.pid" ;;
    start) start_node "$1" ;;
    *) usage ;;
    esac ;;
*) usage ;;
esac
