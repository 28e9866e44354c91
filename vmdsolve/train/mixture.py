"""The training data of one set of weights for boards of many kinds: each step draws one. Here, every all-different
puzzle; graphs.py has graphs to colour, and queens.py chessboards of many sizes.

Windoku and jigsaw 6x6 are never drawn: they are kept to see what the weights make of rules that training did not show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache, partial

import numpy as np
import numpy.typing as npt

from ..constraints import AllDifferent
from ..domains import Domain, get
from ..domains.clued import Family
from ..domains.latin import LatinSquare
from ..domains.sudoku import Sudoku
from ..domains.variants import SudokuX
from ..errors import InvalidInput
from ..measure.law import Law, law_of
from ..model.sizes import Sizes
from ..model.slots import ALL_DIFFERENT, SLOTS, slotted
from ..problem import Board, Rules
from ..search import generate_values
from .recipe import Recipe
from .stream import SOURCES, Stream

__all__ = ["FAMILIES", "MixedStream", "Mixture", "fixed"]

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


def fixed(boards: Mapping[float, Sequence[Domain]]) -> dict[str, tuple[float, Draw]]:
    """Families of one board each, by how often they are drawn."""
    return {board.name: (share, partial(_same, board)) for share, some in boards.items() for board in some}


def _same(board: Domain, rng: np.random.Generator) -> Domain:
    del rng
    return board


# How often each kind is drawn. Most of the time goes to boards of up to 9x9; a step of larger ones costs far more.
FAMILIES: dict[str, tuple[float, Draw]] = {
    **fixed({
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


class Mixture:
    """Kinds of puzzles by name, each with how often it is drawn; what a Trainer takes in place of a Domain.

    Attributes
    ----------
    name
        of the weights
    relations
        the names that a model's config has for them
    sources
        what a recipe's data may be; the first, where it does not say
    many_answers
        whether problems have many answers, any of which will do
    pool
        what cells hear of units, where a config does not say: sums, where units of a relation differ in size
    families
        how often each kind is drawn, and how
    """

    name: str = ALL_DIFFERENT
    relations: tuple[str, ...] = SLOTS
    sources: tuple[str, ...] = tuple(SOURCES)
    many_answers: bool = False
    pool: str = "mean"
    families: Mapping[str, tuple[float, Draw]] = FAMILIES

    def __init__(self, families: Mapping[str, tuple[float, Draw]] | None = None) -> None:
        if families is not None:
            self.families = families

    @property
    def sizes(self) -> Sizes | None:
        """The boards that weights of it are for; None: they tell it otherwise."""
        return None

    @property
    def kinds(self) -> str:
        """What is drawn, in words, and how often."""
        return f"{len(self.families)} kinds ({', '.join(f'{n} {share:g}' for n, (share, _) in self.families.items())})"

    @cached_property
    def rules(self) -> Rules:
        """Those of one kind, to make a model with."""
        return self.shown(self.domain_at(np.random.default_rng(0)).rules)

    def shown(self, rules: Rules, rng: np.random.Generator | None = None) -> Rules:
        """Rules as the model knows them: as they are or, where it knows slots, with units dealt to these, which of a
        kind is which at random by `rng`.
        """
        return slotted(rules, rng) if self.relations == SLOTS else rules

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

    def examples(self, n: int, rng: np.random.Generator) -> list[Domain]:
        """Up to n boards by which to see how a training comes on."""
        del n, rng
        return [get("sudoku-9x9")]


class MixedStream:
    """Batches of a mixture: as a Stream's, those of step s are a pure function of (recipe's seed, s)."""

    held_out = None

    def __init__(self, mixture: Mixture, recipe: Recipe, z_width: int) -> None:
        if recipe.data not in mixture.sources or recipe.hard:
            told = f"data is {recipe.data!r}, hard {recipe.hard!r}"
            raise InvalidInput(f"{told}; {mixture.name} learns from data {' or '.join(mixture.sources)}")
        self.mixture, self.recipe, self.z_width = mixture, recipe, z_width
        self._last: tuple[int, Stream] | None = None  # its batch and its rules are asked for one after the other

    @property
    def digest(self) -> str:
        """What is drawn."""
        return self.mixture.kinds

    @property
    def source(self) -> str:
        """Where the boards come from, in words."""
        if self.recipe.data == "law":
            return f"laws of {self.mixture.kinds}"
        return f"native generator, {SOURCES[self.recipe.data]} of {self.mixture.kinds}"

    def at(self, step: int) -> Stream:
        """The stream of the kind of puzzle that a step draws, its rules as the model is shown them."""
        if self._last is None or self._last[0] != step:
            rng = np.random.default_rng((self.recipe.seed, step, 2))
            domain = self.mixture.domain_at(rng)
            rules = self.mixture.shown(domain.rules, rng)
            answers = _law(domain) if self.recipe.data == "law" else None
            self._last = step, Stream(domain, self.recipe, self.z_width, rules, answers)
        return self._last[1]


@lru_cache(maxsize=32)
def _law(domain: Domain) -> Law:
    return law_of(domain)
