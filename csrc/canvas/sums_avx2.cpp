// sums_avx2.cpp -- sums over logits with AVX2: eight floats.
#if defined(__x86_64__)
#include "canvas/sums_path.hpp"

namespace vmd {

constinit const CanvasPath kCanvasAvx2 = canvas_path_of<f32x8>();

}  // namespace vmd
#endif
