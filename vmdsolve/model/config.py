"""ModelConfig: every number that shapes a model; saved inside its weights."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields

from ..errors import ModelMismatch

__all__ = ["PRIORS", "ModelConfig"]

MIXERS = ("messages", "attention")
PRIORS = ("standard", "conditional", "autoregressive", "cells")


@dataclass(frozen=True)
class ModelConfig:
    """Shape of a VMD model.

    domain      name of the domain it is made for
    relations   names of the unit relations it knows, in weight order
    mixer       "messages": a state for every candidate (one symbol in one cell), messages along units; for puzzles.
                "attention": a state for every cell, attention between cells; for token sequences
    width       H, channels of a state
    message     M, channels of a message
    hidden      channels inside a block
    loops       block applications a network evaluation, at inference (training may use fewer)
    latent      D, Gaussian dimensions, categorical groups or cells asked for; 0: no latent, the plain
                masked-diffusion baseline
    classes     C, classes of each group; 0: the latent is Gaussian
    prior       "standard": N(0, I), as in the paper, or uniform classes; "conditional": p(z | x), factorised;
                "autoregressive": p(z | x) group after group (categorical only);
                "cells": z is the values of D cells, asked for one by one, for which the prior has a denoiser of its own
    positions   learned embeddings of so many cells and symbols, L by V; 0 by 0 = none: the model is then equivariant
                under every symmetry of the rules that keeps relations and, where states are candidates, under any
                relabelling of the symbols
    """

    domain: str
    relations: tuple[str, ...]
    width: int = 32
    message: int = 32
    hidden: int = 64
    loops: int = 16
    latent: int = 8
    prior: str = "standard"
    positions: tuple[int, int] = (0, 0)
    classes: int = 0
    mixer: str = "messages"

    def __post_init__(self) -> None:
        object.__setattr__(self, "relations", tuple(self.relations))
        object.__setattr__(self, "positions", tuple(self.positions))
        for name in ("width", "message", "hidden", "loops"):
            if not 1 <= getattr(self, name) <= 4096:
                raise ModelMismatch(f"{name} = {getattr(self, name)}; wanted 1 to 4096")
        if not 0 <= self.latent <= 4096:
            raise ModelMismatch(f"latent = {self.latent}; wanted 0 (none) to 4096")
        if not (self.classes == 0 or 2 <= self.classes <= 4096):
            raise ModelMismatch(f"classes = {self.classes}; wanted 0 (a Gaussian latent) or 2 to 4096")
        if self.mixer not in MIXERS:
            raise ModelMismatch(f"mixer = {self.mixer!r}; wanted one of {', '.join(MIXERS)}")
        if self.prior not in PRIORS:
            raise ModelMismatch(f"prior = {self.prior!r}; wanted one of {', '.join(PRIORS)}")
        if self.mixer == "attention" and self.width % self.heads:
            raise ModelMismatch(f"width = {self.width}; attention wants a multiple of 16, or less than 32")
        if self.prior == "autoregressive" and self.latent and not self.classes:
            raise ModelMismatch("an autoregressive prior goes over groups of classes: give classes, such as 16")
        if self.prior == "cells" and self.classes:
            raise ModelMismatch("the classes of a prior over cells are the symbols: leave classes at 0")

    @property
    def heads(self) -> int:
        """Heads of attention, of 16 channels each; one where there are fewer than 32."""
        return max(1, self.width // 16)

    @property
    def z_width(self) -> int:
        """Z, how many numbers a learned z is: D, or groups times classes; see `VMD.z_width` for every kind."""
        return self.latent * max(1, self.classes)

    def to_json(self) -> str:
        """One line of JSON, as stored in the weights' metadata."""
        return json.dumps(asdict(self), sort_keys=True)

    @staticmethod
    def from_json(text: str) -> ModelConfig:
        """Read `to_json`'s output; raises ModelMismatch for anything else."""
        try:
            given = json.loads(text)
            known = {field.name for field in fields(ModelConfig)}
            if unknown := set(given) - known:
                raise ModelMismatch(f"the weights' config has unknown fields {sorted(unknown)}; update vmdsolve")
            return ModelConfig(**given)
        except (TypeError, ValueError) as error:
            if isinstance(error, ModelMismatch):
                raise
            raise ModelMismatch(f"the weights' config cannot be read: {error}") from error
