// box_portable.cpp -- boards of three bands in vectors of 16 bytes, which every machine has or can do without.
#include "search/box_path.hpp"

namespace vmd {

constinit const BoxPath kBoxPortable = Boxes<16>::path();

}  // namespace vmd
