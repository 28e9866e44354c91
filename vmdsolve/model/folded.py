"""A Gaussian latent taken out of a network: what it says at z = 0 goes into its weights."""

from __future__ import annotations

import re
from dataclasses import replace

import torch

from .config import ModelConfig
from .denoiser import Denoiser
from .vmd import VMD

__all__ = ["folded", "unfolded"]

SCALED = re.compile(r"(inject|self_update|symbol_update|unit_updates\.\d+)\.weight")  # by what z does to a block


def unfolded(config: ModelConfig, weights: ModelConfig) -> ModelConfig | None:
    """The config of a model whose latent is to be folded to begin one of `config` with weights of another config.

    Returns
    -------
    ModelConfig or None
        None: nothing is to be folded, since `config` has a code as well, or the weights have none that is Gaussian.

    Examples
    --------
    >>> with_z, without = ModelConfig("pair", ("both",)), ModelConfig("pair", ("both",), latent=1, prior="states")
    >>> unfolded(without, with_z) == with_z, unfolded(with_z, with_z)
    (True, None)
    """
    gaussian = weights.latent and weights.prior == "standard" and not weights.classes
    if not gaussian or config.code_width or config.mixer != "messages":
        return None
    return replace(config, latent=weights.latent, prior="standard", noise=(0.0, 0.0))


def folded(model: VMD, config: ModelConfig) -> VMD:
    """A model of `config`, without a code, that says what this one says at z = 0, its prior's mean.

    Where a latent is dead nothing is lost: the network says the same for any z.

    Parameters
    ----------
    model
        with a Gaussian latent and mixer "messages"
    config
        like the model's, but for its latent and how it is sampled

    Examples
    --------
    >>> model = VMD(ModelConfig("pair", ("both",), width=8, message=8, hidden=8))
    >>> sum(p.numel() for p in folded(model, replace(model.config, latent=0)).parameters())
    473
    """
    out, denoiser = VMD(config), model.denoiser
    assert isinstance(denoiser, Denoiser)
    assert denoiser.modulate is not None
    held = {name: value.clone() for name, value in denoiser.state_dict().items() if not name.startswith("modulate")}
    told = denoiser.modulate.factors(torch.zeros(1, model.config.code_width))[0].detach()
    scale, shift, gate = denoiser.modulate.split(told)
    for name in filter(SCALED.fullmatch, held):
        held[name] *= scale[:, None]
    held["inject.bias"] = scale * (held["inject.bias"] + shift)
    held["update.weight"] *= gate[:, None]
    held["update.bias"] *= gate
    out.denoiser.load_state_dict(held)
    return out
