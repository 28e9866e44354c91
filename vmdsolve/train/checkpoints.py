"""Checkpoints: weights of a run on its way, which stay when the run goes on."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from ..arguments import whole
from ..atomic import replacing
from ..errors import InvalidInput
from ..model.folder import RUN
from .loggers import Begun, Logger
from .progress import Progress

__all__ = ["Checkpoints", "kept_every"]


class Checkpoints:
    """A logger that keeps the averaged weights as `step-N.safetensors`, of the first progress in every so many steps.

    Parameters
    ----------
    steps
        How many, 1 or more.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import tempfile
    >>> from vmdsolve.train import Run
    >>> run = Run.of({"domain": "pair", "preset": "baseline", "steps": 5, "batch": 2, "loops": "0:2"})
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = list(run.trainer().run(folder, every=1, loggers=[Checkpoints(2)]))
    >>> sorted(path.name for path in folder.glob("step-*"))
    ['step-2.safetensors', 'step-4.safetensors']
    """

    def __init__(self, steps: int) -> None:
        self.steps = whole(steps, "keep", 1)

    def start(self, begun: Begun) -> None:
        if begun.folder is None:
            raise InvalidInput("checkpoints need a folder of the run to be kept in")
        self.folder, self.last = begun.folder, begun.step

    def step(self, progress: Progress) -> None:
        if progress.step // self.steps > self.last // self.steps:
            with (self.folder / RUN).open("rb") as weights, replacing(self._at(progress.step)) as out:
                shutil.copyfileobj(weights, out)
        self.last = progress.step

    def end(self) -> None:
        pass

    def _at(self, step: int) -> Path:
        return self.folder / f"step-{step}.safetensors"


def kept_every(loggers: Iterable[Logger]) -> int | None:
    """Steps between checkpoints that these loggers keep; None: they keep none."""
    return next((logger.steps for logger in loggers if isinstance(logger, Checkpoints)), None)
