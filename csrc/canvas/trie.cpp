// trie.cpp -- tokens in order of their bytes; a token adds what it does not share with the one before.
#include <algorithm>

#include "canvas/compile.hpp"
#include "support/stop.hpp"  // defines: stop_point

namespace vmd {

Trie make_trie(std::span<const uint8_t> bytes, std::span<const int64_t> first, std::span<const uint8_t> usable) {
  const size_t V = usable.size();
  const auto of = [&](int32_t v) {
    const auto i = static_cast<size_t>(v);
    return bytes.subspan(static_cast<size_t>(first[i]), static_cast<size_t>(first[i + 1] - first[i]));
  };
  std::vector<int32_t> order;
  for (size_t v = 0; v < V; ++v)
    if (usable[v] && first[v] < first[v + 1]) order.push_back(static_cast<int32_t>(v));
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    const auto x = of(a), y = of(b);
    return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
  });
  Trie trie;
  trie.byte = {0}, trie.depth = {0}, trie.skip = {0}, trie.node_of.assign(V, -1);
  std::vector<int32_t> open{0};  // nodes on the way to the last token
  const auto close = [&](size_t depth) {
    for (; open.size() > depth + 1; open.pop_back())
      trie.skip[static_cast<size_t>(open.back())] = static_cast<int32_t>(trie.byte.size());
  };
  std::span<const uint8_t> before;
  for (const int32_t v : order) {
    stop_point();
    const auto now = of(v);
    const auto same = std::mismatch(before.begin(), before.end(), now.begin(), now.end()).second - now.begin();
    close(static_cast<size_t>(same));
    for (size_t i = static_cast<size_t>(same); i < now.size(); ++i) {
      open.push_back(static_cast<int32_t>(trie.byte.size()));
      trie.byte.push_back(now[i]), trie.depth.push_back(static_cast<int32_t>(i + 1)), trie.skip.push_back(0);
    }
    trie.node_of[static_cast<size_t>(v)] = open.back();
    before = now;
  }
  close(0);
  trie.skip[0] = static_cast<int32_t>(trie.byte.size());
  return trie;
}

}  // namespace vmd
