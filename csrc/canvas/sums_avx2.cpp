// sums_avx2.cpp -- sums over logits with AVX2: eight floats.
#if defined(__x86_64__)
#include "canvas/sums_path.hpp"

namespace vmd {

VMD_CANVAS_PATH(kCanvasAvx2, f32x8)

}  // namespace vmd
#endif
