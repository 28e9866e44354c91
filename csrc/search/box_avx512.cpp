// box_avx512.cpp -- boards of three bands with AVX-512.
#if defined(__x86_64__)
#include "search/box_path.hpp"

namespace vmd {

constinit const BoxPath kBoxAvx512 = Boxes<64>::path();

}  // namespace vmd
#endif
