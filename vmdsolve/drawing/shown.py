"""What can be looked at: printed, in a notebook, in a failure that hypothesis reports."""

from __future__ import annotations

from typing import Any

from .figure import Figure
from .picture import WIDTH, Picture
from .svg import svg

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

    def __str__(self) -> str:
        return self.render()

    def _repr_html_(self) -> str:
        """For Jupyter: a table, or frames one after another; without script."""
        frames = self.frames()
        return svg([drawn for _, drawn in frames]) if frames else self.picture().html()

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
