"""The keys of a run's config: what a training can be told, what of each, and what holds where it is not told.

A key is called as the option of `vmdsolve train`, and its value is what that option takes. Neither NumPy nor torch is
imported: the command line makes its options of these tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, fields, replace
from math import inf
from typing import Any

from ..arguments import seconds as checked_seconds
from ..errors import InvalidInput
from ..model.config import ModelConfig, Sampling
from ..model.fields import read
from .loggers import LOGGERS
from .presets import OURS, PRESETS, about_presets, preset
from .recipe import RISING, Recipe

__all__ = [
    "COMMON", "KEYS", "MODEL", "PACKAGED", "PUZZLES", "RECIPE", "SAMPLING", "SHAPE",
    "Key", "Keys", "Placed", "givens_of", "key", "key_of", "logs_of", "loops_of", "loops_text", "one_path", "text_key",
]  # fmt: skip

PACKAGED = "packaged"  # weights to begin with: those that come along


@dataclass(frozen=True)
class Key:
    """One thing that a run is told.

    Attributes
    ----------
    kind
        bool, int, float or str: what an option of it reads
    help
        a sentence
    default
        in words
    read
        the value, if it is one; else InvalidInput, with the name given
    """

    kind: type
    help: str
    default: str
    read: Callable[[Any, str], Any]


Placed = Callable[[Any, Callable[[str], str]], Any]  # a key's value, and what calls a file by another name


@dataclass(frozen=True)
class Keys:
    """All keys of one kind of training.

    Attributes
    ----------
    command
        that takes them as options
    keys
        by name, in the order in which a config is written
    parts
        titles of those that belong together
    paths
        those that name files, and how each is written when its files are called otherwise; a config calls them from
        its own folder
    untold
        those that a run's state does not tell
    preset
        the keys that a preset of this name sets, where those others are told
    """

    command: str
    keys: Mapping[str, Key]
    parts: Mapping[str, tuple[str, ...]]
    paths: Mapping[str, Placed]
    untold: tuple[str, ...]
    preset: Callable[[str, Mapping[str, Any]], Mapping[str, Any]]


# Fields that have a key; a model's loops, draw and blocks are those of its training.
RECIPE = {one.name: one for one in fields(Recipe) if "help" in one.metadata}
SHAPE = {one.name: one for one in fields(ModelConfig) if "help" in one.metadata and one.name != "loops"}
SAMPLING = {f"sampling_{one.name}": one for one in fields(Sampling) if one.name not in ("draw", "blocks")}
MODEL = ("positions", "evaluation_loops", *SHAPE)


def key_of(one: Field[Any]) -> Key:
    """The key of a field that was made by `choice`."""
    among = one.metadata["among"]
    told = one.metadata["help"] + (f" One of {', '.join(among)}." if among else "")
    shown = "none" if one.default == "" else f"{one.default}"
    limits = {name: one.metadata[name] for name in ("low", "high", "among")}
    return key(type(one.default), told, shown, **limits)


def key(kind: type, told: str, default: str, **limits: Any) -> Key:
    """A key of a number, of yes or no, or of text; its limits are those of `model.fields.read`."""

    def checked(value: Any, name: str) -> Any:
        found, wanted = read(value, kind(), **limits)
        if found is None:
            raise InvalidInput(f"{name} is {value!r:.80}; wanted {wanted}")
        return float(found) if kind is float else found

    return Key(kind, told, default, checked)


def text_key(told: str, default: str, read: Callable[[str], Any]) -> Key:
    """A key whose value is text of a form, which stays as it is."""

    def checked(value: Any, name: str) -> str:
        text = str(value) if type(value) is int else value
        if not isinstance(text, str):
            raise InvalidInput(f"{name} is {value!r:.80}; wanted text, as for --{name}")
        read(text)
        return text

    return Key(str, told, default, checked)


def one_path(value: str, placed: Callable[[str], str]) -> str:
    """A path as `placed` calls it; the weights that come along are no file of the user's."""
    return value if value in ("", PACKAGED) else placed(value)


# Forms of text ----------------------------------------------------------------------------------------------


def givens_of(text: str) -> tuple[int, int]:
    """Read how many cells are given: a number, or the fewest and the most.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> givens_of("5"), givens_of("3:8")
    ((5, 5), (3, 8))
    """
    parts = text.split(":")
    out: tuple[int, int] = _of_recipe("givens", (parts * 2)[: max(2, len(parts))], text)
    return out


