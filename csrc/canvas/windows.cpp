// windows.cpp -- first and last cells of states and edges, by breadth and by length of paths.
#include "canvas/windows.hpp"

#include <algorithm>
#include <limits>

namespace vmd {
namespace {

constexpr int32_t kNever = std::numeric_limits<int32_t>::max();

/// Most tokens from `start` to each state; kNever where a loop is on the way, or no way.
std::vector<int32_t> latest(const Grammar& g, int32_t start, const std::vector<int32_t>& soonest) {
  const auto q_of = [](int32_t q) { return static_cast<size_t>(q); };
  std::vector<int32_t> ways(soonest.size(), 0), most(soonest.size(), 0), out(soonest.size(), kNever);
  for (size_t e = 0; e < g.next.size(); ++e)
    if (soonest[q_of(g.from[e])] != kNever) ++ways[q_of(g.next[e])];
  std::vector<int32_t> queue;
  if (ways[q_of(start)] == 0) queue.push_back(start);
  for (size_t k = 0; k < queue.size(); ++k) {
    const int32_t q = queue[k], there = out[q_of(q)] = most[q_of(q)];
    for (int64_t e = g.edges.begin(q); e < g.edges.end(q); ++e) {
      const int32_t to = g.next[static_cast<size_t>(e)];
      most[q_of(to)] = std::max(most[q_of(to)], there + 1);
      if (--ways[q_of(to)] == 0) queue.push_back(to);
    }
  }
  return out;
}

}  // namespace

Windows windows_of_states(const Grammar& g, int32_t start, int64_t L, int64_t left) {
  Windows out{g.soonest(start), {}};
  out.last = latest(g, start, out.first);
  for (size_t q = 0; q < out.last.size(); ++q)
    out.last[q] = static_cast<int32_t>(
        std::clamp<int64_t>(L + left - g.least[q], -1, std::min<int64_t>(L, out.last[q])));
  return out;
}

Windows windows_of_edges(const Grammar& g, const Windows& states) {
  Windows out{std::vector<int32_t>(g.next.size()), std::vector<int32_t>(g.next.size())};
  for (size_t e = 0; e < g.next.size(); ++e) {
    const auto from = static_cast<size_t>(g.from[e]), to = static_cast<size_t>(g.next[e]);
    out.first[e] = std::max(states.first[from], states.first[to] - 1);
    out.last[e] = std::min(states.last[from], states.last[to] - 1);
  }
  return out;
}

LiveSteps::LiveSteps(const Lanes& lanes, const Windows& terms, int64_t L, bool downwards)
    : L_(L), downwards_(downwards),
      shift_(lanes.steps.empty() ? 0 : (kLanes - 1) * lanes.steps.back().last), eights_(lanes.steps),
      rests_(lanes.rest) {
  const int32_t together = lanes.steps.empty() ? 0 : lanes.steps.back().last * kLanes;
  const auto slots = static_cast<size_t>(lanes.places() - shift_);
  soonest_.assign(slots, kNever);
  to_.assign(slots, -1);
  const auto last_cell = static_cast<int32_t>(L - 1);
  for (size_t t = 0; t < lanes.place.size(); ++t) {
    const int32_t first = terms.first[t], last = std::min(terms.last[t], last_cell);
    if (last < first) continue;
    const int32_t place = lanes.place[t];
    const auto slot = static_cast<size_t>(place < together ? place / kLanes : place - shift_);
    soonest_[slot] = std::min(soonest_[slot], downwards ? last_cell - last : first);
    to_[slot] = std::max(to_[slot], downwards ? last_cell - first : last);
  }
  const auto run = [&](int32_t first, int32_t end) {
    for (int32_t s = end - 1; s > first; --s)
      soonest_[static_cast<size_t>(s) - 1] =
          std::min(soonest_[static_cast<size_t>(s) - 1], soonest_[static_cast<size_t>(s)]);
    return Run{first, first, end, 0};
  };
  for (const Steps& eight : lanes.steps) eight_runs_.push_back(run(eight.first, eight.last));
  for (const Rest& rest : lanes.rest) rest_runs_.push_back(run(rest.first - shift_, rest.last - shift_));
}

void LiveSteps::move_to(int64_t cell) {
  const auto turn = static_cast<int32_t>(downwards_ ? L_ - 1 - cell : cell);
  for (size_t k = 0; k < eights_.size(); ++k)
    if (Run& run = eight_runs_[k]; run.next <= turn) {
      move(run, turn);
      eights_[k] = {run.first, run.last};
    }
  for (size_t k = 0; k < rests_.size(); ++k)
    if (Run& run = rest_runs_[k]; run.next <= turn) {
      move(run, turn);
      rests_[k].first = run.first + shift_;
      rests_[k].last = run.last + shift_;
    }
}

void LiveSteps::move(Run& run, int32_t turn) const {
  while (run.first < run.end && to_[static_cast<size_t>(run.first)] < turn) ++run.first;
  run.last = std::max(run.first, run.last);
  while (run.last < run.end && soonest_[static_cast<size_t>(run.last)] <= turn) ++run.last;
  run.next = run.last < run.end ? soonest_[static_cast<size_t>(run.last)] : kNever;
  if (run.first < run.end) run.next = std::min(run.next, to_[static_cast<size_t>(run.first)] + 1);
}

}  // namespace vmd
