#!/usr/bin/env bash
# Shows that the service builds and runs with ONNX Runtime's packages for CUDA: it is restored and built in a copy of the tree (the
# default build's obj/ and lock files stay as they are), answers one image on its processor, and is then asked for the provider cuda,
# which must work or say what the machine lacks. About 300 MB are downloaded the first time.
#
#   serving/check-cuda-build.sh models/cells/1 image.png
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: $0 <repository>/<name>/<version> <image>" >&2; exit 2; }
version=$(realpath "$1")
image=$(realpath "$2")
cd "$(dirname "$0")/.."

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT

echo "== restore and build"
git ls-files -z -- shared serving 'Directory.*' global.json .editorconfig | xargs -0 cp --parents -t "$work"
dotnet build "$work/serving" -c Release -p:Accelerator=cuda -o "$work/out" -clp:NoSummary | grep -E "error|warn|->"
grep -oE '"Microsoft.ML.OnnxRuntime[A-Za-z.]*/[0-9.]+"' "$work/out/pipeline-serve.deps.json" | sort -u
du -ch "$work"/out/runtimes/linux-x64/native/*onnxruntime* | tail -1

# start LOG OPTION...: waits until the service listens, or has ended.
start() {
  local log=$1
  shift
  : > "$log"
  "$work/out/pipeline-serve" --models "$(dirname "$(dirname "$version")")" --model "$(basename "$(dirname "$version")")" \
    --model-version "$(basename "$version")" --url http://127.0.0.1:0 "$@" > "$log" 2>&1 &
  server=$!
  while kill -0 "$server" 2> /dev/null && ! grep -q '^listening on' "$log"; do sleep 0.2; done
}

post() { curl -sS --fail-with-body --data-binary "@$image" "$(grep -oE 'http://127.0.0.1:[0-9]+' "$1" | head -1)/v1/detect" | cut -c1-300; }

echo "== the provider cpu"
start "$work/cpu.log"
post "$work/cpu.log"
kill "$server"
wait "$server" || true

echo "== the provider cuda"
start "$work/cuda.log" --provider cuda
if kill -0 "$server" 2> /dev/null; then
  post "$work/cuda.log"
  echo "the provider cuda works on this machine"
else
  cat "$work/cuda.log"
  grep -qE 'provider cuda (needs the library|cannot be used)' "$work/cuda.log" || { echo "the error does not say what is missing"; exit 1; }
  echo "the provider cuda does not work on this machine, and the service says why"
fi
