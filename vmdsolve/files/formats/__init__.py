"""The formats of files, one a file of this package; all that is known of them elsewhere is in this list.

The order is that in which a file is held against them: those that it is named after, or else all.
"""

from __future__ import annotations

from ...errors import InvalidInput
from .base import Format, Source
from .boards import Boards, layout_of
from .col import Col
from .csv import Csv, Tsv
from .dzn import Dzn
from .json import Json, Jsonl, Listed
from .mzn import Mzn
from .non import Non
from .opensudoku import OpenSudoku
from .parquet import Parquet
from .sdk import Sdk
from .strangers import refuse
from .txt import Txt

__all__ = ["CSV", "FORMATS", "WRITTEN", "recognised", "writer_of"]

TXT, CSV, BOARDS = Txt(), Csv(), Boards()
FORMATS: tuple[Format, ...] = (
    Sdk(), Col(), Json(), Jsonl(), OpenSudoku(), BOARDS, TXT, Listed(), CSV, Tsv(), Parquet(), Dzn(), Mzn(), Non(),
)  # fmt: skip
WRITTEN = tuple(sorted(suffix for form in FORMATS for suffix in form.writes))


def recognised(source: Source, suffix: str, asked: str | None = None) -> Format:
    """The format of a file: the one asked for by name, or by its ending and what it begins with.

    Raises
    ------
    InvalidInput
        No format of that name; or a file that is known, and holds no puzzles.
    """
    if asked is not None:
        return _named(asked)
    among = [form for form in FORMATS if suffix in form.reads]
    if len(among) == 1:
        return among[0]
    found = next((form for form in among or FORMATS if form.recognises(source)), None)
    if found is None or found is CSV:
        refuse(source)
    if found is TXT or (found is None and not among):  # a line that is a puzzle may be the first of a longer one
        return BOARDS if layout_of(source) else TXT
    return found or among[-1]


def writer_of(suffix: str) -> Format | None:
    """The format that an ending says a file to write has."""
    return next((form for form in FORMATS if suffix in form.writes), None)


def _named(name: str) -> Format:
    wanted = name.strip().lower().removeprefix(".")
    for form in FORMATS:
        if wanted == form.name or f".{wanted}" in form.writes:
            return form
    for form in FORMATS:
        if f".{wanted}" in form.reads:
            return form
    names = ", ".join(sorted({form.name for form in FORMATS}))
    raise InvalidInput(f"unknown format {name[:40]!r}; wanted one of {names}")
