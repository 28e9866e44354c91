"""The one table of options: what each call takes, with type, default, range and help.

An option stands here once. Signatures and docstrings of the calls, the options of the commands and the list in
README.md come from this table, so adding one is a line here, and its use. A default is the same in every call, but for
those that say why not. Neither NumPy nor torch is imported, for `vmdsolve --help` reads it, too.
"""

# Annotations are looked at here, so they are no strings (no `from __future__ import annotations`).

import re
from difflib import get_close_matches
from os import PathLike, fspath
from os.path import isdir, isfile
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict, get_args

from ..arguments import choice, flag, number, rows, seconds, whole
from ..errors import InvalidInput, ModelMismatch
from ..extras import want_torch
from ..orders import ALIASES, ORDERS, Order
from .option import Check, Option, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from numpy.typing import ArrayLike

    from ..domains import Domain
    from ..domains.reading import Grid
    from ..model.vmd import VMD

__all__ = ["METHODS", "Options"]
__all__ += ["BatchOptions", "CandidatesOptions", "CheckOptions", "CountOptions", "CountingOptions"]
__all__ += [
    "EnumerateOptions",
    "EstimateOptions",
    "EvalOptions",
    "GenerateOptions",
    "HintOptions",
    "SampleOptions",
    "SolveOptions",
]

Method = Literal["vmd", "vmd-only", "search"]
Difficulty = Literal["easy", "medium", "hard", "expert"]
OnInvalid = Literal["raise", "report"]
METHODS: tuple[Method, ...] = get_args(Method)
MOST = 65_536
MOST_NATIVE = 2**63 - 1  # whole numbers that nothing else bounds
MAX_THREADS = 1024
MOST_SOLUTIONS = 2**62
MOST_LOOPS = 4096


# How values are checked ------------------------------------------------------------------------------


def _from(least: int, most: int | None = None) -> Check:
    reach = MOST_NATIVE if most is None else most
    return lambda value, name: whole(whole(value, name, least, most), name, least, reach)


def _or_none(check: Check) -> Check:
    return lambda value, name: None if value is None else check(value, name)


def _one_of(kinds: Any) -> Check:
    """One of the names of a Literal."""
    return lambda value, name: choice(value, name, get_args(kinds))


def _as_it_is(value: Any, name: str) -> Any:
    del name
    return value


def _temperature(value: Any, name: str) -> float:
    return number(value, name, least=0)


def _share(value: Any, name: str) -> float:
    return number(value, name, above=0, most=1)


def _order_name(value: Any, name: str) -> str:
    """The order's own name, so that nobody behind the door sees an alias."""
    return ALIASES.get(str(value)) or choice(value, name, ORDERS)


def _domain(value: Any, name: str) -> Any:
    if value is None:
        return None
    from ..domains import Domain, get  # which imports NumPy

    if isinstance(value, Domain):
        return value
    if isinstance(value, str):
        return get(value)
    raise InvalidInput(f"{name} is {value!r}; wanted the name of a domain, or a Domain")


def _weights(value: Any, name: str) -> Any:
    if isinstance(value, (str, PathLike)):
        if isdir(value):  # noqa: PTH112 - what cannot be a name is none, and raises nothing
            from ..model.folder import weights_in  # which imports NumPy

            value = weights_in(fspath(value))
        if not isfile(value):  # noqa: PTH113
            raise ModelMismatch(f"no weights at {value!s:.200}")
        return fspath(value)
    if value is None or hasattr(value, "config"):  # not isinstance: that would import torch
        return value
    raise InvalidInput(f"{name} is {value!r}; wanted a file of weights, or a model")


def _device(value: Any, name: str) -> str | None:
    """The device's name as torch spells it; None: a GPU if there is one."""
    text = str(value) if type(value).__module__.partition(".")[0] == "torch" else value
    if text is None or text == "auto":
        return None
    if isinstance(text, str) and (found := re.fullmatch(r"(cpu)(?::0)?|(cuda(?::\d{1,3})?)", text)):
        return found[1] or found[2]
    raise InvalidInput(f"{name} is {value!r}; wanted auto, cpu, cuda, or one GPU of several, as in cuda:1")


def _rows_or_none(value: Any, name: str) -> Any:
    return None if value is None else rows(value, name)


def _refuse_absent(device: str) -> None:
    """A GPU that is asked for must be there."""
    want_torch(f"device {device!r}")
    import torch

    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if int(device.partition(":")[2] or 0) >= there:
        raise InvalidInput(f"device is {device!r}, and torch finds {there} GPUs here; use cpu, or auto")


# The table -------------------------------------------------------------------------------------------


K, MANY = "K, boards that the model may fill for one problem", 8
T = "T, network evaluations that a board may cost"
ONCE = ", or 1 before search"
OWN = "by default what the model was made for"
HEAT = "1: the model's own law; 0: its likeliest choices; by default 1, or 0 if z is noise on states."
LOOPS = "Block applications an evaluation may cost"


