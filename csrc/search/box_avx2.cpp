// box_avx2.cpp -- boards of three bands with AVX2.
#if defined(__x86_64__)
#include "search/box_path.hpp"

namespace vmd {

constinit const BoxPath kBoxAvx2 = Boxes<32>::path();

}  // namespace vmd
#endif