def loops_of(text: str) -> tuple[tuple[float, int], ...]:
    """Read a schedule of loops.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> loops_of("0:8,0.1:16")
    ((0.0, 8), (0.1, 16))
    """
    out: tuple[tuple[float, int], ...] = _of_recipe("loops", [part.split(":") for part in text.split(",")], text)
    return out


def logs_of(text: str) -> tuple[str, ...]:
    """Read which logs are kept besides log.jsonl.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> logs_of("csv,wandb"), logs_of("")
    (('csv', 'wandb'), ())
    """
    names = tuple(dict.fromkeys(text.split(","))) if text else ()
    for name in names:
        if name not in LOGGERS:
            raise InvalidInput(f"log is {text!r:.80}; wanted some of {', '.join(LOGGERS)}, as in csv,tensorboard")
    return names


def _of_recipe(name: str, parts: Any, text: str) -> Any:
    """A field of the recipe, read from parts of text."""
    try:
        return getattr(Recipe(**{name: parts, "data": "law"}), name)
    except InvalidInput as error:
        raise InvalidInput(f"{name} is {text!r:.80}; {str(error).partition('; ')[2]}") from error


def loops_text(loops: tuple[tuple[float, int], ...]) -> str:
    """A schedule of loops as `loops_of` reads it.

    Examples
    --------
    >>> loops_text(((0.0, 8), (0.1, 16)))
    '0:8,0.1:16'
    """
    return ",".join(f"{share:g}:{n}" if float(f"{share:g}") == share else f"{share!r}:{n}" for share, n in loops)


# The table --------------------------------------------------------------------------------------------------

COMMON: dict[str, Key] = {  # how any training runs
    "seconds": Key(
        float, "End after so long, if not before, the rate falling to its end by then.", "as long as it takes",
        lambda value, name: inf if (told := checked_seconds(value, name)) is None else told,
    ),
    "threads": key(int, "CPU threads.", "all cores", low=1, high=1024),
    "every": key(int, "Steps between two lines of progress, and between saves.", "50", low=1),
    "keep": key(int, "Steps between weights that stay, step-N.safetensors, each of a line of progress.", "none", low=1),
    "device": key(str, "cpu or cuda.", "a GPU if there is one"),
    "log": text_key(f"Logs besides log.jsonl: {', '.join(LOGGERS)}, or several: csv,wandb.", "none", logs_of),
}  # fmt: skip
KEYS: dict[str, Key] = {
    "domain": key(str, "The kind of puzzle; all-different; none: what examples make.", "none"),
    "preset": key(
        str, f"Choices that go together; what else is given overrides them. {about_presets()}",
        "ours for domains with many answers, if they can be listed; else none",
        among=(*PRESETS, OURS),
    ),
    "init": key(str, f"Begin with these weights, not random ones: a file, or `{PACKAGED}`.", "none"),
    **COMMON,
    "loops": text_key("Loops by share of the steps done.", loops_text(Recipe.loops), loops_of),
    "givens": text_key("Cells visible at the start, as in 5 or 3:8; not for problems.", "0", givens_of),
    **{name: key_of(one) for name, one in RECIPE.items()},
    "positions": key(bool, "Embeddings of cells and symbols.", "not for problems and answers"),
    "evaluation_loops": key(
        int, "Loops an evaluation of the trained model, which may be more than it is trained with.",
        "the last of --loops", low=1, high=4096,
    ),
    **{name: key_of(one) for name, one in SHAPE.items()},
    **{name: key_of(one) for name, one in SAMPLING.items()},
}  # fmt: skip
for _name, _default in (
    ("mixer", "messages, attention where there are no rules"),
    ("latent", "8, all-different: 0"),
    ("warmup", RISING),
):
    KEYS[_name] = replace(KEYS[_name], default=_default)
PUZZLES = Keys(
    "vmdsolve train", KEYS,
    {"Recipe": ("loops", "givens", *RECIPE), "Model": MODEL, "How the model is sampled": tuple(SAMPLING)},
    dict.fromkeys(("examples", "hard", "init"), one_path), ("init",), preset,
)  # fmt: skip
