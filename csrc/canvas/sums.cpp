// sums.cpp -- rows over threads, classes that stream and classes that are picked, sums that need a second look.
#include "canvas/sums.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "canvas/sums_path.hpp"
#include "support/threads.hpp"  // defines: parallel_for

namespace vmd {
namespace {

constexpr float kNothing = -std::numeric_limits<float>::infinity();
constexpr double kNone = -std::numeric_limits<double>::infinity();
constexpr int64_t kFirst = 2048;    // tokens whose largest the row's sums are taken beside
constexpr float kRise = 60;         // above it, where the row is read again
constexpr double kFaint = 1e-18;    // sums below this may lack tokens

const std::vector<const CanvasPath*>& paths() {
  static const auto& found = *new std::vector<const CanvasPath*>([] {  // never gone: threads may outlive main()
    std::vector<const CanvasPath*> out{&kCanvasPortable};
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) out.push_back(&kCanvasAvx2);
    if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
      out.push_back(&kCanvasAvx512);
#endif
    return out;
  }());
  return found;
}

/// The rows of one call, as numbers of type T.
template <class T>
struct Rows {
  const Grammar& g;
  const CanvasRows& rows;
  const CanvasPath& path;
  float over = 1.0f / rows.temperature;
  StreamView view{g.V, static_cast<int>(g.streamed.size()), g.streams.data()};

  const T* row(int64_t r) const { return static_cast<const T*>(rows.logits) + r * g.V; }
  float y(const T* row, int32_t token) const { return to_float(row[token]) * over; }

  void held(int64_t r, double* out) const {
    const int32_t token = rows.held[r];
    std::fill(out, out + g.C, kNone);
    if (token < g.V) out[g.token_class[static_cast<size_t>(token)]] = 0;
    out[0] = kNone;
  }

  double sum_beside_own(const T* row, int32_t c) const {
    float top = kNothing;
    for (int64_t i = g.tokens.begin(c); i < g.tokens.end(c); ++i)
      top = std::max(top, y(row, g.tokens.item[static_cast<size_t>(i)]));
    if (top == kNothing) return kNone;
    double sum = 0;
    for (int64_t i = g.tokens.begin(c); i < g.tokens.end(c); ++i)
      sum += static_cast<double>(exp32<float>(y(row, g.tokens.item[static_cast<size_t>(i)]) - top));
    return static_cast<double>(top) + std::log(sum);
  }

  bool stream_sums(const T* row, double* out) const {
    const auto pass = [&](float reference, float* top, double* sums) {
      if constexpr (sizeof(T) == 4) return path.sums(view, row, over, reference, top, sums);
      else return path.sums_bf16(view, row, over, reference, top, sums);
    };
    double sums[kMaxStreams];
    float reference = kNothing, top;
    for (int64_t t = 0; t < std::min(kFirst, g.V); ++t) reference = std::max(reference, y(row, static_cast<int32_t>(t)));
    if (!(std::abs(reference) < std::numeric_limits<float>::infinity())) reference = 0;
    if (!pass(reference, &top, sums)) return false;
    if (top > reference + kRise) {
      reference = top;
      if (!pass(reference, &top, sums)) return false;
    }
    for (size_t k = 0; k < g.streamed.size(); ++k) {
      const int32_t c = g.streamed[k];
      out[c] = sums[k] < kFaint ? sum_beside_own(row, c) : static_cast<double>(reference) + std::log(sums[k]);
    }
    return true;
  }

  bool picked_sums(const T* row, std::vector<float>& buffer, double* out) const {
    const size_t n = g.picked.size();
    buffer.resize((n + kSide - 1) / kSide * kSide);
    float top = kNothing;
    bool good = true;
    for (size_t i = 0; i < n; ++i) {
      const float x = y(row, g.picked[i]);
      good &= x < std::numeric_limits<float>::infinity();
      top = std::max(top, x);
      buffer[i] = x;
    }
    if (!good) return false;
    if (top == kNothing) top = 0;
    path.exps(buffer.data(), static_cast<int64_t>(buffer.size()), top);
    for (size_t k = 0; k < g.picked_class.size(); ++k) {
      double sum = 0;
      for (int32_t i = g.picked_first[k]; i < g.picked_first[k + 1]; ++i) sum += static_cast<double>(buffer[static_cast<size_t>(i)]);
      const int32_t c = g.picked_class[k];
      out[c] = sum < kFaint ? sum_beside_own(row, c) : static_cast<double>(top) + std::log(sum);
    }
    return true;
  }

  bool sums(int64_t r, std::vector<float>& buffer, double* out) const {
    if (rows.held[r] >= 0) return held(r, out), true;
    std::fill(out, out + g.C, kNone);
    return (g.streamed.empty() || stream_sums(row(r), out)) && picked_sums(row(r), buffer, out);
  }

  bool bests(int64_t r, std::vector<float>&, double* out) const {
    if (rows.held[r] >= 0) return held(r, out), true;
    std::fill(out, out + g.C, kNone);
    const T* const from = row(r);
    double streamed[kMaxStreams];
    float top;
    if (!g.streamed.empty()) {
      bool good;
      if constexpr (sizeof(T) == 4) good = path.bests(view, from, over, 0, &top, streamed);
      else good = path.bests_bf16(view, from, over, 0, &top, streamed);
      if (!good) return false;
    }
    for (size_t k = 0; k < g.streamed.size(); ++k) out[g.streamed[k]] = streamed[k];
    bool good = true;
    for (size_t k = 0; k < g.picked_class.size(); ++k) {
      float best = kNothing;
      for (int32_t i = g.picked_first[k]; i < g.picked_first[k + 1]; ++i) {
        const float x = y(from, g.picked[static_cast<size_t>(i)]);
        good &= x < std::numeric_limits<float>::infinity();
        best = std::max(best, x);
      }
      out[g.picked_class[k]] = static_cast<double>(best);
    }
    return good;
  }
};

template <class T>
bool every_row(const Grammar& g, const CanvasRows& rows, double* out, int threads, int path, bool sums) {
  const Rows<T> work{g, rows, canvas_path(path)};
  std::atomic<bool> good{true};
  parallel_for(rows.R, threads, 1, [&](int64_t begin, int64_t end) {
    std::vector<float> buffer;
    for (int64_t r = begin; r < end; ++r)
      if (!(sums ? work.sums(r, buffer, out + r * g.C) : work.bests(r, buffer, out + r * g.C))) good = false;
  });
  return good;
}

}  // namespace

const CanvasPath& canvas_path(int path) { return path < 0 ? *paths().back() : *paths().at(static_cast<size_t>(path)); }

int canvas_paths() { return static_cast<int>(paths().size()); }

bool class_sums(const Grammar& g, const CanvasRows& rows, double* out, int threads, int path) {
  return rows.bf16 ? every_row<Bf16>(g, rows, out, threads, path, true) : every_row<float>(g, rows, out, threads, path, true);
}

bool class_bests(const Grammar& g, const CanvasRows& rows, double* out, int threads, int path) {
  return rows.bf16 ? every_row<Bf16>(g, rows, out, threads, path, false) : every_row<float>(g, rows, out, threads, path, false);
}

}  // namespace vmd
