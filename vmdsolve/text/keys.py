"""The keys of a training of text: what `vmdsolve train text` can be told, and what a run's config says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from math import gcd, inf
from typing import TYPE_CHECKING, Any

from ..errors import InvalidInput
from ..train.config import absolute, with_paths
from ..train.keys import COMMON, Key, Keys, key, key_of
from ..train.recipe import RISING
from .config import MOST_GROUPS, TextConfig
from .recipe import TextRecipe

if TYPE_CHECKING:
    from .data import TextData

__all__ = ["DATA", "KEYS", "MODEL", "PRESETS", "RECIPE", "TEXT", "preset", "told_of"]

RECIPE = {one.name: one for one in fields(TextRecipe)}
MODEL = {one.name: one for one in fields(TextConfig) if "help" in one.metadata}
MADE = ("characters", "bytes", "integers")  # vocabularies that need no file; `bpe:` and a number is another

# name: (what it is, keys). The study of text compares these, see benchmarks/study/text.py.
PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "published": (
        "VMD as in arXiv 2510.23606, a Gaussian z of 8 numbers a block, prior N(0, I), drawn anew at each step",
        {"latent": 8, "classes": 0, "prior": "standard", "draw": "each_step"},
    ),
    "ours": (
        "16 classes for every cell, and a prior that goes from one to the next; it learns from the posterior, and that "
        "nothing from it",
        {"classes": 16, "prior": "autoregressive", "draw": "once", "latent_kl": 0.0},
    ),
    "baseline": ("no latent: masked diffusion, or block diffusion with --block", {"latent": 0, "classes": 0}),
}


def preset(name: str, told: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The keys that a preset sets, where these others are told: how long a block is, say.

    Examples
    --------
    >>> preset("baseline")
    {'latent': 0, 'classes': 0}
    >>> ours = preset("ours", {"block": 8})
    >>> ours["latent"], ours["regions"], ours["classes"]
    (8, 8, 16)
    """
    keys, told = dict(PRESETS[name][1]), told or {}
    if name == "ours":
        cells = told.get("block") or told.get("length", TextConfig.length)
        groups = max(n for n in range(1, min(cells, MOST_GROUPS) + 1) if cells % n == 0)
        keys |= {"latent": groups, "regions": gcd(told.get("latent", groups), cells)}
    return keys


# Values of forms of their own -------------------------------------------------------------------------------


def _files(value: Any, name: str) -> list[str]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or not names or not all(isinstance(one, str) and one for one in names):
        raise InvalidInput(f'{name} is {value!r:.80}; wanted names of files, as in ["a.txt", "more/*.txt"]')
    return list(names)


def _held(value: Any, name: str) -> str:
    """A share, or names of files, as text."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value!r}"
    if not isinstance(value, str) or not value:
        raise InvalidInput(f"{name} is {value!r:.80}; wanted a share such as 0.05, or names of files with commas")
    return value


def _placed_list(value: list[str], placed: Callable[[str], str]) -> list[str]:
    return [placed(one) for one in value]


def _placed_held(value: str, placed: Callable[[str], str]) -> str:
    try:
        float(value)
    except ValueError:
        return ",".join(placed(part.strip()) for part in value.split(","))
    return value


def _placed_vocabulary(value: str, placed: Callable[[str], str]) -> str:
    return value if value in MADE or value.startswith("bpe:") else placed(value)


# The table --------------------------------------------------------------------------------------------------

DATA: dict[str, Key] = {
    "vocabulary": key(
        str, "characters, bytes, integers, bpe:4096 (trained here), or a tokenizer's JSON.", "characters"
    ),
    "valid": Key(str, "To watch the training by: a share, or files, separated by commas.", "0.05", _held),
    "test": Key(str, "Kept for measuring, likewise.", "0.05", _held),
    "field": key(str, "Of jsonl and parquet, what the documents are.", "text"),
    "lines": key(bool, "Every line of a text file is a document.", "False"),
}
KEYS: dict[str, Key] = {
    "files": Key(list, "Text, jsonl, npy or parquet, packed or not; patterns; a folder of WikiText.", "none", _files),
    "preset": key(
        str, "Choices of a latent; what else is given overrides them. "
        + "; ".join(f"{name}: {about}" for name, (about, _) in PRESETS.items()) + ".",
        "none", among=tuple(PRESETS),
    ),
    **DATA, **COMMON,
    **{name: key_of(one) for name, one in MODEL.items()},
    **{name: key_of(one) for name, one in RECIPE.items()},
}  # fmt: skip
KEYS["warmup"] = replace(KEYS["warmup"], default=RISING)
TEXT = Keys(
    "vmdsolve train text", KEYS, {"Data": tuple(DATA), "Model": tuple(MODEL), "Recipe": tuple(RECIPE)},
    {"files": _placed_list, "valid": _placed_held, "test": _placed_held, "vocabulary": _placed_vocabulary},
    ("vocabulary",), preset,
)  # fmt: skip


def told_of(data: TextData | None, recipe: TextRecipe, config: TextConfig, **others: Any) -> dict[str, Any]:
    """All keys of a run, so that it does not change with defaults.

    Parameters
    ----------
    data, recipe, config
        Of the run; no data: the others tell of it.
    **others
        Its other keys; None and "" are left out.

    Examples
    --------
    >>> told = told_of(None, TextRecipe(steps=100), TextConfig(27, block=4), files=["/data/novel.txt"])
    >>> [told[name] for name in ("files", "steps", "block", "latent")]
    [['/data/novel.txt'], 100, 4, 0]
    """
    told: dict[str, Any] = dict(others)
    if data is not None:
        told |= {name: data.told[name] for name in ("files", "valid", "test", "field", "lines")}
        told |= {"vocabulary": data.named}
    told |= {name: getattr(config, name) for name in MODEL} | {name: getattr(recipe, name) for name in RECIPE}
    held = {name: value for name, value in told.items() if value not in (None, "", inf) and value != []}
    checked = {name: one.read(held[name], name) for name, one in KEYS.items() if name in held}
    return with_paths(checked, TEXT, absolute)
