#!/usr/bin/env bash
# What a detector's first weights bring on a small data set: random ones, ImageNet's, and ImageNet's retrained contrastively on the
# training images without their labels; several seeds.
# Usage, from the repository's root:  docs/first-weights.sh DATA IMAGES TRAIN TEST [FOLDER] [SEEDS]
#   DATA    the data set          IMAGES  the folder of its images
#   TRAIN   list of image ids     TEST    list of image ids
# (default folder runs/first-weights, seeds 1 2 3). A finished run is not made again: an interrupted experiment goes on where it was.
set -euo pipefail
cd "$(dirname "$0")/.."
data=$1 images=$2 train_list=$3 test_list=$4
folder=${5:-runs/first-weights}
seeds=${6:-1 2 3}
train=${PIPELINE_TRAIN:-dotnet run --project training -c Release --}
steps=240 retraining_epochs=40

once() { # output, command...
  [ -f "$1/.done" ] && return
  rm -rf "$1"
  $train "${@:2}" --output "$1"
  touch "$1/.done"
}

mkdir -p "$folder"
while read -r id; do basename "$(ls "$images/$id".*)"; done < "$train_list" > "$folder/train-images.txt"
once "$folder/retrained" pretrain --preset small --images "$folder/train-images.txt" --images-root "$images" \
  --epochs $retraining_epochs --batch 16 --queue 48 --learning-rate 0.01 --seed 1

starts="none imagenet retrained"
for seed in $seeds; do
  for start in $starts; do
    weights=$start
    [ "$start" = retrained ] && weights=$folder/retrained/backbone.safetensors
    # Measured at the end alone.
    PIPELINE__EVALUATEEVERYEPOCHS=100 once "$folder/$start-$seed" finetune --preset small --data "$data" --train-list "$train_list" \
      --test-list "$test_list" --iterations $steps --backbone-weights "$weights" --seed "$seed"
  done
done

echo "| first weights | seeds | mAP | mAP50 |"
echo "|---|---|---|---|"
for start in $starts; do
  for seed in $seeds; do tail -n 1 "$folder/$start-$seed/metrics.jsonl"; done |
    sed 's/.*"map":\([^,]*\),"map50":\([^,]*\),.*/\1 \2/' |
    awk -v name="$start" -f docs/mean-and-spread.awk
done
