// weights.hpp -- the denoiser's weights as they come from Python: a dictionary of NumPy arrays by their names here.
#pragma once
#include <pybind11/stl.h>

#include <initializer_list>
#include <map>
#include <memory>
#include <string>

#include "bind/arrays.hpp"  // defines: Array, want, want_shape
#include "denoise/denoise.hpp"

namespace vmd {

using Weights = std::map<std::string, Array<float>>;

/// Sizes that the weights say: H, M, N, D, R, and how many cells and symbols have embeddings. `group_updates` is
/// [1+R,N,M].
inline DenoiseSizes sizes_of(const Weights& weights) {
  const auto axis = [&](const char* name, pybind11::ssize_t i) -> int64_t {
    const auto found = weights.find(name);
    want(found != weights.end() && found->second.ndim() > i, std::string("shape of ") + name);
    return found->second.shape(i);
  };
  DenoiseSizes s{axis("state", 1), axis("message", 0), axis("self_update", 0), 0, axis("group_updates", 0) - 1};
  if (weights.count("modulate") > 0) s.D = axis("modulate", 1);
  if (weights.count("symbol") > 0) s.symbols = axis("symbol", 0);
  if (weights.count("cell") > 0) s.cells = axis("cell", 0);
  return s;
}

/// A Denoiser of these weights, made with `more` beside them; shapes are checked, so that it can read no further.
template <class Denoiser, class... More>
std::unique_ptr<Denoiser> make_denoiser(const Weights& weights, const More&... more) {
  const DenoiseSizes s = sizes_of(weights);
  const int64_t H = s.H, M = s.M, N = s.N, D = s.D;
  const auto take = [&](const char* name, const Shape& shape) {
    const auto found = weights.find(name);
    want(found != weights.end(), std::string("no ") + name);
    want_shape(found->second, shape, name);
    return found->second.data();
  };
  const DenoiseWeights w{take("state", {3, H}),
                         s.cells > 0 ? take("cell", {s.cells, H}) : nullptr,
                         s.symbols > 0 ? take("symbol", {s.symbols, H}) : nullptr,
                         take("inject", {N, H}),
                         take("inject_bias", {N}),
                         take("norm", {H}),
                         take("norm_bias", {H}),
                         take("message", {M, H}),
                         take("message_bias", {M}),
                         take("self_update", {N, H}),
                         take("group_updates", {1 + s.R, N, M}),
                         take("update", {H, N}),
                         take("update_bias", {H}),
                         take("readout_norm", {H}),
                         take("readout_norm_bias", {H}),
                         take("readout", {H}),
                         take("readout_bias", {1}),
                         D > 0 ? take("modulate", {2 * N + H, D}) : nullptr,
                         D > 0 ? take("modulate_bias", {2 * N + H}) : nullptr};
  return std::make_unique<Denoiser>(s, w, more...);
}

}  // namespace vmd
