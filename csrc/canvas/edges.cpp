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

/// Has n numbers come into the second cache; the first is full of what this cell needs.
void ask_for(const double* numbers, int64_t n) {
  for (int64_t k = 0; k < n; k += kLanes) __builtin_prefetch(numbers + k, 0, 2);
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

struct CanvasLattice::Board {
  Windows windows;                        // of states
  Trail set_heights, beta_heights;        // back along the cells
  std::vector<int64_t> set_base, beta_base;  // [L], [L+1]
};

CanvasLattice::CanvasLattice(std::shared_ptr<const Grammar> grammar, int64_t B, int64_t L, std::vector<double> sums,
                             const int32_t* start, const int64_t* left, int threads, int path)
    : g_(std::move(grammar)), view_(view_of(*g_)), path_(canvas_path(path).edges), B_(B), L_(L),
      N_(g_->add_sets.width()), Q_(g_->backward.width()), sums_(std::move(sums)), start_(start, start + B),
      left_(left, left + B), values_(B * (L * N_ + (L + 1) * Q_)), boards_(static_cast<size_t>(B)) {
  parallel_for(B, threads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) backward(b);
  });
}
CanvasLattice::~CanvasLattice() = default;

void CanvasLattice::backward(int64_t b) {
  const auto cells = static_cast<size_t>(L_);
  boards_[static_cast<size_t>(b)].reset(
      new Board{windows_of_states(*g_, start_[static_cast<size_t>(b)], L_, left_[static_cast<size_t>(b)]), Trail(L_),
                Trail(L_), std::vector<int64_t>(cells), std::vector<int64_t>(cells + 1)});
  Board& board = *boards_[static_cast<size_t>(b)];
  LiveSteps steps(g_->backward, windows_of_edges(*g_, board.windows), L_, true);
  ScaledPowers classes(view_.C, path_);
  ScaledSums into_sets(g_->add_sets, nullptr, path_), states(g_->backward, view_.weight, path_, &steps);
  double* const last = beta(b, L_);
  std::fill(last, last + Q_, 0.0);
  for (int64_t q = 0; q < view_.Q; ++q)
    if (board.windows.has(static_cast<size_t>(q), L_)) last[g_->backward.lane[static_cast<size_t>(q)]] = 1.0;
  Scaled onward{last, states.heights().data(), 0, {}};
  for (int64_t i = L_; i-- > 0;) {
    stop_point();
    const auto at = static_cast<size_t>(i);
    const Scaled weights = classes.take(sums(b, i));
    const Scaled W = into_sets.add(weights, nullptr, 0, sets(b, i),
                                   [&](int64_t n) { return weight_of_set(view_, n, weights); });
    steps.move_to(i);
    const ByRow set{W, g_->add_sets.lane.data()}, after{onward, g_->backward.lane.data()};
    onward = states.add(W, &onward, states.heights().centre(), beta(b, i),
                        [&](int64_t q) { return beta_of(view_, q, set, after); });
    board.set_base[at] = W.base, board.beta_base[at] = onward.base;
    board.set_heights.add(i, into_sets.heights());
    board.beta_heights.add(i, states.heights());
  }
}

