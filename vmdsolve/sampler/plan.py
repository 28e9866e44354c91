"""Plan: how boards are filled, whatever fills them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from .. import kernels
from ..errors import InvalidInput
from ..model.config import REMASK, ModelConfig
from ..problem import Board

__all__ = ["SECOND_NOISE", "Filled", "Floats", "Network", "Plan", "Steps", "block_edges"]

Floats = npt.NDArray[np.float32]
SECOND_NOISE = 0.5  # order noise of every latent after the first, so that they differ where z says nothing


@dataclass(frozen=True)
class Plan:
    """How boards are filled.

    Attributes
    ----------
    steps
        T, 1 or more: the most network evaluations a board may cost
    order
        which cells come first: "margin", "top_prob", "entropy", "random" (and peers' names for them)
    threshold
        cells at least this certain are committed at once, beyond the step's share; None: never
    temperature
        0: the most probable symbol; else symbols are drawn at this temperature
    noise
        uniform noise on the confidence: another order of commits a latent
    each_step
        draw z anew at every step (ancestral sampling) rather than once (the paper's Algorithm 2)
    still
        z = 0, whatever would be drawn: where z is noise on states, none of it
    blocks
        left to right in so many blocks of cells, z drawn anew where a block begins; T is shared among them
    remask
        cells that a step may open again: "none", "least" (any that were filled), "conflicts" (those that hold the
        symbol of a peer)
    rate
        the share of these cells that a step opens again, the least certain first; the last step of a block opens none
    settle
        where all-different rules are all there are: a board whose likeliest symbols break none leaves the network's
        loops, and these symbols are committed at once; see `settling` for what else must hold. For answers, and for
        samples where z says which is meant; where symbols are drawn it would change their distribution
    counted_first
        where rules count symbols, such as queens: cells that hold one are filled before all others, the likeliest of
        them first, whatever the order says; see counted.py
    legal
        mask symbols that a filled peer holds, guard commits of one step against each other, and sample under Regular
        constraints; False leaves everything to the network
    """

    steps: int = 16
    order: str = "margin"
    threshold: float | None = None
    temperature: float = 0.0
    noise: float = 0.0
    each_step: bool = False
    still: bool = False
    blocks: int = 1
    remask: str = "none"
    rate: float = 0.2
    settle: bool = False
    counted_first: bool = False
    legal: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= 65_536:
            raise InvalidInput(f"steps is {self.steps!r}; wanted a whole number from 1 to 65,536")
        if self.order not in kernels.ORDERS and self.order not in kernels.ALIASES:
            names = ", ".join((*kernels.ORDERS, *kernels.ALIASES))
            raise InvalidInput(f"order is {self.order!r}; wanted one of {names}")
        if not 1 <= self.blocks <= self.steps:
            raise InvalidInput(f"blocks is {self.blocks!r}; wanted 1 to the number of steps, {self.steps}")
        if self.remask not in REMASK:
            raise InvalidInput(f"remask is {self.remask!r}; wanted one of {', '.join(REMASK)}")
        if not 0 < self.rate <= 1:
            raise InvalidInput(f"rate is {self.rate!r}; wanted a share above 0, at most 1")

    @property
    def other(self) -> Plan:
        """How further latents of a problem fill boards: z is drawn, and cells come in another order each time.

        Examples
        --------
        >>> Plan(steps=1, still=True).other == Plan(steps=1, noise=SECOND_NOISE)
        True
        """
        return replace(self, noise=max(self.noise, SECOND_NOISE), still=False)

    @staticmethod
    def of(config: ModelConfig, **overrides: Any) -> Plan:
        """The plan that a model was made for.

        Parameters
        ----------
        config
            The model's.
        **overrides
            Fields to have otherwise; None: as the model has it.

        Raises
        ------
        InvalidInput
            A field out of its range.

        Examples
        --------
        >>> Plan.of(ModelConfig("pair", ("pair",)), steps=4, order=None).steps
        4
        """
        held = asdict(config.sampling)
        held["each_step"] = held.pop("draw") == "each_step"
        return Plan(**{**held, **{name: value for name, value in overrides.items() if value is not None}})


def block_edges(n: int, blocks: int) -> npt.NDArray[np.int64]:
    """[blocks + 1] where each of so many nearly equal parts of 0 .. n begins, and the end.

    Examples
    --------
    >>> block_edges(4, 2).tolist(), block_edges(5, 2).tolist()
    ([0, 2, 4], [0, 2, 5])
    """
    return np.arange(blocks + 1) * n // blocks


class Steps(NamedTuple):
    """B boards after each of T steps.

    Attributes
    ----------
    values
        int32 [T, B, L].
    sure
        float32 [T, B, L], 0 to 1: how probable the network held a cell's symbol in the step that committed it; of an
        open cell, how probable it holds the likeliest. 1 of cells that were never open.
    loops
        int64 [T, B], block applications of each step; 0: the board had nothing to do in it.
    """

    values: Board
    sure: Floats
    loops: npt.NDArray[np.int64]

    def of(self, b: int) -> Steps:
        """One board [T, L], after each step in which it had something to do."""
        at = self.loops[:, b] > 0
        return Steps(self.values[at, b], self.sure[at, b], self.loops[at, b])


class Filled(NamedTuple):
    """What came of B boards.

    Attributes
    ----------
    values
        int32 [B, L], OPEN where a board got stuck.
    nfe
        int64 [B], network evaluations.
    loops
        int64 [B], block applications that they took.
    late
        bool [B], whether time ran out before the board was done.
    first
        uint8 [B, L, V], the `symbol_order` of the first evaluation, 0 where there was none; None: not asked for.
    trace
        The boards after each step; None: not asked for, or there was no step.
    z
        float32 [B, Z], the latent of each board, or the last one where it is drawn anew; None: there is none.
    """

    values: Board
    nfe: npt.NDArray[np.int64]
    loops: npt.NDArray[np.int64]
    late: npt.NDArray[np.bool_]
    first: npt.NDArray[np.uint8] | None
    trace: Steps | None
    z: Floats | None = None


class Network(Protocol):
    """What the loop asks of a model; Predictor is one, and tests use laws in closed form.

    One that has methods `prepare` and `evaluate` besides, as Predictor has, is asked by these: it works out once what
    each z does, and knows loops, peers and time.
    """

    @property
    def z_width(self) -> int: ...  # of the noise that z is drawn with
    def draw(self, x: Board, noise: Floats, /) -> Floats: ...  # z
    def __call__(self, x: Board, z: Floats, /) -> Floats: ...
