"""The one table of options: what each call takes, with type, default, range and help.

An option stands here once. Signatures and docstrings of the calls, the options of the commands and the list in
docs/solving.md come from this table, so adding one is a line here, and its use. A default is the same in every call,
but for those that say why not. Neither NumPy nor torch is imported, for `vmdsolve --help` reads it, too.
"""

# Annotations are looked at here, so they are no strings (no `from __future__ import annotations`).

from difflib import get_close_matches
from functools import cache
from os import PathLike
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict, get_args

from ..arguments import flag, seconds
from ..errors import InvalidInput
from ..orders import ORDERS, Order
from .checked import (
    a_domain,
    as_it_is,
    device_name,
    from_,
    one_of,
    or_none,
    order_name,
    refuse_absent,
    rows_or_none,
    share,
    solutions,
    some_weights,
    temperature,
)
from .option import Option, table_of

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
    "SolvingOptions",
]

Method = Literal["vmd", "vmd-only", "search"]
Difficulty = Literal["easy", "medium", "hard", "expert"]
OnInvalid = Literal["raise", "report"]
METHODS: tuple[Method, ...] = get_args(Method)
MOST = 65_536
MAX_THREADS = 1024
MOST_LOOPS = 4096


# The table -------------------------------------------------------------------------------------------


K, MANY = "K, boards that the model may fill for one problem", 8
T = "T, network evaluations that a board may cost"
ONCE = ", or 1 before search"
OWN = "by default what the model was made for"
HEAT = "1: the model's own law; 0: its likeliest choices; by default 1, or 0 if z is noise on states."
LOOPS = "Block applications an evaluation may cost"


def _order(default: str | None, why: str) -> Option:
    return Option(default, or_none(order_name), f"Which cells are filled first: {', '.join(ORDERS)}; {why}.")


def _latents(default: int) -> Option:
    return Option(default, from_(1, MOST), f"{K}.")


def _time(default: float | None) -> Option:
    return Option(default, seconds, "Seconds that a problem may take, all stages together.")


def _limit(default: int | None) -> Option:
    return Option(default, or_none(solutions), "Stop at so many solutions; None: find all.")


THREADS = Option(0, from_(0, MAX_THREADS), "CPU threads; 0: one a core.", settles=False)
SAMPLES = Option(1000, from_(2, 10_000_000), "Random ways that an estimate goes; four times as many halve its error.")
CELLS = Option(None, as_it_is, "Count fillings of these cells alone, as r1c2 or row 1, not of the whole board.")


Z = Option(
    None, rows_or_none, "Latents in place of drawn ones: numbers [D], or rows of them [K, D] in turn, as 0.5,-1;0,2."
)


class DomainOptions(TypedDict, total=False):
    """What every call takes that reads a problem."""

    domain: Annotated[
        "str | Domain | None", Option(None, a_domain, "The kind of problem; needed where the size does not tell.")
    ]


class MethodOptions(TypedDict, total=False):
    """What every call takes that may use the model, or do without."""

    method: Annotated[
        Method, Option("vmd", one_of(Method), "vmd, vmd-only (the learned model alone) or search (exact only).")
    ]
    time_limit: Annotated[float | None, _time(None)]
    trace: Annotated[bool, Option(False, flag, "Keep the boards after each step of the model.", settles=False)]


class StepsOptions(TypedDict, total=False):
    """What every call takes that fills boards step by step."""

    steps: Annotated[int | None, Option(None, or_none(from_(1, MOST)), f"{T}; {OWN}.")]


class ModelOptions(TypedDict, total=False):
    """What every call takes that asks the network once."""

    loops: Annotated[int | None, Option(None, or_none(from_(1, MOST_LOOPS)), f"{LOOPS}; {OWN}.")]
    model: Annotated[
        "str | PathLike[str] | VMD | None",
        Option(
            None,
            some_weights,
            "File of weights, a folder with them, or in Python a model; by default those that come along.",
            "weights",
        ),
    ]
    device: Annotated[
        "str | torch.device | None",
        Option(None, device_name, "auto, cpu, cuda or cuda:1; auto: a GPU if there is one."),
    ]
    bf16: Annotated[
        bool | None, Option(None, or_none(flag), "Multiply in bfloat16 where it is faster; by default on a GPU only.")
    ]


class NetworkOptions(StepsOptions, ModelOptions, total=False):
    """What every call takes that runs the network."""


class SeededOptions(TypedDict, total=False):
    """What every call takes that draws at random."""

    seed: Annotated[int, Option(0, from_(0, 2**64 - 1), "The same seed gives the same results, whatever the batch.")]
    threads: Annotated[int, THREADS]


