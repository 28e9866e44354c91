// breed.cpp -- see breed.hpp.
#include "search/breed.hpp"

#include <algorithm>
#include <vector>

#include "search/draws.hpp"

namespace vmd {
namespace {

using Board = std::vector<int32_t>;

constexpr int kPower = 5;         // with 8, walks on a level met 40% fewer problems
constexpr size_t kSome = 16;     // solutions that are looked at before a given is tried
constexpr size_t kTries = 12;    // givens that are tried before one is added that leaves several solutions
constexpr int64_t kHopeless = 4;  // removing givens seldom makes a proof so many times as long
constexpr size_t kKept = 3;      // solutions that are remembered for each given
constexpr uint64_t kKey = 0x6272656564696E67u;  // other numbers than the generator's

/// The search for one solution took more than it may.
struct GivenUp {};

class Breeder {
 public:
  Breeder(Search& search, const Rules& rules, const BreedOptions& options)
      : search_(search), options_(options), L_(static_cast<size_t>(rules.L())), V_(static_cast<size_t>(rules.V())),
        trial_(L_), answer_(L_), met_(L_), count_(L_ * V_) {}

  /// Change a problem: trial and answer are what came out, with the nodes of its proof; -1: nothing did, or nothing
  /// that could be about as hard as wanted.
  int64_t round(const Board& problem, int64_t wanted, Draws& draws) {
    if (std::ranges::all_of(problem, [](int32_t value) { return value == kOpen; })) return -1;
    trial_ = problem;
    fresh_.clear();
    some_.clear();
    std::fill(count_.begin(), count_.end(), 0);
    try {
      open(draws);
      if (settle(draws) * kHopeless < wanted) return -1;
      tighten(draws);
      return proof();
    } catch (const GivenUp&) {
      return -1;
    }
  }

  /// Nodes of the proof that trial has one solution, which goes to answer; -1: it has none, or several.
  int64_t proof(bool patient = false) {
    search_.start(trial_.data(), nullptr);
    Budget budget(patient ? -1 : options_.test_nodes, options_.deadline);
    if (next(budget, &answer_) != Outcome::solution || next(budget, nullptr) != Outcome::exhausted)
      return -1;
    return search_.nodes();
  }

  Board& trial() { return trial_; }
  const Board& answer() const { return answer_; }

  /// Remember what shows that givens of a problem are needed, and no more.
  void remember(const Board& problem) {
    known_.insert(known_.end(), fresh_.begin(), fresh_.end());
    std::vector<size_t> kept(L_);
    std::erase_if(known_, [&](const Board& other) {
      size_t against = 0, where = 0;
      for (size_t c = 0; c < L_; ++c)
        if (problem[c] != kOpen && problem[c] != other[c]) ++against, where = c;
      return against != 1 || ++kept[where] > kKept;
    });
  }

 private:
  void open(Draws& draws) {
    in_order(draws);
    opened_ = {order_.front(), trial_[order_.front()]};
    trial_[opened_.cell] = kOpen;
  }

  /// Give until trial has one solution, which goes to answer; the nodes of the proof.
  int64_t settle(Draws& draws) {
    for (;;) {
      begin();
      while (some_.size() < kSome && next(budget_, &met_) == Outcome::solution) meet();
      answer_ = some_.front();
      if (some_.size() == 1) return search_.nodes();
      for (size_t tries = kTries; tries != 0; --tries) {
        const size_t given = rare(draws), cell = given / V_;
        trial_[cell] = static_cast<int32_t>(given % V_);
        begin();
        next(budget_, &answer_);
        const bool sole = next(budget_, &met_) == Outcome::exhausted;
        if (!sole) meet();
        if (sole || tries == 1) {
          forget(cell);
          if (sole) return search_.nodes();
          break;
        }
        std::swap(answer_, met_);
        meet();
        trial_[cell] = kOpen;
      }
    }
  }

  void begin() {
    search_.start(trial_.data(), nullptr);
    budget_ = Budget(options_.test_nodes, options_.deadline);
  }

  /// One more solution without the opened given, if it is a new one.
  void meet() {
    if (std::find(some_.begin(), some_.end(), met_) != some_.end()) return;
    some_.push_back(met_);
    for (size_t c = 0; c < L_; ++c) ++count_[c * V_ + static_cast<size_t>(met_[c])];
  }

  /// A value in a cell, numbered cell * V + value, that one of the solutions met has, or where there is none, some of them.
  size_t rare(Draws& draws) {
    order_.clear();
    for (size_t i = 0; i < count_.size(); ++i)
      if (count_[i] == 1 && !was(i)) order_.push_back(i);
    if (order_.empty())
      for (size_t i = 0; i < count_.size(); ++i)
        if (count_[i] != 0 && count_[i] < some_.size()) order_.push_back(i);
    return order_[draws.below(order_.size())];
  }

