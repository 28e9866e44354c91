// canvas.hpp -- what Python holds of a grammar over tokens: vmdsolve._native makes it, vmdsolve._cuda takes it.
#pragma once
#include <memory>

#include "canvas/tables.hpp"

namespace vmd {

struct CanvasGrammar {
  std::shared_ptr<const Grammar> grammar;
};

}  // namespace vmd
