// dfa.hpp -- automata over bytes: one made deterministic, two made one, one made smallest. Each within limits.
//
// Input        an Nfa: edges that read a byte of lo..hi, and free edges that read nothing; some of these are anchors,
//              open only before the first byte or after the last.
// Result       the smallest Dfa with the same words, or nothing where it would take more states or work than allowed.
//              States are numbered breadth first, kinds by their first byte: one language has one Dfa.
// Partial      a step of -1 leads nowhere; no state but a lonely start is without a way to acceptance.
// Cost         determinise: places looked at. minimise: E log Q for E steps that lead somewhere.
// Sources      minimise: Valmari, Lehtinen, Efficient minimization of DFAs with partial transition functions, 2008.
// Test         tests/automata/test_dfa.py, test_pattern.py: against Python's re and enumeration; csrc/tests/test_automata.cpp
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace vmd {

struct Limits {
  int64_t states;  // of a deterministic automaton on the way, before it is made smallest
  int64_t work;    // places, or pairs of states, looked at
};

struct Nfa {
  enum Free : int32_t { kAlways = 0, kBegin = 1, kEnd = 2 };
  struct Edge { int32_t from, lo, hi, to; };
  struct FreeEdge { int32_t from, kind, to; };
  int32_t states, start, final;
  std::span<const Edge> edges;
  std::span<const FreeEdge> free;
};

struct Dfa {
  std::array<uint8_t, 256> kind{};  // of each byte: bytes of one kind lead to the same states everywhere
  int kinds = 1;
  std::vector<int32_t> step;       // [Q, kinds], -1 nowhere; the start is state 0
  std::vector<uint8_t> accepting;  // [Q]
  int64_t Q() const { return static_cast<int64_t>(accepting.size()); }
  int32_t next(int64_t q, uint8_t byte) const { return step[static_cast<size_t>(q * kinds + kind[byte])]; }
};

enum class Both { kIntersection, kDifference };

/// All numbers of the edges must be states.
std::optional<Dfa> determinise(const Nfa& nfa, const Limits& limits);
/// Words of both, or of `a` but not of `b`.
std::optional<Dfa> combine(const Dfa& a, const Dfa& b, Both how, const Limits& limits);
/// The smallest one with the same words.
Dfa minimise(const Dfa& dfa);

}  // namespace vmd
