"""ModelConfig: every number that shapes a model, and how it is meant to be sampled; saved inside its weights."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from ..errors import ModelMismatch
from ..untrusted import read_json
from .fields import check, choice

if TYPE_CHECKING:
    from ..domains import Domain

__all__ = ["CODES", "DRAWS", "MIXERS", "POOLS", "PRIORS", "REMASK", "STATES_WIDTH", "ModelConfig", "Sampling"]

MIXERS = ("messages", "attention")
CODES = ("standard", "conditional", "autoregressive")  # priors of a learned code
POOLS = ("mean", "sum")
PRIORS = (*CODES, "cells", "states")
STATES_WIDTH = 2  # numbers of z that are the key of a board's noise
DRAWS = ("once", "each_step")
REMASK = ("none", "least", "conflicts")
MOST_NUMBERS = 2**26  # in one matrix of weights
MOST_RELATIONS = 1024


@dataclass(frozen=True)
class Sampling:
    """How a model is meant to be sampled: where `Plan.of` starts from.

    Attributes
    ----------
    draw
        "once": z is drawn at a sample's start; "each_step": anew at every step (ancestral sampling)
    blocks
        left to right in so many blocks of cells, z drawn anew where a block begins
    steps
        T, the most network evaluations a board may cost
    order
        which cells come first: see Plan
    remask
        cells that a step may open again: see Plan
    rate
        share of these that a step opens
    still
        with prior "states", the first board of a problem without noise, z = 0: where problems have one answer
    """

    draw: str = choice("once", "How often z is drawn.", among=DRAWS)
    blocks: int = choice(1, "Left to right in so many blocks.", low=1, high=65_536)
    steps: int = choice(16, "T, network evaluations a board may cost.", low=1, high=65_536)
    order: str = choice("margin", "Which cells are filled first.")
    remask: str = choice("none", "Cells that a step may open again.", among=REMASK)
    rate: float = choice(0.2, "Share of these that a step opens.", low=0, high=1)
    still: bool = choice(False, "With prior states, a problem's first board without noise.")

    def __post_init__(self) -> None:
        check(self, ModelMismatch)
        if not self.rate:
            raise ModelMismatch("rate is 0; wanted a share above 0, at most 1")
        from .. import kernels  # the names of orders; not at the top, for the command line reads these fields

        if self.order not in kernels.ORDERS and self.order not in kernels.ALIASES:
            raise ModelMismatch(f"order is {self.order!r}; wanted one of {', '.join(kernels.ORDERS)}")


@dataclass(frozen=True)
class ModelConfig:
    """Shape of a VMD model.

    Attributes
    ----------
    domain
        name of the domain it is made for
    relations
        names of the unit relations it knows, in weight order
    mixer
        "messages": a state for every candidate (one symbol in one cell), messages along units; for puzzles.
        "attention": a state for every cell, attention between cells; for token sequences
    width
        H, channels of a state
    message
        M, channels of a message
    hidden
        channels inside a block
    loops
        block applications a network evaluation, at inference (training may use fewer)
    latent
        D, Gaussian dimensions, categorical groups or cells asked for; 0: no latent, the plain masked-diffusion baseline
    classes
        C, classes of each group; 0: the latent is Gaussian
    prior
        "standard": N(0, I), as in the paper, or uniform classes; "conditional": p(z | x), factorised; "autoregressive":
        p(z | x) group after group (categorical only); "cells": z is the values of D cells, asked for one by one, for
        which the prior has a denoiser of its own; "states": z is noise on the states, `latent` is 1
    positions
        learned embeddings of so many cells and symbols, L by V; 0 by V: of symbols alone, for rules that name one, and
        boards of any size; 0 by 0 = none: the model is then equivariant under every symmetry of the rules that keeps
        relations and, where states are candidates, under any relabelling of the symbols
    symbols
        V, for attention, which has weights for each symbol; messages have none: 0
    pool
        what a cell hears of a unit, for messages: the mean of what its cells say, or a quarter of the sum, which counts
        alike in units of different sizes
    sampling
        how it is meant to be sampled; no weight depends on it
    noise
        with prior "states", noise before the first loop and after each but the last, in deviations of a state
    fade
        from this loop on a state keeps 1 - 1 / fade of itself at each, so that loops go on to count; 0: all of it
    """

    domain: str
    relations: tuple[str, ...]
    width: int = choice(32, "H, channels of a state.", low=1, high=4096)
    message: int = choice(32, "M, channels of a message.", low=1, high=4096)
    hidden: int = choice(64, "Channels inside a block.", low=1, high=4096)
    loops: int = choice(16, "Block applications a network evaluation.", low=1, high=4096)
    latent: int = choice(8, "D, latent width; 0: plain masked diffusion.", low=0, high=4096)
    prior: str = choice("standard", "Of the latent; autoregressive goes over classes.", among=PRIORS)
    positions: tuple[int, int] = (0, 0)
    classes: int = choice(0, "C, classes of each of D groups; 0: a Gaussian latent.", low=0, high=4096)
    mixer: str = choice("messages", "messages for puzzles, attention for sequences.", among=MIXERS)
    symbols: int = 0
    pool: str = choice("mean", "What a cell hears of a unit: the mean of what its cells say, or the sum.", among=POOLS)
    sampling: Sampling = field(default_factory=Sampling)
    noise: tuple[float, float] = (0.0, 0.0)
    fade: int = choice(0, "Loop from which on states fade by one part in so many; 0: never.", low=0, high=4096)

    def __post_init__(self) -> None:
        check(self, ModelMismatch)
        _check_names(self.domain, self.relations)
        object.__setattr__(self, "relations", tuple(self.relations))
        object.__setattr__(self, "positions", _pair(self.positions))
        if not isinstance(self.sampling, Sampling):
            raise ModelMismatch(f"sampling is {self.sampling!r}; wanted a Sampling")
        if self.classes == 1:
            raise ModelMismatch("classes is 1; wanted 0 (a Gaussian latent) or 2 to 4096")
        if self.fade == 1:
            raise ModelMismatch("fade is 1, and nothing of a state is left after a loop; wanted 0 (never) or 2 to 4096")
        if self.mixer == "attention":
            if self.width % self.heads:
                raise ModelMismatch(f"width is {self.width}; attention wants a multiple of 16, or less than 32")
            object.__setattr__(self, "symbols", self.symbols or self.positions[1])
            if self.pool != "mean":
                raise ModelMismatch(f"pool is {self.pool!r}; attention has no units to hear of: leave it at 'mean'")
        if type(self.symbols) is not int or not 0 <= self.symbols <= (64 if self.mixer == "attention" else 0):
            raise ModelMismatch(f"symbols is {self.symbols!r}; wanted 1 to 64 for attention, 0 for messages")
        if self.prior == "autoregressive" and self.latent and not self.classes:
            raise ModelMismatch("an autoregressive prior goes over groups of classes: give classes, such as 16")
        if self.prior == "cells" and self.classes:
            raise ModelMismatch("the classes of a prior over cells are the symbols: leave classes at 0")
        object.__setattr__(self, "noise", _deviations(self.noise))
        if self.sampling.still and self.latent and not self.stirs:
            raise ModelMismatch("sampling.still is for prior 'states', where z = 0 is no noise; leave it out")
        if self.prior == "states" and (self.classes or self.latent > 1):
            raise ModelMismatch("with prior 'states' z is one draw of noise: latent is 1, or 0 for none; classes is 0")
        if (most := self._largest()) > MOST_NUMBERS:
            raise ModelMismatch(
                f"a matrix of {most:,} weights is wanted; {MOST_NUMBERS:,} is the most: make it narrower"
            )

    def _largest(self) -> int:
        """Numbers in the largest matrix of weights, or in the largest stack of them."""
        H, M, N, Z = self.width, self.message, self.hidden, self.code_width
        return max(
            3 * H * max(H, N), (1 + len(self.relations)) * M * N, Z * (2 * N + H), Z * max(64, 2 * N),
            4 * N * N, max(self.positions) * H,
        )  # fmt: skip

    @property
    def heads(self) -> int:
        """Heads of attention, of 16 channels each; one where there are fewer than 32."""
        return max(1, self.width // 16)

    @property
    def code_width(self) -> int:
        """How many numbers a learned code is: D, or groups times classes; 0 where z is no code, or there is none."""
        return self.latent * max(1, self.classes) if self.prior in CODES else 0

    @property
    def stirs(self) -> bool:
        """Whether z is noise on the states."""
        return self.latent > 0 and self.prior == "states"

    @property
    def z_width(self) -> int:
        """How many numbers a z is that depends on no board: those of a code, or the key of noise on states."""
        return STATES_WIDTH if self.stirs else self.code_width

    @property
    def divergences(self) -> int:
        """How many terms the KL of z has."""
        return 0 if self.stirs else self.latent

    @staticmethod
    def of(domain: Domain, **shape: Any) -> ModelConfig:
        """A config for a domain's name, relations and, where weights depend on it, number of symbols.

        Raises
        ------
        ModelMismatch
            A field that there is none of, of another type or out of its range; it is named.
        """
        symbols = {"symbols": domain.rules.V} if shape.get("mixer") == "attention" else {}
        return ModelConfig(domain.name, domain.rules.relations, **{**symbols, **shape})

    def same_weights(self, other: ModelConfig) -> bool:
        """Whether weights of the other config are weights of this one: loops, fading, sampling and noise are not in
        them, nor a latent that is noise.
        """
        same: dict[str, Any] = {"loops": self.loops, "fade": self.fade, "sampling": self.sampling, "noise": self.noise}
        if self._bare and other._bare:
            same |= {"latent": self.latent, "prior": self.prior, "classes": self.classes}
        return replace(other, **same) == self

    @property
    def _bare(self) -> bool:
        """Whether the denoiser is all that there is: no latent, or one that is noise on its states."""
        return not self.latent or self.prior == "states"

    def to_json(self) -> str:
        """One line of JSON, as stored in the weights' metadata."""
        return json.dumps(asdict(self), sort_keys=True)

    @staticmethod
    def from_json(text: str) -> ModelConfig:
        """Read `to_json`'s output, of this version or an earlier one; what it does not say has its default.

        Raises
        ------
        ModelMismatch
            Anything else.
        """
        try:
            given = _object(read_json(text, "the weights' config", error=ModelMismatch), ModelConfig, "config")
            if "sampling" in given:
                given["sampling"] = Sampling(**_object(given["sampling"], Sampling, "sampling"))
            return ModelConfig(**given)
        except ModelMismatch:
            raise
        except (TypeError, ValueError) as error:
            raise ModelMismatch(f"the weights' config cannot be read: {error}") from error


