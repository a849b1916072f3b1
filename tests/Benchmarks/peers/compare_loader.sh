#!/usr/bin/env bash
# Loading of KITTI frames beside torchvision's: decode, mirror, boxes; nothing cached, same number of workers, interleaved.
# Usage, from the repository's root:  tests/Benchmarks/peers/compare_loader.sh DATA [ROUNDS] [THREADS]
# PYTHON chooses the interpreter that has torchvision (default python3). Installs nothing.
set -euo pipefail
cd "$(dirname "$0")/../../.."
data=$1
rounds=${2:-3}
threads=${3:-2}
python=${PYTHON:-python3}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

dotnet build -c Release -v q --nologo tests/Benchmarks >&2
for _ in $(seq "$rounds"); do
  dotnet run --no-build -c Release --project tests/Benchmarks -- peer --mode loader --data "$data" --threads "$threads" | tee -a "$log"
  "$python" tests/Benchmarks/peers/torchvision_loader.py --data "$data" --threads "$threads" 2>/dev/null | tee -a "$log"
done

"$python" - "$log" <<'PY'
import json, statistics, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
mine, theirs = (statistics.median(row["median_ms"] for row in rows if row["peer"] == peer) for peer in ("pipeline", "torchvision"))
times = f"pipeline {mine:.2f} ms, torchvision {theirs:.2f} ms"
print(f"frame loaded: {times}, ratio {mine / theirs:.2f}, images per second x {theirs / mine:.2f}")
PY
