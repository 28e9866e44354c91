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
      shift_(lanes.eights.empty() ? 0 : (kLanes - 1) * lanes.eights.back().last), eights_(lanes.eights) {
  const auto slots = static_cast<size_t>(lanes.places() - shift_), width = static_cast<size_t>(lanes.width());
  soonest_.assign(slots, kNever), sum_from_.assign(width, kNever);
  to_.assign(slots, -1), sum_to_.assign(width, -1);
  const auto last_cell = static_cast<int32_t>(L - 1);
  for (size_t t = 0; t < lanes.place.size(); ++t) {
    const int32_t first = terms.first[t], last = std::min(terms.last[t], last_cell);
    if (last < first) continue;
    const int32_t place = lanes.place[t], from = downwards ? last_cell - last : first,
                  to = downwards ? last_cell - first : last;
    const auto slot = static_cast<size_t>(place < lanes.together ? place / kLanes : place - shift_),
               lane = static_cast<size_t>(lanes.lane_at(place));
    soonest_[slot] = std::min(soonest_[slot], from / kAtOnce * kAtOnce);
    to_[slot] = std::max(to_[slot], to / kAtOnce * kAtOnce + kAtOnce - 1);
    sum_from_[lane] = std::min(sum_from_[lane], from);
    sum_to_[lane] = std::max(sum_to_[lane], to);
  }
  const auto run = [&](int32_t first, int32_t end) {
    for (int32_t s = end - 1; s > first; --s)
      soonest_[static_cast<size_t>(s) - 1] =
          std::min(soonest_[static_cast<size_t>(s) - 1], soonest_[static_cast<size_t>(s)]);
    return Run{first, first, end};
  };
  for (const Eight& eight : lanes.eights) {
    steps_.push_back(run(eight.first, eight.last));
    rests_.push_back(eight.rest_first < eight.rest_last ? run(eight.rest_first - shift_, eight.rest_last - shift_)
                                                        : Run{0, 0, 0});
  }
  next_.assign(eights_.size(), 0);
}

void LiveSteps::move_to(int64_t cell) {
  const auto turn = static_cast<int32_t>(downwards_ ? L_ - 1 - cell : cell);
  for (size_t k = 0; k < next_.size(); ++k)
    if (next_[k] <= turn) next_[k] = move(k, turn);
}

/// The turn in which it changes next; so below.
int32_t LiveSteps::move(size_t k, int32_t turn) {
  Eight& eight = eights_[k];
  int32_t next = std::min(move(steps_[k], turn), move(rests_[k], turn));
  eight.first = steps_[k].first, eight.last = steps_[k].last;
  eight.rest_first = rests_[k].first + shift_, eight.rest_last = rests_[k].last + shift_;
  eight.live = 0;
  for (size_t i = 0; i < kLanes; ++i) {
    const int32_t from = sum_from_[k * kLanes + i], to = sum_to_[k * kLanes + i];
    if (from <= turn && turn <= to) eight.live |= 1u << i;
    if (turn <= to) next = std::min(next, turn < from ? from : to + 1);
  }
  return next;
}

int32_t LiveSteps::move(Run& run, int32_t turn) const {
  while (run.first < run.end && to_[static_cast<size_t>(run.first)] < turn) ++run.first;
  run.last = std::max(run.first, run.last);
  while (run.last < run.end && soonest_[static_cast<size_t>(run.last)] <= turn) ++run.last;
  const int32_t next = run.last < run.end ? soonest_[static_cast<size_t>(run.last)] : kNever;
  return run.first < run.end ? std::min(next, to_[static_cast<size_t>(run.first)] + 1) : next;
}

}  // namespace vmd
