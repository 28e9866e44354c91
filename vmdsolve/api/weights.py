"""Which weights are for which problem, and the network made of them."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ..domains import Domain
from ..errors import ModelMismatch
from ..model.slots import ALL_DIFFERENT, slotted, suits
from ..problem import Rules
from .options import Options

if TYPE_CHECKING:
    from ..sampler import Predictor

__all__ = ["is_packaged", "is_trained", "predictor"]


def is_trained(domain: Domain, rules: Rules, options: Options) -> bool:
    """True if there is a model to try."""
    return options.model is not None or is_packaged(domain.name) or (suits(rules) and is_packaged(ALL_DIFFERENT))


@cache
def is_packaged(name: str) -> bool:
    """Whether the package brings weights of that name; said without importing torch, which takes seconds."""
    return (files("vmdsolve") / "weights" / f"{name}.safetensors").is_file()


def predictor(domain: Domain, rules: Rules, options: Options) -> Predictor | None:
    """The network to use for problems of `rules`, or None where the package has no weights for them."""
    if not is_trained(domain, rules, options):
        return None
    import torch

    from ..model.vmd import VMD
    from ..sampler import Predictor

    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    bf16 = device.startswith("cuda") if options.bf16 is None else bool(options.bf16)
    model = options.model
    if not isinstance(model, VMD):
        model = _loaded(domain, rules, None if model is None else str(model))
    elif model.config.domain == ALL_DIFFERENT:
        model = model.under(slotted(rules))
    elif model.config.domain != domain.name:
        raise ModelMismatch(f"the model was trained for {model.config.domain}, not for {domain.name}")
    return Predictor(model, device, bf16=bf16, threads=options.threads)


@lru_cache(maxsize=64)  # a domain whose problems have boards of their own brings new rules with each of them
def _loaded(domain: Domain, rules: Rules, path: str | None) -> Any:
    from ..model.checkpoint import load_model, packaged

    return packaged(domain, rules) if path is None else load_model(path, domain, rules)
