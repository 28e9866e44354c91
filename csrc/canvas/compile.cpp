#include "canvas/compile.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "support/stop.hpp"  // defines: stop_point

namespace vmd {
namespace {

using Numbers = std::vector<int32_t>;

size_t at(int64_t i) { return static_cast<size_t>(i); }

struct NumbersHash {
  size_t operator()(const Numbers& numbers) const {
    uint64_t hash = 0x9e3779b97f4a7c15u;
    for (const int32_t n : numbers) hash = (hash ^ static_cast<uint32_t>(n)) * 0xff51afd7ed558ccdu ^ (hash >> 29);
    return hash;
  }
};

/// Lists of numbers, each kept once, by their own number; list 0 is empty.
class Lists {
 public:
  Lists() { number({}); }
  int32_t number(Numbers&& list) {
    const auto [found, is_new] = numbers_.try_emplace(std::move(list), static_cast<int32_t>(lists_.size()));
    if (is_new) lists_.push_back(&found->first);
    return found->second;
  }
  const Numbers& operator[](int32_t i) const { return *lists_[at(i)]; }
  int32_t count() const { return static_cast<int32_t>(lists_.size()); }

 private:
  std::unordered_map<Numbers, int32_t, NumbersHash> numbers_;
  std::vector<const Numbers*> lists_;
};

/// What strings of bytes do to all states: lists q, to, q, to, ... of the states that they lead somewhere.
class Maps {
 public:
  Maps(const Dfa& dfa, int64_t work) : dfa_(dfa), left_(work) {
    Numbers identity;
    for (int32_t q = 0; q < dfa.Q(); ++q) identity.insert(identity.end(), {q, q});
    identity_ = lists.number(std::move(identity));
    then_.assign(at(2 * dfa.kinds), -1);
  }
  /// The map of each node of the trie; nothing where that is too much work.
  std::optional<Numbers> of_nodes(const Trie& trie) {
    Numbers of_node(trie.byte.size(), 0), way{identity_};
    for (size_t node = 1; node < trie.byte.size();) {
      const size_t depth = at(trie.depth[node]);
      way.resize(depth + 1);
      const size_t entry = at(int64_t{way[depth - 1]} * dfa_.kinds + dfa_.kind[trie.byte[node]]);
      if (then_[entry] < 0) {
        const int32_t map = next(way[depth - 1], dfa_.kind[trie.byte[node]]);
        then_.resize(at(int64_t{lists.count()} * dfa_.kinds), -1);
        then_[entry] = map;
        if (left_ < 0) return std::nullopt;
        stop_point();
      }
      way[depth] = of_node[node] = then_[entry];
      node = way[depth] == 0 ? at(trie.skip[node]) : node + 1;
    }
    return of_node;
  }

  Lists lists;

 private:
  int32_t next(int32_t map, int kind) {
    const Numbers& before = lists[map];
    Numbers after;
    for (size_t i = 0; i < before.size(); i += 2) {
      const int32_t to = dfa_.step[at(int64_t{before[i + 1]} * dfa_.kinds + kind)];
      if (to >= 0) after.insert(after.end(), {before[i], to});
    }
    const int32_t known = lists.count();
    left_ -= static_cast<int64_t>(before.size()) + 8;
    const auto size = static_cast<int64_t>(after.size());
    const int32_t found = lists.number(std::move(after));
    if (found == known) left_ -= 4 * size;  // kept: memory is dearer than a look
    return found;
  }

