"""The training data: step s of the stream is a pure function of (recipe's seed, s), made fresh, stored nowhere.

A board goes from a start (what is visible when z is drawn) to its answer. Between them lies x_t, on which every open
cell is masked with probability t. Four sources:
    problems   problem i of the native generator under (seed, i), its image under a random symmetry, its one answer;
               or, for a share of the boards, a problem drawn from a file of hard ones
    law        answers drawn from the domain's law, for learning to generate; `givens` of the cells are visible at the
               start. With blocks, all earlier blocks are visible too, and the later ones open even in the answer.
    examples   the same with answers drawn from a file, see examples.py
    answers    the same with answers that the generator makes, for domains whose law is too large to be listed
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..domains import Domain
from ..domains.clued import Family
from ..errors import InvalidInput
from ..measure.law import Law, law_of
from ..model.batch import Batch
from ..problem import OPEN, Board, Rules
from ..sampler import block_edges
from ..search import generate_values, propagate
from .examples import Examples, read_examples, read_problems
from .recipe import Recipe

__all__ = ["SOURCES", "Made", "Stream", "check_source"]

SOURCES = {"problems": "minimal problems", "answers": "answers"}  # what the generator makes
Mask = npt.NDArray[np.bool_]
ALL = slice(None)


class Made:
    """Answers that the generator makes, each under a random symmetry; every answer may come, not all equally often."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain

    def draw(self, rng: np.random.Generator, n: int, own: slice = ALL) -> Board:
        """n boards [n, L]; or only those of them that are in `own`, which are the same then.

        Examples
        --------
        >>> from vmdsolve.domains import get
        >>> sorted(Made(get("latin-4")).draw(np.random.default_rng(0), 1)[0].tolist()) == sorted([0, 1, 2, 3] * 4)
        True
        """
        rules = self._domain.rules
        _, answers = generated(rules, range(n)[own], seed=int(rng.integers(2**62)), clues=rules.L)
        for (cells, values), answer in zip(symmetries(self._domain, rng, n)[own], answers, strict=True):
            answer[:] = values[answer[cells]]
        return answers


def generated(rules: Rules, which: range, *, seed: int, clues: int | None = None) -> tuple[Board, Board]:
    """Problems and answers of these numbers, by as many threads as the training has."""
    import torch  # late: what is wrong with a training is told before it is loaded

    first = which.start if which else 0
    return generate_values(rules, len(which), seed=seed, first=first, clues=clues, threads=torch.get_num_threads())


def symmetries(domain: Domain, rng: np.random.Generator, n: int) -> list[tuple[Any, Any]]:
    """n of them drawn, cells and values of each."""
    return [domain.symmetry(rng) for _ in range(n)]


def check_source(domain: Any, recipe: Recipe) -> None:
    """Raises InvalidInput where the generator has no puzzles of a domain to learn from."""
    if isinstance(domain, Family):
        raise InvalidInput(
            f"every problem of {domain.name} has a board of its own, and a training is for one board; name a domain of "
            "one board, or all-different or colouring, which have boards of many kinds"
        )
    if recipe.data in SOURCES and isinstance(domain, Domain) and not domain.constraints:
        raise InvalidInput(
            f"{domain.name} has no rules, so the generator's answers would be noise; name a file of --examples"
        )


