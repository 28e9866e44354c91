// marginals.cpp -- log-marginals of all tokens from the logits and an offset a class; entropies; draws within a class.
#include <algorithm>
#include <limits>
#include <vector>

#include "canvas/sums.hpp"
#include "canvas/sums_path.hpp"
#include "support/threads.hpp"  // defines: parallel_for

namespace vmd {
namespace {

constexpr float kNothing = -std::numeric_limits<float>::infinity();
static_assert(kFar == kNear - 1);

template <class T>
struct Written {
  const Grammar& g;
  const CanvasRows& rows;
  const float* offset;
  float floor;
  float* out;
  double* entropy;
  const CanvasPath& path = canvas_path(-1);
  float over = 1.0f / rows.temperature;

  void write(const T* from, const Beside& beside, float least, int64_t n, float* y) const {
    if constexpr (sizeof(T) == 4)
      path.floats.write(from, beside, over, least, n, y);
    else
      path.halves.write(from, beside, over, least, n, y);
  }

  /// Log-marginals of stretch k of a row, of n tokens; `y` may be where the row is.
  void write_stretch(const T* row, Beside beside, float least, int64_t k, int64_t n, float* y) const {
    const int64_t begin = k * kStretch;
    beside.classes += begin, beside.ranks += begin;
    write(row + begin, beside, least, n, y);
    for (int32_t i = g.far_first[static_cast<size_t>(k)]; i < g.far_first[static_cast<size_t>(k) + 1]; ++i) {
      float& of = y[g.far[static_cast<size_t>(i)] - begin];  // the logit so far
      of = written(of, beside.offset[g.far_class[static_cast<size_t>(i)]], over, least);
    }
  }

  /// Of n log-marginals; `y` and `p` have room for whole sixteens.
  double entropy_of(float* y, float* p, int64_t n) const {
    for (; n % kSide != 0; ++n) y[n] = kNothing;
    std::copy(y, y + n, p);
    path.exps(p, n, 0);
    return path.entropy(y, p, n);
  }

  void row(int64_t r, float* y, float* p) const {
    const T* const from = static_cast<const T*>(rows.logits) + r * g.V;
    const float* const offsets = offset + r * g.C;
    double sum = 0;
    if (rows.held[r] >= 0) {
      const int64_t t = rows.held[r];
      if (out) std::fill(out + r * g.V, out + (r + 1) * g.V, floor);
      if (out && t < g.V && offsets[g.token_class[static_cast<size_t>(t)]] > kNothing) out[r * g.V + t] = 0;
    } else if (!g.whole) {  // few tokens: those alone
      std::vector<float> all(g.picked.size());  // read before any is written: `out` may be where the logits are
      for (size_t i = 0; i < all.size(); ++i)
        all[i] = written(to_float(from[g.picked[i]]), offsets[g.picked_class[i]], over, kNothing);
      for (size_t first = 0; entropy && first < all.size(); first += kStretch) {
        const size_t n = std::min<size_t>(kStretch, all.size() - first);
        std::copy_n(all.begin() + static_cast<int64_t>(first), n, y);
        sum += entropy_of(y, p, static_cast<int64_t>(n));
      }
      if (out) std::fill(out + r * g.V, out + (r + 1) * g.V, floor);
      for (size_t i = 0; out && i < all.size(); ++i) out[r * g.V + g.picked[i]] = std::max(all[i], floor);
    } else {
      float near[kNear];
      for (size_t i = 0; i < g.near.size(); ++i) near[i] = offsets[g.near[i]];
      std::fill(near + g.near.size(), near + kNear, kNothing);
      const Beside beside{offsets, g.token_class.data(), near, g.ranks.data()};
      for (int64_t k = 0; k * kStretch < g.V; ++k) {
        const int64_t n = std::min(kStretch, g.V - k * kStretch);
        if (out) write_stretch(from, beside, floor, k, n, out + r * g.V + k * kStretch);
        if (!entropy) continue;
        write_stretch(from, beside, kNothing, k, n, y);
        sum += entropy_of(y, p, n);
      }
    }
    if (entropy) entropy[r] = std::max(sum, 0.0);
  }
};

template <class T>
void all_rows(const Grammar& g, const CanvasRows& rows, const float* offset, float floor, float* out,
              double* entropy, int threads) {
  const Written<T> work{g, rows, offset, floor, out, entropy};
  parallel_for(rows.R, threads, 1, [&](int64_t begin, int64_t end) {
    std::vector<float> y(kStretch), p(kStretch);
    for (int64_t r = begin; r < end; ++r) work.row(r, y.data(), p.data());
  });
}

float logit(const CanvasRows& rows, int64_t at) {
  return rows.bf16 ? to_float(static_cast<const Bf16*>(rows.logits)[at])
                   : static_cast<const float*>(rows.logits)[at];
}

}  // namespace

void marginals(const Grammar& g, const CanvasRows& rows, const float* offset, float floor, float* out,
               double* entropy, int threads) {
  if (rows.bf16)
    all_rows<Bf16>(g, rows, offset, floor, out, entropy, threads);
  else
    all_rows<float>(g, rows, offset, floor, out, entropy, threads);
}

int32_t draw_token(const Grammar& g, const CanvasRows& rows, int64_t row, int32_t c, double sum,
                   double uniform) {
  if (rows.held[row] >= 0) return rows.held[row];
  const int64_t first = g.tokens.begin(c), n = g.tokens.end(c) - first;
  const int32_t* const tokens = g.tokens.item.data() + first;
  const float over = 1.0f / rows.temperature;
  std::vector<float> p(static_cast<size_t>((n + kSide - 1) / kSide * kSide), kNothing);
  for (int64_t i = 0; i < n; ++i) p[static_cast<size_t>(i)] = logit(rows, row * g.V + tokens[i]) * over;
  canvas_path(-1).exps(p.data(), static_cast<int64_t>(p.size()), static_cast<float>(sum));
  // By parts, as a GPU's threads take them: the sum of a part, then parts one after the other.
  std::vector<double> parts;
  double total = 0;
  for (int64_t i = 0; i < n; i += kPart) {
    double part = 0;
    for (int64_t j = i; j < std::min(i + kPart, n); ++j) part += static_cast<double>(p[static_cast<size_t>(j)]);
    parts.push_back(part);
    total += part;
  }
  const double goal = uniform * total;
  double before = 0;
  size_t part = 0;
  while (part + 1 < parts.size() && !(before + parts[part] > goal)) before += parts[part++];
  int64_t found = -1;
  for (int64_t i = static_cast<int64_t>(part) * kPart; i < n && !(before > goal); ++i) {
    if (p[static_cast<size_t>(i)] > 0)
      found = i;  // the last that may be, where rounding leaves the goal behind all
    before += static_cast<double>(p[static_cast<size_t>(i)]);
  }
  return found < 0 ? best_token(g, rows, row, c) : tokens[found];
}

int32_t best_token(const Grammar& g, const CanvasRows& rows, int64_t row, int32_t c) {
  if (rows.held[row] >= 0) return rows.held[row];
  int32_t token = -1;
  float best = kNothing;
  for (int64_t i = g.tokens.begin(c); i < g.tokens.end(c); ++i) {
    const int32_t t = g.tokens.item[static_cast<size_t>(i)];
    const float x = logit(rows, row * g.V + t);
    if (token < 0 || x > best) token = t, best = x;
  }
  return token;
}

}  // namespace vmd