  const Dfa& dfa_;
  int64_t left_;
  int32_t identity_ = 0;
  Numbers then_;  // [maps, kinds], -1 not known yet
};

/// States that tokens reach from the start and from which they reach acceptance.
std::vector<uint8_t> useful(const Dfa& dfa, const std::vector<const Numbers*>& maps) {
  const size_t Q = at(dfa.Q());
  const auto reached = [&](bool backwards, std::vector<uint8_t> found) {
    std::vector<Numbers> to(Q);
    for (const Numbers* const map : maps)
      for (size_t i = 0; i < map->size(); i += 2) {
        Numbers& list = to[at((*map)[i + backwards])];
        if (list.empty() || list.back() != (*map)[i + !backwards]) list.push_back((*map)[i + !backwards]);
      }
    Numbers queue;
    for (size_t q = 0; q < Q; ++q)
      if (found[q]) queue.push_back(static_cast<int32_t>(q));
    for (size_t i = 0; i < queue.size(); ++i)
      for (const int32_t q : to[at(queue[i])])
        if (!std::exchange(found[at(q)], 1)) queue.push_back(q);
    return found;
  };
  std::vector<uint8_t> start(Q, 0);
  start[0] = 1;
  const std::vector<uint8_t> ahead = reached(false, start);
  std::vector<uint8_t> both = reached(true, dfa.accepting);
  for (size_t q = 0; q < Q; ++q) both[q] = both[q] && ahead[q];
  return both;
}

/// Edges, and their sets of classes, from what each class does to the states.
void add_edges(TokenGrammar& out, const Lists& classes) {
  const size_t Q = out.accepting.size();
  std::vector<std::vector<std::pair<int32_t, int32_t>>> leads(Q);  // to, class
  for (int32_t c = 1; c < classes.count(); ++c)
    for (size_t i = 0; i < classes[c].size(); i += 2) leads[at(classes[c][i])].emplace_back(classes[c][i + 1], c);
  Lists sets;
  out.edge_first = {0};
  for (auto& lead : leads) {
    std::sort(lead.begin(), lead.end());
    for (size_t i = 0; i < lead.size();) {
      const int32_t to = lead[i].first;
      Numbers set;
      for (; i < lead.size() && lead[i].first == to; ++i) set.push_back(lead[i].second);
      out.edge_next.push_back(to);
      out.edge_set.push_back(sets.number(std::move(set)) - 1);
    }
    out.edge_first.push_back(static_cast<int32_t>(out.edge_next.size()));
  }
  out.set_first = {0};
  for (int32_t n = 1; n < sets.count(); ++n) {
    out.set_class.insert(out.set_class.end(), sets[n].begin(), sets[n].end());
    out.set_first.push_back(static_cast<int32_t>(out.set_class.size()));
  }
}

/// Fewest tokens to acceptance, breadth first from there.
void add_least(TokenGrammar& out) {
  const size_t Q = out.accepting.size();
  std::vector<Numbers> sources(Q);
  for (size_t q = 0; q < Q; ++q)
    for (int32_t e = out.edge_first[q]; e < out.edge_first[q + 1]; ++e)
      sources[at(out.edge_next[at(e)])].push_back(static_cast<int32_t>(q));
  out.least.assign(Q, -1);
  Numbers queue;
  for (size_t q = 0; q < Q; ++q) {
    if (!out.accepting[q]) continue;
    out.least[q] = 0;
    queue.push_back(static_cast<int32_t>(q));
  }
  for (size_t i = 0; i < queue.size(); ++i)
    for (const int32_t q : sources[at(queue[i])])
      if (out.least[at(q)] < 0) {
        out.least[at(q)] = out.least[at(queue[i])] + 1;
        queue.push_back(q);
      }
}

}  // namespace

std::optional<TokenGrammar> compile_tokens(const Trie& trie, const Dfa& dfa, std::span<const int32_t> eos,
                                           std::span<const int32_t> pad, int64_t work) {
  Maps maps(dfa, work);
  const std::optional<Numbers> of_node = maps.of_nodes(trie);
  if (!of_node) return std::nullopt;
  const auto map_of = [&](size_t v) { return trie.node_of[v] < 0 ? 0 : (*of_node)[at(trie.node_of[v])]; };
  const size_t V = trie.node_of.size();
  std::vector<uint8_t> used(at(maps.lists.count()), 0);
  std::vector<const Numbers*> token_maps;
  int64_t pairs = 0;
  for (size_t v = 0; v < V; ++v) {
    const int32_t map = map_of(v);
    if (map == 0 || std::exchange(used[at(map)], 1)) continue;
    token_maps.push_back(&maps.lists[map]);
    pairs += static_cast<int64_t>(maps.lists[map].size());
  }
  if (4 * pairs > work) return std::nullopt;

  TokenGrammar out;
  const std::vector<uint8_t> kept = useful(dfa, token_maps);
  if (!kept[0]) return out;
  Numbers renumbered(kept.size(), -1);
  for (size_t q = 0; q < kept.size(); ++q) {
    if (!kept[q]) continue;
    renumbered[q] = static_cast<int32_t>(out.accepting.size());
    out.accepting.push_back(dfa.accepting[q]);
  }
  Lists classes;
  out.token_class.assign(V, 0);
  Numbers class_of(at(maps.lists.count()), -1);
  class_of[0] = 0;
  for (size_t v = 0; v < V; ++v) {
    int32_t& found = class_of[at(map_of(v))];
    if (found < 0) {
      Numbers map;
      const Numbers& full = maps.lists[map_of(v)];
      for (size_t i = 0; i < full.size(); i += 2) {
        const int32_t from = renumbered[at(full[i])], to = renumbered[at(full[i + 1])];
        if (from >= 0 && to >= 0) map.insert(map.end(), {from, to});
      }
      found = classes.number(std::move(map));
    }
    out.token_class[v] = found;
  }
  if (!eos.empty()) {
    out.end = static_cast<int32_t>(out.accepting.size());
    Numbers closing;
    for (int32_t q = 0; q < out.end; ++q)
      if (out.accepting[at(q)]) closing.insert(closing.end(), {q, out.end});
    closing.insert(closing.end(), {out.end, out.end});
    for (const int32_t v : pad)
      if (std::find(eos.begin(), eos.end(), v) == eos.end()) out.token_class[at(v)] = classes.number({out.end, out.end});
    const int32_t close = classes.number(std::move(closing));
    for (const int32_t v : eos) out.token_class[at(v)] = close;
    out.accepting.push_back(1);
  }
  add_edges(out, classes);
  add_least(out);
  return out;
}

}  // namespace vmd
