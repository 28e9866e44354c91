"""The training data of one set of weights for many boards: each step draws one of them.

all-different   kinds of puzzles with one answer. Windoku and jigsaw 6x6 are never drawn: they are kept to see what
                the weights make of rules that training did not show.
queens          boards of 4 to 12 rows, which have many answers
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial

import numpy as np
import numpy.typing as npt

from ..constraints import AllDifferent
from ..domains import Domain, get
from ..domains.clued import Family
from ..domains.latin import LatinSquare
from ..domains.queens import Queens
from ..domains.sudoku import Sudoku
from ..domains.variants import SudokuX
from ..errors import InvalidInput
from ..measure.law import Law, law_of
from ..model.slots import ALL_DIFFERENT, SLOTS, slotted
from ..problem import Board, Rules
from ..search import generate_values
from .recipe import Recipe
from .stream import Stream

__all__ = ["FAMILIES", "MIXTURES", "MixedStream", "Mixture"]

Draw = Callable[[np.random.Generator], Domain]


class _Groups(Sudoku):
    """Sudoku in which cells at the same place of their boxes differ, too: a fourth full unit for every cell."""

    def __init__(self, h: int, w: int) -> None:
        super().__init__(h, w)
        self.name = f"groups-{h * w}x{h * w}"
        cells = np.arange((h * w) ** 2).reshape(w, h, h, w).transpose(1, 3, 0, 2).reshape(h * w, h * w)
        self.constraints += tuple(AllDifferent(unit, "group") for unit in cells.tolist())

    def symmetry(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        return Domain.symmetry(self, rng)


def _invented(name: str, rng: np.random.Generator, size: int, density: float = 1.0) -> Domain:
    """A fresh board of a kind of puzzle whose problems have boards of their own."""

    def fill(rules: Rules) -> Board:
        _, answers = generate_values(rules, 1, seed=int(rng.integers(2**62)), clues=rules.L, threads=1)
        return np.asarray(answers[0])

    family = get(name)
    if not isinstance(family, Family):
        raise InvalidInput(f"problems of {name} share one board: none can be invented")
    return family.kind.invent(rng, size, density, fill)


def _jigsaw(size: int, rng: np.random.Generator) -> Domain:
    return _invented("jigsaw", rng, size)


def _colouring(rng: np.random.Generator) -> Domain:
    """A random graph of 3 to 6 colours: units that are not full, and any number of them at a vertex."""
    k, vertices = int(rng.integers(3, 7)), int(rng.integers(12, 41))
    return _invented(f"colouring-{k}", rng, vertices, float(rng.uniform(0.1, 0.6)))


def _fixed(boards: Mapping[float, Sequence[Domain]]) -> dict[str, tuple[float, Draw]]:
    return {board.name: (share, partial(_same, board)) for share, some in boards.items() for board in some}


def _same(board: Domain, rng: np.random.Generator) -> Domain:
    del rng
    return board


# How often each kind is drawn. Most of the time goes to boards of up to 9x9; a step of larger ones costs far more.
FAMILIES: dict[str, tuple[float, Draw]] = {
    **_fixed({
        14: [Sudoku(3, 3)],
        10: [SudokuX(3, 3)],
        8: [SudokuX(2, 3)],
        7: [LatinSquare(8), LatinSquare(9)],
        6: [Sudoku(2, 3), Sudoku(2, 4), LatinSquare(7), _Groups(3, 3)],
        5: [LatinSquare(5), LatinSquare(6)],
        4: [Sudoku(2, 2), _Groups(2, 3)],
        2: [LatinSquare(4), SudokuX(2, 2), Sudoku(2, 5)],
        1: [_Groups(2, 2), Sudoku(3, 4), LatinSquare(10), LatinSquare(12)],
        0.1: [Sudoku(4, 4), LatinSquare(16)],
    }),
    **{f"jigsaw-{n}x{n}": (share, partial(_jigsaw, n)) for n, share in {5: 3, 7: 5, 8: 4, 9: 5}.items()},
    "colouring": (4, _colouring),
}  # fmt: skip


# What is learned on small boards serves large ones, and costs far less there.
SIZES: dict[str, tuple[float, Draw]] = _fixed({
    2: [Queens(4)],
    4: [Queens(5)],
    6: [Queens(6), Queens(9)],
    8: [Queens(7), Queens(8)],
    5: [Queens(10)],
    3: [Queens(11), Queens(12)],
})  # fmt: skip


@dataclass(frozen=True, eq=False)
class Mixture:
    """Boards by name, each with how often it is drawn; what a Trainer takes in place of a Domain.

    Attributes
    ----------
    families
        how often each is drawn, and how
    name
        of the weights
    relations
        the names that a model's config has for theirs
    data
        what a recipe's is to be
    shown
        the domain that a training is watched by
    """

    families: Mapping[str, tuple[float, Draw]] = field(default_factory=lambda: FAMILIES)
    name: str = ALL_DIFFERENT
    relations: tuple[str, ...] = SLOTS
    data: str = "problems"
    shown: str = "sudoku-9x9"

    def rules_of(self, domain: Domain, rng: np.random.Generator | None = None) -> Rules:
        """A board's rules as the model knows them: with slots at random for relations, or as they are."""
        return slotted(domain.rules, rng) if self.relations == SLOTS else domain.rules

    @cached_property
    def rules(self) -> Rules:
        """Those of one kind, to make a model with."""
        return self.rules_of(self.domain_at(np.random.default_rng(0)))

    def domain_at(self, rng: np.random.Generator) -> Domain:
        """The board of one step.

        Examples
        --------
        >>> Mixture().domain_at(np.random.default_rng(5)).name
        'sudoku-12x12'
        """
        shares = np.array([share for share, _ in self.families.values()])
        _, draw = list(self.families.values())[rng.choice(len(shares), p=shares / shares.sum())]
        return draw(rng)


class MixedStream:
    """Batches of a mixture: as a Stream's, those of step s are a pure function of (recipe's seed, s)."""

    held_out = None

    def __init__(self, mixture: Mixture, recipe: Recipe, z_width: int) -> None:
        if recipe.data != mixture.data or recipe.hard:
            told = f"data is {recipe.data!r}, hard {recipe.hard!r}"
            source = "problems of the generator" if mixture.data == "problems" else f"data {mixture.data!r}"
            raise InvalidInput(f"{told}; {mixture.name} learns from {source}")
        self.mixture, self.recipe, self.z_width = mixture, recipe, z_width

    @property
    def digest(self) -> str:
        """The kinds and how often they are drawn."""
        return f"({', '.join(f'{name} {share:g}' for name, (share, _) in self.mixture.families.items())})"

    @property
    def source(self) -> str:
        """Where the boards come from, in words."""
        what = "laws" if self.mixture.data == "law" else "native generator, minimal problems"
        return f"{what} of {len(self.mixture.families)} kinds {self.digest}"

    def at(self, step: int) -> Stream:
        """The stream of the board that a step draws, its units dealt to slots at random where these are relations."""
        rng = np.random.default_rng((self.recipe.seed, step, 2))
        domain = self.mixture.domain_at(rng)
        answers = _law(domain) if self.recipe.data == "law" else None
        return Stream(domain, self.recipe, self.z_width, self.mixture.rules_of(domain, rng), answers)


@lru_cache(maxsize=32)
def _law(domain: Domain) -> Law:
    return law_of(domain)


MIXTURES = {
    mixture.name: mixture
    for mixture in (
        Mixture(),
        Mixture(SIZES, "queens", Queens(8).rules.relations, data="law", shown="queens-8"),
    )
}
