// sums_portable.cpp -- sums over logits on any CPU: four floats a vector.
#include "canvas/sums_path.hpp"

namespace vmd {

constinit const CanvasPath kCanvasPortable = canvas_path_of<f32x4>();

}  // namespace vmd