class SolvingOptions(DomainOptions, MethodOptions, NetworkOptions, SeededOptions, total=False):
    """What every call takes that solves; what the model may spend has no default of its own: it depends on what comes
    after it."""

    latents: Annotated[int | None, Option(None, or_none(from_(1, MOST)), f"{K}; by default {MANY}{ONCE}.")]
    steps: Annotated[int | None, Option(None, or_none(from_(1, MOST)), f"{T}; {OWN}{ONCE}.")]
    loops: Annotated[
        int | None, Option(None, or_none(from_(1, MOST_LOOPS)), f"{LOOPS}; {OWN}, or fewer before search.")
    ]
    z: Annotated["ArrayLike | None", Z]
    order: Annotated[Order | None, _order(None, OWN)]
    unique: Annotated[bool, Option(False, flag, "Also settle whether the answer is the only one.")]


class SolveOptions(SolvingOptions, total=False):
    """The options of `solve`."""

    prove: Annotated[bool, Option(False, flag, "Prove UNSATISFIABLE, and with unique that an answer is the only one.")]


class BatchOptions(SolvingOptions, total=False):
    """The options of `solve_batch`."""

    batch_size: Annotated[
        int, Option(1024, from_(1), "Problems worked on at once, at most; the first batches are small.", settles=False)
    ]
    invalid: Annotated[
        OnInvalid, Option("raise", one_of(OnInvalid), "What a malformed problem does: raise, or report INVALID.")
    ]
    progress: Annotated[bool, Option(False, flag, "Show progress on a terminal, or in a notebook.", settles=False)]


class SampleOptions(MethodOptions, NetworkOptions, SeededOptions, total=False):
    """The options of `sample`; order and temperature are by default those with which samples follow the model's law."""

    latents: Annotated[int, _latents(MANY)]
    z: Annotated["ArrayLike | None", Z]
    given: Annotated["Grid | None", Option(None, as_it_is, "A problem to complete; by default nothing is given.")]
    distinct: Annotated[bool, Option(False, flag, "Draw no solution twice.")]
    order: Annotated[Order | None, _order(None, "random, or the model's if z is noise")]
    temperature: Annotated[float | None, Option(None, or_none(temperature), HEAT)]


class EvalOptions(NetworkOptions, SeededOptions, total=False):
    """The options of the command `eval`; one board a problem, for that is what others publish."""

    latents: Annotated[int, _latents(1)]
    order: Annotated[Order | None, _order(None, OWN)]
    time_limit: Annotated[
        float | None, Option(None, seconds, "Seconds for all of it; it says then of how many problems it tells.")
    ]


class GenerateOptions(SeededOptions, total=False):
    """The options of `generate`."""

    first: Annotated[int, Option(0, from_(0), "Number of the first puzzle: a run may be made in parts.")]
    difficulty: Annotated[
        Difficulty | None,
        Option(None, or_none(one_of(Difficulty)), "easy, medium, hard or expert, as `grade` says it; and rate them."),
    ]
    symmetric: Annotated[bool, Option(False, flag, "Leave givens that half a turn of the board does not change.")]
    clues: Annotated[
        int | None,
        Option(None, or_none(from_(0)), "Givens to leave; by default none can be spared, up to 256 cells."),
    ]
    size: Annotated[int | None, Option(None, or_none(from_(1)), "Of the board, where each puzzle has its own.")]
    density: Annotated[
        float | None, Option(None, or_none(share), "Clues besides the givens, above 0 to 1, where there are such.")
    ]
    harder: Annotated[int, Option(0, from_(0), "Rounds of breeding: 100 make a Sudoku much harder.")]
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


class WatchOptions(DomainOptions, ModelOptions, SeededOptions, total=False):
    """The options of `watch`; a person waits, so it has a time limit by default."""

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
        found = _defaults(kind) | {name: table[name].check(value, name) for name, value in given.items()}
        super().__init__(**found)
        if found.get("z") is not None and found.get("method") == "search":
            raise InvalidInput("z is for the model, and method is 'search': leave one of them out")
        if found.get("loops") is not None and found.get("method") == "search":
            raise InvalidInput(
                f"loops is {found['loops']}, but method 'search' asks no model; leave loops out, or name another method"
            )
        if (found.get("device") or "cpu") != "cpu" and found.get("method") != "search":
            refuse_absent(found["device"])

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


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    """What a call means that gives no option: looked at once."""
    return {name: option.check(option.default, name) for name, option in table_of(kind).items()}
