#!/usr/bin/env bash
# COCO's metric beside pycocotools and faster_coco_eval, whichever is importable: evaluate and accumulate on the same 1,000 images, size A
# (28 detections an image) and B (240); interleaved. Their twelve numbers must be ours. Then ours alone with up to 100,000 images.
# Usage, from the repository's root:  tests/Benchmarks/peers/compare_coco.sh [ROUNDS] [RUNS] [MOST IMAGES]
# PYTHON chooses the interpreter (default python3), PYTHONPATH has the peers. Installs nothing. To have them without an installation, clone
# github.com/ppwwyyxx/cocoapi and github.com/MiXaiLL76/faster_coco_eval outside this repository, and in cocoapi/PythonAPI and
# faster_coco_eval run "python3 setup.py build_ext --inplace" (Debian: cython3 python3-dev python3-numpy python3-pybind11 python3-pandas).
set -euo pipefail
cd "$(dirname "$0")/../../.."
rounds=${1:-3}
runs=${2:-3}
most=${3:-100000}
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

dotnet build -c Release -v q --nologo tests/Benchmarks >&2
ours() { dotnet run --no-build -c Release --project tests/Benchmarks -- peer "$@"; }
for size in A B; do
  ours --mode coco-score-write --data "$folder/$size" --size "$size"
done

for _ in $(seq "$rounds"); do
  for size in A B; do
    ours --mode coco-score --size "$size" --runs $((10 * runs)) >>"$folder/log"
    "$python" tests/Benchmarks/peers/coco_peers.py --data "$folder/$size" --size "$size" --runs "$runs" >>"$folder/log"
  done
done

"$python" - "$folder/log" <<'PY'
import json, statistics, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
for size in ("A", "B"):
    ours = [row for row in rows if row["size"] == size and row["peer"] == "pipeline"]
    mine = statistics.median(second for row in ours for second in row["seconds"])
    for peer in dict.fromkeys(row["peer"] for row in rows):
        theirs = [row for row in rows if row["size"] == size and row["peer"] == peer]
        median = statistics.median(second for row in theirs for second in row["seconds"])
        cpu = statistics.median(row["cpu_seconds"] for row in theirs)
        worst = max(abs(a - b) for a, b in zip(ours[0]["stats"], theirs[0]["stats"]))
        first = f", its first run {statistics.median(row['first_seconds'] for row in ours) * 1e3:.0f} ms" if peer == "pipeline" else ""
        print(f"{size} {peer} {theirs[0]['version']}: {median * 1e3:.1f} ms ({cpu * 1e3:.1f} ms of processors){first}, "
              f"ours is {median / mine:.1f} x as fast, twelve numbers differ by {worst:.1e}")
        if worst > 1e-9:
            sys.exit(f"{peer}: {theirs[0]['stats']}, ours {ours[0]['stats']}")
PY

for images in 1000 10000 100000; do
  if [ "$images" -le "$most" ]; then
    ours --mode coco-score --size A --images "$images" --runs 5 | "$python" -c '
import json, statistics, sys
row = json.load(sys.stdin)
seconds = statistics.median(row["seconds"])
each = 1e9 * seconds / row["detections"]
print("{images} images, {detections} detections: ".format(**row) + f"{seconds:.3f} s, {each:.0f} ns a detection, "
      + "{problem_mb:.0f} MB with the problem, {evaluation_mb:.0f} MB more for the evaluation".format(**row))'
  fi
done
