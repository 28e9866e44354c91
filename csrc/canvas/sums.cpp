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
constexpr int64_t kFirst = 2048;  // tokens whose largest the row's sums are taken beside
constexpr float kRise = 60;       // above it, where the row is read again
constexpr double kFaint = 1e-18;  // sums below this may lack tokens
static_assert(kChunk == kFlushed && kBlock == kSide);

const std::vector<const CanvasPath*>& paths() {
  static const auto& found = *new std::vector<const CanvasPath*>([] {  // never gone: threads may outlive main()
    std::vector<const CanvasPath*> out{&kCanvasPortable};
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) out.push_back(&kCanvasAvx2);
    if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq"))
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
  StreamView view{g.V,
                  g.columns,
                  g.streams.data(),
                  g.chunk_first.data(),
                  g.place.data(),
                  g.picked_class.data()};

  const T* row(int64_t r) const { return static_cast<const T*>(rows.logits) + r * g.V; }
  float y(const T* row, int32_t token) const { return to_float(row[token]) * over; }
  const CanvasPasses<T>& passes() const {
    if constexpr (sizeof(T) == 4)
      return path.floats;
    else
      return path.halves;
  }

  void held(int64_t r, double* out) const {
    const int32_t token = rows.held[r];
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

  bool whole_sums(const T* row, std::vector<double>& sums, double* out) const {
    double streamed[kMaxStreams];
    float reference = kNothing, top;
    for (int64_t t = 0; t < std::min(kFirst, g.V); ++t)
      reference = std::max(reference, y(row, static_cast<int32_t>(t)));
    if (!(std::abs(reference) < std::numeric_limits<float>::infinity())) reference = 0;
    const auto read = [&] {
      sums.assign(static_cast<size_t>(g.C), 0.0);
      return passes().sums(view, row, over, reference, &top, streamed, sums.data());
    };
    if (!read()) return false;
    if (top > reference + kRise) {
      reference = top;
      if (!read()) return false;
    }
    for (size_t k = 0; k < g.streamed.size(); ++k) sums[static_cast<size_t>(g.streamed[k])] = streamed[k];
    finish(row, static_cast<double>(reference), sums, out);
    return true;
  }

  /// Logarithms of sums beside a number into `out`; faint ones are taken again.
  void finish(const T* row, double beside, std::vector<double>& sums, double* out) const {
    sums.resize(static_cast<size_t>((g.C + kSide - 1) / kSide * kSide), 1.0);
    std::vector<int32_t> faint;
    for (int32_t c = 0; c < g.C; ++c)
      if (double& sum = sums[static_cast<size_t>(c)]; sum < kFaint) sum = 1.0, faint.push_back(c);
    path.logs64(sums.data(), static_cast<int64_t>(sums.size()));
    for (int32_t c = 1; c < g.C; ++c) out[c] = beside + sums[static_cast<size_t>(c)];
    for (const int32_t c : faint) out[c] = c == 0 ? kNone : sum_beside_own(row, c);
  }

  /// y of the picked tokens into the buffer; false for NaN or +inf.
  bool pick(const T* row, std::vector<float>& buffer, float* top) const {
    const size_t n = g.picked.size();
    buffer.resize((n + kSide - 1) / kSide * kSide);
    return passes().pick(row, g.picked.data(), static_cast<int64_t>(n), over, buffer.data(), top);
  }

  bool picked_sums(const T* row, std::vector<float>& buffer, std::vector<double>& sums, double* out) const {
    float top;
    if (!pick(row, buffer, &top)) return false;
    if (top == kNothing) top = 0;
    path.exps(buffer.data(), static_cast<int64_t>(buffer.size()), top);
    sums.assign(static_cast<size_t>(g.C), 0.0);
    for (size_t i = 0; i < g.picked.size(); ++i)
      sums[static_cast<size_t>(g.picked_class[i])] += static_cast<double>(buffer[i]);
    finish(row, static_cast<double>(top), sums, out);
    return true;
  }

  bool sums(int64_t r, std::vector<float>& buffer, std::vector<double>& of_classes, double* out) const {
    std::fill(out, out + g.C, kNone);
    if (rows.held[r] >= 0) return held(r, out), true;
    return g.whole ? whole_sums(row(r), of_classes, out) : picked_sums(row(r), buffer, of_classes, out);
  }

  bool bests(int64_t r, std::vector<float>& buffer, double* out) const {
    std::fill(out, out + g.C, kNone);
    if (rows.held[r] >= 0) return held(r, out), true;
    float top;
    if (g.whole) {
      double streamed[kMaxStreams];
      if (!passes().bests(view, row(r), over, 0, &top, streamed, out)) return false;
      for (size_t k = 0; k < g.streamed.size(); ++k) out[g.streamed[k]] = streamed[k];
      return true;
    }
    if (!pick(row(r), buffer, &top)) return false;
    for (size_t i = 0; i < g.picked.size(); ++i)
      out[g.picked_class[i]] = std::max(out[g.picked_class[i]], static_cast<double>(buffer[i]));
    return true;
  }
};

template <class T>
bool every_row(const Grammar& g, const CanvasRows& rows, double* out, int threads, int path, bool sums) {
  const Rows<T> work{g, rows, canvas_path(path)};
  std::atomic<bool> good{true};
  parallel_for(rows.R, threads, 1, [&](int64_t begin, int64_t end) {
    std::vector<float> buffer;
    std::vector<double> of_classes;
    for (int64_t r = begin; r < end; ++r)
      if (!(sums ? work.sums(r, buffer, of_classes, out + r * g.C) : work.bests(r, buffer, out + r * g.C))) good = false;
  });
  return good;
}

}  // namespace

const CanvasPath& canvas_path(int path) {
  return path < 0 ? *paths().back() : *paths().at(static_cast<size_t>(path));
}

int canvas_paths() { return static_cast<int>(paths().size()); }

bool class_sums(const Grammar& g, const CanvasRows& rows, double* out, int threads, int path) {
  return rows.bf16 ? every_row<Bf16>(g, rows, out, threads, path, true)
                   : every_row<float>(g, rows, out, threads, path, true);
}

bool class_bests(const Grammar& g, const CanvasRows& rows, double* out, int threads, int path) {
  return rows.bf16 ? every_row<Bf16>(g, rows, out, threads, path, false)
                   : every_row<float>(g, rows, out, threads, path, false);
}

}  // namespace vmd
