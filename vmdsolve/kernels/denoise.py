"""`denoise`: the whole denoiser, all loops of a network evaluation, as one native call on arrays.

    B boards, L cells, V symbols, D latent numbers; H, M, N channels of a candidate, a message, a block.
`vmdsolve/model/denoiser.py` is the specification; this computes the same up to the rounding of sums. A board's logits
do not depend on the batch, its order or the number of threads. Paths:
    portable, avx2, avx512  float32; the last two give the same bits
    avx512-bf16, amx        products of bfloat16, sums in float32
    amx-twin                the bits of amx on any CPU, slowly: for tests, and for who must repeat a result
Which is the fastest is known of a CPU, not measured, so that a CPU gives the same bits whenever it is asked. In float32
it is the last of those it can run. Where rounding is allowed it is amx, if there is one; avx512-bf16 on AMD's CPUs, but
not on Intel's, whose vectors of bfloat16 are slower than those of float32; elsewhere float32 again. The environment
variable VMDSOLVE_DENOISE_PATH names another.

A board settles when the likeliest symbols of its open cells, beside what it holds, break no all-different rule: what
more loops could say would not be better. Where peers are told, boards are looked at every SETTLE_EVERY loops and after
the last, and a settled one leaves with the logits that it has.
"""

import os
from collections.abc import Mapping
from math import inf
from typing import Any, NamedTuple

import numpy as np

import vmdsolve._native as _native
from vmdsolve.counts import Counts
from vmdsolve.errors import InvalidInput, ModelMismatch, TooLarge
from vmdsolve.kernels import checks
from vmdsolve.kernels.state_noise import StateNoise
from vmdsolve.kernels.structure import Structure
from vmdsolve.peers import Peers
from vmdsolve.sets import MAX_SYMBOLS

__all__ = ["MAX_LOOPS", "PATH_VARIABLE", "SETTLE_EVERY", "Denoise", "Evaluated", "Network"]
__all__ += ["denoise_paths", "fastest_path", "no_amx", "path_number", "rounding_paths", "weight_shapes"]

MAX_WIDTH, MAX_LOOPS = 4096, 65_536
MOST_BYTES = 1 << 32  # of states and messages, of all boards that are worked on at a time
SETTLE_EVERY = _native.settle_every
PATH_VARIABLE = "VMDSOLVE_DENOISE_PATH"

# Our name, the name in the denoiser's state_dict, its axes.
WEIGHTS = (
    ("state", "state.weight", "KH"),
    ("inject", "inject.weight", "NH"),
    ("inject_bias", "inject.bias", "N"),
    ("norm", "norm.weight", "H"),
    ("norm_bias", "norm.bias", "H"),
    ("message", "message.weight", "MH"),
    ("message_bias", "message.bias", "M"),
    ("self_update", "self_update.weight", "NH"),
    ("update", "update.weight", "HN"),
    ("update_bias", "update.bias", "H"),
    ("readout_norm", "readout_norm.weight", "H"),
    ("readout_norm_bias", "readout_norm.bias", "H"),
    ("readout", "readout.weight", "OH"),
    ("readout_bias", "readout.bias", "O"),
)
LATENT = (("modulate", "modulate.weight", "ZD"), ("modulate_bias", "modulate.bias", "Z"))
CELLS = (("cell", "cell", "LOH"),)
SYMBOLS = (("symbol", "symbol", "OVH"),)


def denoise_paths() -> list[str]:
    """Code paths that this CPU can run: in float32, the slowest first, then those that round to bfloat16."""
    return _native.denoise_paths()


def rounding_paths() -> list[str]:
    """Those of `denoise_paths()` that round inputs of products to bfloat16."""
    return _native.rounding_denoise_paths()


def no_amx() -> str | None:
    """Why the path amx is not there, in words; None where it is."""
    return _native.no_amx()


def fastest_path(*, may_round: bool = False) -> str:
    """The fastest code path of this CPU, or the one that VMDSOLVE_DENOISE_PATH names.

    Parameters
    ----------
    may_round
        Whether inputs of products may be rounded to bfloat16. Where that is slower they are not.

    Raises
    ------
    InvalidInput
        Where the variable names no path of this CPU.

    Examples
    --------
    >>> fastest_path() in denoise_paths()
    True
    """
    if named := os.environ.get(PATH_VARIABLE):
        return _known(PATH_VARIABLE, named)
    return _native.fastest_denoise_path(may_round)


class Evaluated(NamedTuple):
    """What one evaluation of B boards gave, as arrays or tensors.

    Attributes
    ----------
    logits
        float32 [B, L, V], after as many loops as `loops` says; 0 after none.
    loops
        int32 [B], block applications spent: all that were asked for, or fewer.
    finished
        bool [B], False where time ran out before a board was settled or had all its loops.
    """

    logits: Any
    loops: Any
    finished: Any


class Weights(NamedTuple):
    """A denoiser's weights by our names, checked; R relations, D latent numbers, how many cells and symbols have
    embeddings, L or 0 and V or 0."""

    R: int
    D: int
    positions: tuple[int, int]
    arrays: dict[str, checks.Array]


