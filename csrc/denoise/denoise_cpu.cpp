// denoise_cpu.cpp -- which code path this CPU can run, and the boards of a batch over threads.
#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "denoise/amx.hpp"
#include "denoise/denoise.hpp"
#include "denoise/weights.hpp"
#include "support/checks.hpp"
#include "support/stop.hpp"     // defines: Stop, stop_asked
#include "support/threads.hpp"  // defines: parallel_for

namespace vmd {
namespace {

/// What this CPU can run: in float32, then in bfloat16, each the slowest first.
std::vector<const DenoisePath*> supported() {
  std::vector<const DenoisePath*> paths{&kDenoisePortable}, rounding{&kDenoiseAmxTwin};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) paths.push_back(&kDenoiseAvx2);
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq")) {
    paths.push_back(&kDenoiseAvx512);
    if (__builtin_cpu_supports("avx512bf16")) {
      rounding.push_back(&kDenoiseBf16);
      if (!no_amx()) rounding.push_back(&kDenoiseAmx);
    }
  }
#endif
  paths.insert(paths.end(), rounding.begin(), rounding.end());
  return paths;
}

const std::vector<const DenoisePath*>& supported_paths() {
  static const auto& found = *new std::vector<const DenoisePath*>(supported());  // for threads that outlive main() too
  return found;
}

/// When a call is to be over: asked to stop, or out of time.
class End {
 public:
  explicit End(double seconds) {
    const auto begun = Stop::Clock::now();
    if (seconds < 1e9)  // thirty years, and a clock that holds them
      at_ = begun + std::chrono::duration_cast<Stop::Clock::duration>(std::chrono::duration<double>(seconds));
  }

  static bool came(const void* end) {
    const auto now = Stop::Clock::now();
    return stop_asked(now) || now >= static_cast<const End*>(end)->at_;
  }

 private:
  Stop::Clock::time_point at_ = Stop::Clock::time_point::max();
};

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

std::vector<const char*> rounding_denoise_paths() {
  std::vector<const char*> names;
  for (const DenoisePath* path : supported_paths())
    if (path->rounds) names.push_back(path->name);
  return names;
}

const char* fastest_denoise_path(bool may_round) {
  const std::vector<const DenoisePath*>& paths = supported_paths();
#if defined(__x86_64__)
  const DenoisePath* const last = paths.back();  // vectors of bfloat16 pay on AMD's CPUs, on Intel's they are slower
  if (may_round && (last == &kDenoiseAmx || (last == &kDenoiseBf16 && __builtin_cpu_is("amd")))) return last->name;
#endif
  return std::find_if(paths.rbegin(), paths.rend(), [](const DenoisePath* path) { return !path->rounds; })[0]->name;
}

Denoise::Denoise(const DenoiseSizes& sizes, const DenoiseWeights& weights)
    : sizes_(sizes), prepared_(std::make_unique<const Prepared>(sizes, weights)) {}

Denoise::~Denoise() = default;

bool Denoise::run(const Structure& structure, int64_t B, const int32_t* x, const float* z, const DenoiseRun& how,
                  const DenoiseResults& out) const {
  const DenoisePath& chosen = supported_path(how.path);
  want_same_shape(sizes_, structure.view());
  Settle settle;
  if (how.peers) {
    if (how.peers->L() != structure.L()) throw std::invalid_argument("denoise: cells of the peers");
    if (!how.peers->cells().empty())
      settle.units = {how.peers->U(), how.peers->offsets().data(), how.peers->cells().data()};
  }
  if (how.counts) {
    if (how.counts->L() != structure.L()) throw std::invalid_argument("denoise: cells of the counts");
    const CountArrays& of = how.counts->arrays();
    settle.counts = {how.counts->U(),   of.offsets.data(), of.cells.data(),
                     of.symbols.data(), of.least.data(),   of.most.data()};
  }
  if (!values_ok(x, B * structure.L(), static_cast<int>(structure.V()))) return false;
  const End end(how.time_limit);
  const DenoiseView view{structure.view(), prepared_->view};
  const DenoiseBoards boards{x, z, how.loops, settle, out.logits, out.spent, out.finished, &End::came, &end, how.noise, how.fade};
  std::fill(out.spent, out.spent + B, 0);
  std::fill(out.finished, out.finished + B, false);
  const int64_t bytes = chosen.bytes(view), C = structure.L() * structure.V();
  const int64_t grain = std::max<int64_t>(1, B / (4 * thread_count(how.threads)));  // memory is taken once a chunk
  parallel_for(B, how.threads, grain, [&](int64_t first, int64_t last) {
    Aligned<char> memory(bytes);
    chosen.run(view, boards, first, last, memory.data());
    for (int64_t b = first; b < last; ++b)
      if (out.spent[b] == 0) std::fill(out.logits + b * C, out.logits + (b + 1) * C, 0.0f);
  });
  return true;
}

}  // namespace vmd
