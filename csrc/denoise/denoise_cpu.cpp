// denoise_cpu.cpp -- which code path this CPU can run, and the boards of a batch over threads.
#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "denoise/denoise.hpp"
#include "denoise/weights.hpp"
#include "support/checks.hpp"
#include "support/stop.hpp"     // defines: stop_asked
#include "support/threads.hpp"  // defines: parallel_for

namespace vmd {
namespace {

/// What this CPU can run, the slowest first.
std::vector<const DenoisePath*> supported() {
  std::vector<const DenoisePath*> paths{&kDenoisePortable};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) paths.push_back(&kDenoiseAvx2);
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq")) {
    paths.push_back(&kDenoiseAvx512);
    if (__builtin_cpu_supports("avx512bf16")) paths.push_back(&kDenoiseBf16);
  }
#endif
  return paths;
}

const std::vector<const DenoisePath*>& supported_paths() {
  static const std::vector<const DenoisePath*> found = supported();
  return found;
}

}  // namespace

const DenoisePath& supported_path(int path) {
  if (path < 0 || path >= static_cast<int>(supported_paths().size())) throw std::invalid_argument("denoise: path");
  return *supported_paths()[static_cast<size_t>(path)];
}

std::vector<const char*> denoise_paths() {
  std::vector<const char*> names;
  for (const DenoisePath* path : supported_paths()) names.push_back(path->name);
  return names;
}

Denoise::Denoise(const DenoiseSizes& sizes, const DenoiseWeights& weights)
    : sizes_(sizes), prepared_(std::make_unique<const Prepared>(sizes, weights)) {}

Denoise::~Denoise() = default;

bool Denoise::run(const Structure& structure, int64_t B, const int32_t* x, const float* z, int64_t loops, float* logits,
                  int threads, int path) const {
  const DenoisePath& chosen = supported_path(path);
  want_same_shape(sizes_, structure.view());
  if (!values_ok(x, B * structure.L(), static_cast<int>(structure.V()))) return false;
  const DenoiseView view{structure.view(), prepared_->view};
  const DenoiseBoards boards{x, z, loops, logits, [] { return stop_asked(); }};
  const int64_t bytes = chosen.bytes(view);
  const int64_t grain = std::max<int64_t>(1, B / (4 * thread_count(threads)));  // memory is taken once a chunk
  parallel_for(B, threads, grain, [&](int64_t begin, int64_t end) {
    Aligned<char> memory(bytes);
    chosen.run(view, boards, begin, end, memory.data());
  });
  return true;
}

}  // namespace vmd
