# shellcheck shell=bash
# Shared by ./dyad and ./test: where things are, and a build when something is newer than the last one.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
published="$root/artifacts/dyad"
stamp="$root/artifacts/dyad.stamp"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export MSBUILDDISABLENODEREUSE=1
# A compiler that ends within minutes does not earn back what counting for its second compilation costs: a quarter of a build.
export DOTNET_TieredPGO=0

need() { # need COMMAND SENTENCE
    command -v "$1" >/dev/null 2>&1 || { echo "$2" >&2; exit 2; }
}

need_tools() {
    need dotnet "dyad: the .NET 10 SDK is needed to build Dyad, and 'dotnet' is not on the PATH."
    case "$(dotnet --version 2>/dev/null)" in
        10.*) ;;
        *) echo "dyad: the .NET 10 SDK is needed to build Dyad; 'dotnet --version' says '$(dotnet --version 2>&1 | head -n 1)'." >&2; exit 2 ;;
    esac
    need npm "dyad: Node.js with npm is needed once, to bundle the report's chart library (on Debian: apt-get install nodejs npm)."
}

# Files and folders count: a file that went away makes its folder newer.
is_stale() {
    [ ! -f "$stamp" ] || [ -n "$(find "$root/src" "$root/studies" "$root/models" "$root/benchmarks" "$root/global.json" "$root"/Directory.*.props "$root"/Directory.*.targets \
        -newer "$stamp" -print -quit)" ]
}

build_if_stale() {
    is_stale || return 0
    need_tools
    mkdir -p "$root/artifacts"
    exec 9>"$root/artifacts/build.lock"
    flock 9
    if is_stale; then
        echo "dyad: building (the first build fetches packages and takes about a minute) ..." >&2
        touch "$started"
        publish -p:ForRunning=true || exit 1
    fi
    exec 9>&-
}

# When the build began that publish makes ./dyad of.
started="$root/artifacts/dyad.started"

# publish [OPTIONS]: makes what ./dyad runs, in a new folder that takes the old one's place when it is whole; fails where it cannot.
publish() {
    local log="$root/artifacts/build.log" fresh="$root/artifacts/dyad.new"
    rm -rf "$fresh"
    if ! dotnet publish "$root/src/Dyad.Cli" -c Release "$@" -o "$fresh" -v quiet >"$log" 2>&1; then
        cat "$log" >&2
        echo "dyad: the build failed; the messages above are in artifacts/build.log." >&2
        return 1
    fi
    rm -rf "$stamp" "$published.old"
    [ ! -e "$published" ] || mv "$published" "$published.old"
    mv -T "$fresh" "$published" && mv "$started" "$stamp" && rm -rf "$published.old"
}
