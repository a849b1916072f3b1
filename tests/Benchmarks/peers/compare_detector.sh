#!/usr/bin/env bash
# Our ResNet-50-FPN detector beside torchvision's at 375 x 1242, interleaved, same threads; prints every measurement and the ratios.
# Usage, from the repository's root:  tests/Benchmarks/peers/compare_detector.sh [ROUNDS] [THREADS] [RUNS]
# The exported model runs with and without Winograd's products; with CALIBRATION, a folder of images, as int8 too.
# WORK chooses what is measured (default "inference detect train").
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

grep -m 1 "model name" /proc/cpuinfo >&2 || true
for _ in $(seq "$rounds"); do
  for work in ${WORK:-inference detect train}; do
    if [ "$work" = inference ]; then
      ours --mode inference --batch 1 --winograd on --runs "$runs"
      ours --mode inference --batch 1 --winograd off --runs "$runs"
      if [ -n "${CALIBRATION:-}" ]; then
        ours --mode inference --batch 1 --precision int8 --calibration "$CALIBRATION" --runs "$runs"
      fi
      peer --mode inference --batch 1 --runs "$runs"
    else
      ours --mode "$work" --batch 2 --runs "$runs"
      peer --mode "$work" --batch 2 --runs "$runs"
    fi
  done
done

"$python" - "$log" <<'PY'
import collections, json, statistics, sys
rows = collections.defaultdict(list)
for line in open(sys.argv[1]):
    row = json.loads(line)
    rows[row["mode"], row["batch"], row["peer"].split()[0], row.get("model", "")].append(row)
for mode, batch, peer, model in sorted(rows):
    if peer != "pipeline":
        continue
    mine, theirs = rows[mode, batch, peer, model], rows[mode, batch, "torchvision", ""]
    measures = [("median_ms", "ms", statistics.median)]
    if mode != "inference":  # there our process holds the detector that it has just exported, too
        measures.append(("peak_mb", "MB at most", max))
    for key, unit, of in measures:
        a, b = (of(row[key] for row in side) for side in (mine, theirs))
        name = f"{mode}, batch {batch}" + (f", {model}" if model else "")
        print(f"{name}: pipeline {a:.0f} {unit}, torchvision {b:.0f} {unit}, ratio {a / b:.2f}")
PY
