"""The numbers that a run goes on from: weights, their average and Adam's moments, as named tensors, and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from torch import Tensor, nn
from torch.optim import Optimizer

from ..errors import ModelMismatch
from ..model.checkpoint import fill, not_finite, shapes_of
from ..model.tensors import compare

__all__ = ["check_shapes", "restore", "tensors_of"]

MOMENTS = ("exp_avg", "exp_avg_sq")
Named = TypeVar("Named")


def tensors_of(model: nn.Module, average: nn.Module, optimizer: Optimizer) -> dict[str, Tensor]:
    """All of them, by name."""
    state = {f"model.{k}": v for k, v in model.state_dict().items()}
    state |= {f"average.{k}": v for k, v in average.state_dict().items()}
    names = _names(model, optimizer)
    for index, moments in optimizer.state_dict()["state"].items():
        state |= {f"adam.{names[index]}.{k}": v for k, v in moments.items()}
    return state


def _names(model: nn.Module, optimizer: Optimizer) -> list[str]:
    """Of the optimiser's parameters, in its order, which groups of its own may have changed."""
    named = {id(parameter): name for name, parameter in model.named_parameters()}
    return [named[id(parameter)] for group in optimizer.param_groups for parameter in group["params"]]


def check_shapes(shapes: Mapping[str, tuple[int, ...]], model: nn.Module, path: Path) -> None:
    """Raises ModelMismatch unless these are names and shapes of a state of this model; no number is looked at."""
    left = dict(shapes)
    for prefix in ("model.", "average."):
        compare(shapes_of(model), _part(shapes, prefix), path)
    for name, parameter in model.named_parameters():
        moments = _part(shapes, f"adam.{name}.")
        if moments not in ({}, {"step": (), **dict.fromkeys(MOMENTS, tuple(parameter.shape))}):
            raise ModelMismatch(f"{path} does not fit its own config: the moments of {name} have another shape")
        for moment in moments:
            del left[f"adam.{name}.{moment}"]
    if others := [name for name in left if not name.startswith(("model.", "average."))]:
        raise ModelMismatch(f"{path} does not fit its own config: it also holds {others[0]}")


def restore(
    tensors: Mapping[str, Tensor], model: nn.Module, average: nn.Module, optimizer: Optimizer, path: Path
) -> None:
    """Give a run these numbers, which were read from `path`, if they are finite.

    Raises
    ------
    ModelMismatch
    """
    if wrong := not_finite(tensors):
        raise ModelMismatch(f"{path} holds NaN or infinity in {wrong}")
    fill(model, _part(tensors, "model."), path)
    fill(average, _part(tensors, "average."), path)
    state = optimizer.state_dict()
    for index, name in enumerate(_names(model, optimizer)):
        if moments := _part(tensors, f"adam.{name}."):
            state["state"][index] = moments
    optimizer.load_state_dict(state)


def _part(named: Mapping[str, Named], prefix: str) -> dict[str, Named]:
    """What is named so, without the prefix."""
    return {name.removeprefix(prefix): held for name, held in named.items() if name.startswith(prefix)}
