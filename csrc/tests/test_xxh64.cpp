// test_xxh64.cpp -- the hash is XXH64 of its specification, in however many pieces the bytes come.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <random>
#include <vector>

#include "check.hpp"
#include "support/xxh64.hpp"

using namespace vmd;

namespace {

uint64_t hash_of(const char* text, uint64_t seed = 0) {
  Xxh64 hash(seed);
  hash.update(reinterpret_cast<const uint8_t*>(text), std::strlen(text));
  return hash.digest();
}

void test_known_hashes() {
  CHECK(hash_of("") == 0xEF46DB3751D8E999);
  CHECK(hash_of("a") == 0xD24EC4F1A98C6E5B);
  CHECK(hash_of("abc") == 0x44BC2CF5AD770999);
  CHECK(hash_of("Nobody inspects the spammish repetition") == 0xFBCEA83C8A378BF1);
}

void test_pieces_make_no_difference() {
  std::mt19937 random(9);
  for (int round = 0; round < 2000; ++round) {
    std::vector<uint8_t> data(random() % 200);
    for (auto& byte : data) byte = static_cast<uint8_t>(random());
    Xxh64 whole(7), pieces(7);
    whole.update(data.data(), data.size());
    for (size_t at = 0; at < data.size();) {
      const size_t n = std::min<size_t>(random() % 70, data.size() - at);
      pieces.update(data.data() + at, n);
      at += n;
    }
    CHECK(whole.digest() == pieces.digest());
  }
}

}  // namespace

int main() {
  test_known_hashes();
  test_pieces_make_no_difference();
  std::puts("xxh64: ok");
}
