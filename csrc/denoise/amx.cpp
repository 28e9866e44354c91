// amx.cpp -- whether the CPU has AMX with bfloat16, the system keeps its registers, and this process may use them.
#include "denoise/amx.hpp"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace vmd {
namespace {

#if defined(__x86_64__) && defined(__linux__)

const char* reason() {
  constexpr unsigned osxsave = 1u << 27, bf16 = 1u << 22, tile = 1u << 24;  // of leaf 1 in ecx, of leaf 7 in edx
  constexpr unsigned tile_states = 1u << 17 | 1u << 18;                     // of XCR0: shapes and contents
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return "this CPU has no AMX";
  const bool saves = c & osxsave;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & (bf16 | tile)) != (bf16 | tile)) return "this CPU has no AMX";
  unsigned low = 0, high = 0;
  if (saves) __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & tile_states) != tile_states) return "the system does not keep AMX's registers";
#if defined(SYS_arch_prctl)
  constexpr long ask = 0x1023, contents = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA: Linux 5.16
  if (syscall(SYS_arch_prctl, ask, contents) == 0) return nullptr;
#endif
  return "the system does not let this process use AMX";
}

#else

const char* reason() { return "AMX needs x86-64 and Linux"; }

#endif

}  // namespace

const char* no_amx() {
  static const char* const found = reason();
  return found;
}

}  // namespace vmd
