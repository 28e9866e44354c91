// kinds.hpp -- the kinds of constraint that there are.
//
// Numbers      a kind's number is its place in the list. Rules.digest holds it, and seeds hang on that: add at the end.
// Twin         vmdsolve/constraints.py: a class of the same name for each; its `native` gives cells and params
#pragma once
#include <span>

#include "rules/kind.hpp"

namespace vmd {

std::span<const Kind* const> kinds();

}  // namespace vmd