def _object(given: Any, kind: Any, what: str) -> dict[str, Any]:
    """A JSON object whose names are all fields of `kind`."""
    if not isinstance(given, dict):
        raise ModelMismatch(f"the weights' {what} cannot be read: it is {given!r:.80}, wanted an object")
    if unknown := set(given) - {one.name for one in fields(kind)}:
        raise ModelMismatch(f"the weights' {what} has unknown fields {sorted(unknown)!s:.200}; update vmdsolve")
    return given


def _check_names(domain: Any, relations: Any) -> None:
    if not isinstance(domain, str) or not domain.isprintable():
        raise ModelMismatch(f"domain is {domain!r:.80}; wanted its name")
    if not isinstance(relations, (list, tuple)) or not all(
        isinstance(name, str) and name.isprintable() for name in relations
    ):
        raise ModelMismatch(f"relations is {relations!r:.80}; wanted a list of names")
    if len(relations) > MOST_RELATIONS or len(set(relations)) < len(relations):
        raise ModelMismatch(f"there are {len(relations):,} relations; wanted up to {MOST_RELATIONS:,} different names")


def _deviations(noise: Any) -> tuple[float, float]:
    """Noise on states before the first loop, and after each."""
    if not isinstance(noise, (list, tuple)) or len(noise) != 2 or not all(_number(n) and 0 <= n <= 1000 for n in noise):
        raise ModelMismatch(f"noise is {noise!r:.80}; wanted two numbers from 0 to 1000")
    return float(noise[0]), float(noise[1])


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _pair(positions: Any) -> tuple[int, int]:
    """Numbers of cells and symbols that have embeddings."""
    if not isinstance(positions, (list, tuple)) or [*map(type, positions)] != [int, int] or min(positions) < 0:
        raise ModelMismatch(f"positions is {positions!r:.80}; wanted two whole numbers, L and V, or 0 and 0 for none")
    if positions[0] and not positions[1]:
        raise ModelMismatch(f"positions is {positions}; wanted symbols beside the cells, as in ({positions[0]}, 4)")
    return positions[0], positions[1]
