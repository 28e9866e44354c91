"""TextRecipe: every choice of a training of text besides the model's shape and the data; saved with the weights."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import cos, pi
from typing import Any

from ..errors import InvalidInput, ModelMismatch
from ..model.fields import check, choice
from ..train.recipe import UNTOLD, rising

__all__ = ["SCHEDULES", "TextRecipe", "check_at_once"]

SCHEDULES = ("cosine", "wsd")


@dataclass(frozen=True)
class TextRecipe:
    """Every choice of a training of text besides the model's shape and the data.

    Attributes
    ----------
    steps
        optimiser steps of the whole run; the rate's schedule depends on it
    batch
        B, windows a step
    accumulate
        into so many parts a step's windows are cut, one after the other, to save memory
    rate
        peak learning rate of AdamW (Loshchilov and Hutter 2019), whose betas are 0.9 and 0.98
    warmup
        steps over which it rises; not told, 100, or a tenth of the steps where that is fewer
    schedule
        "cosine": half a wave down to a tenth; "wsd": constant, then linear to 0 (warm up, stay, decay)
    decay
        share of the steps, at the end, over which "wsd" falls
    weight_decay
        of matrices; vectors and embeddings have none
    clip
        greatest norm of the gradient
    latent_kl
        lambda of the bound for the posterior, reached linearly over the first `kl_warmup` of the steps; a learned prior
        fits at full rate
    free_bits
        nats of a latent dimension or group, on average over blocks, that cost nothing
    at_once
        cells of a block that a step of the sampler will write: masks, and the bound that is watched, are those that it
        meets
    ema
        decay of the averaged weights, which are what is saved for use
    seed
        of weights, windows, masks and z
    bf16
        products in bfloat16: "auto" on a GPU alone, "on", "off"
    compile
        torch.compile the layers

    Examples
    --------
    >>> recipe = TextRecipe(steps=1000, warmup=100, rate=1.0, schedule="wsd", decay=0.5)
    >>> [round(recipe.rate_at(step), 3) for step in (0, 99, 400, 750, 1000)]
    [0.01, 1.0, 1.0, 0.5, 0.0]
    """

    steps: int = choice(5000, "Optimiser steps of the whole run.", low=1, high=10**9)
    batch: int = choice(32, "Windows a step.", low=1, high=65_536)
    accumulate: int = choice(1, "Parts of a step's windows, one after the other.", low=1, high=65_536)
    rate: float = choice(2e-3, "Peak learning rate.", low=0, high=1000)
    warmup: int = choice(UNTOLD, "Steps over which the rate rises.", low=UNTOLD, high=10**9)
    schedule: str = choice("cosine", "How the rate falls.", among=SCHEDULES)
    decay: float = choice(0.2, "Of wsd: share of the steps over which the rate falls.", low=0, high=1)
    weight_decay: float = choice(0.1, "Of AdamW.", low=0, high=1000)
    clip: float = choice(1.0, "Greatest norm of the gradient.", low=0, high=1_000_000)
    latent_kl: float = choice(1.0, "Weight of the KL for the posterior.", low=0, high=1)
    kl_warmup: float = choice(0.1, "Share of the steps over which it rises.", low=0, high=1)
    free_bits: float = choice(0.0, "Nats of each dimension or group that cost nothing.", low=0, high=1_000_000)
    at_once: int = choice(1, "Cells that a sampling step will write: trained for that.", low=1, high=65_536)
    ema: float = choice(0.999, "Decay of the averaged weights.", low=0, high=1)
    seed: int = choice(0, "Of weights, windows, masks and z.", low=0, high=2**31 - 1)
    bf16: str = choice("auto", "bfloat16 products; auto: on a GPU.", among=("auto", "on", "off"))
    compile: bool = choice(False, "torch.compile the layers.")

    def __post_init__(self) -> None:
        check(self, InvalidInput)
        if self.warmup == UNTOLD:
            object.__setattr__(self, "warmup", rising(self.steps))
        for name in ("rate", "clip"):
            if not getattr(self, name) > 0:
                raise InvalidInput(f"{name} is {getattr(self, name)!r}; wanted a number above 0, or nothing is learned")
        if self.batch % self.accumulate:
            raise InvalidInput(f"a batch of {self.batch} windows has no {self.accumulate} equal parts")

    @staticmethod
    def recorded(told: Any) -> TextRecipe:
        """The recipe that a run's record tells.

        Raises
        ------
        ModelMismatch
            None that this version knows.
        """
        names = {one.name for one in fields(TextRecipe)}
        if not isinstance(told, dict) or not set(told) <= names:
            raise ModelMismatch(f"the recipe cannot be read by this version: {told!r:.200}")
        try:
            return TextRecipe(**told)
        except InvalidInput as error:
            raise ModelMismatch(f"the recipe cannot be read: {error}") from error

    def rate_at(self, step: int, place: float | None = None) -> float:
        """Learning rate at `step`; `place`: how far the run is in its schedule, 0 to 1, where a clock says so."""
        rise = min(1.0, (step + 1) / max(1, self.warmup))
        done = min(1.0, step / self.steps if place is None else place)
        if self.schedule == "cosine":
            return self.rate * rise * (0.55 + 0.45 * cos(pi * done))
        return self.rate * rise * min(1.0, (1 - done) / self.decay if self.decay else 1.0)

    def kl_weight_at(self, step: int, place: float | None = None) -> float:
        """Lambda at `step`."""
        done = step / self.steps if place is None else place
        return self.latent_kl * (min(1.0, done / self.kl_warmup) if self.kl_warmup else 1.0)


def check_at_once(at_once: int, kind: str) -> None:
    """Refuse that a step writes several cells of a model that writes cell after cell.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> check_at_once(4, "masked")
    >>> check_at_once(4, "autoregressive")
    Traceback (most recent call last):
    vmdsolve.errors.InvalidInput: at_once is 4, and an autoregressive model writes cell after cell: leave it at 1
    """
    if at_once > 1 and kind == "autoregressive":
        raise InvalidInput(f"at_once is {at_once}, and an autoregressive model writes cell after cell: leave it at 1")