def _order(default: str | None, why: str) -> Option:
    return Option(default, _or_none(_order_name), f"Which cells are filled first: {', '.join(ORDERS)}; {why}.")


def _latents(default: int) -> Option:
    return Option(default, _from(1, MOST), f"{K}.")


def _time(default: float | None) -> Option:
    return Option(default, seconds, "Seconds that a problem may take, all stages together.")


def _solutions(value: Any, name: str) -> int:
    if whole(value, name, 1) > MOST_SOLUTIONS:
        raise InvalidInput(f"{name} is {value:,}; nobody counts further than {MOST_SOLUTIONS:,}; None has no limit")
    return whole(value, name)


def _limit(default: int | None) -> Option:
    return Option(default, _or_none(_solutions), "Stop at so many solutions; None: find all.")


THREADS = Option(0, _from(0, MAX_THREADS), "CPU threads; 0: one a core.", settles=False)
SAMPLES = Option(1000, _from(2, 10_000_000), "Random ways that an estimate goes; four times as many halve its error.")
CELLS = Option(None, _as_it_is, "Count fillings of these cells alone, as r1c2 or row 1, not of the whole board.")


Z = Option(
    None, _rows_or_none, "Latents in place of drawn ones: numbers [D], or rows of them [K, D] in turn, as 0.5,-1;0,2."
)


class DomainOptions(TypedDict, total=False):
    """What every call takes that reads a problem."""

    domain: Annotated[
        "str | Domain | None", Option(None, _domain, "The kind of problem; needed where the size does not tell.")
    ]


class MethodOptions(TypedDict, total=False):
    """What every call takes that may use the model, or do without."""

    method: Annotated[
        Method, Option("vmd", _one_of(Method), "vmd, vmd-only (the learned model alone) or search (exact only).")
    ]
    time_limit: Annotated[float | None, _time(None)]
    trace: Annotated[bool, Option(False, flag, "Keep the board after each step of the model.", settles=False)]


class NetworkOptions(TypedDict, total=False):
    """What every call takes that runs the network."""

    steps: Annotated[int | None, Option(None, _or_none(_from(1, MOST)), f"{T}; {OWN}.")]
    loops: Annotated[int | None, Option(None, _or_none(_from(1, MOST_LOOPS)), f"{LOOPS}; {OWN}.")]
    model: Annotated[
        "str | PathLike[str] | VMD | None",
        Option(
            None,
            _weights,
            "File of weights, a folder with them, or in Python a model; by default those that come along.",
            "weights",
        ),
    ]
    device: Annotated[
        "str | torch.device | None", Option(None, _device, "auto, cpu, cuda or cuda:1; auto: a GPU if there is one.")
    ]
    bf16: Annotated[
        bool | None, Option(None, _or_none(flag), "Multiply in bfloat16 where it is faster; by default on a GPU only.")
    ]


class SeededOptions(TypedDict, total=False):
    """What every call takes that draws at random."""

    seed: Annotated[int, Option(0, _from(0, 2**64 - 1), "The same seed gives the same results, whatever the batch.")]
    threads: Annotated[int, THREADS]


class SolveOptions(DomainOptions, MethodOptions, NetworkOptions, SeededOptions, total=False):
    """The options of `solve`; what the model may spend has no default of its own: it depends on what comes after it."""

    latents: Annotated[int | None, Option(None, _or_none(_from(1, MOST)), f"{K}; by default {MANY}{ONCE}.")]
    steps: Annotated[int | None, Option(None, _or_none(_from(1, MOST)), f"{T}; {OWN}{ONCE}.")]
    loops: Annotated[
        int | None, Option(None, _or_none(_from(1, MOST_LOOPS)), f"{LOOPS}; {OWN}, or fewer before search.")
    ]
    z: Annotated["ArrayLike | None", Z]
    order: Annotated[Order | None, _order(None, OWN)]
    unique: Annotated[bool, Option(False, flag, "Also settle whether the answer is the only one.")]


class BatchOptions(SolveOptions, total=False):
    """The options of `solve_batch`."""

    batch_size: Annotated[
        int, Option(1024, _from(1), "Problems worked on at once, at most; the first batches are small.", settles=False)
    ]
    invalid: Annotated[
        OnInvalid, Option("raise", _one_of(OnInvalid), "What a malformed problem does: raise, or report INVALID.")
    ]
    progress: Annotated[bool, Option(False, flag, "Show progress on a terminal's error stream.", settles=False)]


class SampleOptions(MethodOptions, NetworkOptions, SeededOptions, total=False):
    """The options of `sample`; order and temperature are by default those with which samples follow the model's law."""

    latents: Annotated[int, _latents(MANY)]
    z: Annotated["ArrayLike | None", Z]
    given: Annotated["Grid | None", Option(None, _as_it_is, "A problem to complete; by default nothing is given.")]
    distinct: Annotated[bool, Option(False, flag, "Draw no solution twice.")]
    order: Annotated[Order | None, _order(None, "random, or the model's if z is noise")]
    temperature: Annotated[float | None, Option(None, _or_none(_temperature), HEAT)]


