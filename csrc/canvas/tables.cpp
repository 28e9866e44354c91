// tables.cpp -- checks a grammar's arrays, and turns its lists every way.
#include "canvas/tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

namespace vmd {
namespace {

constexpr int64_t kWholeFrom = 512, kWholeShare = 8;  // live tokens, and their share, from which rows are read whole

void want(bool condition, const char* what) {
  if (!condition) throw std::invalid_argument(std::string("grammar: ") + what);
}

/// Whether `first` are the offsets of lists over n items.
bool offsets_ok(std::span<const int32_t> first, size_t n) {
  return !first.empty() && first.front() == 0 && static_cast<size_t>(first.back()) == n &&
         std::is_sorted(first.begin(), first.end());
}

bool within(std::span<const int32_t> numbers, int64_t limit) {
  return std::all_of(numbers.begin(), numbers.end(), [&](int32_t n) { return n >= 0 && n < limit; });
}

/// Numbers 0..n-1 listed by row(i) of `rows`, ascending.
template <class Row>
Lists listed_by(int64_t rows, size_t n, const Row& row) {
  Lists out{std::vector<int32_t>(static_cast<size_t>(rows) + 1), std::vector<int32_t>(n)};
  for (size_t i = 0; i < n; ++i) ++out.first[static_cast<size_t>(row(i)) + 1];
  std::partial_sum(out.first.begin(), out.first.end(), out.first.begin());
  std::vector<int32_t> at(out.first.begin(), out.first.end() - 1);
  for (size_t i = 0; i < n; ++i)
    out.item[static_cast<size_t>(at[static_cast<size_t>(row(i))]++)] = static_cast<int32_t>(i);
  return out;
}

/// Where among ascending tokens those of each stretch begin.
std::vector<int32_t> stretches_of(const std::vector<int32_t>& ascending, int64_t V) {
  std::vector<int32_t> first;
  for (int64_t begin = 0; begin < V + kStretch; begin += kStretch)
    first.push_back(static_cast<int32_t>(
        std::lower_bound(ascending.begin(), ascending.end(), static_cast<int32_t>(std::min(begin, V))) -
        ascending.begin()));
  return first;
}

/// Bundles of live tokens, chunk by chunk, each class's from the largest size to the smallest.
void bundle(const std::vector<int32_t>& token_class, Bundles* bundles) {
  const auto V = static_cast<int32_t>(token_class.size());
  const auto class_of = [&](int32_t t) { return token_class[static_cast<size_t>(t)]; };
  for (int size = 0; size < kBundles; ++size) bundles[size].first.push_back(0);
  for (int32_t begin = 0; begin < V; begin += kChunk) {
    std::vector<int32_t> tokens;
    for (int32_t t = begin; t < std::min(begin + kChunk, V); ++t)
      if (class_of(t) != 0) tokens.push_back(t);
    std::stable_sort(tokens.begin(), tokens.end(), [&](int32_t a, int32_t b) { return class_of(a) < class_of(b); });
    for (auto at = tokens.begin(); at != tokens.end();) {
      const int32_t c = class_of(*at);
      const auto end = std::find_if(at, tokens.end(), [&](int32_t t) { return class_of(t) != c; });
      for (int size = 0; size < kBundles; ++size)
        for (const int n = 8 >> size; end - at >= n; at += n) {
          bundles[size].of_class.push_back(c);
          for (int i = 0; i < n; ++i) bundles[size].place.push_back(static_cast<uint8_t>(at[i] - begin));
        }
    }
    for (int size = 0; size < kBundles; ++size)
      bundles[size].first.push_back(static_cast<int32_t>(bundles[size].of_class.size()));
  }
}

}  // namespace

Grammar::Grammar(std::span<const int32_t> classes, std::span<const int32_t> set_first,
                 std::span<const int32_t> set_class, std::span<const int32_t> edge_first,
                 std::span<const int32_t> edge_next, std::span<const int32_t> edge_set,
                 const float* edge_weight, std::span<const int32_t> fewest)
    : V(static_cast<int64_t>(classes.size())), N(static_cast<int64_t>(set_first.size()) - 1),
      Q(static_cast<int64_t>(edge_first.size()) - 1), E(static_cast<int64_t>(edge_next.size())),
      token_class(classes.begin(), classes.end()), next(edge_next.begin(), edge_next.end()),
      set(edge_set.begin(), edge_set.end()), least(fewest.begin(), fewest.end()) {
  want(V >= 1 && V <= kMaxTokens, "token_class has 1 to 2^22 tokens");
  want(N >= 0 && N <= kMaxClasses && Q >= 1 && Q <= kMaxGrammarStates && E <= kMaxEdges,
       "too many sets, states or edges");
  want(within(token_class, kMaxClasses), "token_class holds a number that is no class");
  C = int64_t{1} + std::max(*std::max_element(token_class.begin(), token_class.end()),
                   set_class.empty() ? 0 : *std::max_element(set_class.begin(), set_class.end()));
  want(offsets_ok(set_first, set_class.size()), "set_first is not ascending from 0 to the length of set_class");
  want(within(set_class, std::min(C, kMaxClasses)) &&
           std::find(set_class.begin(), set_class.end(), 0) == set_class.end(),
       "set_class holds class 0 or a number that is no class");
  want(offsets_ok(edge_first, next.size()), "edge_first is not ascending from 0 to the length of edge_next");
  want(set.size() == next.size() && within(next, Q) && within(set, N),
       "edge_next or edge_set holds a number out of reach");
  want(static_cast<int64_t>(least.size()) == Q, "least has another length than there are states");

  tokens = listed_by(C, static_cast<size_t>(V), [&](size_t t) { return token_class[t]; });
  sets = {{set_first.begin(), set_first.end()}, {set_class.begin(), set_class.end()}};
  pair_set.resize(set_class.size());
  for (int64_t k = 0; k < N; ++k)
    std::fill(pair_set.begin() + sets.begin(k), pair_set.begin() + sets.end(k), static_cast<int32_t>(k));
  pairs_of_set = {sets.first, std::vector<int32_t>(set_class.size())};
  std::iota(pairs_of_set.item.begin(), pairs_of_set.item.end(), 0);
  of_class = pairs_of_class = listed_by(C, set_class.size(), [&](size_t i) { return set_class[i]; });
  for (int32_t& i : of_class.item) i = pair_set[static_cast<size_t>(i)];
  from.resize(next.size());
  edges.first.assign(edge_first.begin(), edge_first.end());
  edges.item.resize(next.size());
  std::iota(edges.item.begin(), edges.item.end(), 0);
  for (int64_t q = 0; q < Q; ++q)
    std::fill(from.begin() + edges.begin(q), from.begin() + edges.end(q), static_cast<int32_t>(q));
  into = listed_by(Q, next.size(), [&](size_t e) { return next[e]; });
  by_set = listed_by(N, next.size(), [&](size_t e) { return set[e]; });
  add_sets = Lanes(pairs_of_set), add_classes = Lanes(pairs_of_class);
  backward = Lanes(edges, least), forward = Lanes(into, least), around = Lanes(by_set);
  const auto of_sets = add_sets.lanes_of(set), ends = backward.lanes_of(next), begins = forward.lanes_of(from);
  add_sets.wire(sets.item, C, nullptr, 0);
  backward.wire(of_sets, N, &ends, Q);
  forward.wire(of_sets, N, &begins, Q);
  around.wire(ends, Q, &begins, Q);
  add_classes.wire(around.lanes_of(pair_set), N, nullptr, 0);
  if (edge_weight != nullptr)
    for (int64_t e = 0; e < E; ++e) {
      want(edge_weight[e] < std::numeric_limits<float>::infinity(), "edge_weight holds NaN or infinity");
      log_weight.push_back(static_cast<double>(edge_weight[e]));
      weight.push_back(number_of_log(log_weight.back()));
    }

  const auto size = [&](int64_t c) { return tokens.end(c) - tokens.begin(c); };
  std::vector<int32_t> by_size(static_cast<size_t>(C));
  std::iota(by_size.begin(), by_size.end(), 0);
  std::stable_sort(by_size.begin(), by_size.end(), [&](int32_t a, int32_t b) { return size(a) > size(b); });
  whole = V - size(0) >= std::max(kWholeFrom, V / kWholeShare);
  for (int32_t t = 0; t < V; ++t)
    if (const int32_t c = token_class[static_cast<size_t>(t)]; c != 0) picked.push_back(t), picked_class.push_back(c);
  sample.assign(picked.begin(), picked.begin() + static_cast<int64_t>(std::min(kSample, picked.size())));
  for (const int32_t c : by_size)
    if (c != 0 && size(c) > kMany) many.push_back(c);
  if (whole) bundle(token_class, bundles);
  near.assign(by_size.begin(), by_size.begin() + std::min<int64_t>(C, kNear - 1));
  std::vector<uint8_t> rank(static_cast<size_t>(C), kNear - 1);
  for (size_t i = 0; i < near.size(); ++i) rank[static_cast<size_t>(near[i])] = static_cast<uint8_t>(i);
  for (int32_t t = 0; t < V; ++t) {
    ranks.push_back(rank[static_cast<size_t>(token_class[static_cast<size_t>(t)])]);
    if (ranks.back() == kNear - 1) far.push_back(t), far_class.push_back(token_class[static_cast<size_t>(t)]);
  }
  far_first = stretches_of(far, V);
}

std::vector<int32_t> Grammar::soonest(int32_t start) const {
  std::vector<int32_t> out(static_cast<size_t>(Q), std::numeric_limits<int32_t>::max()), queue{start};
  out[static_cast<size_t>(start)] = 0;
  for (size_t i = 0; i < queue.size(); ++i) {
    const int32_t q = queue[i];
    for (int64_t e = edges.begin(q); e < edges.end(q); ++e)
      if (int32_t& to = out[static_cast<size_t>(next[static_cast<size_t>(e)])];
          to == std::numeric_limits<int32_t>::max()) {
        to = out[static_cast<size_t>(q)] + 1;
        queue.push_back(next[static_cast<size_t>(e)]);
      }
  }
  return out;
}

}  // namespace vmd
