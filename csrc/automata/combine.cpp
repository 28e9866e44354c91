// combine.cpp -- two automata read at once: pairs of states, found one by one from the start.
#include <unordered_map>
#include <utility>

#include "automata/dfa.hpp"
#include "support/stop.hpp"  // defines: stop_point

namespace vmd {

std::optional<Dfa> combine(const Dfa& a, const Dfa& b, Both how, const Limits& limits) {
  Dfa out;
  std::unordered_map<int, int> kinds;
  std::vector<std::pair<int, int>> of_kind;
  for (size_t byte = 0; byte < 256; ++byte) {
    const auto [found, is_new] = kinds.emplace(a.kind[byte] * 256 + b.kind[byte], static_cast<int>(kinds.size()));
    if (is_new) of_kind.emplace_back(a.kind[byte], b.kind[byte]);
    out.kind[byte] = static_cast<uint8_t>(found->second);
  }
  out.kinds = static_cast<int>(of_kind.size());

  std::unordered_map<int64_t, int32_t> numbers;
  std::vector<std::pair<int32_t, int32_t>> pairs;
  const auto number = [&](int32_t p, int32_t q) {  // q is -1 where `b` leads nowhere any more
    const auto [found, is_new] = numbers.emplace(p * (b.Q() + 1) + q + 1, static_cast<int32_t>(pairs.size()));
    if (is_new) {
      pairs.emplace_back(p, q);
      const bool in_b = q >= 0 && b.accepting[static_cast<size_t>(q)];
      out.accepting.push_back(a.accepting[static_cast<size_t>(p)] && in_b == (how == Both::kIntersection));
    }
    return found->second;
  };
  number(0, 0);
  for (size_t i = 0; i < pairs.size(); ++i) {
    stop_point();
    const auto [p, q] = pairs[i];
    for (const auto& [kind_a, kind_b] : of_kind) {
      const int32_t to_a = a.step[static_cast<size_t>(int64_t{p} * a.kinds + kind_a)];
      const int32_t to_b = q < 0 ? -1 : b.step[static_cast<size_t>(int64_t{q} * b.kinds + kind_b)];
      const bool dead = to_a < 0 || (to_b < 0 && how == Both::kIntersection);
      out.step.push_back(dead ? -1 : number(to_a, to_b));
    }
    if (out.Q() > limits.states || static_cast<int64_t>(out.step.size()) > limits.work) return std::nullopt;
  }
  return minimise(out);
}

}  // namespace vmd
