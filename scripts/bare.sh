#!/usr/bin/env bash
# Runs a command in a copy of the checkout on a system that has nothing but the base tools, the .NET SDK and Node: scripts/bare.sh COMMAND ...
# As root on Linux: a mount namespace hides the libraries and programs that were installed for Dyad (MuJoCo, Chromium, Python,
# ffmpeg), home is empty, and the PATH has little else; packages that were fetched before stay to be read. Example: scripts/bare.sh ./dyad demo --out runs/bare
set -euo pipefail
case "${1:-}" in
    "" | -h | --help) sed -n '2,4s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
esac
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
if [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null; then
    echo "bare.sh: this needs root and a kernel that gives mount namespaces" >&2
    exit 2
fi
need() { readlink -f "$(command -v "$1")"; }
dotnet="$(dirname "$(need dotnet)")" node="$(need node)" npm="$(dirname "$(dirname "$(need npm)")")"
packages="${NUGET_PACKAGES:-$HOME/.nuget/packages}"
npmcache="$(npm config get cache 2>/dev/null || true)" registry="$(npm config get registry 2>/dev/null || true)"
bare="$(mktemp -d)"
trap 'rm -rf "$bare"' EXIT

# The sources alone: what is built comes from them.
mkdir -p "$bare/home/.nuget/packages" "$bare/tmp" "$bare/work" "$bare/bin"
git -C "$root" ls-files -z --cached --others --exclude-standard | tar -C "$root" --null -T - -cf - | tar -C "$bare/work" -xf -

# The only programs: the system's own, less what was installed for Dyad, and the two that the README asks for.
for program in bash sh env cat cp mv rm mkdir mktemp ls find grep sed awk tr cut head tail tee sort uniq wc date dirname basename readlink realpath touch \
    flock id uname stat test true false sleep kill tar gzip diff chmod ln xargs seq nproc nice timeout git taskset expr printf which ps df mount umount; do
    path="$(command -v "$program" || true)"
    [ -x "$path" ] && ln -sf "$(readlink -f "$path")" "$bare/bin/$program"
done
ln -sf "$dotnet/dotnet" "$bare/bin/dotnet"
ln -sf "$node" "$bare/bin/node"
printf '#!/bin/sh\nexec "%s" "%s/bin/npm-cli.js" "$@"\n' "$node" "$npm" > "$bare/bin/npm"
chmod +x "$bare/bin/npm"

export BARE="$bare" PACKAGES="$packages" NPMCACHE="$npmcache" REGISTRY="$registry" DOTNET="$dotnet"
unshare --mount --propagation private -- bash -c '
    set -euo pipefail
    mount --bind "$PACKAGES" "$BARE/home/.nuget/packages"
    if [ -n "$NPMCACHE" ] && [ -d "$NPMCACHE" ]; then mkdir -p "$BARE/home/.npm"; mount --bind "$NPMCACHE" "$BARE/home/.npm"; fi
    # What came with packages for Dyad is not there: a layer over each folder takes it out.
    hide() { # hide FOLDER NAME ...
        local folder="$1" name found=0
        shift
        mkdir -p "$BARE/hidden$folder"
        for name in "$@"; do
            if [ -e "$folder/$name" ] || [ -L "$folder/$name" ]; then mknod "$BARE/hidden$folder/$name" c 0 0; found=1; fi
        done
        [ "$found" = 0 ] || mount -t overlay overlay -o "lowerdir=$BARE/hidden$folder:$folder" "$folder"
    }
    names() { (cd "$1" && ls -d $2 2>/dev/null) || true; }
    for folder in /usr/lib/*-linux-gnu; do hide "$folder" $(names "$folder" "libmujoco*"); done
    hide /usr/include mujoco
    hide /usr/lib chromium
    hide /usr/bin $(names /usr/bin "chromium* python3* ffmpeg apt-get")
    cd "$BARE/work"
    code=0

    # No build server: one that was started outside sees other files.
    env -i TMPDIR="$BARE/tmp" UseSharedCompilation=false HOME="$BARE/home" PATH="$BARE/bin" TERM="${TERM:-dumb}" LANG=C npm_config_registry="$REGISTRY" DOTNET_ROOT="$DOTNET" DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 "$@" || code=$?
    exit "$code"
' bare "$@"
