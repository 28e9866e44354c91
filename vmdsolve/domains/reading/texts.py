"""Text of one puzzle to its problem: what is there is looked for, and only then counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ...errors import InvalidInput, InvalidProblem
from ...plain import many
from ...problem import OPEN, Problem
from ...untrusted import loads
from .. import notations, registry
from ..base import Domain, plain_line
from ..clued import Family
from .forms import FORMS, Shape, is_rule, levelled
from .naming import described, kind_shown
from .spelling import problem_of
from .values import PUZZLES, plain, tokens

__all__ = ["HEAD", "by_size", "is_head", "problem_in", "shapes", "strictly"]

HEAD = re.compile(  # lines above or below a board that say nothing of it but its name, its source or its size
    r"\s*(?:[#%]|//|```).*"
    r"|\s*\[?(?:(?:sudoku|puzzle|grid|board|game|problem|level|number|no|nr)\b[ .:#_-]*)+(?:\d{1,9}|[A-Z])?\]?[ .:]*"
    r"|\s*(?:author|by|title|name|source|date|difficulty|level|rating|description|comment|url|id|rated|score)\s*[:=].*"
    r"|\s*(?:(?:n|size|order)\s*[=:]?\s*)?(?P<rows>\d{1,2})(?:(?:\s+|\s*[x×,]\s*)(?P<columns>\d{1,2}))?\s*;?\s*",
    re.IGNORECASE | re.ASCII,
)
LETTERS = re.compile(r"\s*A([ \t,;|]+)B\1C(?:\1[D-Z])*\s*")  # over the columns
SECTION = re.compile(r"^[ \t]*\[puzzle\][ \t]*$([^\[]*)", re.IGNORECASE | re.MULTILINE)
BEGIN, END = re.compile(r"[\[{(]\s?[\[{(]"), re.compile(r"[\]})],?\s?[\]})]")  # of a list of lists in other text
APART = re.compile(r"[\s:,;|=\"'`<>()\[\]{}/]+")
VARIANT = re.compile(
    r"\b(killer|jigsaw|diagonals?|windoku|hyper|anti-?(knight|king)|thermo\w*|arrow|sandwich|irregular|(?:sudoku-)?x(?=-?sudoku)|sudoku-x)\b",
    re.IGNORECASE,
)
CLUED = ("a puzzle with clues beside its cells",)  # looks like one, if nobody says what it is
MOST = 1 << 16  # characters of a text that is looked through; 64 x 64 cells take a quarter of it


def shapes() -> Sequence[Shape]:
    """Shapes of the domains that a bare grid may mean, the smallest first."""
    return _shapes(tuple(sorted(registry.by_cells().items())))


@lru_cache(maxsize=4)  # packages may come and go
def _shapes(sizes: tuple[tuple[int, tuple[str, ...]], ...]) -> Sequence[Shape]:
    return [registry.get(names[0]).shape for _, names in sizes]


def by_size(cells: int) -> Domain:
    """The domain of this many cells.

    Raises
    ------
    InvalidProblem
        Where there is none, or more than one.
    """
    sizes = registry.by_cells()
    found = sizes.get(cells, ())
    if len(found) == 1:
        return registry.get(found[0])
    if found:
        raise InvalidProblem(f"{cells} cells may be {' or '.join(found)}; name one with domain=")
    known = ", ".join(map(str, sorted(sizes)))
    raise InvalidProblem(f"no domain goes by {cells} cells, only by {known}; name another kind by its domain")


def strictly(text: str, where: Domain | None) -> Problem:
    """The problem that a text is as domains write it, and as they read it themselves."""
    return (where or by_size(len(plain_line(text)))).parse(text)


def problem_in(text: str, where: Domain | None) -> Problem:
    """The one problem that a text shows.

    Raises
    ------
    InvalidProblem
        Says what the text is, if that is known, or names the cell or the line.

    Examples
    --------
    >>> problem_in("grid 01\\n1,,,\\n,,,4\\n,,,\\n,,2,", None).values.tolist()[:4]
    [0, -1, -1, -1]
    """
    if where is not None and where.verbatim:
        return where.parse(text)
    if (notation := notations.find(text)) is not None:
        problem = notation.read(text, None if where is None else where.name)
        if where is not None and problem.domain != where.name:
            raise InvalidInput(f"this is {problem.domain} in the notation {notation.name}, not {where.name}")
        return problem
    if isinstance(where, Family):
        return where.parse(text)
    if where is not None or "\n" not in text.strip():
        try:
            return strictly(text, where)
        except InvalidProblem as refusal:
            first = refusal
    else:
        first = None
    level = levelled(text if "\n" in text.strip() else text.replace("\\n", "\n"))  # as shells and JSON leave it
    if len(level) <= MOST and "://" not in level:
        for found in _readings(level, where):
            if isinstance(found, Problem):
                return found
            first = found if first is None else first
    if where is None and (kind := kind_shown(level)) is not None:
        return registry.get(kind).parse(text)
    raise _refusal(level, where, first)


def _readings(text: str, where: Domain | None) -> Iterator[Problem | InvalidProblem]:
    """Problems that the text may be, the likely one first, and why it is none."""
    longest = max(map(len, APART.split(text)))
    if 2 * longest > len(text) > longest:  # one word is most of it
        yield from _one_token(text, where)
    yield from _boards(text, where)
    if all(line.startswith(">") for line in text.split("\n") if line.strip()):  # quoted in a mail
        yield from _boards(re.sub(r"^> ?", "", text, flags=re.MULTILINE), where)
    if section := SECTION.search(text):
        yield from _boards(section[1].strip("\n"), where)
    if text.lstrip()[:1] == "{":
        yield from _object(text, where)
    begins, ends = list(BEGIN.finditer(text)), list(END.finditer(text))
    if len(begins) == len(ends) == 1 and not VARIANT.search(text):
        yield from _boards(text[begins[0].start() : ends[0].end()], where)
    yield from _below_heads(text, where)
    yield from _one_token(text, where)


def _boards(text: str, where: Domain | None) -> Iterator[Problem | InvalidProblem]:
    lines = text.count("\n")
    wanted = [
        (rows, columns)
        for rows, columns in ([where.shape] if where else shapes())
        if lines <= rows * columns + 4 * rows + 20
    ]  # a cell a line, and lines drawn between
    for _, form in FORMS:
        for shape in wanted:
            cells = form(text, shape)
            if cells is not None:
                try:
                    yield problem_of(where or by_size(len(cells)), cells)
                except InvalidProblem as refusal:
                    yield refusal


def _object(text: str, where: Domain | None) -> Iterator[Problem | InvalidProblem]:
    """The board of a JSON object, under one of the usual names."""
    try:
        found = loads(text)
    except ValueError:
        return
    named = {str(key).lower(): value for key, value in found.items()} if isinstance(found, dict) else {}
    for value in [named[name] for name in PUZZLES if name in named][:1]:
        try:
            items = plain(value)
            if isinstance(items, str):
                yield problem_in(items, where)
            else:
                domain = where or by_size(items.size)
                yield problem_of(domain, tokens(items, domain.cell_name))
        except InvalidProblem as refusal:
            yield refusal


def is_head(line: str) -> bool:
    """True if this line is none of a board's, but a name, a remark or a size above it.

    Examples
    --------
    >>> is_head("Grid 01"), is_head("# hard"), is_head("9"), is_head("003020600")
    (True, True, True, False)
    """
    return HEAD.fullmatch(line) is not None


def _below_heads(text: str, where: Domain | None) -> Iterator[Problem | InvalidProblem]:
    """A board without the lines around it that say nothing of it; a size must be its own."""
    lines = text.split("\n")
    if LETTERS.fullmatch(lines[0]):
        yield from _boards("\n".join(lines[1:]), where)
    heads = [HEAD.fullmatch(line) if line.strip() else None for line in lines]
    if not any(heads) or VARIANT.search("\n".join(line for line, head in zip(lines, heads, strict=True) if head)):
        return
    sizes = [[int(n) for n in head.group("rows", "columns") if n] for head in heads if head and head["rows"]]
    board = "\n".join(line for line, head in zip(lines, heads, strict=True) if not head)
    for found in _boards(board, where):
        if isinstance(found, Problem):
            rows, columns = registry.layout_of(found).shape
            fits = ([rows], [rows, columns], [columns, rows])
            wrong = [s for s in sizes if s not in fits and not (s[0] ** 2 == rows and len({*s}) == 1)]
            if wrong:
                shown = " ".join(map(str, wrong[0]))
                raise InvalidProblem(f"the head says {shown}, which is not the size of this {rows}x{columns} board")
        yield found


def _one_token(text: str, where: Domain | None) -> Iterator[Problem | InvalidProblem]:
    """The one word of a text that is a board, among numbers, names and ratings; its answer may stand beside it."""
    wanted = {where.rules.L} if where else {*registry.by_cells()}
    words = [re.sub(r"\+(?=\w)", "", word) for word in APART.split(text)]
    words = [word for word in words if len(word) in wanted and any(map(str.isalnum, word.replace("0", "")))]
    found: dict[tuple[int, ...], Problem] = {}
    for word in dict.fromkeys(words[:100]):
        try:
            problem = strictly(word, where)
        except InvalidProblem:
            try:
                problem = problem_of(where or by_size(len(word)), [*word])
            except InvalidProblem:
                continue
        found[tuple(problem.values.tolist())] = problem
    most = max((len(values) for values in found), default=0)
    open_boards = [values for values in found if len(values) == most and OPEN in values]
    full = [values for values in found if len(values) == most and OPEN not in values]
    if named := VARIANT.search(text):
        if found:
            raise InvalidProblem(f"the text names {named[0]!r}, which may be a rule of its own; give the cells alone")
    elif len(open_boards) == 1:
        given = open_boards[0]
        if all(all(g in (OPEN, v) for g, v in zip(given, values, strict=True)) for values in full):
            yield found[given]
        else:
            raise InvalidProblem("the text holds a board and another one that is not its answer; give one")
    elif len(open_boards) + len(full) == 1:
        yield found[full[0]]
    elif found:
        raise InvalidProblem(f"the text holds {len(open_boards) + len(full)} boards; give one, or a file of them")


def _refusal(text: str, where: Domain | None, first: InvalidProblem | None) -> InvalidInput:
    """Why a text is no board: what it is, if that is known, or which line or cell is the cause."""
    if (known := described(text)) and (where is None or known[0] not in CLUED):
        what, advice = known
        return InvalidProblem(f"this is {what}, not a board: {advice}")
    if cause := _candidates(text) or _odd_line(text, [where.shape] if where else shapes()):
        return InvalidProblem(cause)
    return first or _counted(text, where)


def _counted(text: str, where: Domain | None) -> InvalidInput:
    try:
        problem = strictly(text, where)
    except InvalidInput as refusal:
        return refusal
    return InvalidProblem(f"{problem.domain} has other rows than this text")


def _odd_line(text: str, wanted: Sequence[Shape]) -> str | None:
    """Which line of a board keeps it from being one."""
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip() and not is_rule(line)]
    for mark in (",", ";", "\t", ""):
        rows = [
            (n, line, line.strip().split(mark) if mark else [c for c in line if c not in "| \t"]) for n, line in lines
        ]
        for height, width in wanted:
            odd = [(n, line, len(cells)) for n, line, cells in rows if len(cells) != width]
            if height > 1 and odd and len(odd) <= max(2, height // 4) and len(rows) - len(odd) >= height - 2:
                n, line, cells = odd[0]
                if len(rows) - len(odd) == height:
                    return f"line {n}, {line.strip()[:40]!r}, is no row of this {height}x{width} board; leave it out"
                return f"line {n} has {many(cells, 'cell')}, other rows {width}"
            if height > 1 and rows and not odd and len(rows) != height and abs(len(rows) - height) < 3:
                return f"{many(len(rows), 'row')} of {many(width, 'cell')}; wanted {height}"
    return None


def _candidates(text: str) -> str | None:
    """Grids that list the candidates of every cell are told by their words."""
    words = [word for line in text.split("\n") if not is_rule(line) for word in line.replace("|", " ").split()]
    listed = [w for w in words if w.isdigit() and len(w) > 1 and [*w] == sorted({*w})]
    if len(words) in registry.by_cells() and 3 * len(listed) > len(words) and all(map(str.isdigit, words)):
        return "this is a grid of the candidates of each cell: give the board alone, with one sign for open cells"
    return None
