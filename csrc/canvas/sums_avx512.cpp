// sums_avx512.cpp -- sums over logits with AVX-512: sixteen, and a bit for each in a mask.
#if defined(__x86_64__)
#include "canvas/sums_path.hpp"

namespace vmd {

constinit const CanvasPath kCanvasAvx512 = canvas_path_of<f32x16>();

}  // namespace vmd
#endif
