"""opensudoku: XML of the app OpenSudoku, `<game data="..."/>` a Sudoku."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.etree import ElementTree

from ...domains import Domain
from ...errors import InvalidInput
from ..record import Record
from .base import Source, TextFormat, Written
from .sdk import sudoku_of

__all__ = ["OpenSudoku"]

MAX_FILE = 1 << 26  # characters
MOST = 1 << 20  # elements, and attributes: each takes a hundred bytes and more
DECLARATION = re.compile(r"^<\?xml[^>]*>")  # its encoding was that of the file, of which this is text


class OpenSudoku(TextFormat):
    reads = writes = (".opensudoku",)

    def detects(self, line: str, domain: Domain | None) -> bool:
        del domain
        return line.lstrip().lower().startswith(("<?xml", "<opensudoku"))

    def read(self, source: Source) -> Iterator[Record]:
        text = source.rest(MAX_FILE)
        if "<!DOCTYPE" in text or "<!ENTITY" in text:  # which may grow without bounds
            raise InvalidInput(f"{source.name} is XML with a document type; wanted a file of OpenSudoku")
        if max(text.count("<"), text.count("=")) > MOST:
            raise InvalidInput(f"{source.name} is XML of over {MOST:,} elements or attributes; wanted fewer a file")
        try:
            root = ElementTree.fromstring(DECLARATION.sub("", text.lstrip()))
        except ElementTree.ParseError as error:
            raise InvalidInput(f"{source.name} begins as XML, but is not: {error}") from error
        if root.tag != "opensudoku":
            raise InvalidInput(f"{source.name} is XML of <{root.tag[:40]}>; of XML, only files of OpenSudoku are read")
        for number, game in enumerate(root.iter("game"), 1):
            data = game.get("data")
            others = {name: value for name, value in game.items() if name == "note" and value}
            reason = "" if data is not None else "the game has no attribute `data` with its givens"
            yield Record(source.name, number, data or "", None, reason, None, others)

    def lines(self, rows: Iterable[Written], kind: type[Written], others: Sequence[str] = ()) -> Iterator[str]:
        del kind, others
        yield '<?xml version="1.0" encoding="UTF-8"?>\n<opensudoku>\n<name>vmdsolve</name>\n'
        yield from (f'<game data="{sudoku_of(row)}"/>\n' for row in rows)
        yield "</opensudoku>\n"
