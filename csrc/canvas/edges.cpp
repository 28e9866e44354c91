// edges.cpp -- the passes of edges.hpp on the CPU, board by board.
#include "canvas/edges.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "canvas/scaled.hpp"
#include "canvas/sums.hpp"       // defines: canvas_path
#include "canvas/sums_path.hpp"  // defines: CanvasPath, kSide
#include "support/stop.hpp"     // defines: stop_point
#include "support/threads.hpp"  // defines: parallel_for

namespace vmd {
namespace {

constexpr double kNone = -std::numeric_limits<double>::infinity();

/// out[row] = sum of in[item] over the items of each row: sum_of, of float64 where all of `in` lie near enough
/// to each other.
class ListSums {
 public:
  explicit ListSums(int64_t n) : near_(static_cast<size_t>(n)) {}

  void take(const ListView& lists, int64_t rows, const Number* in, Number* out) {
    int64_t high = kZeroExponent, low = -kZeroExponent;
    for (size_t i = 0; i < near_.size(); ++i) {
      if (in[i].m == 0) continue;
      high = std::max(high, in[i].e);
      low = std::min(low, in[i].e);
    }
    const bool near = high - low < 900;  // nothing is rounded that a number would not round
    for (size_t i = 0; near && i < near_.size(); ++i) near_[i] = in[i].m == 0 ? 0.0 : beside(in[i], high);
    for (int64_t row = 0; row < rows; ++row) {
      const int32_t first = lists.first[row], last = lists.first[row + 1];
      if (near) {
        double sum = 0;
        for (int32_t i = first; i < last; ++i) sum += near_[static_cast<size_t>(lists.item[i])];
        out[row] = sum == 0 ? number_zero() : number(sum, high);
      } else {
        out[row] = last - first == 1 ? in[lists.item[first]] : far_sum(lists, first, last, in);
      }
    }
  }

 private:
  /// Beside the largest of the row: what is 2^-1000 beside it changes nothing.
  static Number far_sum(const ListView& lists, int32_t first, int32_t last, const Number* in) {
    int64_t high = kZeroExponent;
    for (int32_t i = first; i < last; ++i) high = std::max(high, in[lists.item[i]].e);
    double sum = 0;
    for (int32_t i = first; i < last; ++i) {
      const Number& x = in[lists.item[i]];
      if (x.e > high - 1000) sum += x.m * power_of_two(x.e - high);
    }
    return sum == 0 ? number_zero() : number(sum, high);
  }

  std::vector<double> near_;
};

/// Exponentials and logarithms of many numbers by vectors, as number_of_log and log_of give them.
class Converted {
 public:
  explicit Converted(int64_t n)
      : n_(n), x_(static_cast<size_t>((n + kSide - 1) / kSide * kSide)), whole_(x_.size()) {}

  void numbers(const double* logs, Number* out) {
    for (int64_t c = 0; c < n_; ++c)
      x_[static_cast<size_t>(c)] = logs[c] > kNone ? std::clamp(logs[c], -kLogLimit, kLogLimit) : 0;
    path_.exps64(x_.data(), whole_.data(), static_cast<int64_t>(x_.size()));
    for (int64_t c = 0; c < n_; ++c)
      out[c] = logs[c] > kNone
                   ? number(x_[static_cast<size_t>(c)], static_cast<int64_t>(whole_[static_cast<size_t>(c)]))
                   : number_zero();
  }

  /// ln of each less `total`, from the second on; -inf of zero.
  void logs(const Number* in, double total, float* out) {
    for (int64_t c = 0; c < n_; ++c) x_[static_cast<size_t>(c)] = in[c].m == 0 ? 1.0 : in[c].m;
    path_.logs64(x_.data(), static_cast<int64_t>(x_.size()));
    for (int64_t c = 1; c < n_; ++c)
      if (in[c].m != 0)
        out[c] = static_cast<float>(
            (x_[static_cast<size_t>(c)] + static_cast<double>(in[c].e) * 0.69314718055994530942) - total);
  }

