"""Weights on disk: safetensors with the config and the recipe in the metadata. Nothing is ever unpickled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from ..domains import Domain, get
from ..domains.sequence import TokenSequence
from ..errors import ModelMismatch
from ..files.atomic import replacing
from ..problem import Rules
from .config import ModelConfig
from .slots import ALL_DIFFERENT, slotted, suits
from .vmd import VMD

__all__ = [
    "domain_of",
    "history_of",
    "load_into",
    "load_model",
    "load_tensors",
    "packaged",
    "packaged_weights",
    "save_model",
    "save_tensors",
    "write_atomically",
]

FORMAT = "vmdsolve-1"


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file, and the folders it is in: a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as out:
        out.write(data)


def save_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write tensors and text metadata as safetensors, atomically."""
    write_atomically(path, save({k: v.contiguous() for k, v in tensors.items()}, {"format": FORMAT, **metadata}))


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read what `save_tensors` wrote. Raises ModelMismatch (missing, truncated, or another kind of file)."""
    if not path.is_file():
        raise ModelMismatch(f"no weights at {path}")
    try:
        with safe_open(path, framework="pt") as handle:
            metadata = handle.metadata() or {}
            tensors = {key: handle.get_tensor(key) for key in handle.keys()}  # noqa: SIM118 - not a dict
    except (SafetensorError, OSError) as error:
        raise ModelMismatch(f"{path} is not a whole safetensors file: {error}") from error
    if metadata.get("format") != FORMAT:
        raise ModelMismatch(f"{path} has format {metadata.get('format')!r}, wanted {FORMAT!r}")
    return tensors, metadata


def save_model(path: Path, model: VMD, recipe: Mapping[str, Any]) -> None:
    """Write a model's weights (float32) with its config and recipe inside, and both beside them as JSON for people."""
    metadata = {"config": model.config.to_json(), "recipe": json.dumps(recipe, sort_keys=True)}
    save_tensors(path, model.state_dict(), metadata)
    beside = {"config": json.loads(metadata["config"]), **recipe}
    write_atomically(path.with_suffix(".json"), (json.dumps(beside, indent=2) + "\n").encode())


def load_model(path: Path | str, domain: Domain, rules: Rules | None = None) -> VMD:
    """The model in `path`, ready for `domain`, on the CPU, in evaluation mode.

    rules    of the problem, where they are not the domain's; weights for every all-different puzzle go by these

    Raises ModelMismatch: no such file, damaged, of another domain, or not fitting its own config.
    """
    tensors, metadata = load_tensors(Path(path))
    config = ModelConfig.from_json(metadata.get("config", ""))
    told = json.loads(metadata.get("recipe", "{}")).get("domain")
    if config.domain == ALL_DIFFERENT:
        model = VMD(config, slotted(rules or domain.rules))
    elif config.domain != domain.name:
        raise ModelMismatch(f"{path} was trained for {config.domain}, not for {domain.name}")
    elif told and told["symbols"] != domain.symbols:
        raise ModelMismatch(f"{path} was trained on the symbols {told['symbols']}, not on {domain.symbols}")
    else:
        model = VMD(config, domain.rules)
    _put(model, tensors, path)
    return model.eval().requires_grad_(False)


def _put(model: VMD, tensors: Mapping[str, Tensor], path: Path | str) -> None:
    """Give a model the tensors read from `path`, if they fit and are finite; else ModelMismatch."""
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        raise ModelMismatch(f"{path} does not fit its own config: {error}") from error
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise ModelMismatch(f"{path} holds NaN or infinity in {name}")


def load_into(model: VMD, path: Path) -> None:
    """Give a model the weights in `path`, whose config must be its own but for loops, which are not in the weights.

    Raises ModelMismatch: no such file, damaged, of another config, or not fitting its own.
    """
    tensors, metadata = load_tensors(path)
    theirs = replace(ModelConfig.from_json(metadata.get("config", "")), loops=model.config.loops)
    if theirs != model.config:
        raise ModelMismatch(f"{path} has config {theirs.to_json()}; the model has {model.config.to_json()}")
    _put(model, tensors, path)


def history_of(path: Path) -> dict[str, Any]:
    """What a record tells of the weights that a training began with: their file, its SHA-256, and the puzzles and hours
    that they took, with those of what they began with themselves.

    Raises ModelMismatch: no such file, or damaged.
    """
    _, metadata = load_tensors(path)
    record = json.loads(metadata.get("recipe", "{}"))
    before = record.get("init", {})
    sums = {name: record.get(name, 0) + before.get(name, 0) for name in ("puzzles", "hours")}
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), **sums}


def domain_of(path: Path | str) -> Domain | None:
    """The domain that the weights in `path` are for: as their file tells it, where they were trained on nothing but a
    file of examples; else the one registered under its name. None: for every all-different puzzle.

    Raises ModelMismatch: no such file, or damaged. InvalidInput: no installed package registers the domain.
    """
    _, metadata = load_tensors(Path(path))
    name = ModelConfig.from_json(metadata.get("config", "")).domain
    if name == ALL_DIFFERENT:
        return None
    try:
        record = json.loads(metadata.get("recipe") or metadata["record"])
        told = record.get("domain")
        return TokenSequence(name, told["symbols"], told["length"]) if told else get(name)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ModelMismatch(f"{path} does not say what it is for: {error}") from error


def packaged_weights(name: str) -> Traversable | None:
    """The file of weights that ships with the package under a domain's name, or `all-different`; None if none does."""
    resource = files("vmdsolve") / "weights" / f"{name}.safetensors"
    return resource if resource.is_file() else None


def packaged(domain: Domain, rules: Rules | None = None) -> VMD | None:
    """The weights that ship with the package for `domain`: its own, else those for every all-different puzzle if it is
    one (with `rules` of its own, see `load_model`), else None.
    """
    resource = packaged_weights(domain.name)
    if resource is None and suits(rules or domain.rules):
        resource = packaged_weights(ALL_DIFFERENT)
    if resource is None:
        return None
    with as_file(resource) as path:
        return load_model(path, domain, rules)
