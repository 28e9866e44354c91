// test_alphabet.cpp -- texts of any width and any bytes are read as a table says, by either way, and nothing beside them.
#include <array>
#include <cstdio>
#include <random>
#include <vector>

#include "check.hpp"
#include "support/alphabet.hpp"

using namespace vmd;

namespace {

std::vector<bool> ways() { return Alphabet::has_wide() ? std::vector<bool>{false, true} : std::vector<bool>{false}; }

void test_each_byte_stands_for_what_the_table_says() {
  std::mt19937 random(7);
  for (int round = 0; round < 4000; ++round) {
    std::array<int8_t, 256> codes{};
    for (auto& code : codes) code = static_cast<int8_t>(static_cast<int>(random() % 67) - (random() % 40 == 0 ? 4 : 1));
    const int first = static_cast<int>(random() % 130) - 1, second = static_cast<int>(random() % 130) - 1;
    const Alphabet alphabet(codes.data(), first, second);
    const auto L = static_cast<int64_t>(1 + random() % 300);
    const uint32_t most = random() % 8 == 0 ? 256 : 128;
    std::vector<uint8_t> text(static_cast<size_t>(L));
    for (auto& byte : text) byte = static_cast<uint8_t>(random() % most);
    bool good = true, one = false, two = false;
    for (const uint8_t byte : text) {
      good &= byte < 128 && codes[byte] >= -1;
      one |= byte == first, two |= byte == second;
    }
    good &= !(one && two);
    for (const bool wide : ways()) {
      std::vector<int32_t> out(static_cast<size_t>(L) + 1, 99);
      CHECK(alphabet.read(text.data(), L, out.data(), wide) == good);
      CHECK(out.back() == 99);
      if (!good) continue;
      for (size_t i = 0; i < text.size(); ++i) CHECK(out[i] == codes[text[i]]);
    }
  }
}

void test_each_value_is_written_as_its_symbol() {
  std::mt19937 random(8);
  for (int round = 0; round < 1000; ++round) {
    const size_t V = random() % (Signs::kMost + 1);
    std::vector<uint8_t> symbols(V);
    for (auto& symbol : symbols) symbol = static_cast<uint8_t>(random());
    const auto open = static_cast<uint8_t>(random());
    const Signs signs(symbols.data(), V, open);
    std::vector<int32_t> values(random() % 300);
    for (auto& value : values)
      value = random() % 8 == 0 ? static_cast<int32_t>(random()) : static_cast<int32_t>(random() % 130) - 1;
    for (const bool wide : ways()) {
      std::vector<uint8_t> out(values.size() + 1, 99);
      signs.write(values.data(), static_cast<int64_t>(values.size()), out.data(), wide);
      CHECK(out.back() == 99);
      for (size_t i = 0; i < values.size(); ++i)
        CHECK(out[i] == (values[i] >= 0 && static_cast<size_t>(values[i]) < V ? symbols[static_cast<size_t>(values[i])] : open));
    }
  }
}

}  // namespace

int main() {
  test_each_value_is_written_as_its_symbol();
  test_each_byte_stands_for_what_the_table_says();
  std::puts("alphabet: ok");
}
