// edges.cpp -- the passes of edges.hpp on the CPU, board by board.
#include "canvas/edges.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "canvas/scaled.hpp"
#include "canvas/sums.hpp"       // defines: canvas_path
#include "canvas/sums_path.hpp"  // defines: CanvasPath
#include "support/stop.hpp"     // defines: stop_point
#include "support/threads.hpp"  // defines: parallel_for

namespace vmd {
namespace {

constexpr double kNone = -std::numeric_limits<double>::infinity();

ListView view_of(const Lists& lists) { return {lists.first.data(), lists.item.data()}; }

/// Pairs of a set and a class, the one added up into the other.
Wiring pairs(const std::vector<int32_t>& x, const Lists& of_x, const std::vector<int32_t>& out,
             const Lists& of_out) {
  return {x.data(), nullptr, out.data(), view_of(of_x), {}, view_of(of_out), nullptr};
}

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
                             const int32_t* start, const int64_t* left, int threads, int path)
    : g_(std::move(grammar)), view_(view_of(*g_)), path_(canvas_path(path).edges), B_(B), L_(L),
      start_(start, start + B),
      left_(left, left + B), windows_(static_cast<size_t>(B)),
      room_(B * (L * (view_.C + view_.N) + (L + 1) * view_.Q)), classes_(room_.numbers()),
      sets_(classes_ + B * L * view_.C), beta_(sets_ + B * L * view_.N) {
  parallel_for(B, threads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) backward(b, sums + b * L * view_.C);
  });
}

void CanvasLattice::backward(int64_t b, const double* sums) {
  const Windows& windows = windows_[static_cast<size_t>(b)] =
      windows_of_states(*g_, start_[static_cast<size_t>(b)], L_, left_[static_cast<size_t>(b)]);
  for (int64_t q = 0; q < view_.Q; ++q)
    beta(b, L_)[q] = windows.has(static_cast<size_t>(q), L_) ? Number{1.0, 0} : number_zero();
  LiveSteps steps(g_->backward, windows_of_edges(*g_, windows), L_, true);
  ScaledNumbers weight(view_.C, path_), set(view_.N, path_), after(view_.Q, path_);
  ScaledSums into_sets(g_->add_sets, pairs(g_->sets.item, g_->pairs_of_class, g_->pair_set, g_->pairs_of_set), weight,
                       nullptr, path_);
  ScaledSums states(g_->backward,
                    {view_.set, view_.next, view_.from, view_.by_set, view_.into, view_.edges, view_.weight}, set,
                    &after, path_, &steps);
  states.only(windows);
  for (int64_t i = L_; i-- > 0;) {
    stop_point();
    Number* const weights = classes_ + (b * L_ + i) * view_.C;
    Number* const W = sets_ + (b * L_ + i) * view_.N;
    const Number* const onward = beta(b, i + 1);
    Number* const here = beta(b, i);
    path_.numbers(sums + i * view_.C, view_.C, weights);
    weight.take(weights);
    into_sets.add(i, W, [&](int64_t n) { return weight_of_set(view_, n, weights); });
    set.take(W);
    after.take(onward);
    steps.move_to(i);
    states.add(i, here, [&](int64_t q) { return beta_of(view_, q, W, onward); });
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
  if (total == kNone) {
    std::fill(out, out + L_ * view_.C, static_cast<float>(kNone));
    return;
  }
  const Windows &windows = windows_[static_cast<size_t>(b)], edges = windows_of_edges(*g_, windows);
  LiveSteps onward_steps(g_->forward, edges, L_, false), around_steps(g_->around, edges, L_, false);
  std::vector<Number> alpha(static_cast<size_t>(view_.Q), number_zero()), next(alpha),
      A(static_cast<size_t>(view_.N)), O(static_cast<size_t>(view_.C));
  ScaledNumbers set(view_.N, path_), before(view_.Q, path_), after(view_.Q, path_), of_sets(view_.N, path_);
  ScaledSums states(g_->forward,
                    {view_.set, view_.from, view_.next, view_.by_set, view_.edges, view_.into, view_.weight}, set,
                    &before, path_, &onward_steps);
  states.only(windows);
  ScaledSums around(g_->around,
                    {view_.next, view_.from, view_.set, view_.into, view_.edges, view_.by_set, view_.weight}, after,
                    &before, path_, &around_steps);
  ScaledSums into_classes(g_->add_classes,
                          pairs(g_->pair_set, g_->pairs_of_set, g_->sets.item, g_->pairs_of_class), of_sets, nullptr,
                          path_);
  alpha[static_cast<size_t>(start_[static_cast<size_t>(b)])] = {1.0, 0};
  for (int64_t i = 0; i < L_; ++i) {
    stop_point();
    const Number *const W = sets(b, i), *const onward = beta(b, i + 1);
    set.take(W);
    before.take(alpha.data());
    after.take(onward);
    onward_steps.move_to(i);
    around_steps.move_to(i);
    around.add(i, A.data(), [&](int64_t n) { return around_set(view_, n, alpha.data(), onward); });
    states.add(i + 1, next.data(), [&](int64_t q) { return alpha_of(view_, q, W, alpha.data()); });
    of_sets.take(A.data());
    into_classes.add(i, O.data(), [&](int64_t c) { return around_class(view_, c, A.data()); });
    out[i * view_.C] = static_cast<float>(kNone);
    path_.logs(O.data() + 1, total, view_.C - 1, out + i * view_.C + 1);
    alpha.swap(next);
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
      const Windows windows = windows_of_states(g, start[b], L, left[b]);
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
          if (windows.has(static_cast<size_t>(q), i)) {
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
