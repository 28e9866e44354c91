// compile.hpp -- an automaton over bytes becomes one over the tokens of a vocabulary.
//
// Meaning      a token takes state q to where its bytes take it. Tokens that take every state to the same place are one
//              class; class 0 is of those that lead nowhere. An edge (q, to) takes a set of classes.
// How          what a string of bytes does to all states at once is a map. Maps are numbered as they are met, and
//              (map, kind of byte) -> map is kept in a table: each node of the vocabulary's trie costs one look into
//              it, each new entry as many steps as the map has states. There are few maps where there are few classes.
// Trimmed      states that no tokens reach from the start, or from which no tokens reach acceptance, are left out.
// End          where there is an EOS, the last state is END: accepting --EOS--> END --EOS or padding--> END.
// Exact        maps are compared as they are; hashes only find them.
// Test         tests/canvas/test_compile.py: against every string of tokens of small vocabularies
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "automata/dfa.hpp"

namespace vmd {

/// The bytes of a vocabulary's tokens as a tree, in preorder; node 0 is its root.
struct Trie {
  std::vector<uint8_t> byte;      // [nodes] that leads to the node
  std::vector<int32_t> depth;     // [nodes] bytes from the root
  std::vector<int32_t> skip;      // [nodes] the first node that is not below
  std::vector<int32_t> node_of;   // [V] where a token ends; -1: it is no text, as masks and EOS are not
};

/// bytes[first[v] .. first[v + 1]) is token v, where `usable`; tokens without bytes are not.
Trie make_trie(std::span<const uint8_t> bytes, std::span<const int64_t> first, std::span<const uint8_t> usable);

/// As vmdsolve/canvas/grammar.py says; no states: no string of tokens is a text.
struct TokenGrammar {
  std::vector<int32_t> token_class, set_first, set_class, edge_first, edge_next, edge_set, least;
  std::vector<uint8_t> accepting;
  int32_t start = 0, end = -1;
};

/// Nothing where it would take more than `work` steps or pairs of states kept. `eos` and `pad` are tokens.
std::optional<TokenGrammar> compile_tokens(const Trie& trie, const Dfa& dfa, std::span<const int32_t> eos,
                                           std::span<const int32_t> pad, int64_t work);

}  // namespace vmd
