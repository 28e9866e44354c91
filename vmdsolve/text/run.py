"""TextRun: what a training of text was told, checked before files are read; then its TextTrainer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InvalidInput, ModelMismatch
from ..train.config import checked
from ..train.idle import refuse_idle
from ..train.run import STATE, layers
from .config import TextConfig
from .keys import DATA, MODEL, RECIPE, TEXT, told_of
from .recipe import TextRecipe, check_at_once

if TYPE_CHECKING:
    from ..train.ranks import Ranks
    from .data import TextData
    from .stored import Said
    from .trainer import TextTrainer
    from .vocabulary import Vocabulary

__all__ = ["TextRun"]

TOLD: dict[str, Any] = {
    "files": list,
    "valid": (str, float, int),
    "test": (str, float, int),
    "field": str,
    "lines": bool,
}  # by a state


@dataclass(frozen=True)
class TextRun:
    """A training of text as it was told to be.

    Attributes
    ----------
    config
        the model's shape; of a new run its vocabulary is not known yet, and counts as one symbol
    recipe
        all else about the training
    data
        files, vocabulary, and what else `read_data` is given, by key
    resumed
        the folder of the run that it goes on with; None: it is new

    Examples
    --------
    >>> run = TextRun.of({"files": "novel.txt", "steps": 100, "preset": "ours", "block": 4})
    >>> run.recipe.steps, run.config.latent, run.config.classes, run.data
    (100, 4, 16, {'files': ['novel.txt']})
    """

    config: TextConfig
    recipe: TextRecipe
    data: dict[str, Any]
    resumed: Path | None = None
    _vocabulary: Vocabulary | None = field(default=None, repr=False)

    @staticmethod
    def of(told: Mapping[str, Any], resumed: Path | None = None) -> TextRun:
        """A run from the keys of its config, as `read_config(path, TEXT)` gives them.

        Parameters
        ----------
        told
            Values by key; what is not there has its default, or its value in the run that is resumed.
        resumed
            The folder of a run to go on with. torch is needed then.

        Raises
        ------
        InvalidInput
            What cannot be trained so, or another shape or vocabulary than the run has.
        ModelMismatch
            The run's state is damaged.
        """
        told = layers(checked(told, table=TEXT), table=TEXT)
        shape = {name: told[name] for name in MODEL if name in told}
        recipe = {name: told[name] for name in RECIPE if name in told}
        data = {name: told[name] for name in ("files", *DATA) if name in told}
        if resumed is None:
            made = TextRun(TextConfig(1, **shape), TextRecipe(**recipe), data)
            check_at_once(made.recipe.at_once, made.config.kind)
            defaults = {name: one.default for name, one in {**RECIPE, **MODEL}.items()}
            refuse_idle(told, defaults, latent=made.config.latent, learned=made.config.latent > 0)
            return made
        from .stored import about_text

        said = about_text(resumed / STATE)
        for name, value in shape.items():
            if (held := getattr(said.config, name)) != value:
                raise InvalidInput(f"the run has {name} {held}, which --resume cannot change to {value}")
        if "vocabulary" in data:
            raise InvalidInput("the run has a vocabulary of its own, which --resume cannot change; leave it out")
        before = TextRecipe.recorded(said.record.get("recipe"))
        told_before = _data_of(said, asked="files" in data)
        return TextRun(
            said.config, TextRecipe(**{**asdict(before), **recipe}), {**told_before, **data}, resumed, said.vocabulary
        )

    def told(self, **others: Any) -> dict[str, Any]:
        """All keys of its config, with these others."""
        return told_of(None, self.recipe, self.config, **self.data, **others)

    @cached_property
    def texts(self) -> TextData:
        """What it learns from: its files, read; torch is not needed for it.

        Raises
        ------
        InvalidInput
            Files that cannot be read, or give no window.
        """
        from .data import read_data

        told = dict(self.data)
        files = told.pop("files", [])
        if self._vocabulary is not None:
            told["vocabulary"] = self._vocabulary
        return read_data(files, self.config.length, block=self.config.block, **told)

    def trainer(self, device: str = "cpu", ranks: Ranks | None = None) -> TextTrainer:
        """The TextTrainer, where the run has come to; `ranks`: this process among those that train.

        Raises
        ------
        InvalidInput, ModelMismatch
            As `texts`, or a state that does not fit.
        """
        from ..train.ranks import ALONE
        from .trainer import TextTrainer

        shape = {**asdict(self.config), "symbols": self.texts.vocabulary.size}
        made = TextTrainer(self.texts, TextConfig(**shape), self.recipe, device, ranks or ALONE)
        if self.resumed is not None:
            made.resume(self.resumed)
        return made


def _data_of(said: Said, asked: bool) -> dict[str, Any]:
    """What a run's record tells of its files; `asked`: others are named."""
    data = said.record.get("data")
    if not isinstance(data, dict) or not all(isinstance(data.get(name), kind) for name, kind in TOLD.items()):
        raise ModelMismatch(f"{said.path} does not say what it was trained on")
    if not data["files"] and not asked:
        raise InvalidInput(f"{said.path} was trained on no files; go on with it in Python")
    return {name: data[name] for name in TOLD}
