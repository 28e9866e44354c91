"""Colours on a terminal, by rich, which passes on whatever text it is given: here it gets none that is obeyed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from ..plain import clean, under

__all__ = ["Coloured"]


class Coloured(Console):
    """A console of rich on what is under `Plain`; all text on it is cleaned, the last thing before it is styled.

    Examples
    --------
    >>> import io
    >>> stream = io.StringIO()
    >>> Coloured(stream).print("a\\x1b[2Jb")
    >>> stream.getvalue()
    'a?[2Jb\\n'
    """

    def __init__(self, stream: IO[str], **options: Any) -> None:
        super().__init__(file=under(stream), highlight=False, markup=False, emoji=False, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else clean(text, "\n"), style, control)
