// test_amx.cpp -- the tiles of AMX and their twin give the same bits: alone, in products, and in the whole denoiser.
//
// Where the CPU has AMX, its own instructions are carried out, and path_amx.cpp is looked at, too; elsewhere the signal
// that they raise carries them out (amx_emulator.hpp): the same machine code either way.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <vector>

#include "amx_emulator.hpp"
#include "check.hpp"
#include "denoise/amx.hpp"
#include "denoise/gradient_path.hpp"
#include "denoise/weights.hpp"
#include "denoise_model.hpp"  // defines: Model, normal, rng, below, at

using namespace vmd;

namespace {

#if defined(__x86_64__) && defined(__linux__)

/// Tiles by the instructions, all else as in the twin.
struct Instructions : OfTiles {
  using Tiles = AmxTiles;
};

struct Twin : OfTiles {
  using Tiles = PlainTiles;
};

constexpr DenoisePath kInstructions = denoise_path<Instructions>("instructions");

bool same(const Floats& a, const Floats& b) { return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0; }

Aligned<uint16_t> halves(int64_t n) {
  Aligned<uint16_t> out(n);
  const Floats from = normal(n, 1);
  for (int64_t i = 0; i < n; ++i) out[i] = OfTiles::rounded(from[at(i)]);
  return out;
}

float value(uint16_t half) { return bits_as<float>(static_cast<uint32_t>(half) << 16); }

void test_rounding() {
  const float infinite = std::numeric_limits<float>::infinity();
  CHECK(OfTiles::rounded(1.0f) == 0x3f80 && OfTiles::rounded(-1.0f) == 0xbf80 && OfTiles::rounded(0.0f) == 0);
  CHECK(OfTiles::rounded(bits_as<float>(0x3f808000u)) == 0x3f80);  // halfway, to even
  CHECK(OfTiles::rounded(bits_as<float>(0x3f818000u)) == 0x3f82);
  CHECK(OfTiles::rounded(bits_as<float>(0x3f808001u)) == 0x3f81);
  CHECK(OfTiles::rounded(infinite) == 0x7f80 && OfTiles::rounded(-infinite) == 0xff80);
  CHECK(OfTiles::rounded(3.4e38f) == 0x7f80 && OfTiles::rounded(1e-39f) == 0 && OfTiles::rounded(-1e-39f) == 0x8000);
  CHECK((OfTiles::rounded(bits_as<float>(0x7fffffffu)) & 0x7fc0) == 0x7fc0);  // not a number remains none
}

/// Products of random matrices, [n,K] times [K,columns], by both and in double.
void test_products() {
  for (int round = 0; round < 40; ++round) {
    const int64_t n = 1 + below(Twin::kRows), K = 32 * (1 + below(4)), columns = 16 * (1 + below(7));
    const Aligned<uint16_t> a = halves(Twin::kRows * K), w = halves(K * columns);
    Aligned<uint16_t> packed(K * columns);
    Floats row(at(columns));
    for (int64_t k = 0; k < K; ++k) {
      for (int64_t j = 0; j < columns; ++j) row[at(j)] = value(w.data()[k * columns + j]);
      pack_row<Twin>(row.data(), k, K, columns, packed.data());
    }
    Floats by_instructions(at(Twin::kRows * columns), 7), by_twin(at(Twin::kRows * columns), 7);
    Aligned<float> scratch(Twin::kRows * Twin::kPanelColumns);
    const auto into = [&](Floats& to) {
      return [&](int64_t r, int64_t column, const f32x16& sums) { store_as(to.data() + r * columns + column, sums); };
    };
    {
      AmxTiles tiles;
      multiply_tiles<Instructions>(tiles, a.data(), K, packed.data(), columns, n, scratch.data(), into(by_instructions));
    }
    PlainTiles tiles;
    multiply_tiles<Twin>(tiles, a.data(), K, packed.data(), columns, n, scratch.data(), into(by_twin));
    CHECK(same(by_instructions, by_twin));
    for (int64_t r = 0; r < Twin::kRows; ++r)
      for (int64_t j = 0; j < columns; ++j) {
        double wanted = 0, size = 0;
        for (int64_t k = 0; k < K; ++k) {
          const double term = double{value(a.data()[r * K + k])} * double{value(w.data()[k * columns + j])};
          wanted += term, size += std::abs(term);
        }
        const double got = by_twin[at(r * columns + j)];
        CHECK(r < n ? std::abs(got - wanted) < 1e-6 * size : got == 7);  // and no row more
      }
  }
}

/// Sums of a^T b of random matrices, [n,channels] and [n,columns], on top of what is there.
void test_sums_of_products() {
  for (int round = 0; round < 40; ++round) {
    const int64_t n = 32 * (1 + below(Twin::kSlab / 32)), channels = 16 * (1 + below(5)), columns = 16 * (1 + below(5));
    const Aligned<uint16_t> a = halves(n * channels), b = halves(n * columns);
    const Floats before = normal(channels * columns, 1);
    Floats by_instructions = before, by_twin = before;
    {
      AmxTiles tiles;
      outer_tiles<Instructions>(tiles, a.data(), channels, b.data(), columns, n, by_instructions.data());
    }
    PlainTiles tiles;
    outer_tiles<Twin>(tiles, a.data(), channels, b.data(), columns, n, by_twin.data());
    CHECK(same(by_instructions, by_twin));
    const auto in_pairs = [](const Aligned<uint16_t>& m, int64_t width, int64_t i, int64_t j) {
      return double{value(m.data()[i / 2 * 2 * width + 2 * j + i % 2])};
    };
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t j = 0; j < columns; ++j) {
        double wanted = before[at(c * columns + j)], size = std::abs(wanted);
        for (int64_t i = 0; i < n; ++i) {
          const double term = in_pairs(a, channels, i, c) * in_pairs(b, columns, i, j);
          wanted += term, size += std::abs(term);
        }
        CHECK(std::abs(double{by_twin[at(c * columns + j)]} - wanted) < 1e-6 * size);
      }
  }
}

