// gradient.cpp -- the boards of a batch over threads, forward and back, and the sum of their gradients.
#include "denoise/gradient.hpp"

#include <algorithm>

#include "support/checks.hpp"
#include "denoise/tables.hpp"
#include "denoise/weights.hpp"  // defines: Aligned, PreparedUnits, supported_path
#include "support/threads.hpp"          // defines: parallel_for

namespace vmd {
namespace {

/// Parts of a batch whose gradients are summed apart: as many threads have work, and as many copies of the tables are
/// held while the way back lasts.
constexpr int64_t kAccumulators = 32;

}  // namespace

DenoiseGradient::DenoiseGradient(const DenoiseSizes& sizes, bool positions, const DenoiseUnits& units)
    : sizes_(sizes), units_(std::make_unique<const PreparedUnits>(sizes, units, positions)) {
  const DenoiseView& view = units_->view;
  tables_ = DenoiseTables<const float>(view, nullptr).size;
  latent_ = 2 * view.Np + view.Hp;
}

DenoiseGradient::~DenoiseGradient() = default;

int64_t DenoiseGradient::kept_bytes(int64_t supervised, int path) const {
  return supported_path(path).kept_bytes(units_->view, supervised);
}

bool DenoiseGradient::forward(const DenoiseStack& stack, float* logits, int threads, int path) const {
  const DenoisePath& chosen = supported_path(path);
  if (!values_ok(stack.x, stack.B * sizes_.L, static_cast<int>(sizes_.V))) return false;
  const DenoiseView& view = units_->view;
  const int64_t grain = std::max<int64_t>(1, stack.B / (4 * thread_count(threads)));  // memory is taken once a chunk
  parallel_for(stack.B, threads, grain, [&](int64_t begin, int64_t end) {
    Aligned<char> memory(chosen.gradient_bytes(view));
    chosen.forward(view, stack, logits, begin, end, memory.data());
  });
  return true;
}

void DenoiseGradient::backward(const DenoiseStack& stack, const float* d_logits, float* d_tables, float* d_latent,
                               int threads, int path) const {
  const DenoisePath& chosen = supported_path(path);
  const DenoiseView& view = units_->view;
  const int64_t parts = std::min(stack.B, kAccumulators);
  Aligned<float> sums(parts * tables_);
  parallel_for(parts, threads, 1, [&](int64_t begin, int64_t end) {
    Aligned<char> memory(chosen.gradient_bytes(view));
    for (int64_t part = begin; part < end; ++part)
      chosen.backward(view, stack, {d_logits, sums.data() + part * tables_, d_latent}, part * stack.B / parts,
                      (part + 1) * stack.B / parts, memory.data());
  });
  std::fill(d_tables, d_tables + tables_, 0.0f);
  for (int64_t part = 0; part < parts; ++part)
    for (int64_t i = 0; i < tables_; ++i) d_tables[i] += sums[part * tables_ + i];
}

}  // namespace vmd
