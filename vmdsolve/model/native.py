"""Models that need no torch: a denoiser as a native kernel, and z that is made of noise alone.

The kernel is the same function as the denoiser in torch, several times as fast, on arrays or on a GPU's tensors. Where
no network is asked for z either (there is none, or its prior looks at nothing), NumPy does the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..errors import ModelMismatch
from ..kernels.denoise import Denoise, weight_shapes
from ..kernels.denoise_cuda import DenoiseCuda
from ..kernels.state_noise import StateNoise
from ..kernels.structure import Structure
from ..problem import Rules
from .about import about_of
from .config import ModelConfig
from .folder import weights_in
from .tensors import TensorFile, compare, hash_of, opened
from .units import Units, units_for

if TYPE_CHECKING:
    from .denoiser import Denoiser

__all__ = ["NativeModel", "drawn", "is_native", "load_native", "native", "native_cuda", "noise_of", "structure_of"]

Floats = npt.NDArray[np.float32]
TYPES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}


def is_native(config: ModelConfig) -> bool:
    """Whether native kernels and NumPy do all that such a model does on a CPU.

    Examples
    --------
    >>> is_native(ModelConfig("pair", ("both",))), is_native(ModelConfig("pair", ("both",), prior="conditional"))
    (True, False)
    """
    asks = config.latent and not config.stirs and config.prior != "standard"
    return config.mixer == "messages" and bool(config.relations) and not asks


@dataclass(frozen=True, eq=False)
class NativeModel:
    """A model for inference on a CPU, without torch; `model.vmd.VMD` is the whole of it, which learns.

    Attributes
    ----------
    config
        its shape; `is_native` holds
    kernel
        the denoiser
    """

    config: ModelConfig
    kernel: Denoise

    def units(self, rules: Rules) -> Units:
        """The structure of problems of these rules; see `units_for`."""
        return units_for(self.config, rules)


def drawn(config: ModelConfig, noise: Floats) -> Floats:
    """z [B, Z] from a standard prior, made of standard normal noise [B, Z]: the noise itself, or in each group of
    classes that with the greatest.

    Examples
    --------
    >>> drawn(ModelConfig("pair", ("both",), latent=2, classes=2), np.float32([[0.1, 0.2, 2.0, -1.0]])).tolist()
    [[0.0, 1.0, 1.0, 0.0]]
    """
    noise = np.asarray(noise, np.float32)
    if not config.classes:
        return noise
    parts = noise.reshape(-1, config.latent, config.classes)
    chosen: npt.NDArray[np.bool_] = parts.argmax(-1)[..., None] == np.arange(config.classes)
    return chosen.astype(np.float32).reshape(noise.shape)


def noise_of(config: ModelConfig, z: Floats) -> StateNoise | None:
    """The noise on states that z [B, Z] is; None where it is none.

    Examples
    --------
    >>> config = ModelConfig("pair", ("both",), latent=1, prior="states", noise=(1.0, 0.0))
    >>> noise_of(config, np.float32([[0.0, 1.0]])).begin, noise_of(ModelConfig("pair", ("both",)), np.zeros((1, 8)))
    (1.0, None)
    """
    if not config.stirs:
        return None
    keys = np.array(z, np.float32, order="C").view(np.uint64)[:, 0]  # a copy begins where such numbers may
    return StateNoise(keys, *config.noise)


def load_native(path: Path) -> NativeModel:
    """The model in `path`, whose config must be native; what only learning needs is looked at no further.

    Raises
    ------
    ModelMismatch
        No such file, damaged, or not fitting its own config.
    """
    with opened(path := weights_in(path)) as file:
        said = about_of(file)
        config = said.config
        if not is_native(config):
            raise ModelMismatch(f"{path} is not native: mixer {config.mixer!r}, prior {config.prior!r}; it needs torch")
        learns = "posterior." if config.code_width else None  # what nobody asks who knows no answer
        used = {name: shape for name, shape in said.shapes.items() if not learns or not name.startswith(learns)}
        sizes = {"H": config.width, "M": config.message, "N": config.hidden, "D": config.code_width}
        wanted = weight_shapes(sizes, R=len(config.relations), positions=config.positions)
        compare({f"denoiser.{name}": shape for name, shape in wanted.items()}, used, path)
        data = {key: file.bytes_of(key) for key in file.shapes}
    if said.hash not in (None, hash_of((key, *_told(file, key), data[key]) for key in sorted(data))):
        raise ModelMismatch(f"{path} is damaged: its numbers are not those that were saved; take a copy of it")
    arrays = {name: _array(file, key, data[key]) for name, key in said.keys.items()}
    if wrong := next((name for name, array in arrays.items() if not np.isfinite(array).all()), None):
        raise ModelMismatch(f"{path} holds NaN or infinity in {wrong}")
    return NativeModel(config, Denoise({name: arrays[f"denoiser.{name}"] for name in wanted}))


def _told(file: TensorFile, key: str) -> tuple[str, list[int]]:
    return f"torch.{TYPES[file.kinds[key]]}", list(file.shapes[key])


def _array(file: TensorFile, key: str, data: bytearray) -> Floats:
    """The numbers of a tensor in float32."""
    shape, kind = file.shapes[key], file.kinds[key]
    if kind == "BF16":  # the upper half of a float32
        upper: npt.NDArray[np.uint32] = np.ndarray(shape, np.uint16, data).astype(np.uint32)
        return (upper << np.uint32(16)).view(np.float32)
    with np.errstate(over="ignore"):  # infinity is refused later
        out: Floats = np.ndarray(shape, TYPES[kind], data).astype(np.float32)
        return out


# Of a denoiser in torch -------------------------------------------------------------------------------


def native(denoiser: Denoiser) -> Denoise:
    """The kernel with a copy of the weights as they are now; later training does not reach it."""
    return Denoise(_weights(denoiser))


def native_cuda(denoiser: Denoiser, device: int = 0) -> DenoiseCuda:
    """The same on a GPU."""
    return DenoiseCuda(_weights(denoiser), device)


def structure_of(units: Units) -> Structure:
    """A problem's structure as the kernels take it, made once for its units."""
    return units.once("structure", lambda: Structure(units.L, units.V, units.members, units.shares))


def _weights(denoiser: Denoiser) -> dict[str, Any]:
    return {name: tensor.detach().float().cpu().numpy() for name, tensor in denoiser.state_dict().items()}
