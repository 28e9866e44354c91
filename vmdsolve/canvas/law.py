"""The law of a whole canvas: a model's logits, cell by cell independent, given that the text is one of the grammar.

    p(tokens) is in proportion to exp(sum of logits / temperature) over rows of L tokens that lead from `state` to a
    state from which the text can be completed within `left` more tokens; held cells hold what they hold.

Commit any subset of the cells of one joint `draw`, chosen without looking at it: what it holds there is a draw of that
subset's exact law, and the rest can always be completed. Marginals alone, cell by cell, do not give that. Over several
canvases or blocks the law is that of each one given that what is left can still finish, not that of the whole text.

Numbers are native (csrc/canvas/); `backend="reference"` is the same in plain Python. Every random number is a function
of (seed, request, canvas, step, cell) alone, so nothing depends on batch, order or threads.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

import vmdsolve._native as _native

from ..arguments import choice, number, whole
from ..errors import InvalidInput
from . import reference
from .grammar import Grammar
from .logits import Rows, checked, each_board, refuse_logits, requests, writable

__all__ = ["Posterior", "posterior"]

MAX_LATTICE = 1 << 27
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]

_NATIVE: WeakKeyDictionary[Grammar, _native.CanvasGrammar] = WeakKeyDictionary()


def native(grammar: Grammar) -> _native.CanvasGrammar:
    """The grammar as the kernels hold it, made once."""
    if grammar not in _NATIVE:
        _NATIVE[grammar] = _native.CanvasGrammar(
            grammar.token_class,
            grammar.set_first,
            grammar.set_class,
            grammar.edge_first,
            grammar.edge_next,
            grammar.edge_set,
            grammar.edge_weight,
            grammar.least,
        )
    return _NATIVE[grammar]


def posterior(
    grammar: Grammar,
    logits: Any,
    *,
    held: Any = None,
    state: Any = None,
    left: Any = 0,
    temperature: float = 1.0,
    threads: int = 0,
    backend: str = "cpu",
) -> Posterior:
    """The exact posterior of one canvas, or of several that know nothing of each other.

    Parameters
    ----------
    grammar
        for as many tokens as there are logits
    logits
        [L, V] or [B, L, V] on the CPU: float32 array or tensor, or a bfloat16 tensor; read once, never changed. -inf is
        never taken; NaN and +inf among tokens of the grammar are refused, among others they may be
    held
        int [L] or [B, L], the token that a cell holds, -1 where it is open; None: all open
    state
        where the text stands before the first cell: a state, or [B]; None: the start
    left
        tokens that may follow this canvas, in later canvases or blocks: 0 or more, or [B]
    temperature
        from 1e-6 to 1e6; divides the logits, not the weights of edges
    threads
        0: one a core

    Raises
    ------
    InvalidInput
        Wrong shape, dtype or number; logits that are none, by board, cell and token.

    Examples
    --------
    Texts are "a", "ab", "abb" and so on, over tokens "a", "b" and EOS; a canvas of three cells.

    >>> ints = lambda *numbers: np.array(numbers, np.int32)
    >>> grammar = Grammar(
    ...     token_class=ints(1, 2, 3), set_first=ints(0, 1, 2, 3), set_class=ints(1, 2, 3),
    ...     edge_first=ints(0, 1, 3, 4), edge_next=ints(1, 1, 2, 2), edge_set=ints(0, 1, 2, 2), edge_weight=None,
    ...     accepting=np.array([False, True, True]), least=ints(1, 0, 0), start=0, end=2, eos=(2,), pad=(2,))
    >>> text = posterior(grammar, np.zeros((3, 3), np.float32))
    >>> np.exp(text.log_marginals().astype(float)).round(3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.667, 0.333], [0.0, 0.333, 0.667]]
    >>> text.draw(seed=1).tolist(), posterior(grammar, np.zeros((3, 3), np.float32), held=[-1, -1, 1]).argmax().tolist()
    ([0, 2, 2], [0, 1, 1])
    """
    rows = checked(grammar, logits, held, temperature)
    B = rows.shape[0] if len(rows.shape) == 3 else 1
    starts = each_board("state", grammar.start if state is None else state, B, grammar.Q - 1)
    room = each_board("left", left, B, 2**31 - 1)
    L = rows.shape[-2]
    if B * (L + 1) * ((most := max(grammar.Q, grammar.C, grammar.N)) + 16) > MAX_LATTICE:
        raise InvalidInput(
            f"{B} boards of {L} cells times {most} states, classes or sets of it are over {MAX_LATTICE:,}; "
            "take fewer boards at once, or shorter canvases"
        )
    return Posterior(
        grammar,
        rows,
        starts.astype(np.int32),
        room,
        whole(threads, "threads", 0, 1024),
        choice(backend, "backend", ("cpu", "reference")),
    )


class Posterior:
    """What `posterior` returns; everything is computed when it is first asked for.

    An axis B is there if the logits had it. `log_marginals`, `entropy`, `argmax` and `draw` refuse boards that have no
    text at all; `possible` says which have one.
    """

    def __init__(
        self, grammar: Grammar, rows: Rows, start: I32, left: npt.NDArray[np.int64], threads: int, backend: str
    ) -> None:
        self.grammar = grammar
        self._rows, self._start, self._left, self._threads = rows, start, left, threads
        self._native = native(grammar) if backend == "cpu" else None
        self._B, self._L = len(start), rows.shape[-2]

    @property
    def log_z(self) -> Any:
        """ln of the sum over all texts of exp(sum of logits / temperature): float, or float64 [B]; -inf: none fits."""
        out = self._log_z
        return out if self._batched else float(out[0])

    @property
    def possible(self) -> Any:
        """Whether any text fits: a bool, or bool [B]."""
        out = self._log_z > -np.inf
        return out if self._batched else bool(out[0])

    @property
    def impossible(self) -> Any:
        """The first cell where no text is left, L where none can end as it should, -1 where one fits: int, or [B]."""
        out = self._lattice.impossible()
        return out if self._batched else int(out[0])

    def log_marginals(self, out: F32 | None = None, *, floor: float = -np.inf) -> F32:
        """ln of each token's probability, float32 [.., L, V], exact.

        Parameters
        ----------
        out
            where to write, as the logits are shaped; may be the logits themselves
        floor
            stands for ln 0 and whatever is below: a client in half precision wants -1e4
        """
        self._want_possible()
        rows = self._rows
        shape = rows.logits.shape
        to = np.empty(shape, np.float32) if out is None else writable(out, rows.shape).reshape(shape)
        floor = float(floor) if floor == -np.inf else number(floor, "floor", most=0)
        if self._native is None:
            to[...] = np.maximum(reference.marginals(self.grammar, rows.floats, *rows[1:3], self._offsets)[0], floor)
        else:
            self._native.marginals(*rows[:3], self._offsets, floor, to, False, self._threads)
        return to.reshape(rows.shape) if out is None else out

    @cached_property
    def entropy(self) -> F64:
        """Of each cell's marginal, in nats: float64 [.., L]."""
        self._want_possible()
        rows = self._rows
        if self._native is None:
            nats = reference.marginals(self.grammar, rows.floats, *rows[1:3], self._offsets)[1]
        else:
            found = self._native.marginals(*rows[:3], self._offsets, -np.inf, None, True, self._threads)
            nats = np.asarray(found)
        return nats.reshape(rows.shape[:-1])

    def argmax(self) -> I32:
        """The most probable text, int32 [.., L]: the first edge, class and token on a tie.

        Where several paths of a grammar lead to one text, it is that of the most probable path.
        """
        self._want_possible()
        bests = self._numbers(sums=False).reshape(self._B, self._L, -1)
        if self._native is None:
            classes, _ = reference.best(self.grammar, bests, self._start, self._left)
        else:
            classes, _ = self._native.best(bests, self._start, self._left, self._threads)
        return self._tokens(classes, None, 0, np.zeros(self._B, np.uint64), 0)

    def draw(self, seed: int = 0, *, request: Any = None, canvas: int = 0, step: int = 0) -> I32:
        """One text of each board from the exact law, int32 [.., L].

        Parameters
        ----------
        seed
            0 <= seed < 2^64
        request
            what tells boards apart, 0 <= request < 2^64, or [B]; None: their numbers 0, 1, ..
        canvas, step
            which canvas or block of the request, and which step of it, each below 65,536
        """
        self._want_possible()
        seed = whole(seed, "seed", 0, 2**64 - 1)
        turn = whole(canvas, "canvas", 0, 65_535) << 16 | whole(step, "step", 0, 65_535)
        key = requests(np.arange(self._B) if request is None else request, self._B)
        if isinstance(self._lattice, reference.Lattice):
            classes = self._lattice.walk(seed, key, turn)
        else:
            classes = self._lattice.walk(seed, key, turn, self._threads)
        return self._tokens(classes, self._sums, seed, key, turn)

    def bitmask(self) -> I32:
        """Which tokens stand in some text that fits what is held, whatever the logits: int32 [.., L, ceil(V / 32)].

        Bit t % 32 of word t // 32, as xgrammar packs them. What one cell takes may rule out what another may: masks are
        no way to sample several cells at once.
        """
        g = self.grammar
        sums = np.zeros((self._B * self._L, g.C))
        sums[:, 0] = -np.inf
        held = self._rows.held
        sums[held >= 0] = -np.inf
        closed = np.flatnonzero(held >= 0)
        kinds = g.token_class[held[closed]]
        sums[closed, kinds] = np.where(kinds > 0, 0.0, -np.inf)
        shape = (self._B, self._L, g.C)
        if self._native is None:
            offsets = reference.Lattice(g, sums.reshape(shape), self._start, self._left).offsets()
        else:
            lattice = _native.CanvasLattice(self._native, sums.reshape(shape), self._start, self._left, self._threads)
            offsets = lattice.offsets(self._threads)
        legal = np.isfinite(offsets.reshape(-1, g.C)) & (sums > -np.inf)
        packed = reference.bits(g, legal) if self._native is None else self._native.bits(legal)
        packed[closed] = 0
        alive = closed[legal[closed].any(axis=1)]
        words = packed.view(np.uint32)
        words[alive, held[alive] // 32] |= np.uint32(1) << (held[alive] % 32).astype(np.uint32)
        return packed.reshape(*self._rows.shape[:-1], -1)

    @property
    def _batched(self) -> bool:
        return len(self._rows.shape) == 3

    @cached_property
    def _sums(self) -> F64:
        return self._numbers(sums=True)

    @cached_property
    def _lattice(self) -> Any:
        sums = self._sums.reshape(self._B, self._L, -1)
        if self._native is None:
            return reference.Lattice(self.grammar, sums, self._start, self._left)
        return _native.CanvasLattice(self._native, sums, self._start, self._left, self._threads)

    @cached_property
    def _log_z(self) -> F64:
        return np.asarray(self._lattice.log_z())

    @cached_property
    def _offsets(self) -> F32:
        found = self._lattice.offsets() if self._native is None else self._lattice.offsets(self._threads)
        return np.asarray(found).reshape(-1, self.grammar.C)

    def _numbers(self, *, sums: bool) -> F64:
        if self._native is None:
            refuse_logits(self.grammar, self._rows)
            return reference.numbers(self.grammar, self._rows.floats, *self._rows[1:3], sums)
        out = self._native.numbers(*self._rows[:3], sums, self._threads)
        if out is None:
            refuse_logits(self.grammar, self._rows)
            raise InvalidInput("logits over temperature are beyond float32; raise the temperature")
        return out

    def _tokens(self, classes: I32, sums: F64 | None, seed: int, key: npt.NDArray[np.uint64], turn: int) -> I32:
        flat = np.ascontiguousarray(classes).reshape(-1)
        if self._native is None:
            rows = self._rows
            out = reference.tokens(self.grammar, rows.floats, *rows[1:3], flat, sums, seed, key, turn)
        else:
            out = self._native.tokens(*self._rows[:3], flat, sums, seed, key, turn, self._threads)
        return out.reshape(self._rows.shape[:-1])

    def _want_possible(self) -> None:
        if (self._log_z > -np.inf).all():
            return
        b = int(np.argmin(self._log_z > -np.inf))
        cell, where = int(self._lattice.impossible()[b]), f" of board {b}" if self._batched else ""
        least, room = int(self.grammar.least[self._start[b]]), self._L + int(self._left[b])
        if least > room:
            raise InvalidInput(
                f"the text{where} needs {least} more tokens and {room} are left; give it more room or a shorter grammar"
            )
        if cell < self._L:
            raise InvalidInput(
                f"cell {cell}{where} has no legal token: what is held, or what logits leave, is in no "
                "text of the grammar"
            )
        raise InvalidInput(
            f"no text{where} that fits what is held can be complete with {self._left[b]} tokens left after the canvas"
        )
