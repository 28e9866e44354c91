"""Files of pictures: what kinds there are, and what writes each; the name's ending says which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ..atomic import replacing
from ..errors import InvalidInput
from ..extras import want
from .figure import Figure
from .page import page
from .svg import svg

__all__ = ["PICTURES", "Frames", "kind_of", "save"]

Frames = Sequence[tuple[str, Figure]]  # captions and figures


def kind_of(path: Path) -> str:
    """The ending of a picture's name.

    Raises
    ------
    InvalidInput
        It is none of PICTURES.
    MissingExtra
        What writes it is not installed.
    """
    ending = path.suffix.lower()
    if ending not in PICTURES:
        raise InvalidInput(f"{path.name} is to be a picture; wanted a name that ends in {', '.join(PICTURES)}")
    if package := PICTURES[ending][0]:
        want(package, f"a picture in {ending}")
    return ending


def save(frames: Frames, path: Path) -> None:
    """Write figures, one after another where the kind of file can, else the last.

    Raises
    ------
    InvalidInput, MissingExtra
        As `kind_of`.
    """
    made = PICTURES[kind_of(path)][1](frames)
    with replacing(path) as stream:
        stream.write(made.encode() if isinstance(made, str) else made)


def _png(frames: Frames) -> bytes:
    from .raster import png

    return png(frames[-1][1])


def _gif(frames: Frames) -> bytes:
    from .raster import gif

    return gif([figure for _, figure in frames])


def _pdf(frames: Frames) -> bytes:
    from .pdf import pages

    return pages([[frames[-1]]], each=1)


# ending: the package that it needs, and what makes it
PICTURES: dict[str, tuple[str | None, Callable[[Frames], str | bytes]]] = {
    ".svg": (None, lambda frames: svg([figure for _, figure in frames])),
    ".html": (None, lambda frames: page("vmdsolve", frames)),
    ".png": ("PIL", _png),
    ".gif": ("PIL", _gif),
    ".pdf": ("fpdf", _pdf),
}
