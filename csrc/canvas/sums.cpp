// sums.cpp -- rows over threads and side by side, or their few tokens picked; sums that need a second look.
#include "canvas/sums.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "canvas/sums_path.hpp"
#include "support/threads.hpp"  // defines: parallel_for

namespace vmd {
namespace {

constexpr float kNothing = -std::numeric_limits<float>::infinity();
constexpr double kNone = -std::numeric_limits<double>::infinity();
constexpr float kRise = 60;       // above the row's reference, where it is read again
constexpr double kFaint = 1e-18;  // sums below this may lack tokens

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

/// What a thread works in.
struct Work {
  std::vector<float> floats;
  std::vector<double> sums;
  void side(size_t n) { floats.resize(n), sums.resize(n); }
};

/// The rows of one call, as numbers of type T.
template <class T>
struct Rows {
  const Grammar& g;
  const CanvasRows& rows;
  const CanvasPath& path;
  float over = 1.0f / rows.temperature;
  SideView view{g.V,
                g.C,
                {g.bundles[0].view(), g.bundles[1].view(), g.bundles[2].view(), g.bundles[3].view()},
                g.many.data(),
                static_cast<int64_t>(g.many.size())};

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

  /// The fewest rows side by side, of those that this CPU can, that are n; as many as it can if n is more. Two rows alone
  /// would take as long as four side by side, or longer.
  int width_for(int64_t n) const {
    int width = 0;
    while (width + 1 < kWidths && passes().sums[width + 1] != nullptr && rows_of(width) < n) ++width;
    return width;
  }

  /// What rows are summed beside: about their largest logit, so that none of them is beyond float32.
  float reference_of(const T* row) const {
    float largest = kNothing;
    for (const int32_t t : g.sample) largest = std::max(largest, to_float(row[t]));
    return std::abs(largest * over) < std::numeric_limits<float>::infinity() ? largest : 0.0f;
  }

  /// Rows r[0] .. r[n - 1] that are read whole, side by side.
  struct Beside {
    const int64_t n;
    const int width, lanes;
    const T* from[kSide];
    float reference[kSide], risen[kSide];
  };
  Beside beside(const int64_t* r, int64_t n, Work& space) const {
    const int width = width_for(n);
    Beside out{n, width, rows_of(width), {}, {}, {}};
    for (int i = 0; i < out.lanes; ++i) out.from[i] = row(r[std::min<int64_t>(i, n - 1)]);
    space.side(static_cast<size_t>(out.lanes * g.C));
    return out;
  }
  bool read(Beside& b, Work& space, bool sums) const {
    return (sums ? passes().sums : passes().bests)[b.width](view, b.from, over, b.reference, space.floats.data(),
                                                            space.sums.data(), b.risen);
  }

  bool whole_bests(const int64_t* r, int64_t n, Work& space, double* out) const {
    Beside side = beside(r, n, space);
    if (!read(side, space, false)) return false;
    for (int64_t i = 0; i < n; ++i)
      for (int32_t c = 1; c < g.C; ++c) {
        const float best = static_cast<float>(space.sums[static_cast<size_t>(c * side.lanes + i)]) * over;
        if (!(best < std::numeric_limits<float>::infinity())) return false;
        out[r[i] * g.C + c] = static_cast<double>(best);
      }
    return true;
  }

  bool whole_sums(const int64_t* r, int64_t n, Work& space, double* out) const {
    Beside side = beside(r, n, space);
    for (int i = 0; i < side.lanes; ++i) side.reference[i] = reference_of(side.from[i]);
    read(side, space, true);
    bool far[kSide], again = false;
    for (int i = 0; i < side.lanes; ++i) again |= far[i] = !(side.risen[i] * over <= kRise);  // or NaN
    if (again) {
      if (!read(side, space, false)) return false;
      for (int i = 0; i < side.lanes; ++i) {
        if (!far[i]) continue;
        double most = kNone;
        for (int32_t c = 1; c < g.C; ++c) most = std::max(most, space.sums[static_cast<size_t>(c * side.lanes + i)]);
        side.reference[i] = static_cast<float>(most);
        if (side.reference[i] * over == std::numeric_limits<float>::infinity()) return false;
      }
      read(side, space, true);
    }
    double about[kSide];
    for (int64_t i = 0; i < n; ++i) about[i] = static_cast<double>(side.reference[i]) * static_cast<double>(over);
    return finish(r, n, side.lanes, about, space.sums, out);
  }