bool never(const void*) { return false; }
bool never_asked() { return false; }

/// Logits of a board by a path.
Floats evaluated(const DenoisePath& path, const DenoiseView& view, const std::vector<int32_t>& x, const Floats& z,
                 int64_t loops) {
  Floats logits(at(view.L * view.V));
  int32_t spent = 0;
  bool finished = false;
  const DenoiseBoards boards{x.data(), z.data(), loops, {}, logits.data(), &spent, &finished, never, nullptr};
  Aligned<char> memory(path.bytes(view));
  path.run(view, boards, 0, 1, memory.data());
  CHECK(finished && spent == loops);
  return logits;
}

/// Logits, gradients of the tables and of the latents of two boards by a path, one after another.
Floats there_and_back(const DenoisePath& path, const DenoiseView& view, const std::vector<int32_t>& x,
                      const Floats& tables, const Floats& latent, const Floats& d_logits, int64_t free, int64_t supervised) {
  const int64_t B = 2, C = view.L * view.V, W = 2 * view.Np + view.Hp, T = static_cast<int64_t>(tables.size());
  Aligned<char> memory(path.gradient_bytes(view)), kept(B * path.kept_bytes(view, supervised));
  const DenoiseStack stack{B, x.data(), tables.data(), latent.data(), free, supervised, kept.data(), never_asked};
  Floats out(at(supervised * B * C + T + B * W));
  float* const d_tables = out.data() + supervised * B * C;
  path.forward(view, stack, out.data(), 0, B, memory.data());
  path.backward(view, stack, {d_logits.data(), d_tables, d_tables + T}, 0, B, memory.data());
  return out;
}

void test_the_denoiser(const DenoisePath& path, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    const int64_t L = 1 + below(20), V = 1 + below(9), loops = 1 + below(3);
    const Model model(L, V, {2 + below(60), 1 + below(60), 1 + below(90), below(3), below(4)}, round % 3);
    const Structure structure(L, V, model.units);
    const Prepared prepared(model.s, model.weights());
    const DenoiseView view{structure.view(), prepared.view};
    std::vector<int32_t> x(at(2 * L));
    for (int32_t& held : x) held = static_cast<int32_t>(below(V + 1)) - 1;
    const Floats z = normal(model.s.D, 1);
    CHECK(same(evaluated(path, view, x, z, loops), evaluated(kDenoiseAmxTwin, view, x, z, loops)));
    const int64_t free = below(2);
    const Floats tables = normal(DenoiseTables<float>(view, nullptr).size, 0.2), latent = normal(2 * (2 * view.Np + view.Hp), 1);
    const Floats d_logits = normal(loops * 2 * L * V, 1);
    CHECK(same(there_and_back(path, view, x, tables, latent, d_logits, free, loops),
               there_and_back(kDenoiseAmxTwin, view, x, tables, latent, d_logits, free, loops)));
  }
}

int run() {
  const char* const missing = no_amx();
  if (missing) amx_emulator::install();
  test_rounding();
  test_products();
  test_sums_of_products();
  test_the_denoiser(kInstructions, 12);
  if (missing) {
    CHECK(amx_emulator::done > 1000);  // it was the emulator
    std::printf("amx: ok by emulation; path_amx.cpp skipped: %s\n", missing);
  } else {
    test_the_denoiser(kDenoiseAmx, 100);
    std::puts("amx: ok");
  }
  return 0;
}

#else

int run() {
  std::printf("amx: skipped: %s\n", no_amx());
  return 0;
}

#endif

}  // namespace

int main() { return run(); }
