"""TextConfig: every number that shapes a model of token sequences; saved inside its weights."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from ..errors import ModelMismatch
from ..model.fields import check, choice
from ..untrusted import read_json

__all__ = ["ABSENT", "DRAWS", "KINDS", "MOST_GROUPS", "MOST_LENGTH", "MOST_SYMBOLS", "PRIORS", "TextConfig"]

KINDS = ("masked", "autoregressive")
PRIORS = ("standard", "conditional", "autoregressive")
DRAWS = ("once", "each_step")
ABSENT = -1  # a cell that is none, as behind the end of a text
MOST_SYMBOLS, MOST_LENGTH, MOST_GROUPS = 1 << 18, 1 << 16, 1 << 12
MOST_NUMBERS = 1 << 28  # in one matrix of weights


@dataclass(frozen=True)
class TextConfig:
    """Shape of a TextModel.

    Attributes
    ----------
    symbols
        V, how many symbols the vocabulary has
    length
        L, cells of a window
    kind
        "masked": cells of a block in any order, blocks left to right. "autoregressive": cell after cell
    block
        cells of a block, which divide L; 0: the window is one block, plain masked diffusion
    width
        H, channels of a cell's state, a multiple of heads
    heads
        of attention; each has an even number of channels
    layers
        applications of a layer, a network evaluation
    tied
        all of them are of one layer, the input added again before each; else each has weights of its own
    latent
        D, Gaussian dimensions or categorical groups of every block's z; 0: none, the baseline
    classes
        C, classes of each group; 0: z is Gaussian
    regions
        R, equal parts of a block, each with latent / R groups or dimensions of its own: posterior and prior read that
        part alone for them, and its cells are told them beside their embedding. 1: all of a block's cells are told z,
        in every layer
    prior
        "standard": N(0, I), as in the paper, or uniform classes. "conditional": p(z | the blocks before).
        "autoregressive": the same, group after group, each told of the 16 before it; of classes alone
    given
        the prior reads what is given in a block as well, and learns to: then z of a text with gaps is of that text
    draw
        "once": z is drawn when a block begins, its posterior sees the text. "each_step": anew at every step, its
        posterior sees, too, what is masked
    readers
        layers of the posterior, and of a prior that is not standard

    Examples
    --------
    >>> TextConfig(27, length=128, block=4, latent=8, classes=16).blocks
    32
    >>> TextConfig(27, length=128, block=5)
    Traceback (most recent call last):
    vmdsolve.errors.ModelMismatch: a block has 5 cells, which do not divide a window of 128; wanted, say, 4
    """

    symbols: int
    length: int = choice(256, "L, tokens of a window.", low=1, high=MOST_LENGTH)
    kind: str = choice("masked", "masked: any order inside a block; autoregressive: left to right.", among=KINDS)
    block: int = choice(0, "Tokens of a block, which divide L; 0: the window is one.", low=0, high=MOST_LENGTH)
    width: int = choice(128, "H, channels of a state.", low=2, high=8192)
    heads: int = choice(4, "Heads of attention.", low=1, high=256)
    layers: int = choice(5, "Layers applied, a network evaluation.", low=1, high=256)
    tied: bool = choice(False, "All layers have the same weights.")
    latent: int = choice(0, "D, width of the latent of a block; 0: none.", low=0, high=MOST_GROUPS)
    classes: int = choice(0, "C, classes of each of D groups; 0: a Gaussian latent.", low=0, high=4096)
    regions: int = choice(1, "R, equal parts of a block, each with groups of its own.", low=1, high=MOST_GROUPS)
    prior: str = choice("standard", "Of the latent; autoregressive goes over classes.", among=PRIORS)
    draw: str = choice("once", "How often z is drawn in a block.", among=DRAWS)
    given: bool = choice(False, "The prior reads what is given in a block, as in a text with gaps.")
    readers: int = choice(1, "Layers of posterior and prior.", low=1, high=64)

    def __post_init__(self) -> None:
        check(self, ModelMismatch)
        V, L, H = self.symbols, self.length, self.width
        if type(V) is not int or not 1 <= V <= MOST_SYMBOLS:
            raise ModelMismatch(f"symbols is {V!r}; wanted a whole number from 1 to {MOST_SYMBOLS:,}")
        if self.block and L % self.block:
            near = max(n for n in range(1, min(self.block, L) + 1) if L % n == 0)
            raise ModelMismatch(
                f"a block has {self.block:,} cells, which do not divide a window of {L:,}; wanted, say, {near:,}"
            )
        if H % (2 * self.heads):
            raise ModelMismatch(f"width is {H}; {self.heads} heads want a multiple of {2 * self.heads}")
        if self.kind == "autoregressive" and (self.latent or self.block):
            raise ModelMismatch("an autoregressive model has neither blocks nor a latent: leave block and latent at 0")
        if self.classes == 1:
            raise ModelMismatch("classes is 1; wanted 0 (a Gaussian latent) or 2 to 4096")
        if not self.latent and (self.classes or self.prior != "standard" or self.regions > 1):
            told = f"classes is {self.classes}" if self.classes else f"prior is {self.prior!r}"
            told = f"regions is {self.regions}" if self.regions > 1 else told
            raise ModelMismatch(f"{told}, which is of a latent, and latent is 0: give its width, such as 4")
        for whole, what in ((self.latent, "latent"), (self.cells, "cells of a block")):
            if whole % self.regions:
                raise ModelMismatch(f"regions is {self.regions}, which does not divide {what}, {whole:,}")
        if self.prior == "autoregressive" and not self.classes:
            raise ModelMismatch("an autoregressive prior goes over groups of classes: give classes, such as 16")
        if self.given and not (self.learned_prior and self.draw == "once"):
            told = "draws z at each step, and reads what is there" if self.learned_prior else "reads nothing"
            raise ModelMismatch(f"given is True, and this prior {told}: leave given out, or choose another")
        if (most := max((V + 2) * H, 4 * H * H, self.z_width // self.regions * 4 * H)) > MOST_NUMBERS:
            raise ModelMismatch(
                f"a matrix of {most:,} weights is wanted; {MOST_NUMBERS:,} is the most: make it narrower"
            )

    @property
    def cells(self) -> int:
        """Cells of a block: of the whole window, where it is one."""
        return self.block or self.length

    @property
    def blocks(self) -> int:
        """N, blocks of a window."""
        return self.length // self.cells

    @property
    def z_width(self) -> int:
        """Z, how many numbers a block's z is: D, or groups times classes."""
        return self.latent * max(1, self.classes)

    @property
    def learned_prior(self) -> bool:
        """Whether the prior is a network."""
        return self.latent > 0 and self.prior != "standard"

    def to_json(self) -> str:
        """One line of JSON, as stored in the weights' metadata."""
        return json.dumps(asdict(self), sort_keys=True)

    @staticmethod
    def from_json(text: str) -> TextConfig:
        """Read `to_json`'s output, of this version or an earlier one; what it does not say has its default.

        Raises
        ------
        ModelMismatch
            Anything else.
        """
        given: Any = read_json(text, "the weights' config", error=ModelMismatch)
        if not isinstance(given, dict) or "symbols" not in given:
            raise ModelMismatch(f"the weights' config cannot be read: it is {given!r:.80}, wanted that of a text model")
        if unknown := set(given) - {one.name for one in fields(TextConfig)}:
            raise ModelMismatch(f"the weights' config has unknown fields {sorted(unknown)!s:.200}; update vmdsolve")
        return TextConfig(**given)