 private:
  const int64_t n_;
  std::vector<double> x_, whole_;
  const CanvasPath& path_ = canvas_path(-1);
};

/// sum[from] += weight of the set times what follows: the backward pass of one cell.
template <bool weighted>
void add_terms(const std::vector<Edge>& edges, const double* sets, const double* onward, const double* factor,
               const double* weight, double* sum) {
  for (size_t e = 0; e < edges.size(); ++e) {
    const Edge& edge = edges[e];
    double term = sets[edge.set] * onward[edge.next];
    if constexpr (weighted) term *= weight[e];
    sum[edge.from] += term * factor[e];
  }
}

/// The forward pass of one cell, and what stands around each set: two factors an edge.
template <bool weighted>
void add_both(const std::vector<Edge>& edges, EdgeSums& along, EdgeSums& between, const double* factor,
              const double* weight) {
  const double *const sets = along.x(), *const before = along.y(), *const onward = between.x();
  double *const states = along.sum(), *const around = between.sum();
  for (size_t e = 0; e < edges.size(); ++e) {
    const Edge& edge = edges[e];
    double term = before[edge.from] * sets[edge.set], both = before[edge.from] * onward[edge.next];
    if constexpr (weighted) term *= weight[e], both *= weight[e];
    states[edge.next] += term * factor[2 * e];
    around[edge.set] += both * factor[2 * e + 1];
  }
}

ListView view_of(const Lists& lists) { return {lists.first.data(), lists.item.data()}; }

}  // namespace

GrammarView view_of(const Grammar& g) {
  return {g.C,
          g.N,
          g.Q,
          view_of(g.sets),
          view_of(g.of_class),
          view_of(g.edges),
          view_of(g.into),
          view_of(g.by_set),
          g.from.data(),
          g.next.data(),
          g.set.data(),
          g.weight.empty() ? nullptr : g.weight.data(),
          g.least.data()};
}

CanvasLattice::CanvasLattice(std::shared_ptr<const Grammar> grammar, int64_t B, int64_t L, const double* sums,
                             const int32_t* start, const int64_t* left, int threads)
    : g_(std::move(grammar)), view_(view_of(*g_)), B_(B), L_(L), start_(start, start + B),
      left_(left, left + B), soonest_(static_cast<size_t>(B)) {
  const auto room = [](int64_t n) { return std::make_unique_for_overwrite<Number[]>(static_cast<size_t>(n)); };
  classes_ = room(B * L * view_.C), sets_ = room(B * L * view_.N), beta_ = room(B * (L + 1) * view_.Q);
  parallel_for(B, threads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) backward(b, sums + b * L * view_.C);
  });
}

void CanvasLattice::backward(int64_t b, const double* sums) {
  soonest_[static_cast<size_t>(b)] = g_->soonest(start_[static_cast<size_t>(b)]);
  Number* last = beta(b, L_);
  for (int64_t q = 0; q < view_.Q; ++q) last[q] = passed(b, q, L_) ? Number{1.0, 0} : number_zero();
  ListSums set_sums(view_.C);
  Converted converted(view_.C);
  std::vector<double> factor(static_cast<size_t>(g_->E)), weight(g_->weight.size());
  for (size_t e = 0; e < weight.size(); ++e) weight[static_cast<size_t>(g_->turned_place[e])] = g_->weight[e].m;
  EdgeSums terms({g_->E, view_.N, view_.Q, view_.Q, view_.set, view_.next, view_.from, view_.by_set, view_.into,
                  view_.edges, g_->turned_place.data(), view_.weight},
                 factor.data(), 1);
  for (int64_t i = L_; i-- > 0;) {
    stop_point();
    Number* const weights = classes_.get() + (b * L_ + i) * view_.C;
    Number* const W = sets_.get() + (b * L_ + i) * view_.N;
    converted.numbers(sums + i * view_.C, weights);
    set_sums.take(view_.sets, view_.N, weights, W);
    const Number* const onward = beta(b, i + 1);
    Number* const here = beta(b, i);
    terms.take_x(W);
    terms.take_y(onward);
    if (weight.empty())
      add_terms<false>(g_->turned, terms.x(), terms.y(), factor.data(), nullptr, terms.sum());
    else
      add_terms<true>(g_->turned, terms.x(), terms.y(), factor.data(), weight.data(), terms.sum());
    terms.finish(here, [&](int64_t q) {
      return passed(b, q, i) ? beta_of(view_, q, W, onward) : number_zero();
    });
    for (int64_t q = 0; q < view_.Q; ++q)
      if (!passed(b, q, i)) here[q] = number_zero();
  }
}

