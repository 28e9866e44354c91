"""Weights on disk: safetensors with the config and the recipe in the metadata. Nothing is ever unpickled.

Nothing in a file is believed: its config is checked (see about.py), names and shapes of its tensors are compared with
those of a model that has no memory yet, and only then are numbers read. Which class a model is of, others say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import save
from torch import Tensor, nn

from ..atomic import replacing
from ..domains import Domain
from ..errors import InvalidInput, ModelMismatch
from .about import About, about_of, hash_of_texts
from .config import ModelConfig
from .folder import CONFIG, MODEL, weights_in
from .names import FORMAT
from .tensors import TensorFile, compare, hash_of, opened

__all__ = [
    "Stored",
    "fill",
    "load_tensors",
    "not_finite",
    "numbers_of",
    "read_model",
    "save_model",
    "save_tensors",
    "shapes_of",
    "write_atomically",
]

TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


class Stored(nn.Module):
    """A model that says its shape, and what the file told of its training that it is from; {}: of none."""

    config: ModelConfig
    record: Mapping[str, Any]


Model = TypeVar("Model", bound=Stored)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file, and the folders it is in: a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as out:
        out.write(data)


def save_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write tensors and text metadata as safetensors, atomically, with a hash of the tensors and one of the texts."""
    whole = {name: tensor.contiguous() for name, tensor in tensors.items()}
    told = {"format": FORMAT, "hash": _hash(whole), **metadata}
    write_atomically(path, save(whole, {**told, "texts": hash_of_texts(told)}))


def _hash(tensors: Mapping[str, Tensor]) -> str:
    """Of names and numbers, to notice that a file has changed."""
    return hash_of(
        (name, str(tensors[name].dtype), tensors[name].shape, _bytes(tensors[name])) for name in sorted(tensors)
    )


def _bytes(tensor: Tensor) -> memoryview:
    return tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data


def save_model(path: Path | str, model: Stored, recipe: Mapping[str, Any] | None = None) -> None:
    """Write a model's weights (float32) with its config and recipe inside.

    Parameters
    ----------
    path
        A file that ends in .safetensors; config and recipe are written beside it, too, as JSON for people. Or a folder,
        made if need be: it gets `model.safetensors` and `config.json`, as hubs have them.
    model
        A VMD.
    recipe
        What is told of its training, as JSON has it; None: what the file told that the model is from.

    Raises
    ------
    InvalidInput
        The model holds NaN or infinity; nothing is written.
    """
    path, told = Path(path), dict(model.record if recipe is None else recipe)
    if wrong := not_finite(model.state_dict()):
        raise InvalidInput(f"the model holds NaN or infinity in {wrong}; {path} is not written")
    metadata = {"config": model.config.to_json(), "recipe": json.dumps(told, sort_keys=True)}
    config = asdict(model.config)
    folder = path.suffix != ".safetensors" or path.is_dir()
    save_tensors(path / MODEL if folder else path, model.state_dict(), metadata)
    beside, said = (path / CONFIG, config) if folder else (path.with_suffix(".json"), {"config": config, **told})
    write_atomically(beside, (json.dumps(said, indent=2) + "\n").encode())


# Reading weights ------------------------------------------------------------------------------------------


def load_tensors(path: Path, fits: Callable[[About], object] = lambda _: None) -> tuple[dict[str, Tensor], About]:
    """All tensors of a file, as they were saved, and what it says of itself.

    Parameters
    ----------
    path
        A file that `save_tensors` wrote.
    fits
        Is told what the file says of itself before a number is read, and may refuse it.

    Raises
    ------
    ModelMismatch
        As `about`, or the numbers are not those that were saved.
    """
    with opened(path) as file:
        said = about_of(file)
        fits(said)
        stored = numbers_of(file, said.hash)
    return {name: stored[key] for name, key in said.keys.items()}, said


def numbers_of(file: TensorFile, digest: str | None) -> dict[str, Tensor]:
    """All tensors of an open file, by the names that it has for them; `digest`: of them as they were when saved.

    Raises
    ------
    ModelMismatch
        They are others now.
    """
    stored = {key: _tensor(file, key) for key in file.shapes}
    if digest not in (None, _hash(stored)):
        raise ModelMismatch(f"{file.path} is damaged: its numbers are not those that were saved; take a copy of it")
    return stored


def _tensor(file: TensorFile, name: str) -> Tensor:
    kind, shape = TYPES[file.kinds[name]], file.shapes[name]
    if 0 in shape:  # which torch takes from no buffer
        return torch.empty(shape, dtype=kind)
    return torch.frombuffer(file.bytes_of(name), dtype=kind).reshape(shape)


def read_model(path: Path | str, make: Callable[[ModelConfig], Model], domain: Domain | None = None) -> Model:
    """The model in a file, or in a folder, see `weights_in`; on the CPU, in evaluation mode.

    Parameters
    ----------
    make
        Of a config, a model; its numbers are not looked at.
    domain
        What it is wanted for; None: whatever it was trained for.

    Raises
    ------
    ModelMismatch
        No such file, damaged, of another domain, or not fitting its own config.
    """
    made: list[Model] = []
    path = weights_in(path)

    def fits(said: About) -> None:
        if domain is not None:
            said.check_domain(domain)
        with torch.device("meta"):
            made.append(make(said.config))
        compare(shapes_of(made[0]), said.shapes, path)

    with torch.inference_mode(False):  # whoever loads first, others may want gradients
        tensors, said = load_tensors(path, fits)
        [model] = made
        model.record = said.record
        fill(model, tensors, path)
    return model.eval().requires_grad_(False)


def shapes_of(model: nn.Module) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a model's tensors."""
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}


def fill(model: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Give a model the numbers of these tensors, read from `path`, if they fit and are finite; in float32.

    A model on `meta` takes the tensors themselves; the parameters of any other stay the objects that they are.

    Raises
    ------
    ModelMismatch
    """
    compare(shapes_of(model), {name: tuple(tensor.shape) for name, tensor in tensors.items()}, path)
    numbers = {name: tensor.float() for name, tensor in tensors.items()}
    if wrong := not_finite(numbers):
        raise ModelMismatch(f"{path} holds NaN or infinity in {wrong}")
    empty = any(parameter.is_meta for parameter in model.parameters())
    model.load_state_dict(numbers, assign=empty)


def not_finite(tensors: Mapping[str, Tensor]) -> str | None:
    """The first of these tensors, by name, that holds NaN or infinity; None if none does."""
    return next((name for name, tensor in tensors.items() if not torch.isfinite(tensor).all()), None)