def weight_shapes(sizes: Mapping[str, int], *, R: int, positions: tuple[int, int]) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a denoiser's weights: H, M, N channels, D latent numbers, R relations; embeddings of L cells
    and V symbols, (0, V) or (0, 0).

    Examples
    --------
    >>> weight_shapes({"H": 4, "M": 3, "N": 5, "D": 0}, R=1, positions=(0, 0))["unit_updates.0.weight"]
    (5, 3)
    """
    known = {**sizes, "K": 3, "O": 1, "Z": 2 * sizes["N"] + sizes["H"], "L": positions[0], "V": positions[1]}
    wanted = [*WEIGHTS, *(LATENT if sizes["D"] else ())]
    wanted += [*(CELLS if positions[0] else ()), *(SYMBOLS if positions[1] else ())]
    updates = ["symbol_update.weight", *(f"unit_updates.{r}.weight" for r in range(R))]
    axes = {name: letters for _, name, letters in wanted} | dict.fromkeys(updates, "NM")
    return {name: tuple(known[letter] for letter in letters) for name, letters in axes.items()}


def weights_of(weights: Mapping[str, Any]) -> Weights:
    """Name in the denoiser's state_dict -> float32 array; `modulate.*` and `cell`, `symbol` may be absent."""
    sizes = {"K": 3, "O": 1}
    wanted = [*WEIGHTS]
    wanted += LATENT if "modulate.weight" in weights else ()
    wanted += CELLS if "cell" in weights else ()
    wanted += SYMBOLS if "cell" in weights or "symbol" in weights else ()
    R = sum(name.startswith("unit_updates.") for name in weights)
    updates = ["symbol_update.weight", *(f"unit_updates.{r}.weight" for r in range(R))]
    names = {name for _, name, _ in wanted}.union(updates)
    if missing := sorted(names - set(weights)):
        raise ModelMismatch(f"the weights lack {', '.join(missing)}")
    if unknown := sorted(set(weights) - names):
        raise ModelMismatch(f"the weights also hold {', '.join(unknown)}, which this network does not have")
    held = {ours: _weight(name, weights[name], axes, sizes) for ours, name, axes in wanted}
    held["group_updates"] = np.stack([_weight(name, weights[name], "NM", sizes) for name in updates])
    H, N, D = sizes["H"], sizes["N"], sizes.get("D", 0)
    for letter in "HMN":
        if not 1 <= sizes[letter] <= MAX_WIDTH:
            raise ModelMismatch(f"{letter} is {sizes[letter]}, wanted 1 to {MAX_WIDTH} channels")
    if D > MAX_WIDTH or ("D" in sizes and not D):
        raise ModelMismatch(f"D is {D}, wanted 1 to {MAX_WIDTH}, or no weights named modulate")
    if sizes.get("Z", 2 * N + H) != 2 * N + H:
        raise ModelMismatch(f"modulate has {sizes['Z']} outputs, wanted 2 N + H = {2 * N + H}")
    L, V = (sizes.get(letter, 0) for letter in "LV")
    if not all(1 <= sizes.get(letter, 1) <= most for letter, most in (("L", checks.MAX_CELLS), ("V", MAX_SYMBOLS))):
        raise ModelMismatch(f"the weights have positions for {L} cells and {V} symbols")
    flat = {name: array.reshape(-1, H) if name in ("cell", "symbol") else array for name, array in held.items()}
    flat["readout"] = held["readout"].reshape(-1)
    return Weights(R, D, (L, V), flat)


class Network:
    """What `Denoise` and `DenoiseCuda` have in common: weights, and the boards that they are for."""

    def __init__(self, weights: Mapping[str, Any]) -> None:
        self.R, self.D, self.positions, self.weights = weights_of(weights)

    def want(self, structure: Structure) -> None:
        """Refuse a structure with other relations, far too large or of other cells or symbols than have embeddings."""
        if structure.R != self.R:
            raise ModelMismatch(f"this model has {self.R} relations, the structure of these boards {structure.R}")
        L, V = self.positions
        if L not in (0, structure.L) or V not in (0, structure.V):
            raise ModelMismatch(
                f"this model has positions for {self.positions} cells and symbols, these boards have "
                f"{structure.L} and {structure.V}"
            )
        if (size := self.bytes_of(structure)) > MOST_BYTES:
            raise TooLarge(
                f"one board of {structure.L:,} cells, {structure.V} symbols and {structure.means:,} means takes "
                f"{size / 2**30:.0f} GB in this model; wanted at most {MOST_BYTES >> 30} GB"
            )

    def bytes_of(self, structure: Structure) -> int:
        """About what memory one board of this structure takes while it is worked on."""
        H, M, N = (len(self.weights[name]) for name in ("norm", "message", "self_update"))
        return 4 * (structure.L * structure.V * (H + M) + structure.means * (M + N))

    def want_latent(self, z: Any) -> None:
        """Refuse to go without a latent where the model has one."""
        if z is None and self.D:
            raise ModelMismatch(f"this model has a latent: pass z [B, {self.D}]")

    @staticmethod
    def loops(loops: Any) -> int:
        """The number of loops, if it is one."""
        number = checks.whole("loops", loops, MAX_LOOPS + 1)
        if not number:
            raise InvalidInput(f"loops is 0, wanted 1 to {MAX_LOOPS}")
        return number


