"""What can be looked at: printed, in a notebook, in a failure that hypothesis reports."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from typing import Any

from .figure import Figure, figure
from .page import steps
from .picture import WIDTH, Picture

__all__ = ["Shown"]


class Shown:
    """The base of problems and results. A subclass says in `picture` what is to be seen of it."""

    __slots__ = ()

    def picture(self) -> Picture:
        """The boards and sentences that show it."""
        raise NotImplementedError

    def frames(self) -> list[tuple[str, Figure]]:
        """What there is to be seen one after another, each with a caption; mostly nothing but the picture."""
        return []

    def render(self, *, boxes: bool = False, width: int = WIDTH) -> str:
        """The picture as text on several lines.

        Parameters
        ----------
        boxes
            with box-drawing characters, where the output can show them; else plain characters
        width
            characters a line, at which sentences are wrapped
        """
        return self.picture().text(boxes=boxes, width=width)

    def save(self, path: str | PathLike[str]) -> Path:
        """Draw it into a file, whose kind its name says.

        Of several frames .svg and .gif show one after another, .html has them all to step through, .png and .pdf show
        the last.

        Parameters
        ----------
        path
            .svg, .html, .png, .gif or .pdf; the last three want the extra `plots` or `print`.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InvalidInput
            Another ending.
        MissingExtra
            Pillow or fpdf2 is not installed.
        """
        from .saved import save

        save(self.frames() or [("", figure(self.picture()))], out := Path(fspath(path)))
        return out

    def __str__(self) -> str:
        return self.render()

    def _repr_html_(self) -> str:
        """For Jupyter: a picture, or frames to step through; without script."""
        return steps(self.frames() or [("", figure(self.picture()))])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For IPython, and for hypothesis, which shows what failed by it."""
        if cycle:
            printer.text(f"{type(self).__name__}(...)")
            return
        with printer.group(4):
            for number, line in enumerate(self.render().split("\n")):
                if number:
                    printer.break_()
                printer.text(line)
