"""The weights that come with the package: which there are, which are for which problem, and where they pay. No torch
here: who asks whether there are any should not have to wait for it.

    NAME.safetensors            for one domain, or for a kind of puzzle in the sizes that its record tells: sizes.py
    NAME.sample.safetensors     the same, for drawing many answers, where others of that name are for finding the one
    all-different.safetensors   for every problem of AllDifferent alone

Where they pay was measured (`python -m benchmarks shares`) and is kept beside them, a `Share` for each shape of boards.
A problem goes to them before search where they settle at least ENOUGH of the boards of its shape that propagation
leaves open, within the loops that a millisecond of one core pays for. Where they settle fewer, or nobody measured,
search is asked at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ..domains import Domain
from ..problem import Rules
from ..untrusted import read_json
from .sizes import Sizes, kind_of
from .slots import ALL_DIFFERENT, MOST_CELLS, MOST_SYMBOLS, of_all_different, suits

__all__ = [
    "ENOUGH",
    "SAMPLE",
    "Share",
    "no_weights",
    "packaged_file",
    "packaged_files",
    "proposing",
    "shares_in",
    "size_of",
    "sizes_in",
    "weights_for",
]

FOLDER = Path(__file__).parents[1] / "weights"
SAMPLE = ".sample"  # at the end of a name: weights for drawing many answers
ENOUGH = 0.5  # share of open boards that weights must settle for a problem to go to them before search


def packaged_files() -> list[Path]:
    """All of them; a file's stem is its domain, or `all-different`."""
    return sorted(FOLDER.glob("*.safetensors"))


def packaged_file(name: str) -> Path | None:
    """Those under a domain's name, or `all-different`; None if there are none."""
    path = FOLDER / f"{name}.safetensors"
    return path if path.is_file() else None


def weights_for(domain: Domain, rules: Rules | None = None, *, sampling: bool = False) -> Path | None:
    """Those for a domain's problems, under rules of their own where these are told: its own, else those of its kind in
    such sizes, else those for every all-different puzzle if it is one; None if there are none.

    `sampling`: those for drawing many answers first, and none that are for every all-different puzzle, which learned
    answers that are the only ones.
    """
    rules = rules or domain.rules
    for own in _named(domain, sampling):
        if (sizes := sizes_in(own)) is None or sizes.hold(rules):
            return own
    return packaged_file(ALL_DIFFERENT) if suits(rules) and not sampling else None


def _named(domain: Domain, sampling: bool) -> list[Path]:
    """Files under a domain's name, then those under its kind's that say in which sizes, whatever these are."""
    ends = (SAMPLE, "") if sampling else ("",)
    own = [packaged_file(domain.name + end) for end in ends]
    kind = kind_of(domain)
    of_kind = [packaged_file(kind + end) for end in ends] if kind != domain.name else []
    return [*filter(None, own), *(path for path in of_kind if path is not None and sizes_in(path) is not None)]


def no_weights(domain: Domain, rules: Rules, *, sampling: bool = False) -> str:
    """Why `weights_for` finds none, in words: there are none, or they are for boards of other sizes.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> no_weights(get("latin-17"), get("latin-17").rules)
    'the weights that come along are for up to 256 cells and 16 symbols; latin-17 has 289 cells and 17 symbols'
    """
    has = f"{domain.name} has {rules.L:,} cells and {rules.V} symbols"
    if own := next(iter(_named(domain, sampling)), None):
        return f"the weights that come along for {own.stem} are for {sizes_in(own)}; {has}"
    if of_all_different(rules) and not suits(rules) and not sampling:
        return f"the weights that come along are for up to {MOST_CELLS} cells and {MOST_SYMBOLS} symbols; {has}"
    return f"no weights for {domain.name} are packaged"


class Share(NamedTuple):
    """What weights settle of boards of one shape.

    Attributes
    ----------
    loops
        The most block applications of the one evaluation that each board had.
    share
        Of the boards that propagation left open, those that the model settled and the checker accepted.
    n
        How many boards propagation left open.
    """

    loops: int
    share: float
    n: int

    @property
    def pays(self) -> bool:
        """Whether problems of the shape go to the model before search."""
        return self.share >= ENOUGH


def size_of(rules: Rules) -> str:
    """The shape of problems of which weights know no more than their size.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> size_of(get("latin-5").rules)
    '5 symbols, 25 cells'
    """
    return f"{rules.V} symbols, {rules.L} cells"


@cache
def _beside(weights: Path) -> Mapping[str, Any]:
    """What the JSON beside packaged weights says of them."""
    beside = weights.with_suffix(".json")
    told: dict[str, Any] = read_json(beside.read_bytes(), str(beside)) if beside.is_file() else {}
    return told


@cache
def shares_in(weights: Path) -> Mapping[str, Share]:
    """By shape, a domain's name or a size, what was measured of packaged weights."""
    return {shape: Share(**of) for shape, of in _beside(weights).get("shares", {}).get("shapes", {}).items()}


@cache
def sizes_in(weights: Path) -> Sizes | None:
    """Which boards packaged weights are for; None: those of the domain that they are called by."""
    told = _beside(weights).get("sizes")
    return None if told is None else Sizes.read(told, str(weights.with_suffix(".json")))


def proposing(domain: Domain, rules: Rules) -> int | None:
    """The most loops that the packaged weights may take for a problem before search is asked; None: search is asked at
    once.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> proposing(get("sudoku-16x16"), get("sudoku-16x16").rules) is None
    True
    """
    weights = weights_for(domain, rules)
    shares = {} if weights is None else shares_in(weights)
    known = shares.get(domain.name) or shares.get(size_of(rules))  # a board of its own is known by its size
    return known.loops if known is not None and known.pays else None
