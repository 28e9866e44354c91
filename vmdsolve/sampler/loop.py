"""The sampling loop: draw z, predict, choose and commit the most certain cells, again.

    for each block of cells, left to right (mostly one block, the whole board):
        z from the prior, given what is visible
        for step in the block's share of T:
            logits = denoiser(x, z)                                    [B, L, V]; all is committed if it settles
            condition them on the words of Regular constraints: conditioning.py
            x, _, candidates = unmask(logits, x, candidates, ...)      at least ceil(open / steps left) cells
            open some cells again, if the plan says so: remask.py
Boards that are full, or stuck at a cell without a legal symbol, leave the batch. Every board's randomness hangs on
(seed, its key, step, cell) alone, and the network runs in tiles of one fixed shape, so a board's fate does not
depend on what else is in the batch. Across machines and thread counts, floating-point sums inside the network
may round differently; where two confidences differ by less than that, the order of commits may too.

Arrays are NumPy's here and torch's on a GPU (on_gpu.py); what a step says is the same. On a CPU torch would take
four times as long for a step of a small board, the network aside.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import kernels
from ..kernels.normal import normal
from ..peers import Peers
from ..problem import OPEN, Board, Rules
from ..sets import Sets
from .conditioning import conditioning_of
from .counted import counted_first, counted_symbols
from .evaluation import Evaluate, Values, settled, settling
from .keys import Keys
from .plan import Filled, Floats, Network, Plan, block_edges
from .remask import certainty, reopen
from .symbols import symbol_order
from .traced import Traced

__all__ = ["Loop", "draw_latents"]


def draw_latents(predict: Network, plan: Plan, x: Board, keys: Keys, *, seed: int, step: int = 0) -> Floats:
    """z float32 [B, Z] of boards x [B, L] by keys uint64 [B], from the prior; 0 where the plan is still."""
    if plan.still:
        return np.zeros((len(x), predict.z_width), np.float32)
    return predict.draw(x, normal(keys, predict.z_width, seed=seed, step=step))


class Loop:
    """Room for B boards of one set of rules and one plan, and the step that fills them.

    What changes between steps lies in arrays that stay where they are, so that a step can be captured and replayed.
    There is one row more than boards, whose board is full: a row that has nothing to do names it. Sets and keys are
    held as int64, since torch does little with uint64.
    """

    xp: Any = np  # the module that the arrays are of

    def __init__(self, rules: Rules, plan: Plan, B: int, *, seed: int = 0, keep_first: bool = False) -> None:
        self.rules, self.plan, self.B, self.seed, self.keep_first = rules, plan, B, seed, keep_first
        self.conditioning = conditioning_of(rules) if plan.legal else None
        self.peers = rules.peers if plan.legal else Peers.none(rules.L)
        self.settling = settling(rules, plan)
        counted = counted_symbols(rules) if plan.counted_first else None

        def zeros(*shape: int, dtype: type[np.generic]) -> Values:
            return self._device(np.zeros(shape, dtype))

        L, V = rules.L, rules.V
        self.x, self.given = zeros(B + 1, L, dtype=np.int32), zeros(B + 1, L, dtype=np.bool_)
        self.allowed, self.legal = zeros(B + 1, L, dtype=np.int64), zeros(B + 1, L, dtype=np.int64)
        self.key, self.nfe = zeros(B + 1, dtype=np.int64), zeros(B + 1, dtype=np.int64)
        self.loops = zeros(B + 1, dtype=np.int64)
        self.lost = zeros(B + 1, dtype=np.bool_)  # no word of a Regular constraint is left
        self.late = zeros(B + 1, dtype=np.bool_)  # time ran out within an evaluation
        self.certainty = zeros(B + 1, L, dtype=np.float32)
        self.z: Values = None  # as the network takes it
        self.code: Floats | None = None  # the same as it was drawn
        # What a step reads beside the boards; `left` counts the steps of the block from this one on.
        self.inside, self.symbols = zeros(L, dtype=np.bool_), self._device(np.arange(V))
        self.counted = None if counted is None else self._device(counted)
        self.step, self.left = zeros(dtype=np.int32), zeros(dtype=np.int32)

    def fill(
        self,
        predict: Network,
        evaluate: Evaluate,
        boards: Board,
        *,
        keys: Keys,
        domains: Sets,
        trace: bool = False,
        z: Floats | None = None,
    ) -> Filled:
        """Fill boards [B, L] whose cells may hold the sets `domains` [B, L]; `evaluate` is `predict` on the arrays.

        `z` [B, Z] stands in for what would be drawn.
        """
        self._begin(boards, keys, domains)
        plan, L, V = self.plan, self.rules.L, self.rules.V
        first = np.zeros((self.B, L, V), np.uint8) if self.keep_first else None
        traced = Traced(boards) if trace else None
        cells, turns = block_edges(L, plan.blocks).tolist(), block_edges(plan.steps, plan.blocks).tolist()
        for block in range(plan.blocks):
            self.inside[:] = False
            self.inside[cells[block] : cells[block + 1]] = True
            for step in range(turns[block], turns[block + 1]):
                rows = self._unfinished()
                if not len(rows):
                    break
                if plan.each_step or step == turns[block]:
                    self._draw(predict, rows, keys, step, z)
                self.step[...] = step
                self.left[...] = turns[block + 1] - step
                for part in self._parts(rows):
                    logits = self._run(evaluate, part)
                    if first is not None and step == turns[block]:  # no board begins within a block
                        self._note_first(first, part, logits, domains)
                    if traced is not None:
                        traced.note(*map(self._host, (part, logits, self.x[part], self.loops[part])))
                if traced is not None:
                    traced.end_step()
        values, nfe, loops, late = (self._boards(of) for of in (self.x, self.nfe, self.loops, self.late))
        code = None if self.code is None else self.code[: self.B].copy()
        return Filled(values, nfe, loops, late, first, None if traced is None else traced.steps, code)

    def _device(self, array: npt.NDArray[Any]) -> Values:
        """An array of the host's where the loop works."""
        return array

    def _host(self, values: Values) -> npt.NDArray[Any]:
        return np.asarray(values)

    def _boards(self, values: Values) -> npt.NDArray[Any]:
        """A copy of the boards' rows."""
        return self._host(values[: self.B]).copy()

    def _begin(self, boards: Board, keys: Keys, domains: Sets) -> None:
        B = self.B
        self.x[:B], self.key[:B] = self._device(boards), self._device(keys.view(np.int64))
        self.allowed[:B] = self._device(domains.view(np.int64))
        self.given[:] = self.x != OPEN
        self.legal[:] = self._candidates(self.x, self.allowed)
        for state in (self.nfe, self.loops, self.lost, self.late, self.certainty):
            state[:] = 0

    def _candidates(self, x: Values, allowed: Values) -> Values:
        return kernels.candidates(x, allowed.view(self.xp.uint64), self.peers).view(self.xp.int64)

    def _unfinished(self) -> Values:
        """Rows of the boards that have something to do in this block, and can; on a GPU this waits for it."""
        opened = self.x == OPEN
        stuck = (opened & (self.legal == 0)).any(1) | self.lost | self.late
        return self.xp.where((opened & self.inside).any(1) & ~stuck)[0]

    def _draw(self, predict: Network, rows: Values, keys: Keys, step: int, fixed: Floats | None) -> None:
        at = self._host(rows)
        if fixed is not None:
            drawn = fixed[at]
        else:
            drawn = draw_latents(predict, self.plan, self._host(self.x[rows]), keys[at], seed=self.seed, step=step)
        prepare = getattr(predict, "prepare", None)
        said = drawn if prepare is None else prepare(drawn)
        if self.z is None:
            self.z = self._device(np.zeros((self.B + 1, said.shape[1]), said.dtype))
        self.z[rows] = self._device(said)
        if self.code is None and predict.z_width:
            self.code = np.zeros((self.B + 1, drawn.shape[1]), np.float32)
        if self.code is not None:
            self.code[at] = drawn

    def _note_first(self, first: npt.NDArray[np.uint8], rows: Values, logits: Values, domains: Sets) -> None:
        at, fresh = self._host(rows), self._host(self.nfe[rows]) == 1
        if fresh.any():
            first[at[fresh]] = symbol_order(self._host(logits), domains[at])[fresh]

    def _parts(self, rows: Values) -> Iterable[Values]:
        """The rows that a step takes together."""
        return (rows,)

    def _run(self, evaluate: Evaluate, rows: Values) -> Values:
        """One step of the boards `rows`; the logits that the network gave for them."""
        return self._advance(evaluate, rows)

    def _advance(self, evaluate: Evaluate, rows: Values) -> Values:
        plan, xp = self.plan, self.xp
        x, legal, key = self.x[rows], self.legal[rows], self.key[rows].view(xp.uint64)
        said, spent, finished = evaluate(x, self.z[rows])
        logits = said
        self.nfe[rows] += spent > 0
        self.loops[rows] += spent
        self.late[rows] = ~finished
        if self.conditioning:
            logits, word, self.lost[rows] = self.conditioning(
                logits, x, legal.view(xp.uint64), key=key, temperature=plan.temperature, seed=self.seed,
                step=int(self.step),
            )  # fmt: skip
        offered = xp.where(self.inside, legal, 0)  # nothing is committed in a later block
        opened = ((x == OPEN) & self.inside).sum(1, dtype=xp.int32)
        share = (opened + self.left - 1) // self.left
        whole = (opened == 0) | (self.left == 1)  # of the block: what is open is filled now
        if self.settling is not None:
            whole = whole | settled(xp, said, x, self.settling)
        share = xp.where(whole, opened, share)
        if self.counted is not None:
            first, few = counted_first(xp, logits, x, offered, self.symbols, self.counted, self.left)
            more = whole | (few == 0)
            offered, share = xp.where(more[:, None], offered, first), xp.where(more, share, few)
        filled, _, _ = kernels.unmask(
            logits,
            x,
            offered.view(xp.uint64),
            self.peers,
            key=key,
            order=plan.order,
            n_keep=share,
            threshold=plan.threshold,
            temperature=plan.temperature,
            guard=plan.legal,
            noise=plan.noise,
            seed=self.seed,
            step=self.step,
        )
        if self.conditioning:
            filled = self.conditioning.commit(x, filled, word)
        if plan.remask != "none":
            filled = self._remasked(logits, x, filled, offered, rows)
        filled = xp.where(finished[:, None], filled, x)
        self.x[rows] = filled
        self.legal[rows] = self._candidates(filled, self.allowed[rows])
        return said

    def _remasked(self, logits: Values, x: Values, filled: Values, offered: Values, rows: Values) -> Values:
        """`filled` with the share of its cells open again that the plan says, but for a block's last step."""
        now = certainty(self.xp, logits, filled, offered, self.symbols)
        sure = self.certainty[rows] = self.xp.where(filled != x, now, self.certainty[rows])
        which = ~self.given[rows] & self.inside & (filled != OPEN) & (self.left > 1)
        if self.plan.remask == "conflicts":
            which &= kernels.conflicts(filled, self.rules.peers)
        return reopen(self.xp, filled, which, sure, self.plan.rate)