class Stream:
    """Batches of one domain under one recipe; `z_width` normal numbers a board.

    Attributes
    ----------
    rules
        as the model knows them: the domain's, unless said otherwise
    answers
        the law or the examples that answers are drawn from; None: they are those of problems
    held_out
        examples that no batch shows, or None
    digest
        hash of the file of examples, or of hard problems; "" without
    """

    def __init__(
        self, domain: Domain, recipe: Recipe, z_width: int, rules: Rules | None = None, answers: Law | None = None
    ) -> None:
        check_source(domain, recipe)
        self.domain, self.recipe, self.z_width, self.rules = domain, recipe, z_width, rules or domain.rules
        L = domain.rules.L
        if (recipe.givens[1] > L and rules is None) or recipe.blocks > L:
            raise InvalidInput(f"givens up to {recipe.givens[1]}, {recipe.blocks} blocks; {domain.name} has {L} cells")
        self.answers: Law | Examples | Made | None = answers
        self.held_out: Examples | None = None
        self.digest = ""
        self.hard: tuple[Board, Board] | None = None
        if recipe.hard:
            *hard, self.digest = read_problems(recipe.hard, domain)
            self.hard = hard[0], hard[1]
        if recipe.data == "law" and answers is None:
            self.answers = law_of(domain)
        elif recipe.data == "answers":
            self.answers = Made(domain)
        elif recipe.data == "examples":
            self.answers, self.held_out, self.digest = read_examples(recipe.examples, domain)

    @property
    def source(self) -> str:
        """Where the boards come from, in words."""
        if self.answers is None or isinstance(self.answers, Made):
            words = f"native generator, {SOURCES[self.recipe.data]}"
            if self.recipe.puzzles:
                words += f", {self.recipe.puzzles:.0%} minimal problems"
            if self.hard is None:
                return words
            r, n = self.recipe, len(self.hard[0])
            return f"{words}; {r.hard_share:.0%} from the {n:,} of {Path(r.hard).name}, hash {self.digest}"
        if isinstance(self.answers, Law):
            return f"law of {self.domain.name}, {len(self.answers.p):,} solutions"
        return f"{len(self.answers):,} examples of {Path(self.recipe.examples).name}, hash {self.digest}"

    def at(self, step: int) -> Stream:
        """The stream of one step: this one; a mixture's differ."""
        del step
        return self

    def batch(self, step: int, boards: int | None = None, own: slice = ALL) -> Batch:
        """The batch of one step: so many boards, by default the recipe's; or only those of them that are in `own`.

        Whatever is drawn is drawn for all, which is cheap; what is made of it is made of `own` alone, and is the same.

        Examples
        --------
        >>> from vmdsolve.domains import get
        >>> stream = Stream(get("pair"), Recipe(batch=4, data="law"), 8)
        >>> batch = stream.batch(0)
        >>> batch.start.tolist(), ((batch.x0[:, 1] - batch.x0[:, 0]) % 10).tolist()
        ([[-1, -1], [-1, -1], [-1, -1], [-1, -1]], [1, 1, 1, 1])
        >>> (stream.batch(0, own=slice(1, 3)).x0 == batch.x0[1:3]).all()
        np.True_
        """
        rng = np.random.default_rng((self.recipe.seed, step))
        B, L = self.recipe.batch if boards is None else boards, self.domain.rules.L
        start, x0 = (
            self._problems(step, B, own, rng) if self.answers is None else self._drawn(self.answers, B, own, rng)
        )
        if self.recipe.puzzles:
            rows = (rng.random(B) < self.recipe.puzzles)[own]
            problems = self._problems(step, B, own, rng)
            start[rows], x0[rows] = (boards[rows] for boards in problems)
        t = np.maximum(rng.random((B, 1)), 1e-3)
        solving = (rng.random((B, 1)) < (self.recipe.solving if self.answers is None else 1.0))[own]
        t[rng.random((B, 1)) < self.recipe.full] = 1.0
        hidden, t = (rng.random((B, L)) < t)[own], t[own]
        if self.domain.given is not None:  # of queens and empty squares a sampler is sure of empty ones first
            hidden |= np.isin(x0, self.domain.given) & (rng.random((B, 1)) < 0.5)[own]
        if self.recipe.reveal == "ease":
            ties = rng.random((B, L))[own]
            hidden = np.where(solving, _hardest(self.domain.rules, start, hidden, ties), hidden)
        masked = hidden & (~solving | (start == OPEN))
        x = np.where(masked, OPEN, x0)
        # A board that is masked freely has no start but itself.
        start = x if self.recipe.draw == "each_step" else np.where(solving, start, x)
        noise = rng.standard_normal((B, self.z_width), np.float32)[own]
        return Batch(start, x, x0, noise, t[:, 0].astype(np.float32))

    def _problems(self, step: int, B: int, own: slice, rng: np.random.Generator) -> tuple[Board, Board]:
        """Problems of the generator, hard ones among them, and their answers."""
        most, which = max(self.recipe.batch, self.recipe.batch_to), range(B)[own]  # no two steps draw the same
        numbers = range(step * most + which.start, step * most + which.stop)
        puzzles, answers = generated(self.domain.rules, numbers, seed=self.recipe.seed)
        if self.hard is not None:
            rows = rng.random(B) < self.recipe.hard_share
            drawn = np.zeros(B, np.int64)
            drawn[rows] = rng.integers(len(self.hard[0]), size=int(rows.sum()))
            rows, drawn = rows[own], drawn[own]
            puzzles[rows], answers[rows] = self.hard[0][drawn[rows]], self.hard[1][drawn[rows]]
        for b, (cells, values) in enumerate(symmetries(self.domain, rng, B)[own]):
            answers[b] = values[answers[b, cells]]
            puzzles[b] = np.where(puzzles[b, cells] != OPEN, answers[b], OPEN)
        return puzzles, answers

    def _drawn(
        self, source: Law | Examples | Made, B: int, own: slice, rng: np.random.Generator
    ) -> tuple[Board, Board]:
        """Starts and answers drawn from the law or the examples."""
        r, L = self.recipe, self.domain.rules.L
        answers = source.draw(rng, B, own) if isinstance(source, Made) else source.draw(rng, B)[own]
        n = rng.integers(r.givens[0], r.givens[1] + 1, (B, 1))[own]
        picked = rng.random((B, L))[own]
        if self.domain.given is not None:  # the others come last, and none of them is given
            shows = np.isin(answers, self.domain.given)
            picked, n = np.where(shows, picked, 1.0), np.minimum(n, shows.sum(axis=1, keepdims=True))
        given = picked.argsort(axis=1).argsort(axis=1) < n
        edges = block_edges(L, r.blocks)
        block = rng.integers(r.blocks, size=(B, 1))[own]
        cells = np.arange(L)
        answers = np.where(given | (cells < edges[block + 1]), answers, OPEN)
        start = np.where(given | (cells < edges[block]), answers, OPEN)
        return start.astype(np.int32), answers.astype(np.int32)


def _hardest(rules: Rules, start: Board, hidden: Mask, ties: npt.NDArray[np.float64]) -> Mask:
    """[B, L] as many open cells hidden as in `hidden` [B, L], those that propagation leaves the most symbols.

    `ties` [B, L], 0 to 1: of those with as many symbols the one with more goes first.
    """
    left, _ = propagate(rules, start)
    bits = np.unpackbits(left.view(np.uint8).reshape(*start.shape, 8), axis=2)
    symbols = bits.sum(axis=2, dtype=np.int64) + ties
    rank = np.where(start == OPEN, -symbols, np.inf).argsort(axis=1).argsort(axis=1)
    return np.asarray(rank < (hidden & (start == OPEN)).sum(axis=1, keepdims=True))
