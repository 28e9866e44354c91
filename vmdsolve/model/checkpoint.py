"""Models on disk: what stored.py reads and writes, as VMDs; and the weights that come along."""

from __future__ import annotations

from pathlib import Path

from ..domains import Domain
from ..errors import ModelMismatch
from ..problem import Rules
from .about import About, about, domain_of, history_of
from .packaged import weights_for
from .stored import (
    fill,
    load_tensors,
    not_finite,
    read_model,
    save_model,
    save_tensors,
    shapes_of,
    write_atomically,
)
from .tensors import compare
from .vmd import VMD

__all__ = [
    "About",
    "about",
    "domain_of",
    "fill",
    "history_of",
    "load_into",
    "load_model",
    "load_tensors",
    "not_finite",
    "packaged",
    "save_model",
    "save_tensors",
    "shapes_of",
    "write_atomically",
]


def load_model(path: Path | str, domain: Domain | None = None) -> VMD:
    """The model in `path`, on the CPU, in evaluation mode.

    Parameters
    ----------
    path
        A file that `save_model` wrote, or a folder: the hub's layout, or a run's.
    domain
        What it is wanted for; None: whatever it was trained for.

    Returns
    -------
    VMD
        Its own; `units` of the rules that are to be kept say whether it is of use for them.

    Raises
    ------
    ModelMismatch
        No such file, damaged, of another domain, or not fitting its own config.
    """
    return read_model(path, VMD, domain)


def load_into(model: VMD, path: Path) -> None:
    """Give a model the weights in `path`, whose config must be its own but for loops and sampling.

    Raises
    ------
    ModelMismatch
        No such file, damaged, of another config, or not fitting its own.
    """

    def fits(said: About) -> None:
        if not model.config.same_weights(said.config):
            raise ModelMismatch(f"{path} has config {said.config.to_json()}; the model has {model.config.to_json()}")
        compare(shapes_of(model), said.shapes, path)

    fill(model, load_tensors(path, fits)[0], path)


def packaged(domain: Domain, rules: Rules | None = None, *, sampling: bool = False) -> VMD | None:
    """The weights that ship with the package for `domain`, see `weights_for`; None if there are none."""
    path = weights_for(domain, rules, sampling=sampling)
    return None if path is None else load_model(path, domain)
