// test_automata.cpp -- automata over bytes and over tokens, under sanitizers, without Python.
//
// What patterns mean is tested in tests/automata and tests/canvas; here: random automata keep their words through every
// step, states stay within bounds, limits end the work, and a token leads where its bytes do.
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "automata/dfa.hpp"
#include "canvas/compile.hpp"
#include "check.hpp"

using namespace vmd;

namespace {

std::mt19937_64 rng(1);
constexpr Limits kLimits{1 << 16, 1 << 24};

int32_t below(int64_t n) { return static_cast<int32_t>(rng() % static_cast<uint64_t>(n)); }

struct Places {
  std::vector<Nfa::Edge> edges;
  std::vector<Nfa::FreeEdge> free;
  Nfa nfa{};
};

Places random_places() {
  Places out;
  const int32_t n = 1 + below(8);
  for (int i = below(16); i-- > 0;) {
    const int32_t low = 'a' + below(3);
    out.edges.push_back({below(n), low, low + below(2), below(n)});
  }
  for (int i = below(8); i-- > 0;) out.free.push_back({below(n), below(3), below(n)});
  out.nfa = {n, below(n), below(n), out.edges, out.free};
  return out;
}

/// By definition: all places that the word leads to, anchors looked at where they stand.
bool matches(const Nfa& nfa, const std::string& word) {
  std::vector<bool> held(static_cast<size_t>(nfa.states), false);
  held[static_cast<size_t>(nfa.start)] = true;
  const auto spread = [&](bool begin, bool end) {
    for (int32_t turn = 0; turn < nfa.states; ++turn)
      for (const auto& e : nfa.free)
        if (held[static_cast<size_t>(e.from)] && (e.kind == Nfa::kAlways || (e.kind == Nfa::kBegin ? begin : end)))
          held[static_cast<size_t>(e.to)] = true;
  };
  for (size_t i = 0; i < word.size(); ++i) {
    spread(i == 0, false);
    std::vector<bool> next(held.size(), false);
    for (const auto& e : nfa.edges)
      if (held[static_cast<size_t>(e.from)] && e.lo <= word[i] && word[i] <= e.hi) next[static_cast<size_t>(e.to)] = true;
    held = next;
  }
  spread(word.empty(), true);
  return held[static_cast<size_t>(nfa.final)];
}

int64_t after(const Dfa& dfa, int64_t q, const std::string& word) {
  for (const char c : word) q = q < 0 ? q : dfa.next(q, static_cast<uint8_t>(c));
  return q;
}

bool accepts(const Dfa& dfa, const std::string& word) {
  const int64_t q = after(dfa, 0, word);
  return q >= 0 && dfa.accepting[static_cast<size_t>(q)];
}

std::vector<std::string> words() {
  std::vector<std::string> out{""};
  for (size_t i = 0; i < out.size() && out[i].size() < 5; ++i)
    for (const char c : {'a', 'b', 'c', 'd'}) out.push_back(out[i] + c);
  return out;
}

void sets_of_places_accept_what_places_do() {
  const auto all = words();
  for (int round = 0; round < 300; ++round) {
    const Places a = random_places(), b = random_places();
    const Dfa x = *determinise(a.nfa, kLimits), y = *determinise(b.nfa, kLimits);
    const Dfa both = *combine(x, y, Both::kIntersection, kLimits), rest = *combine(x, y, Both::kDifference, kLimits);
    CHECK(minimise(x).step == x.step);
    for (const auto& word : all) {
      const bool in_a = matches(a.nfa, word), in_b = matches(b.nfa, word);
      CHECK(accepts(x, word) == in_a);
      CHECK(accepts(both, word) == (in_a && in_b));
      CHECK(accepts(rest, word) == (in_a && !in_b));
    }
  }
}

void limits_end_the_work() {
  std::vector<Nfa::Edge> edges{{0, 'a', 'b', 0}, {0, 'a', 'a', 1}};
  for (int32_t i = 1; i < 20; ++i) edges.push_back({i, 'a', 'b', i + 1});
  const Nfa nfa{21, 0, 20, edges, {}};
  CHECK(!determinise(nfa, {1000, 1 << 30}).has_value());
  CHECK(!determinise(nfa, {1 << 24, 1000}).has_value());
}

void a_token_leads_where_its_bytes_do() {
  for (int round = 0; round < 200; ++round) {
    std::vector<uint8_t> bytes, usable;
    std::vector<int64_t> first{0};
    std::vector<std::string> tokens;
    const int V = 2 + below(12);
    for (int v = 0; v < V; ++v) {
      std::string token;
      for (int i = below(4); i-- > 0;) token += static_cast<char>('a' + below(4));
      bytes.insert(bytes.end(), token.begin(), token.end());
      first.push_back(static_cast<int64_t>(bytes.size()));
      usable.push_back(below(8) != 0);
      tokens.push_back(token);
    }
    usable[0] = 0;
    const Places places = random_places();
    const Dfa dfa = *determinise(places.nfa, kLimits);
    const std::vector<int32_t> eos{0};
    const Trie trie = make_trie(bytes, first, usable);
    CHECK(!compile_tokens(trie, dfa, eos, {}, 0).has_value() || trie.byte.size() == 1);
    const TokenGrammar g = *compile_tokens(trie, dfa, eos, {}, 1 << 20);
    if (g.accepting.empty()) continue;
    for (int walk = 0; walk < 50; ++walk) {
      int64_t q = 0, state = g.start;
      while (state >= 0 && state != g.end && below(8) != 0) {
        const int v = 1 + below(V - 1);
        const size_t kind = static_cast<size_t>(g.token_class[static_cast<size_t>(v)]);
        int64_t to = -1;
        for (int32_t e = g.edge_first[static_cast<size_t>(state)]; e < g.edge_first[static_cast<size_t>(state) + 1]; ++e) {
          const size_t set = static_cast<size_t>(g.edge_set[static_cast<size_t>(e)]);
          for (int32_t i = g.set_first[set]; i < g.set_first[set + 1]; ++i)
            if (static_cast<size_t>(g.set_class[static_cast<size_t>(i)]) == kind) to = g.edge_next[static_cast<size_t>(e)];
        }
        state = to;
        const bool text = usable[static_cast<size_t>(v)] && !tokens[static_cast<size_t>(v)].empty();
        q = text ? after(dfa, q, tokens[static_cast<size_t>(v)]) : -1;
        CHECK(state < 0 || q >= 0);
        if (state >= 0) CHECK(g.accepting[static_cast<size_t>(state)] == dfa.accepting[static_cast<size_t>(q)]);
        else CHECK(q < 0 || !dfa.accepting[static_cast<size_t>(q)]);
      }
    }
  }
}

}  // namespace

int main() {
  sets_of_places_accept_what_places_do();
  limits_end_the_work();
  a_token_leads_where_its_bytes_do();
  std::puts("automata: ok");
}
