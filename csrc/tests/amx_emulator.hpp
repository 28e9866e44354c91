// amx_emulator.hpp -- AMX where the CPU has none: the signal of an unknown instruction carries it out and steps over it.
//
// Knows what amx.hpp uses, from Intel's manual (ldtilecfg, tilerelease, tilezero, tileloadd, tilestored, tdpbf16ps), and
// shares no code with what is tested. For one thread. Any other unknown instruction ends the program.
#pragma once
#include <cstdint>

#if defined(__x86_64__) && defined(__linux__)
#include <signal.h>
#include <ucontext.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace amx_emulator {

struct Tile {
  int rows, bytes;
  unsigned char data[16][64];
};
inline Tile tiles[8];
inline bool configured = false;
inline long done = 0;

[[noreturn]] inline void give_up(const char* why) {
  std::fprintf(stderr, "amx_emulator: %s\n", why);
  std::abort();
}

inline float widened(const unsigned char* from) {
  uint32_t bits = static_cast<uint32_t>(from[0] | from[1] << 8) << 16;
  if ((bits & 0x7f800000u) == 0) bits &= 0x80000000u;  // subnormal numbers count as zero
  float out;
  std::memcpy(&out, &bits, 4);
  return out;
}

inline float flushed(float x) { return std::abs(x) < 1.17549435e-38f ? std::copysign(0.0f, x) : x; }

inline void multiply(Tile& c, const Tile& a, const Tile& b) {
  if (a.rows != c.rows || b.bytes != c.bytes || b.rows != a.bytes / 4) give_up("tiles that do not fit");
  for (int m = 0; m < c.rows; ++m) {
    float even[16] = {}, odd[16] = {};
    for (int k = 0; k < a.bytes / 4; ++k)
      for (int n = 0; n < c.bytes / 4; ++n) {
        even[n] = flushed(std::fma(widened(&a.data[m][4 * k]), widened(&b.data[k][4 * n]), even[n]));
        odd[n] = flushed(std::fma(widened(&a.data[m][4 * k + 2]), widened(&b.data[k][4 * n + 2]), odd[n]));
      }
    for (int n = 0; n < c.bytes / 4; ++n) {
      float sum;
      std::memcpy(&sum, &c.data[m][4 * n], 4);
      sum = flushed(flushed(sum) + flushed(even[n] + odd[n]));
      std::memcpy(&c.data[m][4 * n], &sum, 4);
    }
  }
}

/// The instruction at `code`: what it does, and how long it is.
inline int carry_out(const unsigned char* code, const greg_t* registers) {
  // C4, then R X B (inverted) and the map, then W, vvvv (inverted), L and the prefix; opcode; ModRM
  if (code[0] != 0xc4 || (code[1] & 31) != 2 || (code[2] & 0x84) != 0) give_up("an unknown instruction");
  const int prefix = code[2] & 3, third = ~code[2] >> 3 & 15, opcode = code[3];
  const int mod = code[4] >> 6, reg = (code[4] >> 3 & 7) | (code[1] & 0x80 ? 0 : 8), rm = code[4] & 7;
  static constexpr int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                    REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  int length = 5;
  int64_t address = 0, stride = 0;
  if (mod != 3) {
    const int base_bit = code[1] & 0x20 ? 0 : 8, index_bit = code[1] & 0x40 ? 0 : 8;
    int base = rm | base_bit;
    if (rm == 4) {
      const int sib = code[length++], index = (sib >> 3 & 7) | index_bit;
      base = (sib & 7) | base_bit;
      if (index != 4) stride = registers[order[index]] << (sib >> 6);
    }
    int32_t away = 0;
    const bool no_base = mod == 0 && (base & 7) == 5;
    if (mod == 1) away = static_cast<signed char>(code[length]), length += 1;
    if (mod == 2 || no_base) std::memcpy(&away, code + length, 4), length += 4;
    address = away;
    if (!no_base) address += registers[order[base]];
    if (no_base && rm != 4) address += static_cast<int64_t>(reinterpret_cast<uintptr_t>(code)) + length;
  }
  auto* const memory = reinterpret_cast<unsigned char*>(static_cast<uintptr_t>(address));
  const bool keeps_shapes = opcode == 0x49 && prefix == 0;
  if (!keeps_shapes && (!configured || reg > 7)) give_up("no such tile");
  Tile& tile = tiles[reg & 7];
  if (keeps_shapes && mod == 3) {
    configured = false;
  } else if (keeps_shapes) {
    if (memory[0] != 1 || memory[1] != 0) give_up("a palette that there is not");
    for (int t = 0; t < 8; ++t) {
      tiles[t] = {memory[48 + t], memory[16 + 2 * t] | memory[17 + 2 * t] << 8, {}};
      if (tiles[t].rows > 16 || tiles[t].bytes > 64) give_up("a tile too large");
    }
    configured = true;
  } else if (opcode == 0x49 && prefix == 3 && mod == 3) {
    std::memset(tile.data, 0, sizeof tile.data);
  } else if (opcode == 0x4b && mod != 3 && rm == 4 && (prefix == 3 || prefix == 2)) {
    for (int r = 0; r < tile.rows; ++r) {
      unsigned char* const row = memory + r * stride;
      std::memcpy(prefix == 3 ? tile.data[r] : row, prefix == 3 ? row : tile.data[r], static_cast<size_t>(tile.bytes));
    }
  } else if (opcode == 0x5c && prefix == 2 && mod == 3) {
    multiply(tile, tiles[rm], tiles[third & 7]);
  } else {
    give_up("an unknown instruction of tiles");
  }
  ++done;
  return length;
}

inline void on_signal(int, siginfo_t*, void* context) {
  greg_t* const registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  registers[REG_RIP] += carry_out(reinterpret_cast<const unsigned char*>(registers[REG_RIP]), registers);
}

inline void install() {
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGILL, &action, nullptr);
}

}  // namespace amx_emulator
#endif
