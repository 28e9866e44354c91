"""The formats of files, one a file of this package; all that is known of them elsewhere is in this list.

The order is that in which a file whose ending says nothing is held against them.
"""

from __future__ import annotations

from ...domains import Domain
from .base import Format
from .col import Col
from .csv import Csv
from .dzn import Dzn
from .jsonl import Jsonl
from .mzn import Mzn
from .non import Non
from .parquet import Parquet
from .txt import Txt

__all__ = ["CSV", "FORMATS", "WRITTEN", "detected", "reader_of", "writer_of"]

TXT, CSV = Txt(), Csv()
FORMATS: tuple[Format, ...] = (TXT, Jsonl(), CSV, Parquet(), Dzn(), Mzn(), Col(), Non())
WRITTEN = tuple(sorted(suffix for form in FORMATS for suffix in form.writes))


def reader_of(suffix: str) -> Format | None:
    """The format that an ending says a file to read has; None where only its first line can tell."""
    return next((form for form in FORMATS if suffix in form.reads), None)


def writer_of(suffix: str) -> Format | None:
    """The format that an ending says a file to write has."""
    return next((form for form in FORMATS if suffix in form.writes), None)


def detected(line: str, domain: Domain | None) -> Format:
    """The format of a file whose ending says nothing and whose first line that says something is this one."""
    return next((form for form in FORMATS if form.detects(line, domain)), TXT)