  /// The solutions that a new given rules out show that it is needed; all others are looked for anew.
  void forget(size_t cell) {
    size_t kept = 0;
    for (const Board& one : some_)
      if (one[cell] != trial_[cell] && kept++ < kKept) fresh_.push_back(one);
    some_.clear();
    std::fill(count_.begin(), count_.end(), 0);
  }

  /// The given, numbered cell * V + value, was opened.
  bool was(size_t i) const { return opened_.cell == i / V_ && opened_.value == static_cast<int32_t>(i % V_); }

  /// The givens of trial, in random order.
  void in_order(Draws& draws) {
    order_.clear();
    for (size_t c = 0; c < L_; ++c)
      if (trial_[c] != kOpen) order_.push_back(c);
    draws.shuffle(order_.begin(), order_.end());
  }

  /// Remove all givens that trial can spare.
  void tighten(Draws& draws) {
    against_.clear();
    for (const Board& other : known_) note(other);
    for (const Board& other : fresh_) note(other);
    in_order(draws);
    for (const size_t cell : order_) {
      stop_point();
      if (shown(cell)) continue;
      trial_[cell] = kOpen;
      search_.start(trial_.data(), nullptr);
      search_.forbid(static_cast<int32_t>(cell), answer_[cell]);
      Budget budget(options_.test_nodes, options_.deadline);
      if (next(budget, &met_) == Outcome::exhausted) {
        for (size_t i = 0; i < against_.size(); ++i) against_[i] -= at(i)[cell] != answer_[cell] ? 1 : 0;
        continue;
      }
      trial_[cell] = answer_[cell];
      fresh_.push_back(met_);
      note(fresh_.back());
    }
  }

  const Board& at(size_t i) const { return i < known_.size() ? known_[i] : fresh_[i - known_.size()]; }

  void note(const Board& other) {
    size_t against = 0;
    for (size_t c = 0; c < L_; ++c) against += trial_[c] != kOpen && trial_[c] != other[c] ? 1 : 0;
    against_.push_back(against);
  }

  /// Some solution contradicts this given alone.
  bool shown(size_t cell) const {
    for (size_t i = 0; i < against_.size(); ++i)
      if (against_[i] == 1 && at(i)[cell] != answer_[cell]) return true;
    return false;
  }

  Outcome next(Budget& budget, Board* values) {
    const Outcome outcome = search_.next(budget, values == nullptr ? nullptr : values->data());
    if (outcome == Outcome::node_limit) throw GivenUp{};
    if (outcome != Outcome::time_limit) return outcome;
    stop_point();
    throw Late{};
  }

  Search& search_;
  const BreedOptions& options_;
  const size_t L_, V_;
  Budget budget_;
  Board trial_, answer_, met_;
  struct {
    size_t cell;
    int32_t value;
  } opened_{};
  std::vector<Board> some_;           // solutions without the opened given
  std::vector<size_t> count_;         // [L, V] how many of them have a value in a cell
  std::vector<Board> known_, fresh_;  // solutions that the givens of the problem, or of trial, rule out
  std::vector<size_t> against_;       // how many givens of trial each of them contradicts: known ones, then fresh ones
  std::vector<size_t> order_;
};

/// Harder ones always, easier ones seldom.
bool taken(int64_t harder, int64_t nodes, Draws& draws) {
  const double share = static_cast<double>(harder) / static_cast<double>(nodes);
  double chance = 1;
  for (int i = 0; i < kPower; ++i) chance *= share;
  return draws.unit() < chance;
}

}  // namespace

int64_t breed_one(Search& search, const Rules& rules, const BreedOptions& options, int64_t index, int64_t level,
                  int32_t* problem, int32_t* solution) {
  Breeder breeder(search, rules, options);
  const auto L = static_cast<size_t>(rules.L());
  Board now(problem, problem + L), answer(solution, solution + L);
  breeder.trial() = now;
  int64_t nodes = breeder.proof(true);
  if (nodes < 0 || breeder.answer() != answer) return -1;
  int64_t most = nodes;
  for (int64_t round = options.begun; round < options.begun + options.rounds; ++round) {
    Draws draws(options.seed ^ kKey, index, static_cast<uint32_t>(round));
    const auto counted = [&](int64_t n) { return std::max<int64_t>(1, std::min(n, level)); };
    const int64_t harder = breeder.round(now, counted(nodes), draws);
    if (harder >= 0 && taken(counted(harder), counted(nodes), draws)) {
      nodes = harder;
      now = breeder.trial();
      answer = breeder.answer();
      if (nodes > most || !options.hardest) {
        most = nodes;
        std::copy(now.begin(), now.end(), problem);
        std::copy(answer.begin(), answer.end(), solution);
      }
    }
    breeder.remember(now);
  }
  return most;
}

}  // namespace vmd
