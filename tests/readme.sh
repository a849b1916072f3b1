#!/usr/bin/env bash
# Runs the commands of README.md exactly as they stand there: every line of its sh blocks, in order, in a fresh clone of HEAD.
# Usage:  tests/readme.sh [FOLDER]      FOLDER receives the clone and stays; by default it is temporary
#
# Three things surround the commands without changing them:
# - The folders `photos` and `labelled`, which stand for the reader's own images, are drawn by `data synth`.
# - PIPELINE__EPOCHS shortens the trainings on them; it is a setting of the product.
# - The service runs in the background until the end, and curl fails when the service refuses a request (.curlrc).
# A line that .ci/run contains is skipped, because it has run there.
set -euo pipefail

repository=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
clone=$work/pipeline
service=

finish() {
  [ -z "$service" ] || kill -- "-$service" 2> /dev/null || true
  [ $# -gt 0 ] || rm -rf "$work"
}
trap 'finish "$@"' EXIT

shell_lines() { awk '/^```sh$/ { inside = 1; next } /^```/ { inside = 0 } inside && NF && !/^#/' "$1"; }

# Two seeds: the trainings refuse to measure on an image that the backbone has learned from.
draw_images() {
  dotnet run --project training -c Release -- data synth --unlabelled --output photos --count 64 --seed 1
  dotnet run --project training -c Release -- data synth --output labelled --count 20 --format voc
}

start_service() { # line
  local url
  url=$(sed -nE 's/.*--url (http:[^ ]+).*/\1/p' <<< "$1")
  setsid bash -c "exec $1" < /dev/null &
  service=$!
  for _ in $(seq 120); do
    curl "$url/healthz/ready" > /dev/null 2>&1 && return
    kill -0 "$service" || break
    sleep 1
  done
  echo "the service is not ready at $url" >&2
  return 1
}

run() { # line
  if grep -qF -- "$1" .ci/run; then
    echo "(skipped: .ci/run runs it)"
  elif [[ $1 == *" --url "* ]]; then
    start_service "$1"
  else
    bash -euo pipefail -c "$1" < /dev/null
  fi
}

git clone --quiet --no-checkout "$repository" "$clone"
cd "$clone"
git checkout --quiet --detach "$(git -C "$repository" rev-parse HEAD)"

export CURL_HOME=$work
printf 'fail\nsilent\nshow-error\n' > "$work/.curlrc"
draw_images

count=0
while IFS= read -r line; do
  echo "\$ $line"
  if [[ $line == *" --preset small "* ]]; then
    PIPELINE__EPOCHS=1 run "$line"
  else
    run "$line"
  fi
  count=$((count + 1))
done < <(shell_lines README.md)

[ "$count" -gt 0 ] || { echo "README.md has no sh block" >&2; exit 1; }
echo "README.md: $count lines, all succeeded"
