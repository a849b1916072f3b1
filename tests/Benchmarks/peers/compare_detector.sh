#!/usr/bin/env bash
# Our ResNet-50-FPN detector beside torchvision's at 375 x 1242, interleaved, same threads; prints every measurement and the ratios.
# Usage, from the repository's root:  tests/Benchmarks/peers/compare_detector.sh [ROUNDS] [THREADS]
# PYTHON chooses the interpreter that has torchvision (default python3). Installs nothing.
set -euo pipefail
cd "$(dirname "$0")/../../.."
rounds=${1:-3}
threads=${2:-2}
python=${PYTHON:-python3}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

dotnet build -c Release -v q --nologo tests/Benchmarks >&2
ours() { OMP_NUM_THREADS=$threads dotnet run --no-build -c Release --project tests/Benchmarks -- peer "$@" --threads "$threads" | tee -a "$log"; }
peer() { "$python" tests/Benchmarks/peers/torchvision_detector.py "$@" --threads "$threads" 2>/dev/null | tee -a "$log"; }

for _ in $(seq "$rounds"); do
  ours --mode inference --batch 1 --runs 1; peer --mode inference --batch 1 --runs 1
  ours --mode train --batch 2 --runs 1;     peer --mode train --batch 2 --runs 1
done

"$python" - "$log" <<'PY'
import collections, json, statistics, sys
times = collections.defaultdict(list)
for line in open(sys.argv[1]):
    row = json.loads(line)
    times[row["mode"], row["batch"], row["peer"].split()[0]].append(row["median_ms"])
for mode, batch in sorted({key[:2] for key in times}):
    theirs = statistics.median(times[mode, batch, "torchvision"])
    mine = statistics.median(times[mode, batch, "pipeline"])
    print(f"{mode}, batch {batch}: pipeline {mine:.0f} ms, torchvision {theirs:.0f} ms, ratio {mine / theirs:.2f}")
PY
