"""Refuse what the kernels cannot work on, in words: what, where, got, wanted, what to do."""

import math
import operator
from typing import Any, NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt

import vmdsolve._native as _native
from vmdsolve import sets as symbols
from vmdsolve.counts import Counts
from vmdsolve.errors import InvalidInput
from vmdsolve.orders import ALIASES as ALIASES
from vmdsolve.orders import ORDERS as ORDERS
from vmdsolve.peers import Peers

Array = npt.NDArray[Any]

_ORDER = dict(_native.Order.__members__)
BACKENDS = ("cpu", "reference", "cuda")
MAX_CELLS, MAX_THREADS = 65536, 1024


class Rule(NamedTuple):
    """How `unmask` chooses: its options, checked. `kernels.unmask` says what they mean."""

    order: str
    threshold: float | None
    temperature: float
    guard: bool
    noise: float
    seed: int
    step: int

    @property
    def native(self) -> _native.UnmaskRule:
        """What the native kernels take."""
        return _native.UnmaskRule(
            order=_ORDER[self.order],
            threshold=self.threshold,
            temperature=self.temperature,
            guard=self.guard,
            noise=self.noise,
            seed=self.seed,
            step=self.step,
        )


def rule(order: Any, threshold: Any, temperature: Any, guard: Any, noise: Any, seed: Any, step: Any) -> Rule:
    """The options of `unmask`, or an error that names the wrong one."""
    return Rule(
        one_of("order", order, ORDERS),
        None if threshold is None else real("threshold", threshold, -np.inf),
        real("temperature", temperature, 0),
        bool(guard),
        real("noise", noise, 0),
        whole("seed", seed, 1 << 64),
        whole("step", step, 1 << 32),
    )


def peers(value: Any, sizes: dict[str, int]) -> Peers:
    """`value`, if it is the peers of boards of L cells."""
    if not isinstance(value, Peers):
        raise InvalidInput(f"peers is a {type(value).__name__}; wanted vmdsolve.peers.Peers, see Rules.peers")
    if sizes.setdefault("L", value.L) != value.L:
        raise InvalidInput(f"peers are those of {value.L} cells, and boards have {sizes['L']}")
    return value


def counted(value: Any, sizes: dict[str, int]) -> Counts:
    """`value`, if it is counts of boards of L cells."""
    if not isinstance(value, Counts):
        raise InvalidInput(f"counts is a {type(value).__name__}; wanted vmdsolve.counts.Counts, see Rules.settles")
    if sizes.setdefault("L", value.L) != value.L:
        raise InvalidInput(f"counts are those of {value.L} cells, and boards have {sizes['L']}")
    return value


def is_tensor(value: object) -> bool:
    """Whether this is a torch tensor, without importing torch."""
    return type(value).__module__.partition(".")[0] == "torch" or hasattr(value, "detach")


def array(name: str, value: Any, dtype: type[np.generic], axes: str, sizes: dict[str, int]) -> Array:
    """`value` as a C-contiguous NumPy array of this dtype whose axes have these letters.

    A letter that `sizes` does not know yet is added to it; one that it knows must agree.
    """
    wanted = np.dtype(dtype)
    if type(value) is np.ndarray and value.dtype == wanted:
        pass  # nothing to ask: the usual case, kept short because a call of a kernel has few microseconds
    elif is_tensor(value):
        if value.device.type != "cpu":
            raise InvalidInput(f"{name} is on device {value.device} and x is not; move one of them: .cpu() or .cuda()")
        value = value.detach()
    elif not hasattr(value, "dtype"):
        try:
            value = np.asarray(value)
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"{name} is not an array: {error}") from None
    if value.dtype != wanted:
        want_dtype(name, value, (wanted.name,))
    want_shape(name, value, axes, sizes)
    return np.require(value, wanted, ["C", "A"])


def want_dtype(name: str, value: Any, wanted: tuple[str, ...]) -> None:
    """Refuse an array or tensor of another dtype than these."""
    if (got := str(value.dtype).removeprefix("torch.")) not in wanted:
        raise InvalidInput(f"{name} has dtype {got}, wanted {' or '.join(wanted)}; convert it before the call")


