"""`denoise`: the whole denoiser, all loops of a network evaluation, as one native call on arrays.

    B boards, L cells, V symbols, D latent numbers; H, M, N channels of a candidate, a message, a block.
`vmdsolve/model/denoiser.py` is the specification; this computes the same up to the rounding of sums. A board's logits
do not depend on the batch, its order or the number of threads. Paths, the fastest of which is taken:
    portable, avx2, avx512  float32; the last two give the same bits
    avx512-bf16             products of bfloat16, sums in float32; only if asked for
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

import vmdsolve._native as _native
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.kernels import checks

__all__ = ["Denoise", "Network", "denoise_paths", "network"]

MAX_WIDTH, MAX_LOOPS = 4096, 65_536
BF16 = "avx512-bf16"

# Our name, the name in the denoiser's state_dict, its axes.
WEIGHTS = (
    ("state", "state.weight", "KH"),
    ("inject", "inject.weight", "NH"),
    ("inject_bias", "inject.bias", "N"),
    ("norm", "norm.weight", "H"),
    ("norm_bias", "norm.bias", "H"),
    ("speak", "speak.weight", "MH"),
    ("speak_bias", "speak.bias", "M"),
    ("keep", "keep.weight", "NH"),
    ("write", "write.weight", "HN"),
    ("write_bias", "write.bias", "H"),
    ("read_norm", "read_norm.weight", "H"),
    ("read_norm_bias", "read_norm.bias", "H"),
    ("read", "read.weight", "OH"),
    ("read_bias", "read.bias", "O"),
)
LATENT = (("modulate", "modulate.weight", "ZD"), ("modulate_bias", "modulate.bias", "Z"))
POSITIONS = (("cell", "cell", "LOH"), ("symbol", "symbol", "OVH"))


def denoise_paths() -> list[str]:
    """Code paths that this CPU can run, the slowest first."""
    return _native.denoise_paths()


class Network(NamedTuple):
    """What the native classes are made of: sizes, weights by our names, and units end to end."""

    L: int
    V: int
    H: int
    M: int
    N: int
    D: int
    weights: dict[str, checks.Array]
    offsets: list[int]
    cells: list[int]
    spans: list[int]


def network(weights: Mapping[str, Any], L: int, V: int, relations: Sequence[Sequence[Sequence[int]]]) -> Network:
    """A denoiser's weights and units, checked; the arguments are those of `Denoise`."""
    sizes = {"K": 3, "O": 1, "L": checks.whole("L", L, checks.MAX_CELLS + 1), "V": checks.whole("V", V, 65)}
    checks.sizes(sizes)
    wanted = [*WEIGHTS]
    wanted += LATENT if "modulate.weight" in weights else ()
    wanted += POSITIONS if "cell" in weights else ()
    hear = ["hear_symbols.weight", *(f"hear_units.{r}.weight" for r in range(len(relations)))]
    names = {name for _, name, _ in wanted}.union(hear)
    if missing := sorted(names - set(weights)):
        raise ModelMismatch(f"the weights lack {', '.join(missing)}")
    if unknown := sorted(set(weights) - names):
        raise ModelMismatch(f"the weights also hold {', '.join(unknown)}, which this network does not have")
    held = {ours: _weight(name, weights[name], axes, sizes) for ours, name, axes in wanted}
    held["hear"] = np.stack([_weight(name, weights[name], "NM", sizes) for name in hear])
    H, N, D = sizes["H"], sizes["N"], sizes.get("D", 0)
    for letter in "HMN":
        if not 1 <= sizes[letter] <= MAX_WIDTH:
            raise ModelMismatch(f"{letter} is {sizes[letter]}, wanted 1 to {MAX_WIDTH} channels")
    if D > MAX_WIDTH or ("D" in sizes and not D):
        raise ModelMismatch(f"D is {D}, wanted 1 to {MAX_WIDTH}, or no weights named modulate")
    if sizes.get("Z", 2 * N + H) != 2 * N + H:
        raise ModelMismatch(f"modulate has {sizes['Z']} outputs, wanted 2 N + H = {2 * N + H}")
    flat = {name: array.reshape(-1, H) if name in ("cell", "symbol") else array for name, array in held.items()}
    flat["read"] = held["read"].reshape(-1)
    units = [_unit(r, unit, sizes["L"]) for r, mine in enumerate(relations) for unit in mine]
    offsets = np.cumsum([0, *map(len, units)]).tolist()
    spans = np.cumsum([0, *map(len, relations)]).tolist()
    cells = [cell for unit in units for cell in unit]
    return Network(sizes["L"], sizes["V"], H, sizes["M"], N, D, flat, offsets, cells, spans)