void CanvasLattice::log_z(double* out) const {
  for (int64_t b = 0; b < B_; ++b) out[b] = log_of(z(b));
}

void CanvasLattice::impossible(int64_t* out) const {
  for (int64_t b = 0; b < B_; ++b) {
    out[b] = -1;
    if (z(b).m != 0) continue;
    std::vector<char> here(static_cast<size_t>(view_.Q)), next(here.size());
    here[static_cast<size_t>(start_[static_cast<size_t>(b)])] = 1;
    for (int64_t i = 0; out[b] < 0 && i < L_; ++i) {
      std::fill(next.begin(), next.end(), char{0});
      bool some = false;
      for (size_t e = 0; e < static_cast<size_t>(g_->E); ++e)
        if (here[static_cast<size_t>(g_->from[e])] && sets(b, i)[g_->set[e]].m != 0 &&
            g_->weight_of(static_cast<int64_t>(e)).m != 0)
          next[static_cast<size_t>(g_->next[e])] = some = true;
      here.swap(next);
      if (!some) out[b] = i;
    }
    if (out[b] < 0) out[b] = L_;
  }
}

void CanvasLattice::offsets(float* out, int threads) const {
  parallel_for(B_, threads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) offsets_of(b, out + b * L_ * view_.C);
  });
}

void CanvasLattice::offsets_of(int64_t b, float* out) const {
  const double total = log_of(z(b));
  std::fill(out, out + L_ * view_.C, static_cast<float>(kNone));
  if (total == kNone) return;
  std::vector<Number> alpha(static_cast<size_t>(view_.Q), number_zero()), next(alpha),
      A(static_cast<size_t>(view_.N));
  std::vector<Number> around(static_cast<size_t>(view_.C));
  ListSums class_sums(view_.N);
  Converted converted(view_.C);
  std::vector<double> factor(static_cast<size_t>(2 * g_->E)), weight;
  for (const Number& w : g_->weight) weight.push_back(w.m);
  EdgeSums along({g_->E, view_.N, view_.Q, view_.Q, view_.set, view_.from, view_.next, view_.by_set, view_.edges,
                  view_.into, nullptr, view_.weight},
                 factor.data(), 2);
  EdgeSums between({g_->E, view_.Q, view_.Q, view_.N, view_.next, view_.from, view_.set, view_.into, view_.edges,
                    view_.by_set, nullptr, view_.weight},
                   factor.data() + 1, 2);
  alpha[static_cast<size_t>(start_[static_cast<size_t>(b)])] = {1.0, 0};
  for (int64_t i = 0; i < L_; ++i) {
    stop_point();
    const Number *const W = sets(b, i), *const onward = beta(b, i + 1);
    along.take_x(W);
    along.take_y(alpha.data());
    between.take_x(onward);
    between.take_y(alpha.data());  // the same numbers
    if (weight.empty())
      add_both<false>(g_->straight, along, between, factor.data(), nullptr);
    else
      add_both<true>(g_->straight, along, between, factor.data(), weight.data());
    between.finish(A.data(), [&](int64_t n) { return around_set(view_, n, alpha.data(), onward); });
    along.finish(next.data(), [&](int64_t q) { return alpha_of(view_, q, W, alpha.data()); });
    class_sums.take(view_.of_class, view_.C, A.data(), around.data());
    converted.logs(around.data(), total, out + i * view_.C);
    for (int64_t q = 0; q < view_.Q; ++q)
      alpha[static_cast<size_t>(q)] = passed(b, q, i + 1) ? next[static_cast<size_t>(q)] : number_zero();
  }
}

