// test_best_cell.cpp -- the winner of the tournament is that of a loop over all cells, whatever changed in between.
#include "search/best_cell.hpp"

#include <random>

#include "check.hpp"

namespace {

struct Rank {
  int32_t cell = -1;
  int64_t score = 0;
  bool beats(const Rank& other) const { return score > other.score; }
};

void same_as_a_loop() {
  std::mt19937 random(1);
  const auto draw = [&](size_t n) { return static_cast<size_t>(random() % n); };
  for (const size_t cells : {1, 2, 63, 64, 65, 81, 128, 129, 1000, 5000}) {
    std::vector<int64_t> scores(cells, 0);  // below 0: not to be chosen
    vmd::ChangedBlocks changed(cells);
    vmd::BestCell<Rank> tournament(cells);
    changed.add_all();
    for (int trial = 0; trial < 400; ++trial) {
      size_t looked = 0;
      const auto first_best = [&](int32_t begin, int32_t end) {
        Rank best;
        for (int32_t cell = begin; cell < end; ++cell, ++looked)
          if (const Rank rank{cell, scores[static_cast<size_t>(cell)]};
              rank.score >= 0 && (best.cell < 0 || rank.beats(best)))
            best = rank;
        return best;
      };
      const Rank best = tournament.look(changed, first_best);
      Rank expected;
      for (size_t c = 0; c < cells; ++c)
        if (scores[c] >= 0 && (expected.cell < 0 || scores[c] > expected.score))
          expected = {static_cast<int32_t>(c), scores[c]};
      CHECK(best.cell == expected.cell && best.score == expected.score);
      CHECK(trial == 0 || looked <= 5 * 64);  // of five cells that changed at the most
      for (size_t i = draw(6); i > 0; --i) {
        const size_t cell = draw(cells);
        scores[cell] = static_cast<int64_t>(draw(5)) - 2;
        changed.add(static_cast<int32_t>(cell));
      }
      if (trial % 50 == 49) {  // none is left
        std::fill(scores.begin(), scores.end(), -1);
        changed.add_all();
        CHECK(tournament.look(changed, [](int32_t, int32_t) { return Rank{}; }).cell == -1);
      }
    }
  }
}

}  // namespace

int main() {
  same_as_a_loop();
  std::puts("ok");
}
