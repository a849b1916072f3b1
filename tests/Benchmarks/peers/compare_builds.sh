#!/usr/bin/env bash
# Step times of another checkout of this repository, already built (dotnet build -c Release), beside this one's; interleaved.
# Usage, from the repository's root:  tests/Benchmarks/peers/compare_builds.sh OTHER_CHECKOUT [ROUNDS] [THREADS]
set -euo pipefail
other=$(cd "$1" && pwd)
cd "$(dirname "$0")/../../.."
rounds=${2:-3}
threads=${3:-2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=$threads

dotnet build -c Release -v q --nologo >&2
training/bin/Release/net10.0/pipeline-train data synth --output "$work/scenes" --count 40 --width 1242 --height 375 >&2
training/bin/Release/net10.0/pipeline-train data synth --output "$work/photos" --count 96 --width 336 --height 112 --unlabelled >&2

# Median milliseconds of a step: peer MODE BATCH RUNS
peer() {
  "$1/tests/Benchmarks/bin/Release/net10.0/Pipeline.Benchmarks" peer --mode "$2" --batch "$3" --runs "$4" --threads "$threads" \
    | sed -nE 's/.*"median_ms":([0-9.]+).*/\1/p'
}

# Milliseconds of a step over the epochs of a run but its first: STEPS, then the command
run() {
  local steps=$1 program=$2
  shift 2
  rm -rf "$work/run"
  "$program/training/bin/Release/net10.0/pipeline-train" "$@" --output "$work/run" --workers 2 >/dev/null 2>&1
  sed -nE 's/.*"seconds":([0-9.]+).*/\1/p' "$work/run/metrics.jsonl" | tail -n +2 \
    | awk -v steps="$steps" '{ sum += $1 } END { print 1000 * sum / NR / steps }'
}

measure() {
  echo "$1 detector $(peer "$2" train 2 2)"
  echo "$1 infomin $(peer "$2" infomin 16 2)"
  echo "$1 finetune $(run 16 "$2" finetune --preset small --data "$work/scenes" --epochs 4 --seed 1)"
  echo "$1 pretrain $(run 3 "$2" pretrain --preset small --images "$work/photos" --epochs 8 --queue 96 --seed 1)"
}

for _ in $(seq "$rounds"); do
  measure before "$other" | tee -a "$work/log" >&2
  measure now . | tee -a "$work/log" >&2
done

middle() { sort -n | awk '{ values[NR] = $1 } END { print values[int((NR + 1) / 2)] }'; }
for what in detector infomin finetune pretrain; do
  before=$(awk -v what="$what" '$1 == "before" && $2 == what { print $3 }' "$work/log" | middle)
  now=$(awk -v what="$what" '$1 == "now" && $2 == what { print $3 }' "$work/log" | middle)
  awk -v what="$what" -v a="$before" -v b="$now" 'BEGIN { printf "%s: before %.0f ms, now %.0f ms, ratio %.2f\n", what, a, b, b / a }'
done
