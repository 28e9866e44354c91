// weights.hpp -- the denoiser's weights as they come from Python: a dictionary of NumPy arrays, and lists of units.
#pragma once
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <initializer_list>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "denoise/denoise.hpp"

namespace vmd {

using Weights = std::map<std::string, pybind11::array_t<float, pybind11::array::c_style>>;

/// The floats of weight `name`, if it is there and has this shape.
inline const float* weight(const Weights& weights, const char* name, std::initializer_list<int64_t> shape) {
  const auto found = weights.find(name);
  bool same = found != weights.end() && found->second.ndim() == static_cast<pybind11::ssize_t>(shape.size());
  pybind11::ssize_t axis = 0;
  for (const int64_t n : shape) same = same && found->second.shape(axis++) == n;
  if (!same) throw std::invalid_argument(std::string("shape of ") + name);
  return found->second.data();
}

/// A Denoiser of these weights, made with `more` beside them; shapes are checked, so that it can read no further.
template <class Denoiser, class... More>
std::unique_ptr<Denoiser> make_denoiser(int64_t L, int64_t V, int64_t H, int64_t M, int64_t N, int64_t D,
                                        const Weights& weights, const std::vector<int64_t>& offsets,
                                        const std::vector<int64_t>& cells, const std::vector<int64_t>& spans,
                                        const More&... more) {
  if (offsets.empty() || spans.empty()) throw std::invalid_argument("offsets or spans");
  const auto R = static_cast<int64_t>(spans.size()) - 1;
  const auto take = [&](const char* name, std::initializer_list<int64_t> shape) { return weight(weights, name, shape); };
  const bool positions = weights.count("cell") > 0;
  const DenoiseWeights w{take("state", {3, H}),
                         positions ? take("cell", {L, H}) : nullptr,
                         positions ? take("symbol", {V, H}) : nullptr,
                         take("inject", {N, H}),
                         take("inject_bias", {N}),
                         take("norm", {H}),
                         take("norm_bias", {H}),
                         take("speak", {M, H}),
                         take("speak_bias", {M}),
                         take("keep", {N, H}),
                         take("hear", {1 + R, N, M}),
                         take("write", {H, N}),
                         take("write_bias", {H}),
                         take("read_norm", {H}),
                         take("read_norm_bias", {H}),
                         take("read", {H}),
                         take("read_bias", {1}),
                         D > 0 ? take("modulate", {2 * N + H, D}) : nullptr,
                         D > 0 ? take("modulate_bias", {2 * N + H}) : nullptr};
  return std::make_unique<Denoiser>(DenoiseSizes{L, V, H, M, N, D, R}, w, DenoiseUnits{offsets, cells, spans}, more...);
}

}  // namespace vmd
