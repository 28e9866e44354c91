// search.cpp -- picks the engines and the instruction set, and counts.
#include "search/search.hpp"

#include <algorithm>
#include <cmath>

#include "search/box_model.hpp"
#include "search/candidate_search.hpp"
#include "search/depth_first.hpp"
#include "search/domain_model.hpp"
#include "search/lane_model.hpp"
#include "search/learn.hpp"
#include "search/stages.hpp"

namespace vmd {

Found count_solutions(Search& search, const int32_t* values, const float* marginals, int64_t limit,
                      Budget budget, int32_t L, int32_t* first) {
  search.start(values, marginals);
  Found found{0, 0, 0, Status::solved, false};
  std::fill_n(first, L, kOpen);
  while (limit < 0 || found.count < limit) {
    const Outcome outcome = search.next(budget, found.count == 0 ? first : nullptr);
    if (outcome == Outcome::node_limit) found.status = Status::node_limit;
    if (outcome == Outcome::time_limit) found.status = Status::time_limit;
    if (outcome == Outcome::exhausted && found.count == 0) found.status = Status::unsatisfiable;
    if (outcome != Outcome::solution) break;
    ++found.count;
  }
  found.nodes = search.nodes();
  found.clauses = search.clauses();
  found.complete = search.exhausted();
  return found;
}

namespace {

#if defined(__x86_64__) && defined(__GNUC__)
#define VMD_X86 1
// flatten: the whole loop is inlined into the one function that may use these instructions.
#define VMD_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt"), flatten))
#define VMD_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,bmi,bmi2,popcnt,lzcnt"), flatten))

template <class Model>
struct Avx2 final : DepthFirstLoop<Model> {
  using DepthFirstLoop<Model>::DepthFirstLoop;
  VMD_AVX2 Outcome next(Budget& budget, int32_t* values) override { return this->run(budget, values); }
  VMD_AVX2 bool propagate(Budget& budget, uint64_t* domains) override { return this->propagate_givens(budget, domains); }
};
template <class Model>
struct Avx512 final : DepthFirstLoop<Model> {
  using DepthFirstLoop<Model>::DepthFirstLoop;
  VMD_AVX512 Outcome next(Budget& budget, int32_t* values) override { return this->run(budget, values); }
  VMD_AVX512 bool propagate(Budget& budget, uint64_t* domains) override { return this->propagate_givens(budget, domains); }
};

bool has_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}
bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}
#endif

template <class T, int N>
std::unique_ptr<Search> on_this_cpu(const Rules& rules, bool singles) {
#if defined(VMD_X86)
  if (has_avx512()) return std::make_unique<Avx512<LaneModel<T, N, 64>>>(rules, singles);
  if (has_avx2()) return std::make_unique<Avx2<LaneModel<T, N, 32>>>(rules, singles);
#endif
  return std::make_unique<DepthFirst<LaneModel<T, N, 16>>>(rules, singles);
}

/// singles: no other reasoning, where rules only say which cells differ.
std::unique_ptr<Search> by_propagation(const Rules& rules, bool singles) {
  const LaneLayout* lanes = rules.lanes();
  if (lanes == nullptr) return std::make_unique<DepthFirst<DomainModel>>(rules);
  if (lanes->lane_bits == 16 && lanes->n == 1) return on_this_cpu<uint16_t, 1>(rules, singles);  // 9x9
  if (lanes->lane_bits == 16 && lanes->n == 2) return on_this_cpu<uint16_t, 2>(rules, singles);  // 16x16
  if (lanes->lane_bits == 16) return on_this_cpu<uint16_t, 0>(rules, singles);
  if (lanes->lane_bits == 32) return on_this_cpu<uint32_t, 0>(rules, singles);  // 25x25
  return on_this_cpu<uint64_t, 0>(rules, singles);
}

constexpr int64_t kPatience = 10'000;

/// Of boards where learning from candidates follows: the longer a node takes, the sooner it pays.
int64_t patience_of(const Rules& rules) {
  if (rules.boxes() != nullptr) return kPatience;
  const bool wide = rules.lanes() != nullptr && rules.lanes()->lane_bits > 16;  // 25x25
  return wide ? kPatience / 100 : kPatience / 10;
}

/// Then by clauses of cells and sets of values, for any rules.
std::unique_ptr<Search> by_sets(const Rules& rules, std::unique_ptr<Search> fast) {
  const auto learner = [&rules] { return std::make_unique<LearningSearch>(rules); };
  return std::make_unique<StagedSearch>(rules, std::move(fast), learner, kPatience);
}

}  // namespace

std::unique_ptr<Search> make_search(const Rules& rules, int path) {
  std::unique_ptr<Search> fast;
  if (rules.boxes() != nullptr) {
    const auto& paths = box_paths();
    const BoxPath& chosen = *(path < 0 ? paths.back() : paths[static_cast<size_t>(path)]).path;
    fast = std::make_unique<DepthFirst<BoxModel>>(rules, chosen);
  } else {
    fast = by_propagation(rules, false);
  }
  if (!CandidateSearch::takes(rules)) return by_sets(rules, std::move(fast));
  const auto learner = [&rules] { return std::make_unique<CandidateSearch>(rules); };
  return std::make_unique<StagedSearch>(rules, std::move(fast), learner, patience_of(rules));
}

std::unique_ptr<Search> make_singles_search(const Rules& rules) { return by_sets(rules, by_propagation(rules, true)); }

}  // namespace vmd
