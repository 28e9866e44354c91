"""json: objects with a key such as `puzzle`, one a line (jsonl) or in one document; or boards as nested lists.

A board may be text, rows of text, rows of cells, or all its cells; of a kind with clues the object says these, as
`Family.problem` takes them. Of a document the puzzles are numbered from 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from math import isfinite
from typing import Any

import numpy as np

from ...compact import DELETE, Even, Same
from ...domains import Domain, Family, get
from ...domains.reading import is_problem
from ...errors import InvalidInput
from ...untrusted import loads
from ..record import Record
from ..texts import Texts
from .alike import Alike
from .base import MAX_LINE, Format, Source, Table, TextFormat, Written
from .cells import board_text
from .columns import carried, columns_of, domain_of, refuse_doubled
from .grows import Grows
from .named import known_domain
from .woven import alike, woven

__all__ = ["Json", "Jsonl", "Listed", "is_json", "is_plain", "json_line", "json_of"]

MAX_FILE = 1 << 26  # characters
LOOK = 10  # lines
WANTED = 'wanted an object with a text under "puzzle", or a board as a list of rows'


def json_of(value: object) -> str:
    """Any value as JSON; what came with the input and JSON has no word for, a date or a NaN, is text."""
    try:
        return json.dumps(value, default=str, allow_nan=False)
    except ValueError:
        return json.dumps(_told(value), default=str)


def json_line(row: Written) -> str:
    """One row as a line of JSON."""
    return json_of(row.columns) + "\n"


class Jsonl(Grows):
    loose = True
    reads = writes = (".jsonl", ".ndjson")

    def detects(self, line: str, domain: Domain | None) -> bool:
        """True for a line that is an object or a list of its own."""
        text = line.strip()
        if not text.startswith(("{", "[")) or (domain is not None and domain.has(text[0]) and is_problem(text, domain)):
            return False
        plain = domain is None or not domain.has(text[0])
        return isinstance(_value(text), (dict, list)) or (plain and text.startswith("{") and len(text) > 1)

    def recognises(self, source: Source) -> bool:
        return self.detects(source.first(), source.domain) and not _is_document(source)

    def read(self, source: Source) -> Iterator[Record | Texts]:
        for line in source.lines():
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            if source.to_skip:
                source.to_skip, source.idle = source.to_skip - 1, 0
                source.skip_lines()
                continue
            item = _value(line)
            if isinstance(item, Exception):
                yield Record(source.name, source.number, line.strip(), None, f"not JSON: {item}")
            else:
                found = _record(item, source, source.number)
                yield found or Record(source.name, source.number, line.strip(), None, WANTED)
                if found and not found.reason:
                    yield from _alike(source, line, item)

    def lines(self, rows: Iterable[Written], kind: type[Written], others: Sequence[str] = ()) -> Iterator[str]:
        del kind, others
        return map(json_line, rows)

    def rows(self, table: Table, names: Sequence[str]) -> bytes:
        n = len(next(iter(table.values())))
        if n == 1:  # told as rows are
            return f"{json_of({name: table[name][0] if name in table else None for name in names})}\n".encode()
        parts: list[str | Sequence[str]] = []
        for name in names if n else ():
            parts += [", " if parts else "{", json.dumps(name), ": ", *_each_told(table.get(name, Same(None, n)))]
        return woven([*parts, "}\n"], n)

    def renamed(self, rows: bytes, before: Sequence[str], names: Sequence[str]) -> bytes:
        del before
        told = map(loads, rows.splitlines())
        return "".join(json_of({name: row.get(name) for name in names}) + "\n" for row in told).encode()

    def solutions(self, rows: bytes, names: Sequence[str]) -> list[str | None]:
        del names
        return [loads(line, len(line))["solution"] for line in rows.splitlines()]


def _alike(source: Source, line: str, item: object) -> Iterator[Texts]:
    """The lines that follow, as long as they are like this one."""
    like = None
    while source.together and not (source.to_skip or source.answers) and (text := source.plain_text()):
        like = like or Alike.to(line, item, source.column)
        columns = None if like is None else like.columns(text)
        if like is None or columns is None:
            source.put_back(text)
            return
        texts, first = columns[like.puzzle], source.number + 1
        source.number += len(texts)
        others = {name: columns[own] for own, name in like.others.items()}
        yield Texts(texts if isinstance(texts, Even) else Even.of(texts) or texts, [(0, source.name, first)], others)


def _each_told(values: Sequence[Any]) -> Sequence[str | Sequence[str]]:
    """Each as JSON, as parts of rows; what JSON has no word for, as in `json_line`, is text."""
    words = {None: "null", True: "true", False: "false"}
    text = json.encoder.encode_basestring_ascii
    if alike(values):
        return [json.dumps(_told(values[0]), default=str)]
    if (isinstance(values, Even) or set(map(type, values)) == {str}) and is_plain(values):
        return ['"', values, '"']
    return [[
        text(one) if type(one) is str
        else words[one] if one is None or type(one) is bool
        else str(one) if type(one) is int
        else json.dumps(_told(one), default=str)
        for one in values
    ]]  # fmt: skip


def is_plain(texts: Sequence[str]) -> bool:
    """Whether JSON has these texts as they are.

    Examples
    --------
    >>> is_plain(["1..", ".2."]), is_plain(['"1"', ".2."]), is_plain(Even.of(["1..", ".2."]))
    (True, False, True)
    """
    text = texts.bytes() if isinstance(texts, Even) else "".join(texts).encode("utf-8", "surrogatepass")
    codes = np.frombuffer(text, np.uint8)
    plain = not codes.size or ord(" ") <= codes.min() <= codes.max() < DELETE
    return plain and b'"' not in text and b"\\" not in text


class Json(TextFormat):
    loose = True
    reads = (".json", ".jsonl", ".ndjson")
    writes = (".json",)

    def recognises(self, source: Source) -> bool:
        first = source.first().lstrip()
        if not first.startswith(("{", "[")):
            return False
        if source.domain is not None and source.domain.has(first[0]):  # no two lines of puzzles are so unlike
            return [line.strip()[:2] for line in source.head(2)] == ["[", '{"'] and len(source.head(2)[1]) > 9
        return _is_document(source)

    def read(self, source: Source) -> Iterator[Record | Texts]:
        if not _is_document(source):
            yield from Jsonl().read(source)
            return
        begun = source.number
        value = _value(source.rest(MAX_FILE))
        if isinstance(value, json.JSONDecodeError):
            where = f"{source.name}:{begun + value.lineno}"
            raise InvalidInput(f"{where}: read as JSON, which it is not: {value.msg}, column {value.colno}")
        if isinstance(value, Exception):
            raise InvalidInput(f"{source.name}: read as JSON, which it is not: {value}")
        found = _puzzles(value, source, count(1))
        first = next(found, None)
        if first is None:
            raise InvalidInput(f"{source.name} is JSON in which no puzzle is found; {WANTED}")
        yield first
        yield from found

    def lines(self, rows: Iterable[Written], kind: type[Written], others: Sequence[str] = ()) -> Iterator[str]:
        del kind, others
        before = "[\n"
        for row in rows:
            yield before + json_line(row).rstrip("\n")
            before = ",\n"
        yield "\n]\n" if before != "[\n" else "[]\n"


class Listed(Format):
    """Boards as Python prints lists and arrays: text of several lines, up to the bracket that closes it."""

    loose = True

    def detects(self, line: str, domain: Domain | None) -> bool:
        return line.lstrip().startswith(("[", "array(")) and (domain is None or not domain.has("["))

    def read(self, source: Source) -> Iterator[Record]:
        block: list[str] = []
        begun = size = depth = 0
        for line in source.lines():
            if not block and not line.strip():
                continue
            begun, size = begun if block else source.number, size + len(line)
            if size > MAX_LINE:
                raise InvalidInput(f"{source.name}:{begun} opens a list that is not closed; wanted one a board")
            block.append(line)
            depth += line.count("[") - line.count("]")
            if depth <= 0:
                yield Record(source.name, begun, "".join(block).strip())
                block, size, depth = [], 0, 0
        if block:
            yield Record(source.name, begun, "".join(block).strip())


def _value(text: str) -> object:
    """What a text of JSON says, or why it is none."""
    try:
        return loads(text, MAX_FILE)
    except ValueError as error:
        return error


def _told(value: object) -> object:
    """A value in which numbers that are none of JSON are text."""
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(name): _told(part) for name, part in value.items()}
    return [_told(part) for part in value] if isinstance(value, list | tuple) else value


def is_json(text: str) -> bool:
    """True for one value of JSON, even if it is one that nobody reads here, with a NaN or a name twice."""
    return not isinstance(_value(text), json.JSONDecodeError)


def _is_document(source: Source) -> bool:
    """True if a value goes on over several lines, or is a list of all there is."""
    first = source.first()
    more = [line for line in source.head(LOOK)[1:] if line.strip()]
    value = _value(first)
    if isinstance(value, json.JSONDecodeError):
        return value.pos >= len(first.rstrip()) - 1
    puzzle = columns_of(value)[0] if isinstance(value, dict) else None
    held = value.get(puzzle) if isinstance(value, dict) and puzzle is not None else None
    folder = isinstance(held, list) and any(isinstance(part, dict) for part in held)  # of objects, a puzzle each
    one_a_line = puzzle is not None and not folder and not _says_clues(value, source)
    return not isinstance(value, Exception) and not more and not one_a_line


def _puzzles(value: object, source: Source, numbers: Iterator[int], depth: int = 0) -> Iterator[Record]:
    """All puzzles in a document, however deep; an item of a list that has none is said to have none."""
    if isinstance(value, dict):
        if _holds(value, source):
            yield _record(value, source, next(numbers)) or _refused(value, source, next(numbers))
            return
        for part in value.values():
            if isinstance(part, (dict, list)):
                yield from _puzzles(part, source, numbers, depth + 1)
    elif isinstance(value, list):
        yield from _listed(value, source, numbers, depth)


def _listed(value: list[object], source: Source, numbers: Iterator[int], depth: int) -> Iterator[Record]:
    try:
        text = board_text(value, source.domain)
    except InvalidInput as error:
        yield Record(source.name, next(numbers), json.dumps(value)[:200], None, str(error))
        return
    if text is not None:
        yield Record(source.name, next(numbers), text)
        return
    for item in value:
        if isinstance(item, str):
            yield Record(source.name, next(numbers), item)
            continue
        inner = _puzzles(item, source, numbers, depth + 1)
        first = next(inner, None)
        if first is None and depth == 0:
            yield _refused(item, source, next(numbers))
        elif first is not None:
            yield first
            yield from inner


def _refused(item: object, source: Source, number: int) -> Record:
    return Record(source.name, number, json.dumps(item)[:200], None, WANTED)


def _says_clues(item: object, source: Source) -> bool:
    """True if this object holds the clues of a puzzle, as `Family.problem` takes them, and no text of one."""
    if not isinstance(item, dict) or source.answers or source.column is not None:
        return False
    puzzle, name = columns_of(item)[0], domain_of(item)
    held = item.get(puzzle) if puzzle is not None else None
    if isinstance(held, str) or (isinstance(held, list) and any(isinstance(part, dict) for part in held)):
        return False
    said = item.get(name) if name is not None else None
    return isinstance(get(said) if isinstance(said, str) and known_domain(said) else source.domain, Family)


def _holds(item: dict[str, object], source: Source) -> bool:
    """True if this object is one puzzle, and not a folder of some."""
    if _says_clues(item, source):
        return True
    puzzle = columns_of(item)[0] if source.column is None else source.column
    value = item.get(puzzle) if puzzle is not None else None
    if isinstance(value, list):
        return not any(isinstance(part, dict) for part in value) and not _many(value, source)
    return isinstance(value, str)


def _many(value: list[object], source: Source) -> bool:
    """True for a list of whole puzzles under a key such as `puzzles`."""
    try:
        return board_text(value, source.domain) is None and len(value) > 0
    except InvalidInput:
        return False


def _record(item: object, source: Source, number: int) -> Record | None:
    """One puzzle, with all that its object says; None if it has none."""
    if isinstance(item, dict) and _says_clues(item, source):
        said = item.get(domain_of(item) or "")
        return Record(source.name, number, json.dumps(item), domain=said if isinstance(said, str) else None)
    try:
        if not isinstance(item, dict):
            text = board_text(item, source.domain)
            return None if text is None else Record(source.name, number, text)
        puzzle, solution = columns_of(item)
        refuse_doubled(tuple(item), puzzle if source.column is None else None, solution, domain_of(item))
        puzzle = puzzle if source.column is None else source.column
        known = [key for key in (puzzle, solution) if key is not None]
        if source.answers and solution is not None:
            puzzle, solution = solution, None
        text = _text(item.get(puzzle), source) if puzzle is not None else None
        if text is None:
            return None
        domain = domain_of(item)
        named = item.get(domain) if domain is not None else None
        named = named if isinstance(named, str) and known_domain(named) else None
        answer = None if solution is None else _text(item.get(solution), source)
    except InvalidInput as error:
        return Record(source.name, number, json.dumps(item)[:200], None, str(error))
    keep = tuple(key for key in item if key not in known and (named is None or key != domain))
    others = {name: item[key] for key, name in zip(keep, carried(keep), strict=True)}
    return Record(source.name, number, text, answer, "", named, others)


def _text(value: object, source: Source) -> str | None:
    return value if isinstance(value, str) else board_text(value, source.domain)
