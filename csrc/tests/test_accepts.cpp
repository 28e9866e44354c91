// test_accepts.cpp -- the judge of many boards against the definition, for every width of its words.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <random>
#include <vector>

#include "check.hpp"
#include "check/accepts.hpp"

using namespace vmd;

namespace {

/// Whether one board is an answer, pair by pair.
bool is_answer(const AcceptsArgs& args, int64_t b) {
  const int32_t* board = args.boards + b * args.L;
  const int32_t* givens = args.givens + (args.per_board ? b * args.L : 0);
  for (int64_t cell = 0; cell < args.L; ++cell)
    if (board[cell] < 0 || board[cell] >= args.V || (givens[cell] != -1 && givens[cell] != board[cell])) return false;
  for (size_t unit = 0; unit + 1 < args.offsets.size(); ++unit)
    for (int32_t i = args.offsets[unit]; i < args.offsets[unit + 1]; ++i)
      for (int32_t j = args.offsets[unit]; j < i; ++j)
        if (board[args.cells[static_cast<size_t>(i)]] == board[args.cells[static_cast<size_t>(j)]]) return false;
  return true;
}

void test_random_boards() {
  std::mt19937 random(1);
  const auto below = [&](int n) { return static_cast<int32_t>(random() % static_cast<unsigned>(n)); };
  int accepted = 0, refused = 0;
  for (int round = 0; round < 3000; ++round) {
    const int32_t V = std::vector<int32_t>{1, 5, 16, 17, 32, 33, 64}[static_cast<size_t>(below(7))];
    const int64_t L = 1 + below(6), B = below(80);
    std::vector<int32_t> offsets{0}, cells;
    for (int unit = below(4); unit > 0; --unit) {
      for (int32_t cell = 0; cell < L; ++cell)
        if (below(2) == 0) cells.push_back(cell);
      offsets.push_back(static_cast<int32_t>(cells.size()));
    }
    const bool per_board = below(2) == 0;
    std::vector<int32_t> boards(static_cast<size_t>(B * L)), givens(static_cast<size_t>((per_board ? B : 1) * L));
    for (int32_t& value : boards) value = below(40) == 0 ? below(4) * V - V : below(V);
    for (int32_t& value : givens) value = -1;
    if (per_board)
      for (size_t i = 0; i < givens.size(); ++i)
        if (below(3) == 0) givens[i] = below(20) == 0 ? below(V) : boards[i];
    const auto out = std::make_unique<bool[]>(static_cast<size_t>(B) + 1);
    const AcceptsArgs args{B, L, V, givens.data(), per_board, boards.data(), offsets, cells, out.get()};
    accepts(args);
    for (int64_t b = 0; b < B; ++b) {
      CHECK(out[static_cast<size_t>(b)] == is_answer(args, b));
      (is_answer(args, b) ? accepted : refused)++;
    }
  }
  CHECK(accepted > 1000 && refused > 1000);
}

}  // namespace

int main() {
  test_random_boards();
  std::puts("accepts: ok");
}
