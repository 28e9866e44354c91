// cliques.cpp -- joins AllDifferents of two cells (edges of a graph) to AllDifferents of whole cliques.
//
// Meaning      cells that differ pairwise all differ, so the solutions stay the same; but only the clique sees that
//              four cells cannot share three values, or that a value has one place left.
// Method       greedy: while an edge is in no clique, begin one with it, and add the neighbour of all its cells that
//              brings most edges not yet in a clique (the lowest number among equals), while it brings any.
// Limits       kMaxCells cells with edges (a bit for each pair of cells), kMaxEdges edges; beyond that edges stay edges.
#include <algorithm>
#include <bit>

#include "rules/rules.hpp"
#include "support/stop.hpp"

namespace vmd {
namespace {

constexpr int32_t kMaxCells = 4096;
constexpr size_t kMaxEdges = 200'000;

class Graph {
 public:
  explicit Graph(int32_t cells) : words_((static_cast<size_t>(cells) + 63) / 64), rows_(words_ * static_cast<size_t>(cells)) {}
  size_t words() const { return words_; }
  const uint64_t* row(int32_t cell) const { return rows_.data() + static_cast<size_t>(cell) * words_; }
  bool has(int32_t a, int32_t b) const { return (row(a)[b / 64] >> (b % 64) & 1) != 0; }
  void set(int32_t a, int32_t b) { flip(a, b, true); flip(b, a, true); }
  void unset(int32_t a, int32_t b) { flip(a, b, false); flip(b, a, false); }

 private:
  void flip(int32_t a, int32_t b, bool on) {
    uint64_t& word = rows_[static_cast<size_t>(a) * words_ + static_cast<size_t>(b / 64)];
    word = on ? word | uint64_t{1} << (b % 64) : word & ~(uint64_t{1} << (b % 64));
  }
  size_t words_;
  std::vector<uint64_t> rows_;
};

/// The clique around edge (a, b); its edges are taken from `left`.
std::vector<int32_t> grow(const Graph& graph, Graph& left, int32_t a, int32_t b) {
  std::vector<int32_t> clique{a, b};
  left.unset(a, b);
  std::vector<uint64_t> common(graph.words());
  for (size_t w = 0; w < common.size(); ++w) common[w] = graph.row(a)[w] & graph.row(b)[w];
  for (;;) {
    stop_point();
    int32_t best = -1;
    int64_t most = 0;
    for (size_t w = 0; w < common.size(); ++w)
      for (uint64_t rest = common[w]; rest != 0; rest &= rest - 1) {
        const auto cell = static_cast<int32_t>(w * 64) + std::countr_zero(rest);
        const auto brings = std::count_if(clique.begin(), clique.end(), [&](int32_t c) { return left.has(cell, c); });
        if (brings > most) {
          best = cell;
          most = brings;
        }
      }
    if (best < 0) return clique;
    for (const int32_t c : clique) left.unset(best, c);
    clique.push_back(best);
    for (size_t w = 0; w < common.size(); ++w) common[w] &= graph.row(best)[w];
  }
}

}  // namespace

void Rules::join_edges() {
  const auto is_edge = [](const Constraint& c) { return c.cells.size() == 2 && c.kind->only_differ(); };
  const auto edges = static_cast<size_t>(std::count_if(constraints_.begin(), constraints_.end(), is_edge));
  if (edges < 3 || edges > kMaxEdges || L_ > kMaxCells) return;
  Graph graph(L_);
  for (const Constraint& c : constraints_)
    if (is_edge(c)) graph.set(c.cells[0], c.cells[1]);
  Graph left = graph;
  const Kind* kind = nullptr;
  for (const Constraint& c : constraints_) {
    if (!is_edge(c)) continue;
    kind = c.kind;
    if (left.has(c.cells[0], c.cells[1])) cliques_.push_back(grow(graph, left, c.cells[0], c.cells[1]));
  }
  std::erase_if(constraints_, is_edge);
  for (auto& clique : cliques_) {
    std::sort(clique.begin(), clique.end());
    constraints_.push_back({kind, clique, {}, nullptr});
  }
}

}  // namespace vmd