Number CanvasLattice::z(int64_t b) const {
  const Board& board = *boards_[static_cast<size_t>(b)];
  const Scaled first{beta(b, 0), board.beta_heights.first().data(), board.beta_base[0], {}};
  return ByRow{first, g_->backward.lane.data()}[start_[static_cast<size_t>(b)]];
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
        if (here[static_cast<size_t>(g_->from[e])] &&
            sets(b, i)[g_->add_sets.lane[static_cast<size_t>(g_->set[e])]] != 0 &&
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
  const Board& board = *boards_[static_cast<size_t>(b)];
  const Windows edges = windows_of_edges(*g_, board.windows);
  const Lanes &by_set = g_->add_sets, &ends = g_->backward, &begins = g_->forward;
  LiveSteps onward_steps(begins, edges, L_, false), around_steps(g_->around, edges, L_, false);
  ScaledSums states(begins, view_.weight, path_, &onward_steps),
      around(g_->around, view_.weight, path_, &around_steps, kAround),
      into_classes(g_->add_classes, nullptr, path_, nullptr, kClasses);
  std::vector<double> alpha(static_cast<size_t>(begins.width())), next(alpha),
      A(static_cast<size_t>(g_->around.width())), O(static_cast<size_t>(g_->add_classes.width()));
  std::vector<float> ln(O.size());
  std::vector<int64_t> set_heights = board.set_heights.first(), beta_heights = board.beta_heights.first();
  alpha[static_cast<size_t>(begins.lane[static_cast<size_t>(start_[static_cast<size_t>(b)])])] = 1.0;
  Scaled here{alpha.data(), states.heights().data(), 0, {}}, W{nullptr, set_heights.data(), 0, {}},
      onward{nullptr, beta_heights.data(), 0, {}};
  for (int64_t i = 0; i < L_; ++i) {
    stop_point();
    const auto at = static_cast<size_t>(i);
    W.value = sets(b, i), W.base = board.set_base[at];
    onward.value = beta(b, i + 1), onward.base = board.beta_base[at + 1];
    onward.moved = board.beta_heights.onward(i, beta_heights);
    if (i + 1 < L_) ask_for(sets(b, i + 1), N_), ask_for(beta(b, i + 2), Q_);
    onward_steps.move_to(i);
    around_steps.move_to(i);
    const ByRow set{W, by_set.lane.data()}, before{here, begins.lane.data()}, after{onward, ends.lane.data()};
    const Scaled of_sets = around.add(onward, &here, 0, A.data(),
                                      [&](int64_t n) { return around_set(view_, n, before, after); });
    const ByRow sums{of_sets, g_->around.lane.data()};
    const Scaled of_classes = into_classes.add(of_sets, nullptr, 0, O.data(),
                                               [&](int64_t c) { return around_class(view_, c, sums); });
    path_.logs(O.data(), of_classes.height, of_classes.base, total, static_cast<int64_t>(O.size()), ln.data());
    for (size_t c = 0; c < static_cast<size_t>(view_.C); ++c)
      out[i * view_.C + static_cast<int64_t>(c)] = ln[static_cast<size_t>(g_->add_classes.lane[c])];
    here = states.add(W, &here, states.heights().centre(), next.data(),
                      [&](int64_t q) { return alpha_of(view_, q, set, before); });
    alpha.swap(next);
    W.moved = board.set_heights.onward(i, set_heights);
  }
}

void CanvasLattice::walk(uint64_t seed, const uint64_t* key, uint32_t turn, int32_t* out, int threads) const {
  parallel_for(B_, threads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) walk_of(b, seed, key[b], turn, out + b * L_);
  });
}

void CanvasLattice::walk_of(int64_t b, uint64_t seed, uint64_t key, uint32_t turn, int32_t* out) const {
  std::fill(out, out + L_, -1);
  if (z(b).m == 0) return;
  const Board& board = *boards_[static_cast<size_t>(b)];
  std::vector<int64_t> set_heights = board.set_heights.first(), beta_heights = board.beta_heights.first();
  int64_t q = start_[static_cast<size_t>(b)];
  for (int64_t i = 0; i < L_; ++i) {
    const auto at = static_cast<size_t>(i);
    const Words words = canvas_words(seed, key, turn, i, 0);
    const Scaled weights{sets(b, i), set_heights.data(), board.set_base[at], {}},
        here{beta(b, i), beta_heights.data(), board.beta_base[at], {}},
        after{beta(b, i + 1), beta_heights.data(), board.beta_base[at + 1], {}};
    const ByRow W{weights, g_->add_sets.lane.data()}, onward{after, g_->backward.lane.data()};
    const Number total = ByRow{here, g_->backward.lane.data()}[q];
    board.beta_heights.onward(i, beta_heights);
    const int64_t e = drawn_of(view_.edges.first[q], view_.edges.first[q + 1], total,
                               uniform53(words.w[0], words.w[1]),
                               [&](int64_t edge) { return edge_onward(view_, edge, W, onward); });
    const int64_t n = view_.set[e];
    const int64_t j = drawn_of(view_.sets.first[n], view_.sets.first[n + 1], W[n], uniform53(words.w[2], words.w[3]),
                               [&](int64_t k) { return number_of_log(sums(b, i)[view_.sets.item[k]]); });
    out[i] = view_.sets.item[j];
    q = view_.next[e];
    board.set_heights.onward(i, set_heights);
  }
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