class Denoise:
    """A denoiser's weights, prepared once and never changed: a function from tokens and latents to logits.

    weights    name in the denoiser's state_dict -> float32 array; `modulate.*` and `cell`, `symbol` may be absent
    L, V       cells and symbols of the problems
    relations  for each relation, in the order of `hear_units`, its units: each a sequence of different cells
    """

    def __init__(
        self, weights: Mapping[str, Any], L: int, V: int, relations: Sequence[Sequence[Sequence[int]]]
    ) -> None:
        checked = network(weights, L, V, relations)
        self.L, self.V, self.D = checked.L, checked.V, checked.D
        self._native = _native.Denoise(*checked)

    def __call__(self, x: Any, z: Any = None, *, loops: int, threads: int = 0, path: str | None = None) -> Any:
        """Logits [B, L, V] float32 after the last of `loops` loops.

        x        int32 [B, L], open = -1
        z        float32 [B, D], finite; may be left out without latent
        threads  0: one a core
        path     a name in `denoise_paths()`; None: the fastest in float32
        """
        sizes = {"L": self.L, "D": self.D}
        cells = checks.array("x", x, np.int32, "BL", sizes)
        if z is None and self.D:
            raise ModelMismatch(f"this model has a latent: pass z [B, {self.D}]")
        latent = np.zeros((len(cells), 0), np.float32) if z is None else checks.array("z", z, np.float32, "BD", sizes)
        for b, d in np.argwhere(~np.isfinite(latent)):
            raise InvalidInput(f"z[{b}, {d}] is {latent[b, d]}, wanted a finite number; look at the prior")
        loops = checks.whole("loops", loops, MAX_LOOPS + 1)
        if not loops:
            raise InvalidInput(f"loops is 0, wanted 1 to {MAX_LOOPS}")
        threads = checks.whole("threads", threads, checks.MAX_THREADS + 1)
        paths = denoise_paths()
        if path is None:
            path = [name for name in paths if name != BF16][-1]
        if path not in paths:
            raise InvalidInput(f"path is {path!r}, wanted one that this CPU can run: {', '.join(paths)}")
        out = self._native(cells, latent, loops, threads, paths.index(path))
        if out is None:  # refused by the native code, which leaves the words to this check
            checks.values(cells, self.V)
        return out


def _unit(relation: int, unit: Sequence[int], L: int) -> list[int]:
    cells = [checks.whole(f"a cell of a unit of relation {relation}", cell, L) for cell in unit]
    if not cells or len(set(cells)) < len(cells):
        raise InvalidInput(f"a unit of relation {relation} has cells {cells}, wanted one or more, each once")
    return cells


def _weight(name: str, value: Any, axes: str, sizes: dict[str, int]) -> checks.Array:
    """A weight of these axes, all finite."""
    try:
        array = checks.array(name, value, np.float32, axes, sizes)
    except InvalidInput as error:
        raise ModelMismatch(str(error)) from None
    if not np.isfinite(array).all():
        raise ModelMismatch(f"{name} holds NaN or infinity; the weights are damaged, or training diverged")
    return array
