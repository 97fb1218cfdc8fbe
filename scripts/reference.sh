#!/usr/bin/env bash
# Writes docs/cli.md from the commands themselves: scripts/reference.sh
set -euo pipefail
case "${1:-}" in
    -h | --help) sed -n '2s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
esac
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/build.sh"
"$root/dyad" reference > "$root/docs/cli.md.partial"
mv "$root/docs/cli.md.partial" "$root/docs/cli.md"
