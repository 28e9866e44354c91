"""What the arms learn from and are asked: problems of one kind with many answers, and where their boards come from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from vmdsolve.domains import Domain
from vmdsolve.errors import InvalidInput
from vmdsolve.measure.law import Law
from vmdsolve.measure.seeds import EVALUATION_SEED
from vmdsolve.model.batch import Batch
from vmdsolve.problem import OPEN, Board, Rules
from vmdsolve.search import enumerate_values, generate_values
from vmdsolve.train import Recipe
from vmdsolve.train.stream import Stream

from ...driver import Row
from .measures import Marginals

__all__ = ["EMPTY", "GENERATED", "MOST_ANSWERS", "Fresh", "Generated", "Placed", "Posed", "Setting", "Subject",
           "law_within", "parts_of", "rng_of", "some_cells", "up_to"]  # fmt: skip

EMPTY = 1 / 3  # share of the boards of training on which nothing is given
GENERATED: Row = {"data": "answers"}  # to the learner: of answers that it cannot list
MOST_ANSWERS = 20_000  # that are enumerated of one problem; with more, 100 even draws differ but for one in 200
KEPT = 2  # fresh boards that are remembered: that of the step, and the one before


@dataclass(frozen=True, eq=False)
class Posed:
    """A problem as it is asked: tokens [L] with open cells, and the law of its answers where it is known.

    whole: nothing is given, and the law is compared with the samples.
    """

    domain: Domain
    start: Board
    law: Law | None
    whole: bool

    @property
    def S(self) -> int | None:
        """How many answers it has; None: more than were enumerated."""
        return None if self.law is None else len(self.law.p)

    @property
    def grade(self) -> str:
        """By how many answers there are."""
        if self.whole:
            return "nothing given"
        if self.S is None or self.S > 999:
            return "1,000 answers or more"
        return "one answer" if self.S == 1 else f"up to {10 ** len(str(self.S)) - 1} answers"


@dataclass(frozen=True)
class Setting:
    """What all arms of a subject share: the network's shape and the training."""

    width: int = 32  # of a network without latent; the others are as large
    loops: int = 16  # an evaluation
    steps: int = 1500
    batch: int = 64  # copies count
    rate: float = 4e-3
    supervised: int = 6
    free: int = 10
    full: float = 0.5  # share of the boards that show nothing but what is given
    questions: int = 4  # of the arms that ask for cells
    pool: str = "mean"  # what a cell hears of a unit; sums where how many say a thing matters

    def recipe(self, arm: Any, data: Row, seed: int, scale: float) -> Recipe:
        """The arm's training; `scale` multiplies its steps."""
        steps = max(1, round(self.steps * scale))
        return Recipe(**{
            "steps": steps, "batch": max(1, self.batch // arm.copies), "attempts": arm.copies, "rate": self.rate,
            "warmup": min(100, steps // 4), "decay": 0.6, "loops": ((0.0, self.supervised),), "free": self.free,
            "full": self.full, "ema": 0.995, "seed": seed, "bf16": False, **data, **arm.recipe,
        })  # fmt: skip


@dataclass(frozen=True, eq=False)
class Subject:
    """Problems of one kind and size.

    Attributes
    ----------
    domain
        What models are made for.
    posed
        (n problems, seed) -> what is asked, from seeds that no training has.
    stream
        (recipe, numbers of z) -> what is learned from; None: the learner's own.
    data
        Fields of Recipe that say where boards come from.
    key
        The same for boards [n, L] that are one but for symmetry, so long as nothing is given; None: not compared.
    marginals
        Those of an empty board, where its law cannot be enumerated.
    """

    name: str
    domain: Domain
    setting: Setting
    posed: Callable[[int, int], list[Posed]]
    stream: Callable[[Recipe, int], Any] | None = None
    data: Row = field(default_factory=lambda: {"data": "law"})
    key: Callable[[Board], list[bytes]] | None = None
    marginals: Marginals | None = None


def rng_of(seed: int, *more: int) -> np.random.Generator:
    """Of problems that are asked: no training draws by it."""
    return np.random.default_rng((EVALUATION_SEED + seed, *more))


def law_within(domain: Domain, start: Board, most: int = MOST_ANSWERS) -> Law | None:
    """The law of a problem; None where it has more answers than so many."""
    found = [*enumerate_values(domain.rules, start, limit=most + 1)]
    if not found:
        raise InvalidInput(f"a problem of {domain.name} that was to be asked has no answer")
    if len(found) > most:
        return None
    return Law(np.stack(found), np.full(len(found), 1 / len(found)))


def parts_of(law: Law, starts: Board) -> Iterator[Law]:
    """The law of each start [n, L], as the answers of a known law that agree with it."""
    for start in starts:
        rows = ((law.boards == start) | (start == OPEN)).all(axis=1)
        yield Law(law.boards[rows], np.full(rows.sum(), 1 / rows.sum()))


class Generated:
    """Answers that the generator makes, each in a random image; every one may come, not all equally often."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain

    def draw(self, rng: np.random.Generator, n: int) -> Board:
        """n full boards [n, L]."""
        rules = self._domain.rules
        _, answers = generate_values(rules, n, seed=int(rng.integers(2**62)), clues=rules.L, threads=1)
        for b in range(n):
            cells, names = self._domain.symmetry(rng)
            answers[b] = names[answers[b, cells]]
        return answers


class Placed(Stream):
    """Answers of a law, or of the generator; `shown` says what is given: (answers [B, L], rng) -> bool [B, L]."""

    def __init__(
        self,
        domain: Domain,
        recipe: Recipe,
        z_width: int,
        shown: Callable[[Board, np.random.Generator], npt.NDArray[np.bool_]],
        source: Any,
    ) -> None:
        super().__init__(domain, Recipe(data="problems", seed=recipe.seed), z_width)
        self.recipe, self.shown, self.answers = recipe, shown, source

    def _drawn(self, source: Any, B: int, own: slice, rng: np.random.Generator) -> tuple[Board, Board]:
        answers = source.draw(rng, B)
        start = np.where(self.shown(answers, rng), answers, OPEN)
        return start[own].astype(np.int32), answers[own].astype(np.int32)


def some_cells(answers: Board, n: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """[B, L] n [B] random cells of each answer."""
    return np.asarray(rng.random(answers.shape).argsort(axis=1).argsort(axis=1) < n[:, None])


def up_to(most: int, answers: Board, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """[B, L] what boards of training have given: nothing on a third of them, else up to so many cells."""
    B = len(answers)
    return some_cells(answers, np.where(rng.random(B) < EMPTY, 0, rng.integers(most + 1, size=B)), rng)


class Fresh:
    """A board of its own for every step, with all its answers: `make` is (rng) -> (domain, law)."""

    held_out, digest, source = None, "", "fresh boards"

    def __init__(self, make: Callable[[np.random.Generator], tuple[Domain, Law]], recipe: Recipe, z_width: int) -> None:
        self.make, self.recipe, self.z_width = make, recipe, z_width
        self._kept: OrderedDict[int, Stream] = OrderedDict()

    def at(self, step: int) -> Stream:
        """The stream of the board of this step: a pure function of the recipe's seed and the step."""
        if step not in self._kept:
            domain, law = self.make(np.random.default_rng((self.recipe.seed, step, 5)))
            self._kept[step] = Placed(domain, self.recipe, self.z_width, _nothing, law)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[step]

    @property
    def rules(self) -> Rules:
        """Those of the first step."""
        return self.at(0).rules

    def batch(self, step: int, boards: int | None = None) -> Batch:
        """The batch of one step."""
        return self.at(step).batch(step, boards)


def _nothing(answers: Board, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    del rng
    return np.zeros(answers.shape, bool)
