"""Loggers: who is told of a run when it begins, as it goes on, and when it ends.

Packages that some of them need are imported when a run begins, not before.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Protocol

from ..errors import InvalidInput
from ..extras import load, want
from .progress import Progress, append_line

__all__ = [
    "LOGGERS", "Begun", "CsvLog", "JsonLog", "Logger", "Tell", "TensorBoardLog", "WandbLog",
    "loggers_named", "logging", "names_of",
]  # fmt: skip


@dataclass(frozen=True)
class Begun:
    """What loggers are told of a run that begins, or goes on.

    Attributes
    ----------
    folder
        of the run; None: it has none
    config
        the run's config, by key
    data
        where boards come from, with the hash of a file
    step
        steps that were done before
    """

    folder: Path | None
    config: Mapping[str, Any]
    data: str
    step: int


class Logger(Protocol):
    """What a Trainer tells of its run; any object with these three methods is one.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> from vmdsolve.model.config import ModelConfig
    >>> from vmdsolve.train import Recipe, Trainer
    >>> class Printed:
    ...     def start(self, begun): print("from step", begun.step)
    ...     def step(self, progress): print("step", progress.step)
    ...     def end(self): print("over")
    >>> domain = get("pair")
    >>> config = ModelConfig.of(domain, width=8, message=8, hidden=8, loops=2)
    >>> recipe = Recipe(steps=2, batch=2, loops=((0.0, 2),), bf16=False)
    >>> _ = list(Trainer(domain, config, recipe).run(loggers=[Printed()]))
    from step 0
    step 1
    step 2
    over
    """

    def start(self, begun: Begun, /) -> None: ...  # before the first step
    def step(self, progress: Progress, /) -> None: ...  # what it tells has been saved
    def end(self) -> None: ...  # however the run ended


Tell = Callable[[Progress], None]


@contextmanager
def logging(loggers: Sequence[Logger], begun: Begun) -> Iterator[Tell]:
    """Loggers at work: gives a function that tells them all of a progress; each that was started is ended."""
    with ExitStack() as stack:
        for logger in loggers:
            logger.start(begun)
            stack.callback(logger.end)

        def tell(progress: Progress) -> None:
            for logger in loggers:
                logger.step(progress)

        yield tell


class JsonLog:
    """`log.jsonl`, an object a line, which every run in a folder has."""

    def start(self, begun: Begun) -> None:
        self.path = _folder(begun, "jsonl") / "log.jsonl"

    def step(self, progress: Progress) -> None:
        append_line(self.path, json.dumps(asdict(progress)))

    def end(self) -> None:
        pass


class CsvLog:
    """`log.csv`, a row for each progress; what there is no value of is empty."""

    columns = tuple(one.name for one in fields(Progress))

    def start(self, begun: Begun) -> None:
        self.path = _folder(begun, "csv") / "log.csv"
        if not self.path.exists() or not self.path.stat().st_size:
            append_line(self.path, ",".join(self.columns))
            return
        with self.path.open("rb") as log:
            first = log.readline(1 << 12).decode(errors="replace").strip()
        if first != ",".join(self.columns):
            raise InvalidInput(f"{self.path} has other columns, {first!r:.200}; move it away")

    def step(self, progress: Progress) -> None:
        row = io.StringIO()
        csv.writer(row, lineterminator="").writerow(asdict(progress).values())
        append_line(self.path, row.getvalue())

    def end(self) -> None:
        pass


class TensorBoardLog:
    """Event files in the folder `tensorboard` of the run, for `tensorboard --logdir`; needs tensorboard."""

    def start(self, begun: Begun) -> None:
        where = _folder(begun, "tensorboard") / "tensorboard"
        tensorboard = load("torch.utils.tensorboard", "tensorboard", "log 'tensorboard'")
        self.writer = tensorboard.SummaryWriter(str(where), purge_step=begun.step + 1 if begun.step else None)
        self.writer.add_text("config", json.dumps(_without_folders(begun.config), indent=1), begun.step)

    def step(self, progress: Progress) -> None:
        for name, value in _numbers(progress).items():
            self.writer.add_scalar(name, value, progress.step)
        self.writer.flush()

    def end(self) -> None:
        self.writer.close()


class WandbLog:
    """A run of Weights & Biases; needs wandb, which sends what it is told to its server.

    It goes on under the same name when a run is resumed: the number is in `wandb-id.txt`. Its project is that of
    WANDB_PROJECT, or "vmdsolve"; WANDB_MODE=offline sends nothing. Of files it is told the names without the folders.
    """

    def start(self, begun: Begun) -> None:
        folder = _folder(begun, "wandb")
        kept = folder / "wandb-id.txt"
        before = kept.read_text(errors="replace").strip() if kept.is_file() else None
        if before is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", before):
            raise InvalidInput(f"{kept} holds {before!r:.80}, which is no number of a run; remove it")
        wandb = load("wandb", "wandb", "log 'wandb'")
        self.run = wandb.init(
            project=os.environ.get("WANDB_PROJECT") or "vmdsolve", name=folder.name, id=before, resume="allow",
            dir=str(folder), config=_without_folders(begun.config),
        )  # fmt: skip
        kept.write_text(f"{self.run.id}\n")

    def step(self, progress: Progress) -> None:
        self.run.log(_numbers(progress), step=progress.step)

    def end(self) -> None:
        self.run.finish()


LOGGERS: dict[str, Callable[[], Logger]] = {"csv": CsvLog, "tensorboard": TensorBoardLog, "wandb": WandbLog}


def loggers_named(names: Sequence[str]) -> list[Logger]:
    """The loggers of these names, if what they need is installed.

    Raises
    ------
    MissingExtra
    """
    for name in names:
        if name in ("tensorboard", "wandb"):
            want(name, f"log {name!r}")
    return [LOGGERS[name]() for name in names]


def names_of(loggers: Sequence[Logger]) -> str:
    """Those of them that have a name, as the key `log` takes them."""
    return ",".join(name for name, kind in LOGGERS.items() if any(type(logger) is kind for logger in loggers))


def _folder(begun: Begun, name: str) -> Path:
    if begun.folder is None:
        raise InvalidInput(f"log {name!r} needs a folder of the run to write in")
    return begun.folder


def _numbers(progress: Progress) -> dict[str, float]:
    return {name: value for name, value in asdict(progress).items() if value is not None and name != "step"}


def _without_folders(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config without what it tells of somebody's disk: of paths, which a config has whole, the last parts."""
    return {name: _bare(value) for name, value in config.items()}


def _bare(value: Any) -> Any:
    """A value as it is, but for paths, alone, in lists, or with commas between them."""
    if isinstance(value, list):
        return [_bare(one) for one in value]
    if not isinstance(value, str) or not Path(value).is_absolute():
        return value
    parts = [Path(part) for part in value.split(",")]
    whole = parts if all(part.is_absolute() for part in parts) else [Path(value)]
    return ",".join(part.name for part in whole)
