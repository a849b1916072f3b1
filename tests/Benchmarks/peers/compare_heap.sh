#!/usr/bin/env bash
# Steps with freed memory kept in the process (as pipeline-train does on the CPU) and with glibc's own settings; interleaved, same threads.
# A variable MALLOC_... of the environment keeps the program from its setting; the value is glibc's default.
# Usage, from the repository's root:  tests/Benchmarks/peers/compare_heap.sh [ROUNDS] [THREADS] [RUNS] [DETECTOR BATCH] [CONTRASTIVE BATCH]
set -euo pipefail
cd "$(dirname "$0")/../../.."
rounds=${1:-3}
threads=${2:-2}
runs=${3:-2}
detector=${4:-2}
contrastive=${5:-16}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

dotnet build -c Release -v q --nologo tests/Benchmarks >&2
work() { OMP_NUM_THREADS=$threads dotnet run --no-build -c Release --project tests/Benchmarks -- peer "$@" --runs "$runs" --threads "$threads"; }
both() {
  work "$@" | tee /dev/stderr | sed "s/^/kept /" >>"$log"
  MALLOC_TOP_PAD_=131072 work "$@" | tee /dev/stderr | sed "s/^/default /" >>"$log"
}

for _ in $(seq "$rounds"); do
  both --mode train --batch "$detector"
  both --mode infomin --batch "$contrastive"
done

medians() { grep "^$1 .*$2" "$log" | sed -E 's/.*"median_ms":([0-9.]+).*/\1/' | sort -n; }
middle() { awk '{ values[NR] = $1 } END { print values[int((NR + 1) / 2)] }'; }
for what in '"mode":"train"' '"what":"infomin step"'; do
  kept=$(medians kept "$what" | middle)
  plain=$(medians default "$what" | middle)
  awk -v what="$what" -v a="$kept" -v b="$plain" 'BEGIN { printf "%s: kept %.0f ms, default %.0f ms, ratio %.2f\n", what, a, b, a / b }'
done
