#!/usr/bin/env bash
# Holds tasks of ours against Gymnasium's own, trace by trace: scripts/gymnasium-check.sh [NAME...]
# CartPole-v1 and HalfCheetah-v5 by default, or any classic or MuJoCo task. Python is DYAD_PYTHON or python3, and must have Gymnasium. MuJoCo's
# tasks are replayed on the MuJoCo of that Python, unless DYAD_MUJOCO names another one.
set -euo pipefail
case "${1:-}" in
    -h | --help) sed -n '2,4s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
esac
here="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
python="${DYAD_PYTHON:-python3}"
if ! "$python" -c 'import gymnasium' 2>/dev/null; then
    echo "gymnasium-check.sh: '$python' has no Gymnasium; install it there, or let DYAD_PYTHON name a Python that has it" >&2
    exit 2
fi
[ $# -gt 0 ] || set -- CartPole-v1 HalfCheetah-v5
traces="$(mktemp -d)"
trap 'rm -rf "$traces"' EXIT
echo "== recording $* with Gymnasium $("$python" -c 'import gymnasium; print(gymnasium.__version__)')"
"$python" "$here/gymnasium-traces.py" "$traces" "$@"
wheel="$("$python" -c 'import mujoco, os; print(os.path.dirname(mujoco.__file__))' 2>/dev/null || true)"
if [ -z "${DYAD_MUJOCO:-}" ] && [ -n "$wheel" ]; then
    export DYAD_MUJOCO="$wheel"
fi
DYAD_GOLDEN="$traces" "$here/../test" golden
