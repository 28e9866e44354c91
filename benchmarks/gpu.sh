#!/usr/bin/env bash
# Everything that needs a GPU, each step by name, from the repository's root:
#
#   benchmarks/gpu.sh build              compile and install into the current Python (needs g++, torch with CUDA)
#   benchmarks/gpu.sh test               the test suite on that machine
#   benchmarks/gpu.sh train DOMAIN       go on training for SECONDS_TO_TRAIN (default 540) and keep the state in OUT/DOMAIN
#   benchmarks/gpu.sh accuracy [...]     benchmarks/accuracy with the options given; JSON into OUT
#
# OUT (default runs/gpu) receives what is worth keeping. There are no CUDA kernels yet: the network runs by torch,
# the kernels on the CPU. Steps for compute-sanitizer and kernel timings come with them.
set -euo pipefail
OUT=${OUT:-runs/gpu}
step=${1:?usage: benchmarks/gpu.sh build|test|train|accuracy}
shift
mkdir -p "$OUT"
case $step in
build) python3 -m pip install --no-deps --no-build-isolation . ;;
test) python3 -m pytest -q "$@" ;;
train)
  domain=${1:?usage: benchmarks/gpu.sh train DOMAIN [options of vmdsolve train]}
  shift
  resume=()
  [ -f "$OUT/$domain/state.safetensors" ] && resume=(--resume)
  vmdsolve train "$domain" --run-dir "$OUT/$domain" --device cuda --compile \
    --seconds "${SECONDS_TO_TRAIN:-540}" "${resume[@]}" "$@"
  ;;
accuracy) python3 -m benchmarks accuracy "$@" && cp benchmarks/results/accuracy-*.json "$OUT" ;;
*) echo "unknown step $step; known: build test train accuracy" >&2; exit 2 ;;
esac
