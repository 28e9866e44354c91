// sums_portable.cpp -- sums over logits on any CPU: four floats a vector.
#include "canvas/sums_path.hpp"

namespace vmd {

VMD_CANVAS_PATH(kCanvasPortable, f32x4)

}  // namespace vmd