def want_shape(name: str, value: Any, axes: str, sizes: dict[str, int]) -> None:
    """Refuse an array or tensor whose axes are not these, or not of the sizes known; learn those that are new."""
    got = list(value.shape)
    names = f"[{', '.join(axes)}]"
    if len(got) != len(axes):
        raise InvalidInput(f"{name} has shape {got}, wanted {names}")
    for letter, size in zip(axes, got, strict=True):
        if sizes.setdefault(letter, size) != size:
            raise InvalidInput(f"{name} has shape {got}, wanted {names} with {letter} = {sizes[letter]}")


def sizes(known: dict[str, int]) -> None:
    """Refuse boards without cells, and more cells or symbols than there can be."""
    L, V = known["L"], known.get("V", 1)
    if not 1 <= L <= MAX_CELLS:
        raise InvalidInput(f"a board has {L} cells, wanted 1 to {MAX_CELLS}; split the problem")
    if not 1 <= V <= symbols.MAX_SYMBOLS:
        raise InvalidInput(f"there are {V} symbols, wanted 1 to {symbols.MAX_SYMBOLS}: a set of them is one word")


def values(x: Array, V: int) -> None:
    """Refuse symbols that are not -1..V-1."""
    for b, cell in np.argwhere((x < -1) | (x >= V)):
        raise InvalidInput(f"x[{b}, {cell}] is {x[b, cell]}, wanted -1 (open) or a symbol 0..{V - 1}")


def refuse(x: Array, V: int) -> NoReturn:
    """Say which symbol is none, where the native code said that one is."""
    values(x, V)
    raise InvalidInput(f"x holds a value that is neither -1 (open) nor a symbol 0..{V - 1}")


def sets_and_logits(candidates: Array, logits: Array) -> None:
    """Refuse symbols beyond V-1 and logits that are NaN or +inf, by board and cell."""
    V = logits.shape[2]
    for b, cell in np.argwhere(~symbols.within(candidates, V)):
        beyond = symbols.listed(int(candidates[b, cell]))[-1]
        raise InvalidInput(f"candidates[{b}, {cell}] holds symbol {beyond}, wanted symbols 0..{V - 1} only")
    for b, cell, v in np.argwhere(~(logits < np.inf)):
        raise InvalidInput(
            f"the logit of board {b}, cell {cell}, symbol {v} is {logits[b, cell, v]}, "
            "wanted a finite number or -inf; look for an overflow in the model"
        )


def counts(n_keep: Any, B: int) -> Array:
    """n_keep as int32 [B]; a single integer stands for every board."""
    if np.ndim(n_keep) == 0:
        return np.full(B, whole("n_keep", n_keep, 1 << 31), np.int32)
    out = array("n_keep", n_keep, np.int32, "B", {"B": B})
    for (b,) in np.argwhere(out < 0):
        raise InvalidInput(f"n_keep is {out[b]} for board {b}, wanted 0 or more cells")
    return out


def real(name: str, value: Any, low: float) -> float:
    """A number that is finite in float32 and at least `low`."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    with np.errstate(over="ignore"):
        rounded = np.float32(number)
    if not (np.isfinite(rounded) and number >= low):
        bound = f" >= {low:g}" if low > -math.inf else ""
        raise InvalidInput(f"{name} is {value!r}, wanted a finite float32{bound}")
    if number > 0 and rounded < np.finfo(np.float32).tiny:
        raise InvalidInput(f"{name} is {value!r}, too small for float32; use 0 or at least 1.2e-38")
    return float(rounded)


def whole(name: str, value: Any, limit: int) -> int:
    """An integer in 0..limit-1."""
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if not 0 <= number < limit:
        raise InvalidInput(f"{name} is {value!r}, wanted an integer from 0 to {limit - 1}")
    return number


def backend(name: str | None, x: Any) -> str:
    """Which back end works on x: the one of that name, by default that of the device that x is on."""
    device = str(x.device.type) if is_tensor(x) else "cpu"
    if device not in ("cpu", "cuda"):
        raise InvalidInput(f"x is on device {x.device}; these kernels want CPU or CUDA tensors: .cpu()")
    found = one_of("backend", name or device, BACKENDS)
    if (found == "cuda") != (device == "cuda"):
        raise InvalidInput(f"backend is {found!r} and x is on {device}; leave backend out, or move the tensors")
    return found


def one_of(name: str, value: Any, names: tuple[str, ...]) -> str:
    """One of these names, or the name that an alias stands for."""
    found = ALIASES.get(value, value) if name == "order" and isinstance(value, str) else value
    if found not in names:
        raise InvalidInput(f"{name} is {value!r}, wanted one of {', '.join(names)}")
    return str(found)
