"""The weights that come with the package: which there are, which are for which problem, and where they pay. No torch
here: who asks whether there are any should not have to wait for it.

Where they pay was measured (`python -m benchmarks shares`) and is kept beside them, a `Share` for each shape of boards.
A problem goes to them before search where they settle at least ENOUGH of the boards of its shape that propagation
leaves open, within the loops that a millisecond of one core pays for. Where they settle fewer, or nobody measured,
search is asked at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..domains import Domain
from ..problem import Rules
from ..untrusted import read_json
from .slots import ALL_DIFFERENT, suits

__all__ = ["ENOUGH", "Share", "packaged_file", "packaged_files", "proposing", "shares_in", "size_of", "weights_for"]

FOLDER = Path(__file__).parents[1] / "weights"
ENOUGH = 0.5  # share of open boards that weights must settle for a problem to go to them before search


def packaged_files() -> list[Path]:
    """All of them; a file's stem is its domain, or `all-different`."""
    return sorted(FOLDER.glob("*.safetensors"))


def packaged_file(name: str) -> Path | None:
    """Those under a domain's name, or `all-different`; None if there are none."""
    path = FOLDER / f"{name}.safetensors"
    return path if path.is_file() else None


def weights_for(domain: Domain, rules: Rules | None = None) -> Path | None:
    """Those for a domain's problems, under rules of their own where these are told: its own, else those for every
    all-different puzzle if it is one; None if there are none.
    """
    own = packaged_file(domain.name)
    return packaged_file(ALL_DIFFERENT) if own is None and suits(rules or domain.rules) else own


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
def shares_in(weights: Path) -> Mapping[str, Share]:
    """By shape, a domain's name or a size, what was measured of packaged weights."""
    beside = weights.with_suffix(".json")
    told = read_json(beside.read_bytes(), str(beside)) if beside.is_file() else {}
    return {shape: Share(**of) for shape, of in told.get("shares", {}).get("shapes", {}).items()}


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
