#!/usr/bin/env bash
# Everything that needs a GPU, each step by name, from the repository's root; `all` is every step but text and train, in this order:
#
#   benchmarks/gpu.sh build              compile and install into the current Python (needs g++, nvcc, torch with CUDA)
#   benchmarks/gpu.sh test [...]         the tests of the kernels and the loop; or what pytest is told
#   benchmarks/gpu.sh sanitize           the kernels' tests under compute-sanitizer: memcheck, then racecheck
#   benchmarks/gpu.sh kernels [...]      benchmarks/gpu.py: unmask, candidates, conflicts; JSON into OUT
#   benchmarks/gpu.sh denoise [...]      benchmarks/gpu.py: the denoiser, and whole solves; JSON into OUT
#   benchmarks/gpu.sh accuracy [...]     benchmarks/accuracy with the options given; JSON into OUT
#   benchmarks/gpu.sh solve [...]        whole solves of the sets given by --sets; JSON into OUT
#   benchmarks/gpu.sh text [...]         benchmarks/study/text.py with the options given, trainings kept in OUT/text. An arm
#                                        of 10,000 steps sees 164 M characters: 1 to 2.4 PFLOP at a million weights, half a
#                                        minute at a tenth of an H200's rate; some 600 launches a step, at 8 us, are the
#                                        longer part, 50 s. So name six to eight --arms for ten minutes; what a slice cut
#                                        off goes on in the next
#   benchmarks/gpu.sh train DOMAIN [...] go on training for SECONDS_TO_TRAIN (default 540) and keep the state in OUT/DOMAIN;
#                                        a first run begins with the packaged weights, where there are some
#
# OUT (default runs/gpu) receives what is worth keeping: each step's log, and results. A step of `all` that fails does not
# stop the others; the last line says which failed.
set -euo pipefail
export OUT=${OUT:-runs/gpu} PYTHONUNBUFFERED=1
usage="usage: benchmarks/gpu.sh build|test|sanitize|kernels|denoise|accuracy|solve|text|train|all"
step=${1:?$usage}
shift
mkdir -p "$OUT"

# Name and options of a benchmark whose result goes to OUT.
measure() { python3 -m benchmarks "$@" --out "$OUT"; }

# One tool of compute-sanitizer over our kernels in a few tests of every kind.
sanitizer() {
  compute-sanitizer --tool "$1" --target-processes all --error-exitcode 1 --kernel-name kernel_substring=vmd \
    python3 -m pytest -q tests/kernels/test_cuda.py -p no:cacheprovider \
    -k 'unmask_equals or candidates_and or replayed or (near_torch and sudoku-4x4) or two_streams'
}

run() {
  case $step in
  build) python3 -m pip install --no-deps --no-build-isolation -e . && python3 -m vmdsolve info ;;
  test)
    [ $# -gt 0 ] || set -- tests/kernels/test_cuda.py tests/sampler/test_on_gpu.py tests/kernels/test_kernels.py tests/kernels/test_denoise.py
    python3 -m pytest -q "$@"
    ;;
  sanitize) sanitizer memcheck && sanitizer racecheck ;;
  kernels) measure gpu-kernels "$@" ;;
  denoise) measure gpu-denoise "$@" ;;
  accuracy) measure accuracy "$@" ;;
  solve)
    [ $# -gt 0 ] || set -- --sets held-out,17_clue,11+
    measure gpu-denoise --boards 4096 --repeats 3 "$@"
    ;;
  text) measure text --device cuda --batch 128 --steps 10000 --latents 16 --seeds 1 --folder "$OUT/text" "$@" ;;
  train)
    domain=${1:?usage: benchmarks/gpu.sh train DOMAIN [options of vmdsolve train]}
    shift
    begin=()
    [ ! -f "vmdsolve/weights/$domain.safetensors" ] || begin=(--init packaged)
    [ ! -f "$OUT/$domain/state.safetensors" ] || begin=(--resume)
    vmdsolve train "$domain" --run-dir "$OUT/$domain" --device cuda --compile \
      --seconds "${SECONDS_TO_TRAIN:-540}" "${begin[@]}" "$@"
    ;;
  *)
    echo "unknown step $step; $usage" >&2
    exit 2
    ;;
  esac
}

if [ "$step" != all ]; then
  run "$@" 2>&1 | tee "$OUT/$step.log"
  exit
fi
failed=()
for each in build test sanitize kernels denoise accuracy solve; do
  printf '\n== %s (after %d s)\n' "$each" "$SECONDS"
  "$0" "$each" || failed+=("$each")
done
echo "failed: ${failed[*]:-none}"
[ ${#failed[@]} -eq 0 ]
