"""save_picture: whatever can be looked at, as a file: a picture, a moving one, a page to step through, or to print."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike, fspath
from pathlib import Path

from ..arguments import whole
from ..atomic import replacing
from ..domains import layout_of
from ..drawing import Shown
from ..drawing.figure import Figure, figure
from ..errors import InvalidInput
from ..extras import want
from .graded import Generated

__all__ = ["print_puzzles", "save_picture"]

MOST_A_PAGE = 30


def save_picture(what: Shown, path: str | PathLike[str]) -> Path:
    """Draw a problem, a solution, a hint, what was watched ... into a file.

    A solution with a trace (`solve(..., trace=True)`) and what `watch` gives have several frames: .svg and .gif move,
    .html has all of them to step through, .png and .pdf show the last.

    Parameters
    ----------
    what
        Anything with a picture.
    path
        .svg, .html, .png, .gif or .pdf; the last three want the extra `plots` or `print`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InvalidInput
        Another ending, or what has no picture.
    MissingExtra
        Pillow or fpdf2 is not installed.

    Examples
    --------
    >>> import tempfile, vmdsolve
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_picture(vmdsolve.hint("1......2..4..3.."), f"{folder}/hint.svg").read_text()[:4]
    '<svg'
    """
    if not isinstance(what, Shown):
        raise InvalidInput(f"{type(what).__name__} has no picture; wanted a problem, a solution, a hint ...")
    return Shown.save(what, path)  # clauses and proofs have a `save` of their own, which is no picture


def print_puzzles(
    made: Iterable[Generated], path: str | PathLike[str], *, paper: str = "a4", each: int = 4, graded: bool = False
) -> Path:
    """Puzzles to print, as a .pdf: some a page, their answers on pages behind.

    Parameters
    ----------
    made
        As `generate` gives them.
    paper
        a4 or letter.
    each
        How many a page, 1 to 30.
    graded
        Say above each how hard it is.

    Raises
    ------
    InvalidInput
        Another paper, or no puzzle.
    MissingExtra
        fpdf2 is not installed.
    """
    want("fpdf", "a page to print")
    from ..drawing.pdf import PAPERS, pages

    if paper not in PAPERS:
        raise InvalidInput(f"paper is {paper!r}; wanted one of {', '.join(PAPERS)}")
    each = whole(each, "each", 1, MOST_A_PAGE)
    puzzles, answers = list[tuple[str, Figure]](), list[tuple[str, Figure]]()
    for number, one in enumerate(made, 1):
        layout = layout_of(one.problem)
        name = f"{number}. {one.problem.domain}" + (f", {one.grade.difficulty}" if graded else "")
        puzzles.append((name, figure(one.problem.picture())))
        answers.append((f"{number}.", figure(layout.picture(one.answer, givens=one.problem.values))))
    if not puzzles:
        raise InvalidInput("there is no puzzle to print")
    path = Path(fspath(path))
    with replacing(path) as stream:
        stream.write(pages([puzzles, answers], paper=paper, each=each))
    return path
