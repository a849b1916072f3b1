#!/usr/bin/env bash
# How mAP after fine-tuning depends on contrastive retraining, on synthetic scenes: none, on half of the unlabelled scenes, on all;
# several seeds.
# Usage, from the repository's root:  docs/retraining.sh [FOLDER] [SEEDS]     (default runs/retraining, seeds 1 2 3)
# A finished run is not made again: an interrupted experiment goes on where it was.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-runs/retraining}
seeds=${2:-1 2 3}
train=${PIPELINE_TRAIN:-dotnet run --project training -c Release --}
unlabelled=640 labelled=600 held_out=80

scenes() { # seed
  local data=$folder/seed-$1
  [ -f "$data/.drawn" ] && return
  rm -rf "$data"
  $train data synth --unlabelled --output "$data/unlabelled" --count $unlabelled --seed "$1"
  $train data synth --output "$data/scenes" --count $((labelled + held_out)) --first 1000000 --seed "$1"
  (cd "$data/unlabelled" && ls ./*.png) > "$data/all.txt"
  head -n $((unlabelled / 2)) "$data/all.txt" > "$data/half.txt"
  (cd "$data/scenes/training/image_2" && ls | sed 's/\..*//') > "$data/frames.txt"
  head -n $labelled "$data/frames.txt" > "$data/train.txt"
  tail -n $held_out "$data/frames.txt" > "$data/test.txt"
  touch "$data/.drawn"
}

once() { # output, command...
  [ -f "$1/.done" ] && return
  rm -rf "$1"
  $train "${@:2}" --output "$1"
  touch "$1/.done"
}

for seed in $seeds; do
  data=$folder/seed-$seed
  scenes "$seed"
  for images in half all; do
    once "$data/pretrain-$images" pretrain --preset demo --seed "$seed" --images "$data/$images.txt" --images-root "$data/unlabelled"
  done
  for images in none half all; do
    weights=()
    [ $images = none ] || weights=(--backbone-weights "$data/pretrain-$images/backbone.safetensors")
    once "$data/finetune-$images" finetune --preset demo --seed "$seed" --data "$data/scenes" \
      --train-list "$data/train.txt" --test-list "$data/test.txt" "${weights[@]}"
  done
done

echo "| retrained on | seeds | mAP | mAP50 |"
echo "|---|---|---|---|"
for images in none half all; do
  for seed in $seeds; do tail -n 1 "$folder/seed-$seed/finetune-$images/metrics.jsonl"; done |
    sed 's/.*"map":\([^,]*\),"map50":\([^,]*\),.*/\1 \2/' |
    awk -v name="$images" -f docs/mean-and-spread.awk
done
