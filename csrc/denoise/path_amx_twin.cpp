// path_amx_twin.cpp -- what path_amx.cpp computes, bit for bit, on any CPU: slowly, for tests and for who must repeat it.
#include "denoise/gradient_path.hpp"

namespace vmd {
namespace {

struct AmxTwin : OfTiles {
  using Tiles = PlainTiles;
};

}  // namespace

constinit const DenoisePath kDenoiseAmxTwin = denoise_path<AmxTwin>("amx-twin");

}  // namespace vmd
