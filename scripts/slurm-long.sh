#!/usr/bin/env bash
# The tests on a real Slurm in their long form, time limits and searches included: some minutes. Needs root, slurm-wlm and munge.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dotnet build tests/Dyad.Tests -c Release -v quiet
./dyad --version >/dev/null
DYAD_TEST_SLURM=long dotnet artifacts/bin/Dyad.Tests/release/Dyad.Tests.dll -class Dyad.Tests.EndToEnd.SlurmTests -noColor -noLogo
