#!/usr/bin/env bash
# Our ResNet-50-FPN detector beside torchvision's at 375 x 1242, interleaved, same threads; prints every measurement and the ratios.
# Usage, from the repository's root:  tests/Benchmarks/peers/compare_detector.sh [ROUNDS] [THREADS] [RUNS]
# PYTHON chooses the interpreter that has torchvision (default python3). Installs nothing.
set -euo pipefail
cd "$(dirname "$0")/../../.."
rounds=${1:-3}
threads=${2:-2}
runs=${3:-1}
python=${PYTHON:-python3}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

dotnet build -c Release -v q --nologo tests/Benchmarks >&2
ours() {
  OMP_NUM_THREADS=$threads dotnet run --no-build -c Release --project tests/Benchmarks -- peer "$@" --threads "$threads" | tee -a "$log"
}
peer() { "$python" tests/Benchmarks/peers/torchvision_detector.py "$@" --threads "$threads" 2>/dev/null | tee -a "$log"; }

for _ in $(seq "$rounds"); do
  for work in "inference --batch 1" "detect --batch 2" "train --batch 2"; do
    ours --mode $work --runs "$runs"; peer --mode $work --runs "$runs"
  done
done

"$python" - "$log" <<'PY'
import collections, json, statistics, sys
rows = collections.defaultdict(list)
for line in open(sys.argv[1]):
    row = json.loads(line)
    rows[row["mode"], row["batch"], row["peer"].split()[0]].append(row)
for mode, batch in sorted({key[:2] for key in rows}):
    mine, theirs = (rows[mode, batch, peer] for peer in ("pipeline", "torchvision"))
    measures = [("median_ms", "ms", statistics.median)]
    if mode != "inference":  # there our process holds the detector that it has just exported, too
        measures.append(("peak_mb", "MB at most", max))
    for key, unit, of in measures:
        a, b = (of(row[key] for row in side) for side in (mine, theirs))
        print(f"{mode}, batch {batch}: pipeline {a:.0f} {unit}, torchvision {b:.0f} {unit}, ratio {a / b:.2f}")
PY
