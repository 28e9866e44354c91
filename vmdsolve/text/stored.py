"""Weights of text on disk: safetensors with config, vocabulary and record inside; never a pickle, nothing believed.

A tokenizer's JSON, which may be long, lies beside them as `tokenizer.json`, and is known by its hash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import InvalidInput, ModelMismatch
from ..model.about import hash_of_texts
from ..model.folder import CONFIG, MODEL, weights_in
from ..model.stored import fill, not_finite, numbers_of, save_tensors, shapes_of, write_atomically
from ..model.tensors import TensorFile, compare, opened
from ..untrusted import read_json
from .config import TextConfig
from .model import TextModel
from .tokenizer import JSON, Tokenizer, vocabulary_from
from .vocabulary import Vocabulary

__all__ = ["FORMAT", "Said", "about_text", "is_text", "load_text", "read_text", "save_text", "write_tensors"]

FORMAT = "vmdsolve-text-1"


@dataclass(frozen=True)
class Said:
    """What a file of weights, or the state of a run, says of itself.

    Attributes
    ----------
    path
        the file
    config, vocabulary
        of the model
    record
        recipe, data, cost
    shapes
        of the tensors, by name
    hash
        of the tensors, as they were when they were saved
    """

    path: Path
    config: TextConfig
    vocabulary: Vocabulary
    record: dict[str, Any]
    shapes: Mapping[str, tuple[int, ...]]
    hash: str | None


def is_text(path: Path | str) -> bool:
    """Whether weights, in a file or a folder, are those of text.

    Raises
    ------
    ModelMismatch
        No such file, or damaged.
    """
    with opened(weights_in(path)) as file:
        return file.metadata.get("format") == FORMAT


def about_text(path: Path | str) -> Said:
    """What a file of text weights, or of a run's state, says of itself; no number is read for it.

    Raises
    ------
    ModelMismatch
        As `read_text`.
    """
    with opened(weights_in(path)) as file:
        return _said(file)


def write_tensors(
    path: Path, tensors: Mapping[str, Tensor], config: TextConfig, vocabulary: Vocabulary, record: Mapping[str, Any]
) -> None:
    """Write tensors with what is said of them, atomically; before them a tokenizer's JSON beside."""
    if vocabulary.size != config.symbols:
        raise InvalidInput(f"the vocabulary has {vocabulary.size:,} symbols, the model {config.symbols:,}")
    if isinstance(vocabulary, Tokenizer):
        write_atomically(path.parent / JSON, vocabulary.json.encode())
    told = {"format": FORMAT, "config": config.to_json(), "vocabulary": vocabulary.to_json()}
    save_tensors(path, tensors, {**told, "record": json.dumps(record, sort_keys=True)})


def save_text(
    path: Path | str, model: TextModel, vocabulary: Vocabulary, record: Mapping[str, Any] | None = None
) -> None:
    """Write a model's weights with config, vocabulary and record inside.

    Parameters
    ----------
    path
        A file that ends in .safetensors; or a folder, which gets `model.safetensors` and `config.json`.
    model, vocabulary
        What is kept.
    record
        What is told of its training, as JSON has it.

    Raises
    ------
    InvalidInput
        The model holds NaN or infinity, or the vocabulary is of another size; nothing is written.
    """
    path = Path(path)
    if wrong := not_finite(model.state_dict()):
        raise InvalidInput(f"the model holds NaN or infinity in {wrong}; {path} is not written")
    folder = path.suffix != ".safetensors" or path.is_dir()
    write_tensors(path / MODEL if folder else path, model.state_dict(), model.config, vocabulary, record or {})
    if folder:
        write_atomically(path / CONFIG, (json.dumps(asdict(model.config), indent=2) + "\n").encode())


def read_text(path: Path | str) -> tuple[Said, dict[str, Tensor]]:
    """What a file of text weights, or of a run's state, says; and its tensors.

    Raises
    ------
    ModelMismatch
        No such file, damaged, of another kind, or its tokenizer is not there or another.
    """
    with opened(weights_in(path)) as file:
        said = _said(file)
        return said, numbers_of(file, said.hash)


def load_text(path: Path | str) -> tuple[TextModel, Vocabulary]:
    """The model in a file or a folder, on the CPU, in evaluation mode, and its vocabulary.

    Raises
    ------
    ModelMismatch
        As `read_text`, or the tensors do not fit the config.
    """
    with torch.inference_mode(False):
        with opened(weights_in(path)) as file:
            said = _said(file)
            with torch.device("meta"):
                model = TextModel(said.config)
            compare(shapes_of(model), said.shapes, file.path)
            tensors = numbers_of(file, said.hash)
        fill(model, tensors, said.path)
    return _still(model), said.vocabulary


def _still(model: TextModel) -> TextModel:
    made: nn.Module = model.eval().requires_grad_(False)
    assert isinstance(made, TextModel)
    return made


def _said(file: TensorFile) -> Said:
    path, metadata = file.path, file.metadata
    if (version := metadata.get("format")) != FORMAT:
        raise ModelMismatch(f"{path} has format {version!r:.80}, wanted weights of text, {FORMAT!r}")
    if metadata.get("texts") != hash_of_texts(metadata):
        raise ModelMismatch(f"{path} is damaged: its texts are not those that were saved; take a copy of it")
    config = TextConfig.from_json(metadata.get("config", ""))
    vocabulary = vocabulary_from(metadata.get("vocabulary", ""), path.parent, f"the vocabulary in {path}")
    if vocabulary.size != config.symbols:
        raise ModelMismatch(f"{path} has a vocabulary of {vocabulary.size:,}, its config says {config.symbols:,}")
    record = read_json(metadata.get("record", "{}"), f"the record in {path}", error=ModelMismatch)
    if not isinstance(record, dict):
        raise ModelMismatch(f"the record in {path} cannot be read: it is {record!r:.80}, wanted an object")
    return Said(path, config, vocabulary, record, file.shapes, metadata.get("hash"))
