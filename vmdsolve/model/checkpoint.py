"""Weights on disk: safetensors with the config and the recipe in the metadata. Nothing is ever unpickled.

Nothing in a file is believed: its config is checked, names and shapes of its tensors are compared with those of a model
that has no memory yet, and only then are numbers read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from ..domains import Domain, get
from ..domains.sequence import TokenSequence
from ..errors import InvalidInput, ModelMismatch
from ..files.atomic import replacing
from ..problem import Rules
from ..untrusted import read_json
from .config import ModelConfig
from .names import FIRST_FORMAT, FORMAT, current_name
from .packaged import weights_for
from .slots import ALL_DIFFERENT
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
    "packaged",
    "save_model",
    "save_tensors",
    "write_atomically",
]

NUMBERS = ("F64", "F32", "F16", "BF16")  # what weights may be made of


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file, and the folders it is in: a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as out:
        out.write(data)


def save_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write tensors and text metadata as safetensors, atomically, with a hash of the tensors."""
    whole = {name: tensor.contiguous() for name, tensor in tensors.items()}
    write_atomically(path, save(whole, {"format": FORMAT, "hash": _hash(whole), **metadata}))


def _hash(tensors: Mapping[str, Tensor]) -> str:
    """Of names and numbers, to notice that a file has changed."""
    h = hashlib.blake2b(digest_size=16)
    for name in sorted(tensors):
        h.update(f"{name} {tensors[name].dtype} {list(tensors[name].shape)}\n".encode())
        h.update(tensors[name].detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return h.hexdigest()


def save_model(path: Path, model: VMD, recipe: Mapping[str, Any]) -> None:
    """Write a model's weights (float32) with its config and recipe inside, and both beside them as JSON for people."""
    metadata = {"config": model.config.to_json(), "recipe": json.dumps(recipe, sort_keys=True)}
    save_tensors(path, model.state_dict(), metadata)
    beside = {"config": asdict(model.config), **recipe}
    write_atomically(path.with_suffix(".json"), (json.dumps(beside, indent=2) + "\n").encode())


# What a file says of itself ---------------------------------------------------------------------------


@dataclass(frozen=True)
class About:
    """What a file of weights, or the state of a run, says of itself; its numbers are not read for it.

    Attributes
    ----------
    path
        the file
    config
        of the model
    record
        recipe, data, cost: what `save_model` was given, or a run's record; {} if it says nothing
    shapes
        of the tensors, by name
    keys
        what the file calls them, by name
    hash
        of the tensors, as they were when they were saved; None in files of before
    """

    path: Path
    config: ModelConfig
    record: dict[str, Any]
    shapes: dict[str, tuple[int, ...]]
    keys: dict[str, str]
    hash: str | None = None

    @property
    def numbers(self) -> int:
        """How many numbers the tensors hold."""
        return sum(map(prod, self.shapes.values()))

    @property
    def symbols(self) -> str | None:
        """The symbols that it was trained on, where it was trained on nothing but a file of examples."""
        domain = self.record.get("domain")
        return domain["symbols"] if domain else None

    def check_domain(self, domain: Domain) -> None:
        """Raises ModelMismatch: trained for another domain, or on other symbols."""
        if self.config.domain == ALL_DIFFERENT:
            return
        if self.config.domain != domain.name:
            raise ModelMismatch(f"{self.path} was trained for {self.config.domain}, not for {domain.name}")
        if self.symbols not in (None, domain.symbols):
            raise ModelMismatch(f"{self.path} was trained on the symbols {self.symbols}, not on {domain.symbols}")


def about(path: Path | str) -> About:
    """Read what a file says of itself.

    Raises
    ------
    ModelMismatch
        No such file, damaged, of another kind, or with a config or a record that cannot be.
    """
    with _opened(Path(path)) as handle:
        return _about(Path(path), handle)


def _about(path: Path, handle: Any) -> About:
    metadata = handle.metadata() or {}
    config = ModelConfig.from_json(metadata.get("config", ""))
    told = metadata.get("recipe") or metadata.get("record") or "{}"
    record = read_json(told, f"the recipe in {path}", error=ModelMismatch)
    if not isinstance(record, dict):
        raise ModelMismatch(f"the recipe in {path} cannot be read: it is {record!r:.80}, wanted an object")
    domain = record.get("domain")
    if domain and not (
        isinstance(domain, dict) and isinstance(domain.get("symbols"), str) and _whole(domain.get("length"))
    ):
        raise ModelMismatch(f"the recipe in {path} cannot be read: domain is {domain!r:.80}, wanted symbols and length")
    first = metadata.get("format") == FIRST_FORMAT
    keys = {current_name(key, config.mixer) if first else key: key for key in handle.keys()}  # noqa: SIM118 - not a dict
    slices = {name: handle.get_slice(key) for name, key in keys.items()}
    if bad := [key for key, part in slices.items() if part.get_dtype() not in NUMBERS]:
        raise ModelMismatch(f"{path} holds {slices[bad[0]].get_dtype()} in {bad[0]}, wanted floating point numbers")
    shapes = {name: tuple(part.get_shape()) for name, part in slices.items()}
    embedding = shapes.get("denoiser.symbol.weight") or shapes.get("model.denoiser.symbol.weight")
    if config.mixer == "attention" and not config.symbols and embedding:  # from before configs named it
        config = replace(config, symbols=embedding[0] - 1)
    return About(path, config, record, shapes, keys, metadata.get("hash"))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The open file, which is whole and of our format."""
    if not path.is_file():
        raise ModelMismatch(f"no weights at {path}")
    try:
        with safe_open(path, framework="pt") as handle:
            version = (handle.metadata() or {}).get("format")
            if version not in (FIRST_FORMAT, FORMAT):
                raise ModelMismatch(f"{path} has format {version!r}, wanted {FORMAT!r}")
            yield handle
    except (SafetensorError, OSError) as error:
        raise ModelMismatch(f"{path} is not a whole safetensors file: {error}") from error


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def domain_of(path: Path | str) -> Domain | None:
    """The domain that the weights in `path` are for: as their file tells it, where they were trained on nothing but a
    file of examples; else the one registered under its name. None: for every all-different puzzle.

    Raises
    ------
    ModelMismatch
        No such file, or damaged.
    InvalidInput
        No installed package registers the domain.
    """
    said = about(path)
    name = said.config.domain
    if name == ALL_DIFFERENT:
        return None
    if said.symbols is None:
        return get(name)
    try:
        domain = TokenSequence(name, said.symbols, said.record["domain"]["length"])
        _ = domain.rules
    except InvalidInput as error:
        raise ModelMismatch(f"{path} does not say what it is for: {error}") from error
    return domain


def history_of(path: Path) -> dict[str, Any]:
    """What a record tells of the weights that a training began with: their file, its SHA-256, and the puzzles and hours
    that they took, with those of what they began with themselves.

    Raises
    ------
    ModelMismatch
        No such file, or damaged.
    """
    record = about(path).record
    try:
        before = record.get("init") or {}
        sums = {name: record.get(name, 0) + before.get(name, 0) for name in ("puzzles", "hours")}
    except (AttributeError, TypeError) as error:
        raise ModelMismatch(f"the recipe in {path} does not say what the weights took: {error}") from error
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), **sums}


# Reading weights ------------------------------------------------------------------------------------------


def load_tensors(path: Path) -> tuple[dict[str, Tensor], About]:
    """All tensors of a file, as they were saved, and what it says of itself. Raises as `about`."""
    with _opened(path) as handle:
        said = _about(path, handle)
        return _tensors(handle, said), said


def _tensors(handle: Any, said: About) -> dict[str, Tensor]:
    """All tensors of an open file, by the names of today; ModelMismatch where they are not what was saved."""
    stored = {key: handle.get_tensor(key) for key in said.keys.values()}
    if said.hash not in (None, _hash(stored)):
        raise ModelMismatch(f"{said.path} is damaged: its numbers are not those that were saved; take a copy of it")
    return {name: stored[key] for name, key in said.keys.items()}


def load_model(path: Path | str, domain: Domain | None = None) -> VMD:
    """The model in `path`, on the CPU, in evaluation mode.

    Parameters
    ----------
    path
        A file that `save_model` wrote.
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
    path = Path(path)
    with torch.inference_mode(False), _opened(path) as handle:  # whoever loads first, others may want gradients
        said = _about(path, handle)
        if domain is not None:
            said.check_domain(domain)
        with torch.device("meta"):
            model = VMD(said.config)
        compare(model, said.shapes, path)
        tensors = _tensors(handle, said)
    fill(model, tensors, path)
    return model.eval().requires_grad_(False)


def compare(model: nn.Module, shapes: Mapping[str, tuple[int, ...]], path: Path) -> None:
    """Raise ModelMismatch unless these are the names and shapes of the model's tensors."""
    wanted = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    wrong = [f"lacks {name}" for name in sorted(wanted.keys() - shapes.keys())]
    wrong += [f"also holds {name}" for name in sorted(shapes.keys() - wanted.keys())]
    wrong += [
        f"holds {name} {list(shapes[name])}, wanted {list(shape)}"
        for name, shape in wanted.items() if shapes.get(name, shape) != shape
    ]  # fmt: skip
    if wrong:
        more = f", and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise ModelMismatch(f"{path} does not fit its own config: it {'; '.join(wrong[:3])}{more}")


def fill(model: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Give a model the numbers of these tensors, read from `path`, if they fit and are finite; in float32.

    A model on `meta` takes the tensors themselves; the parameters of any other stay the objects that they are.

    Raises
    ------
    ModelMismatch
    """
    compare(model, {name: tuple(tensor.shape) for name, tensor in tensors.items()}, path)
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise ModelMismatch(f"{path} holds NaN or infinity in {name}")
    empty = any(parameter.is_meta for parameter in model.parameters())
    model.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, assign=empty)


def load_into(model: VMD, path: Path) -> None:
    """Give a model the weights in `path`, whose config must be its own but for loops and sampling.

    Raises
    ------
    ModelMismatch
        No such file, damaged, of another config, or not fitting its own.
    """
    tensors, said = load_tensors(path)
    if not model.config.same_weights(said.config):
        raise ModelMismatch(f"{path} has config {said.config.to_json()}; the model has {model.config.to_json()}")
    fill(model, tensors, path)


def packaged(domain: Domain, rules: Rules | None = None) -> VMD | None:
    """The weights that ship with the package for `domain`, see `weights_for`; None if there are none."""
    path = weights_for(domain, rules)
    return None if path is None else load_model(path, domain)
