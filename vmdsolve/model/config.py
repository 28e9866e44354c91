"""ModelConfig: every number that shapes a model; saved inside its weights."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields

from ..errors import ModelMismatch

__all__ = ["ModelConfig"]


@dataclass(frozen=True)
class ModelConfig:
    """Shape of a VMD model.

    domain      name of the domain it is made for
    relations   names of the unit relations it knows, in weight order
    width       H, channels of one candidate (one symbol in one cell)
    message     M, channels of a message
    hidden      channels inside a block
    loops       block applications a network evaluation, at inference (training may use fewer)
    latent      D, latent width; 0: no latent, the plain masked-diffusion baseline
    prior       "standard" N(0, I), as in the paper, or "conditional" p(z | x_t)
    positions   learned embeddings of cell and symbol; 0 by 0 = none: the model is then equivariant under
                every symmetry of the rules and under any relabelling of the symbols
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

    def __post_init__(self) -> None:
        object.__setattr__(self, "relations", tuple(self.relations))
        object.__setattr__(self, "positions", tuple(self.positions))
        for name in ("width", "message", "hidden", "loops"):
            if not 1 <= getattr(self, name) <= 4096:
                raise ModelMismatch(f"{name} = {getattr(self, name)}; wanted 1 to 4096")
        if not 0 <= self.latent <= 4096:
            raise ModelMismatch(f"latent = {self.latent}; wanted 0 (none) to 4096")
        if self.prior not in ("standard", "conditional"):
            raise ModelMismatch(f"prior = {self.prior!r}; wanted 'standard' or 'conditional'")

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