  /// Logarithms of sums [C][lanes] beside a number of each row; faint sums are taken again. False where one is NaN.
  bool finish(const int64_t* r, int64_t n, int lanes, const double* about, std::vector<double>& sums, double* out) const {
    sums.resize((sums.size() + kSide - 1) / kSide * kSide, 1.0);
    std::vector<std::pair<int64_t, int32_t>> faint;
    for (int32_t c = 1; c < g.C; ++c)
      for (int64_t i = 0; i < n; ++i)
        if (double& sum = sums[static_cast<size_t>(c * lanes + i)]; !(sum >= kFaint)) {
          if (std::isnan(sum)) return false;
          sum = 1.0, faint.emplace_back(r[i], c);
        }
    path.logs64(sums.data(), static_cast<int64_t>(sums.size()));  // of class 0, too, which nobody reads
    for (int32_t c = 1; c < g.C; ++c)
      for (int64_t i = 0; i < n; ++i) out[r[i] * g.C + c] = about[i] + sums[static_cast<size_t>(c * lanes + i)];
    for (const auto& [at, c] : faint) out[at * g.C + c] = sum_beside_own(row(at), c);
    return true;
  }

  /// y of the picked tokens into the buffer; false for NaN or +inf.
  bool pick(const T* row, std::vector<float>& buffer, float* top) const {
    const size_t n = g.picked.size();
    buffer.resize((n + kSide - 1) / kSide * kSide);
    return passes().pick(row, g.picked.data(), static_cast<int64_t>(n), over, buffer.data(), top);
  }

  bool picked_sums(int64_t r, Work& space, double* out) const {
    float top;
    if (!pick(row(r), space.floats, &top)) return false;
    if (top == kNothing) top = 0;
    path.exps(space.floats.data(), static_cast<int64_t>(space.floats.size()), top);
    space.sums.assign(static_cast<size_t>(g.C), 0.0);
    for (size_t i = 0; i < g.picked.size(); ++i)
      space.sums[static_cast<size_t>(g.picked_class[i])] += static_cast<double>(space.floats[i]);
    const double about = static_cast<double>(top);
    return finish(&r, 1, 1, &about, space.sums, out);
  }

  bool picked_bests(int64_t r, Work& space, double* out) const {
    float top;
    if (!pick(row(r), space.floats, &top)) return false;
    for (size_t i = 0; i < g.picked.size(); ++i) {
      double& best = out[r * g.C + g.picked_class[i]];
      best = std::max(best, static_cast<double>(space.floats[i]));
    }
    return true;
  }

  /// All rows of r, at most as many as stand side by side.
  bool some(const int64_t* r, int64_t n, Work& space, double* out, bool sums) const {
    if (g.whole) return sums ? whole_sums(r, n, space, out) : whole_bests(r, n, space, out);
    for (int64_t i = 0; i < n; ++i)
      if (!(sums ? picked_sums(r[i], space, out) : picked_bests(r[i], space, out))) return false;
    return true;
  }
};

template <class T>
bool every_row(const Grammar& g, const CanvasRows& rows, double* out, int threads, int path, bool sums) {
  const Rows<T> work{g, rows, canvas_path(path)};
  std::fill(out, out + rows.R * g.C, kNone);
  std::vector<int64_t> open;
  for (int64_t r = 0; r < rows.R; ++r)
    if (rows.held[r] < 0)
      open.push_back(r);
    else
      work.held(r, out + r * g.C);
  const auto n = static_cast<int64_t>(open.size());
  int64_t together = rows_of(work.width_for(n));  // fewer, where threads would have none
  while (together > 4 && (n + together - 1) / together < thread_count(threads)) together /= 2;
  std::atomic<bool> good{true};
  parallel_for(n, threads, together, [&](int64_t begin, int64_t end) {
    Work space;
    if (!work.some(open.data() + begin, end - begin, space, out, sums)) good = false;
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
