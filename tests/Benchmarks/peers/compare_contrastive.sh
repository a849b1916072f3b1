#!/usr/bin/env bash
# One InfoMin step of ResNet-50 (batch 16, both branches) beside PyTorch's, and one contrastive view beside Pillow's; interleaved,
# with the same threads.
# Usage, from the repository's root:  tests/Benchmarks/peers/compare_contrastive.sh [ROUNDS] [THREADS]
# PYTHON chooses the interpreter that has torchvision (default python3). Installs nothing.
set -euo pipefail
cd "$(dirname "$0")/../../.."
rounds=${1:-3}
threads=${2:-2}
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

dotnet build -c Release -v q --nologo tests/Benchmarks >&2
dotnet run -c Release --project training -- data synth --output "$folder/scene" --count 1 --width 1600 --height 900 --unlabelled >&2
image=$(ls "$folder"/scene/*.png)
ours() {
  OMP_NUM_THREADS=$1 dotnet run --no-build -c Release --project tests/Benchmarks -- peer "${@:2}" --threads "$1" | tee -a "$folder/log"
}
peer() { "$python" "tests/Benchmarks/peers/$@" 2>/dev/null | tee -a "$folder/log"; }

for _ in $(seq "$rounds"); do
  ours 1 --mode view --image "$image";                peer pillow_views.py --image "$image"
  ours "$threads" --mode infomin --batch 16 --runs 1; peer pytorch_infomin.py --batch 16 --runs 1 --threads "$threads"
done

"$python" - "$folder/log" <<'PY'
import collections, json, statistics, sys
times = collections.defaultdict(lambda: collections.defaultdict(list))
for line in open(sys.argv[1]):
    row = json.loads(line)
    times[row["what"]]["pipeline" if row["peer"].startswith("pipeline") else "peer"].append(row["median_ms"])
for what, both in times.items():
    mine, theirs = statistics.median(both["pipeline"]), statistics.median(both["peer"])
    print(f"{what}: pipeline {mine:.2f} ms, peer {theirs:.2f} ms, ratio {mine / theirs:.2f}")
PY
