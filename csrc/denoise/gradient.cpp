// gradient.cpp -- the boards of a batch over threads, forward and back, and the sum of their gradients.
#include "denoise/gradient.hpp"

#include <algorithm>
#include <utility>

#include "denoise/tables.hpp"
#include "denoise/weights.hpp"  // defines: Aligned, supported_path, want_same_shape, widths_of
#include "support/checks.hpp"
#include "support/stop.hpp"     // defines: stop_asked
#include "support/threads.hpp"  // defines: parallel_for

namespace vmd {
namespace {

/// Parts of a batch whose gradients are summed apart: as many threads have work, and as many copies of the tables are
/// held while the way back lasts.
constexpr int64_t kAccumulators = 32;

DenoiseStack heeding(DenoiseStack stack) {
  stack.stop_asked = [] { return stop_asked(); };
  return stack;
}

}  // namespace

DenoiseGradient::DenoiseGradient(std::shared_ptr<const Structure> structure, const DenoiseSizes& sizes)
    : structure_(std::move(structure)), view_{structure_->view(), widths_of(sizes)},
      tables_(DenoiseTables<const float>(view_, nullptr).size), latent_(2 * view_.Np + view_.Hp) {
  want_same_shape({sizes.H, sizes.M, sizes.N, 0, structure_->R(), sizes.cells, sizes.symbols}, view_);
}

int64_t DenoiseGradient::kept_bytes(int64_t supervised, int path) const {
  return supported_path(path).kept_bytes(view_, supervised);
}

bool DenoiseGradient::forward(const DenoiseStack& given, float* logits, int threads, int path) const {
  const DenoisePath& chosen = supported_path(path);
  const DenoiseStack stack = heeding(given);
  if (!values_ok(stack.x, stack.B * view_.L, static_cast<int>(view_.V))) return false;
  const int64_t grain = std::max<int64_t>(1, stack.B / (4 * thread_count(threads)));  // memory is taken once a chunk
  parallel_for(stack.B, threads, grain, [&](int64_t begin, int64_t end) {
    Aligned<char> memory(chosen.gradient_bytes(view_));
    chosen.forward(view_, stack, logits, begin, end, memory.data());
  });
  return true;
}

void DenoiseGradient::backward(const DenoiseStack& given, const float* d_logits, float* d_tables, float* d_latent,
                               int threads, int path) const {
  const DenoisePath& chosen = supported_path(path);
  const DenoiseStack stack = heeding(given);
  const int64_t parts = std::min(stack.B, kAccumulators);
  Aligned<float> sums(parts * tables_);
  parallel_for(parts, threads, 1, [&](int64_t begin, int64_t end) {
    Aligned<char> memory(chosen.gradient_bytes(view_));
    for (int64_t part = begin; part < end; ++part)
      chosen.backward(view_, stack, {d_logits, sums.data() + part * tables_, d_latent}, part * stack.B / parts,
                      (part + 1) * stack.B / parts, memory.data());
  });
  std::fill(d_tables, d_tables + tables_, 0.0f);
  for (int64_t part = 0; part < parts; ++part)
    for (int64_t i = 0; i < tables_; ++i) d_tables[i] += sums[part * tables_ + i];
}

}  // namespace vmd
