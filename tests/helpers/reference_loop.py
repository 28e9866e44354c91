"""The sampling loop as plainly as it can be said: one board after another, on arrays."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from vmdsolve import kernels
from vmdsolve.kernels import reference
from vmdsolve.kernels.normal import normal
from vmdsolve.peers import Peers
from vmdsolve.problem import OPEN, Board, Rules
from vmdsolve.sampler import Filled, Network, Plan
from vmdsolve.sampler.conditioning import conditioning_of
from vmdsolve.sampler.evaluation import evaluate, settling
from vmdsolve.sampler.plan import Steps


def reference_fill(
    predict: Network,
    rules: Rules,
    boards: Board,
    plan: Plan,
    *,
    keys: npt.NDArray[np.uint64],
    seed: int = 0,
    domains: npt.NDArray[np.uint64] | None = None,
) -> Filled:
    """`fill_boards` with all that can be kept."""
    allowed = np.full(boards.shape, 2**rules.V - 1, np.uint64) if domains is None else domains
    single = [slice(b, b + 1) for b in range(len(boards))]
    filled = [_Board(predict, rules, plan, seed, keys[b], boards[b].copy(), allowed[b]) for b in single]
    for board in filled:
        board.fill()
    # A batch makes the steps that some board of it makes.
    made = [step for step in range(plan.steps) if any(board.evaluated[step] for board in filled)]
    return Filled(
        np.concatenate([boards[:0], *(board.x for board in filled)]),
        np.array([sum(board.evaluated) for board in filled], np.int64),
        np.array([board.loops for board in filled], np.int64),
        np.zeros(len(boards), np.bool_),
        np.concatenate([np.zeros((0, rules.L, rules.V), np.uint8), *(board.first for board in filled)]),
        _steps(filled, made) if made else None,
        np.concatenate([board.z for board in filled]) if predict.z_width and made else None,
    )


def _steps(filled: list[_Board], made: list[int]) -> Steps:
    values, sure, loops = (
        [[getattr(board, name)[step] for board in filled] for step in made] for name in ("after", "surely", "applied")
    )
    return Steps(np.array(values, np.int32), np.array(sure, np.float32), np.array(loops, np.int64))


@dataclass
class _Board:
    """A batch of one: x [1, L], allowed [1, L], key [1]."""

    predict: Network
    rules: Rules
    plan: Plan
    seed: int
    key: Any
    x: Board
    allowed: Any

    def __post_init__(self) -> None:
        L, V = self.rules.L, self.rules.V
        self.given = self.x[0] != OPEN
        self.peers = self.rules.peers if self.plan.legal else Peers.none(self.rules.L)
        self.first = np.zeros((1, L, V), np.uint8)
        self.certainty = np.zeros(L, np.float32)
        self.settling = settling(self.rules, self.plan)
        self.loops, self.lost = 0, False
        self.evaluated = [False] * self.plan.steps
        self.after: list[list[int]] = []
        self.sure = [float(given) for given in self.given]
        self.surely: list[list[float]] = []
        self.applied = [0] * self.plan.steps
        self.z = np.zeros((1, self.predict.z_width), np.float32)

    def fill(self) -> None:
        plan, L = self.plan, self.rules.L
        for block in range(plan.blocks):
            cells = range(block * L // plan.blocks, (block + 1) * L // plan.blocks)
            steps = range(block * plan.steps // plan.blocks, (block + 1) * plan.steps // plan.blocks)
            for step in steps:
                legal = kernels.candidates(self.x, self.allowed, self.peers)
                stuck = self.lost or any(v == OPEN and bits == 0 for v, bits in zip(self.x[0], legal[0], strict=True))
                if not stuck and any(self.x[0, cell] == OPEN for cell in cells):
                    if plan.each_step or step == steps[0]:
                        noise = normal(self.key, self.predict.z_width, seed=self.seed, step=step)
                        self.z[:] = drawn = self.predict.draw(self.x, noise)
                        prepare = getattr(self.predict, "prepare", None)
                        z = drawn if prepare is None else prepare(drawn)
                    self.step(step, cells, steps, z, legal)
                self.after.append(self.x[0].tolist())
                self.surely.append(self.sure.copy())

    def step(self, step: int, cells: range, steps: range, z: Any, legal: Any) -> None:
        plan, x, left = self.plan, self.x, steps.stop - step
        said = evaluate(self.predict, x, z, V=self.rules.V, settles=self.settling, seconds_left=lambda: inf)
        logits = said.logits
        self.loops += int(said.loops[0])
        self.applied[step] = int(said.loops[0])
        if not any(self.evaluated):
            self.first[0] = [_places(*pair) for pair in zip(logits[0], self.allowed[0].tolist(), strict=True)]
        self.evaluated[step] = True
        conditioning = conditioning_of(self.rules) if plan.legal else None
        if conditioning:
            logits, word, lost = conditioning(
                logits, x, legal, key=self.key, temperature=plan.temperature, seed=self.seed, step=step
            )
            self.lost = bool(lost[0])
        offered = np.array([[bits if cell in cells else 0 for cell, bits in enumerate(legal[0].tolist())]], np.uint64)
        still_open = sum(int(x[0, cell] == OPEN) for cell in cells)
        n_keep = -(-still_open // left)
        if self.settling is not None:
            around = self.settling.peers
            peers = [[] if around is None else around.of_cell(cell).tolist() for cell in range(self.rules.L)]
            counts = [] if self.settling.counts is None else self.settling.counts.listed()
            n_keep = still_open if reference.settled(logits, x, peers, counts)[0] else n_keep
        filled, _, _ = kernels.unmask(
            logits, x, offered, self.peers, key=self.key, order=plan.order, n_keep=n_keep,
            threshold=plan.threshold, temperature=plan.temperature, guard=plan.legal, noise=plan.noise,
            seed=self.seed, step=step, backend="reference",
        )  # fmt: skip
        if conditioning:
            filled = conditioning.commit(x, filled, word)
        for cell in np.flatnonzero(filled[0] != x[0]):
            among = [v for v in range(self.rules.V) if int(offered[0, cell]) >> v & 1]
            top = max(float(logits[0, cell, v]) for v in among)
            weight = {v: np.exp(float(logits[0, cell, v]) - top) for v in among}
            self.certainty[cell] = weight[int(filled[0, cell])] / sum(weight.values())
        if plan.remask != "none" and left > 1:
            clash = kernels.conflicts(filled, self.rules.peers)[0]
            which = [
                cell
                for cell in cells
                if not self.given[cell] and filled[0, cell] >= 0 and (plan.remask == "least" or clash[cell])
            ]
            which.sort(key=lambda cell: (self.certainty[cell], cell))
            filled[0, which[: int(np.ceil(plan.rate * len(which) - 1e-9))]] = OPEN
        for cell in np.flatnonzero(x[0] == OPEN):
            heights = [float(height) for height in said.logits[0, cell]]
            symbol = int(filled[0, cell]) if filled[0, cell] >= 0 else heights.index(max(heights))
            self.sure[cell] = 1 / sum(np.exp(height - heights[symbol]) for height in heights)
        self.x = filled


def _places(logits: Any, allowed: int) -> list[int]:
    """Place of each symbol of a cell, the greatest the likeliest; those that are not allowed before all others."""
    rising = sorted(range(len(logits)), key=lambda v: (True, logits[v], v) if allowed >> v & 1 else (False, 0.0, v))
    return [rising.index(v) for v in range(len(logits))]


def assert_same(found: Filled, wanted: Filled) -> None:
    for name, a, b in zip(Filled._fields, found, wanted, strict=True):
        assert (a is None) == (b is None), name
        if isinstance(a, Steps) and isinstance(b, Steps):
            np.testing.assert_array_equal(a.values, b.values, err_msg="values after each step")
            np.testing.assert_array_equal(a.loops, b.loops, err_msg="loops of each step")
            np.testing.assert_allclose(a.sure, b.sure, rtol=1e-4, err_msg="confidences after each step")
        elif a is not None and b is not None:
            np.testing.assert_array_equal(a, b, err_msg=name)