void CanvasLattice::walk(uint64_t seed, const uint64_t* key, uint32_t turn, int32_t* out, int threads) const {
  parallel_for(B_, threads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      int64_t q = start_[static_cast<size_t>(b)];
      const bool found = z(b).m != 0;
      for (int64_t i = 0; i < L_; ++i) {
        out[b * L_ + i] = -1;
        if (!found) continue;
        const Words words = canvas_words(seed, key[b], turn, i, 0);
        const Number *const W = sets(b, i), *const onward = beta(b, i + 1), *const weights = classes(b, i);
        const int64_t e = drawn_of(view_.edges.first[q], view_.edges.first[q + 1], beta(b, i)[q],
                                   uniform53(words.w[0], words.w[1]),
                                   [&](int64_t edge) { return edge_onward(view_, edge, W, onward); });
        const int64_t n = view_.set[e];
        const int64_t at =
            drawn_of(view_.sets.first[n], view_.sets.first[n + 1], W[n], uniform53(words.w[2], words.w[3]),
                     [&](int64_t j) { return weights[view_.sets.item[j]]; });
        out[b * L_ + i] = view_.sets.item[at];
        q = view_.next[e];
      }
    }
  });
}

void best_walk(const Grammar& g, int64_t B, int64_t L, const double* bests, const int32_t* start,
               const int64_t* left, int32_t* classes, double* score, int threads) {
  const GrammarView view = view_of(g);
  const auto log_weight = [&](int64_t e) {
    return g.log_weight.empty() ? 0.0 : g.log_weight[static_cast<size_t>(e)];
  };
  parallel_for(B, threads, 1, [&](int64_t begin, int64_t end) {
    std::vector<double> W(static_cast<size_t>(L * g.N)), v(static_cast<size_t>((L + 1) * g.Q));
    for (int64_t b = begin; b < end; ++b) {
      const std::vector<int32_t> soonest = g.soonest(start[b]);
      const double* const best = bests + b * L * g.C;
      const auto onward = [&](int64_t i, int64_t e) {
        return (W[static_cast<size_t>(i * g.N + view.set[e])] + log_weight(e)) +
               v[static_cast<size_t>((i + 1) * g.Q + view.next[e])];
      };
      for (int64_t i = L; i >= 0; --i) {
        stop_point();
        for (int64_t n = 0; n < g.N && i < L; ++n) {
          double most = kNone;
          for (int64_t j = view.sets.first[n]; j < view.sets.first[n + 1]; ++j)
            most = std::max(most, best[i * g.C + view.sets.item[j]]);
          W[static_cast<size_t>(i * g.N + n)] = std::max(most, most == kNone ? kNone : -kLogLimit);
        }
        for (int64_t q = 0; q < g.Q; ++q) {
          double most = kNone;
          if (soonest[static_cast<size_t>(q)] <= i && may_finish(view, q, L - i, left[b])) {
            if (i == L) most = 0;
            for (int64_t e = view.edges.first[q]; e < view.edges.first[q + 1] && i < L; ++e)
              most = std::max(most, onward(i, e));
          }
          v[static_cast<size_t>(i * g.Q + q)] = most;
        }
      }
      int64_t q = start[b];
      score[b] = v[static_cast<size_t>(q)];
      for (int64_t i = 0; i < L; ++i) {
        classes[b * L + i] = -1;
        if (score[b] == kNone) continue;
        int64_t e = view.edges.first[q];
        while (onward(i, e) != v[static_cast<size_t>(i * g.Q + q)]) ++e;
        const int64_t n = view.set[e];
        const double most = W[static_cast<size_t>(i * g.N + n)];
        int64_t j = view.sets.first[n];
        while (std::max(best[i * g.C + view.sets.item[j]], -kLogLimit) != most ||
               best[i * g.C + view.sets.item[j]] == kNone)
          ++j;
        classes[b * L + i] = view.sets.item[j];
        q = view.next[e];
      }
    }
  });
}

void token_bits(const Grammar& g, int64_t R, const bool* legal, int32_t* out) {
  const int64_t words = (g.V + 31) / 32;
  std::fill(out, out + R * words, 0);
  for (int64_t r = 0; r < R; ++r)
    for (int64_t t = 0; t < g.V; ++t)
      if (legal[r * g.C + g.token_class[static_cast<size_t>(t)]])
        out[r * words + t / 32] =
            static_cast<int32_t>(static_cast<uint32_t>(out[r * words + t / 32]) | 1u << t % 32);
}

}  // namespace vmd
