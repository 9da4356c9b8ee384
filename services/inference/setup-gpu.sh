#!/bin/sh
# Installs what the network needs to run on an NVIDIA GPU with CUDA 12, beside what `npm ci` installed:
#
#   sh services/inference/setup-gpu.sh [onnxruntime|tensorflow|all]
#
#   onnxruntime   ONNX Runtime's CUDA libraries, from NuGet (REDSPOT_ENGINE=onnxruntime REDSPOT_DEVICE=cuda)
#   tensorflow    @tensorflow/tfjs-node-gpu and libtensorflow for CUDA 11 (REDSPOT_ENGINE=tensorflow REDSPOT_DEVICE=cuda)
#   all           both (default)
#
# Both download several hundred megabytes from hosts outside the npm registry, which closed networks do not reach. The
# CPU engine needs neither.
set -eu

TFJS_NODE_GPU=4.22.0

what=${1:-all}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root"

fail() {
  printf '\nredspot setup:gpu: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

case $what in
  onnxruntime | tensorflow | all) ;;
  -h | --help)
    sed -n '2,12s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
  *) fail "there is no \"$what\" to set up: choose onnxruntime, tensorflow or all." ;;
esac

[ -d node_modules/onnxruntime-node ] || fail "the npm packages are not installed." "First: npm run setup -- packages"

if [ "$what" != tensorflow ]; then
  echo "Installing ONNX Runtime's CUDA libraries ..."
  (cd node_modules/onnxruntime-node && node script/install.js --onnxruntime-node-install=cuda12) ||
    fail "ONNX Runtime's CUDA libraries could not be downloaded." \
      "They come from api.nuget.org: let this machine reach it, or use the CPU (REDSPOT_DEVICE=cpu)."
fi

if [ "$what" != onnxruntime ]; then
  echo "Installing @tensorflow/tfjs-node-gpu $TFJS_NODE_GPU and its libtensorflow ..."
  npm install --no-save --ignore-scripts --loglevel=error "@tensorflow/tfjs-node-gpu@$TFJS_NODE_GPU"
  (cd node_modules/@tensorflow/tfjs-node-gpu && node scripts/install.js gpu download) ||
    fail "libtensorflow could not be downloaded." \
      "It comes from storage.googleapis.com: let this machine reach it, give scripts/custom-binary.json of" \
      "@tensorflow/tfjs-node-gpu another address, or use the engine onnxruntime."
fi
