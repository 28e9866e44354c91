"""What weights, or the state of a run, say of themselves: config, record, names and shapes. Their numbers are not read.

Nothing in a file is believed. No torch here: who asks what there is should not have to wait for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

from ..domains import Domain, Family, get
from ..domains.sequence import TokenSequence
from ..errors import InvalidInput, ModelMismatch
from ..problem import Rules
from ..untrusted import read_json
from .config import ModelConfig
from .folder import check_beside, weights_in
from .names import FIRST_FORMAT, FORMAT, current_name
from .sizes import Sizes, kind_of
from .slots import ALL_DIFFERENT
from .tensors import TensorFile, opened

__all__ = ["About", "about", "about_of", "check_fit", "cost_of", "domain_of", "hash_of_texts", "history_of"]


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
    def several(self) -> str:
        """In words, which boards weights are for that serve more than one domain."""
        return (
            "every all-different puzzle"
            if self.config.domain == ALL_DIFFERENT
            else f"{self.config.domain} of {self.sizes}"
        )

    @property
    def symbols(self) -> str | None:
        """The symbols that it was trained on, where it was trained on nothing but a file of examples."""
        domain = self.record.get("domain")
        return domain["symbols"] if domain else None

    @property
    def sizes(self) -> Sizes | None:
        """Which boards the weights are for; None: those of the domain that the config names, or of any size.

        Raises
        ------
        ModelMismatch
            The record says it in a form that cannot be.
        """
        told = self.record.get("sizes")
        return None if told is None else Sizes.read(told, str(self.path))

    def check_domain(self, domain: Domain, rules: Rules | None = None) -> None:
        """Raises ModelMismatch: trained for another domain, on other symbols, or for boards of other sizes; `rules`: of
        the problem, where it brings its own.
        """
        check_fit(str(self.path), self.config, self.record, domain, rules)
        if self.config.domain != ALL_DIFFERENT and self.symbols not in (None, domain.symbols):
            raise ModelMismatch(f"{self.path} was trained on the symbols {self.symbols}, not on {domain.symbols}")


def check_fit(
    called: str, config: ModelConfig, record: Mapping[str, Any], domain: Domain, rules: Rules | None = None
) -> None:
    """Raises ModelMismatch where a model of this config and record, told of as `called`, is not for a domain's problems
    of these rules: it is for another domain or kind, or for boards of other sizes.
    """
    told = record.get("sizes")
    sizes = None if told is None else Sizes.read(told, called)
    mine = {ALL_DIFFERENT, domain.name} | ({kind_of(domain)} if sizes is not None else set())
    if config.domain not in mine:
        of_such = f" of {sizes}" if sizes is not None else ""
        raise ModelMismatch(f"{called} was trained for {config.domain}{of_such}, not for {domain.name}")
    if sizes is None or isinstance(domain, Family):
        return
    rules = rules or domain.rules
    if not sizes.hold(rules):
        raise ModelMismatch(
            f"{called} is for {config.domain} of {sizes}; {domain.name} has {rules.L:,} cells and {rules.V} symbols"
        )


def about(path: Path | str) -> About:
    """Read what a file, or that of a folder (see `weights_in`), says of itself.

    Raises
    ------
    ModelMismatch
        No such file, damaged, of another kind, or with a config or a record that cannot be.
    """
    with opened(weights_in(path)) as file:
        return about_of(file)


def about_of(file: TensorFile) -> About:
    path, metadata = file.path, file.metadata
    version = metadata.get("format")
    if str(version).startswith("vmdsolve-text-"):
        raise ModelMismatch(
            f"{path} is a model of text: its commands are `sample text`, `solve text` and `eval text`, and in Python "
            "vmdsolve.text reads it"
        )
    if version not in (FIRST_FORMAT, FORMAT):
        raise ModelMismatch(f"{path} has format {version!r:.80}, wanted {FORMAT!r}")
    if metadata.get("texts") not in (None, hash_of_texts(metadata)):
        raise ModelMismatch(f"{path} is damaged: its texts are not those that were saved; take a copy of it")
    config = ModelConfig.from_json(metadata.get("config", ""))
    check_beside(path, config)
    told = metadata.get("recipe") or metadata.get("record") or "{}"
    record = read_json(told, f"the recipe in {path}", error=ModelMismatch)
    if not isinstance(record, dict):
        raise ModelMismatch(f"the recipe in {path} cannot be read: it is {record!r:.80}, wanted an object")
    domain = record.get("domain")
    if domain and not (
        isinstance(domain, dict) and isinstance(domain.get("symbols"), str) and _whole(domain.get("length"))
    ):
        raise ModelMismatch(f"the recipe in {path} cannot be read: domain is {domain!r:.80}, wanted symbols and length")
    if "sizes" in record:
        Sizes.read(record["sizes"], str(path))
    first = version == FIRST_FORMAT
    keys = {current_name(key, config.mixer) if first else key: key for key in file.shapes}
    shapes = {name: file.shapes[key] for name, key in keys.items()}
    embedding = shapes.get("denoiser.symbol.weight") or shapes.get("model.denoiser.symbol.weight")
    if config.mixer == "attention" and not config.symbols and embedding:  # from before configs named it
        config = replace(config, symbols=embedding[0] - 1)
    return About(path, config, record, shapes, keys, metadata.get("hash"))


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def hash_of_texts(metadata: Mapping[str, str]) -> str:
    """Of all that a file says of itself but this, to notice that it has changed."""
    told = sorted((name, text) for name, text in metadata.items() if name != "texts")
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()


def domain_of(path: Path | str) -> Domain | None:
    """The domain that the weights in `path` are for: as their file tells it, where they were trained on nothing but a
    file of examples; else the one registered under its name. None: for several, of a kind or of every all-different
    puzzle.

    Raises
    ------
    ModelMismatch
        No such file, or damaged.
    InvalidInput
        No installed package registers the domain.
    """
    said = about(path)
    name = said.config.domain
    if name == ALL_DIFFERENT or (said.sizes is not None and said.symbols is None and get(name).name != name):
        return None
    if said.symbols is None:
        return get(name)
    try:
        domain = TokenSequence(name, said.symbols, said.record["domain"]["length"])
        _ = domain.rules
    except InvalidInput as error:
        raise ModelMismatch(f"{path} does not say what it is for: {error}") from error
    return domain


def cost_of(record: Mapping[str, Any], called: str = "the record") -> dict[str, int | float]:
    """The puzzles and hours that weights took, with those of what their training began with.

    Raises
    ------
    ModelMismatch
        The record does not say, or says no numbers.

    Examples
    --------
    >>> cost_of({"puzzles": 100, "hours": 0.5, "init": {"puzzles": 900, "hours": 1.5}})
    {'puzzles': 1000, 'hours': 2.0}
    """
    before, sums = record.get("init") or {}, {}
    for name in ("puzzles", "hours"):
        took: list[Any] = [part.get(name, 0) if isinstance(part, dict) else None for part in (record, before)]
        if not all(isinstance(n, (int, float)) and not isinstance(n, bool) and 0 <= n < 1e15 for n in took):
            raise ModelMismatch(f"{called} does not say what the weights took: {name} is {took[0]!r:.80}")
        sums[name] = sum(took)
    return sums


def history_of(path: Path) -> dict[str, Any]:
    """What a record tells of the weights that a training began with: their file, its SHA-256, and the puzzles and hours
    that they took, with those of what they began with themselves.

    Raises
    ------
    ModelMismatch
        No such file, or damaged.
    """
    sums = cost_of(about(path).record, f"the recipe in {path}")
    path = weights_in(path)
    with path.open("rb") as stream:
        return {"file": path.name, "sha256": hashlib.file_digest(stream, "sha256").hexdigest(), **sums}