class EvalOptions(NetworkOptions, SeededOptions, total=False):
    """The options of the command `eval`; one board a problem, for that is what others publish."""

    latents: Annotated[int, _latents(1)]
    order: Annotated[Order | None, _order(None, OWN)]
    time_limit: Annotated[
        float | None, Option(None, seconds, "Seconds for all of it; it says then of how many problems it tells.")
    ]


class GenerateOptions(SeededOptions, total=False):
    """The options of `generate`."""

    first: Annotated[int, Option(0, _from(0), "Number of the first puzzle: a run may be made in parts.")]
    difficulty: Annotated[
        Difficulty | None,
        Option(None, _or_none(_one_of(Difficulty)), "easy, medium, hard or expert, as `grade` says it; and rate them."),
    ]
    symmetric: Annotated[bool, Option(False, flag, "Leave givens that half a turn of the board does not change.")]
    clues: Annotated[
        int | None,
        Option(None, _or_none(_from(0)), "Givens to leave; by default none can be spared, up to 256 cells."),
    ]
    size: Annotated[int | None, Option(None, _or_none(_from(1)), "Of the board, where each puzzle has its own.")]
    density: Annotated[
        float | None, Option(None, _or_none(_share), "Clues besides the givens, above 0 to 1, where there are such.")
    ]
    harder: Annotated[int, Option(0, _from(0), "Rounds of breeding: 100 make a Sudoku much harder.")]
    time_limit: Annotated[float | None, _time(None)]


class CheckOptions(DomainOptions, total=False):
    """The options of `check`; a person waits, so it has a time limit by default."""

    time_limit: Annotated[float | None, _time(10.0)]


class TimedOptions(DomainOptions, total=False):
    """What every call takes that looks for all solutions."""

    time_limit: Annotated[float | None, _time(None)]


class CountOptions(TimedOptions, total=False):
    """The options of `count_solutions`; two answer the usual question, whether a solution is the only one."""

    limit: Annotated[int | None, _limit(2)]
    cells: Annotated["str | Sequence[str | int] | None", CELLS]


class EnumerateOptions(TimedOptions, total=False):
    """The options of `enumerate_solutions`."""

    limit: Annotated[int | None, _limit(None)]
    cells: Annotated["str | Sequence[str | int] | None", CELLS]


class CandidatesOptions(TimedOptions, total=False):
    """The options of `candidates`."""

    threads: Annotated[int, THREADS]


class EstimateOptions(TimedOptions, SeededOptions, total=False):
    """The options of `estimate_solutions`."""

    samples: Annotated[int, SAMPLES]


class CountingOptions(CheckOptions, SeededOptions, total=False):
    """The options of the command `count`, which counts all, or as far as its time goes."""

    limit: Annotated[int | None, _limit(None)]
    cells: Annotated["str | Sequence[str | int] | None", CELLS]
    samples: Annotated[int, SAMPLES]


class HintOptions(DomainOptions, total=False):
    """The options of `hint` and `explain`; a person waits, so they have a time limit by default."""

    time_limit: Annotated[float | None, _time(10.0)]


# The checked values ----------------------------------------------------------------------------------


class Options(SimpleNamespace):
    """The options of one call as attributes, all checked; what is not given has its default.

    >>> Options(order="topk_margin").order, Options(CountOptions).limit
    ('margin', 2)

    Raises
    ------
    InvalidInput
        A value that cannot be, or a device that is not there.
    TypeError
        A name that is no option.
    """

    def __init__(self, kind: Any = SolveOptions, /, **given: Any) -> None:
        table = table_of(kind)
        for name in given:
            if name not in table:
                meant = "".join(f"; did you mean {close!r}?" for close in get_close_matches(name, table, 1))
                raise TypeError(f"there is no option {name!r}{meant}")
        found = {name: option.check(given.get(name, option.default), name) for name, option in table.items()}
        super().__init__(**found)
        if found.get("z") is not None and found.get("method") == "search":
            raise InvalidInput("z is for the model, and method is 'search': leave one of them out")
        if found.get("loops") is not None and found.get("method") == "search":
            raise InvalidInput(
                f"loops is {found['loops']}, but method 'search' asks no model; leave loops out, or name another method"
            )
        if (found.get("device") or "cpu") != "cpu" and found.get("method") != "search":
            _refuse_absent(found["device"])

    @property
    def asks(self) -> bool:
        """Whether the model is asked for, whatever it settles: by name, or by what it may spend."""
        asked = (getattr(self, name, None) for name in ("model", "latents", "steps", "loops", "z"))
        return self.method == "vmd-only" or any(one is not None for one in asked)

    def but(self, **changed: Any) -> "Options":
        """The same with other values, which are not checked again."""
        out = Options.__new__(Options)
        out.__dict__.update(self.__dict__, **changed)
        return out