class Denoise(Network):
    """A denoiser's weights, prepared once and never changed: a function from tokens and latents to logits.

    One object serves boards of any structure: each call says which.

    Parameters
    ----------
    weights
        Name in the denoiser's state_dict -> float32 array; `modulate.*` and `cell`, `symbol` may be absent.

    Raises
    ------
    ModelMismatch
        Where weights are missing, unknown, of wrong shape, or not finite.
    """

    def __init__(self, weights: Mapping[str, Any]) -> None:
        super().__init__(weights)
        self._native = _native.Denoise(self.weights)

    def __call__(
        self, structure: Structure, x: Any, z: Any = None, *, loops: int, threads: int = 0, path: str | None = None
    ) -> Any:
        """Logits [B, L, V] float32 after the last of `loops` loops, by `evaluate`."""
        return self.evaluate(structure, x, z, loops=loops, threads=threads, path=path).logits

    def evaluate(
        self,
        structure: Structure,
        x: Any,
        z: Any = None,
        *,
        loops: int,
        peers: Peers | None = None,
        counts: Counts | None = None,
        time_limit: float = inf,
        threads: int = 0,
        path: str | None = None,
        noise: StateNoise | None = None,
        fade: int = 0,
    ) -> Evaluated:
        """One evaluation: up to `loops` loops a board, and what they cost.

        Parameters
        ----------
        structure
            Of the boards: L, V and the units of the model's relations.
        x : int32 [B, L]
            Tokens, open = -1.
        z : float32 [B, D]
            Finite; may be left out without latent.
        peers, counts
            Of boards of L cells: boards that settle leave the loops; without both: all loops for all. To settle is to
            be solved where the rules say nothing but what peers and counts say.
        time_limit
            Seconds, 0 or more, for the whole call; it is looked at between loops.
        threads
            0: one a core.
        path
            A name in `denoise_paths()`; None: `fastest_path()`, which is in float32.
        noise
            On the states, before the first loop and between loops; None: none.
        fade
            From loop number `fade` on a state keeps 1 - 1 / fade of itself (csrc/denoise/fade.hpp); 0: all, always.

        Raises
        ------
        ModelMismatch
            Where the structure has other relations than the model, or z is missing.
        InvalidInput
            Where an array, a value or an option is wrong; board and cell are named.
        """
        self.want(structure)
        sizes = {"L": structure.L, "D": self.D}
        cells = checks.array("x", x, np.int32, "BL", sizes)
        self.want_latent(z)
        latent = np.zeros((len(cells), 0), np.float32) if z is None else checks.array("z", z, np.float32, "BD", sizes)
        for b, d in np.argwhere(~np.isfinite(latent)):
            raise InvalidInput(f"z[{b}, {d}] is {latent[b, d]}, wanted a finite number; look at the prior")
        loops = self.loops(loops)
        others = None if peers is None else checks.peers(peers, sizes).native
        times = None if counts is None else checks.counted(counts, sizes).native
        if not time_limit >= 0:
            raise InvalidInput(f"time_limit is {time_limit!r}, wanted seconds, 0 or more")
        threads = checks.whole("threads", threads, checks.MAX_THREADS + 1)
        threads = min(threads or int(_native.cores()), MOST_BYTES // self.bytes_of(structure))
        number = path_number(path)
        stir = {} if noise is None else noise.arrays(len(cells))
        out = self._native(
            structure.native, cells, latent, loops=loops, peers=others, counts=times, time_limit=time_limit,
            threads=threads, path=number, fade=checks.whole("fade", fade, MAX_LOOPS + 1), **stir,
        )  # fmt: skip
        if out is None:  # refused by the native code, which leaves the words to this check
            checks.refuse(cells, structure.V)
        return Evaluated(*out)


def path_number(path: str | None) -> int:
    """The number of the code path of this name; None: of `fastest_path()`."""
    return denoise_paths().index(fastest_path() if path is None else _known("path", path))


def _known(what: str, path: str) -> str:
    """The name of a path, if it is one of this CPU's."""
    if path not in (paths := denoise_paths()):
        why = f"; {absent}" if path == "amx" and (absent := no_amx()) else ""
        raise InvalidInput(f"{what} is {path!r}, wanted one that this CPU can run: {', '.join(paths)}{why}")
    return path


def _weight(name: str, value: Any, axes: str, sizes: dict[str, int]) -> checks.Array:
    """A weight of these axes, all finite."""
    try:
        array = checks.array(name, value, np.float32, axes, sizes)
    except InvalidInput as error:
        raise ModelMismatch(str(error)) from None
    if not np.isfinite(array).all():
        raise ModelMismatch(f"{name} holds NaN or infinity; the weights are damaged, or training diverged")
    return array
