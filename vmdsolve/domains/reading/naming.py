"""What a text seems to be, for messages about texts that are not read here."""

from __future__ import annotations

import re

from .forms import is_rule

__all__ = ["described", "kind_shown"]

COPY = "copy its board as text"
KNOWN: tuple[tuple[str, str, str], ...] = (  # how it begins or what it holds; what it is; what to do
    (r"\s*[a-z][a-z0-9+.-]*://\S+|\s*(www\.)?[a-z0-9-]+\.(com|org|net|link|app|io)/\S*", "a link", COPY),
    (r"\s*(f-?puzzles|sudokupad|scl|fpuz|ctc|sxsm)\s*:?[A-Za-z0-9+/=_-]{20,}", "packed data of a puzzle link", COPY),
    (r"\s*SAVEFILE", "a saved game of Simon Tatham's puzzles", "give its rules and board as text"),
    (r"\s*\d{1,3}(x\d{1,3})?\w*(,\w+)*[:#]\S+\s*$", "a game ID of Simon Tatham's puzzles", "give its board as text"),
    (r"\s*<(\?xml|!DOCTYPE|[A-Za-z])", "XML", COPY),
    (r"\s*\{\s*(\"|$)", "a JSON object", "give the text or the list of its board alone"),
    (r"\s*(c\b.*\n\s*)*p\s+(edges?|cols?)\b", "a graph in DIMACS format", "name the domain colouring-K, of K colours"),
    (r"[\s\S]*\barray[12]d\s*\(|[\s\S]*=\s*\[\|", "MiniZinc data", "give it as a file that ends in .dzn"),
    (r"\s*(language\s+ESSENCE|letting\s)", "an Essence parameter file", COPY),
    (r"\s*(\w+ .*\n)*\s*(width|height)\s+\d+", "a nonogram in .non format", "name the domain nonogram"),
    (r"\s*houses\s+\d+\s*[/\n]", "a zebra puzzle", "name the domain zebra"),
    (r"\s*colours\s+\d+\s*[/\n]", "a graph to colour", "name the domain colouring"),
    (r"(\d{1,3} \d{1,3})\s*[/\n]", "a puzzle with clues beside its cells", "name its domain, killer for one"),
    (r"[A-Za-z][\w. -]*([,;\t][\w. -]+)+\s*$", "a header of columns", "give it as a file that ends in .csv"),
    (r"\s*[\w.~-]*[\\/][^\n\t ]*$|\s*[\w-]+\.[A-Za-z][A-Za-z0-9]{0,10}\s*$", "the name of a file", "give its text"),
)  # fmt: skip
PATTERNS = tuple((re.compile(pattern, re.ASCII), what, advice) for pattern, what, advice in KNOWN)
SAMURAI = [18] * 6 + [21] * 3 + [9] * 3 + [21] * 3 + [18] * 6  # cells of its rows
MOST = 4_000  # characters that are looked at


def kind_shown(text: str) -> str | None:
    """The kind of puzzles whose rows alone are like these of a levelled text: a samurai's, the squares outside or not.

    Examples
    --------
    >>> kind_shown("\\n".join(["." * 21] * 21)), kind_shown("." * 81)
    ('samurai', None)
    """
    rows = [line for line in text.split("\n") if line.strip() and not is_rule(line)]
    sizes = [len("".join(row.replace("|", "").split())) for row in rows]
    listed = len(rows) == 21 and any(all(row.count(mark) == 20 for row in rows) for mark in ",;\t")
    return "samurai" if listed or sizes in (SAMURAI, [21] * 21, [sum(SAMURAI)]) else None


def described(text: str) -> tuple[str, str] | None:
    """What a text is that is no bare board, and what to do with it; None where nothing is known of it.

    Examples
    --------
    >>> described("https://example.org/puzzle?id=3")
    ('a link', 'copy its board as text')
    """
    for pattern, what, advice in PATTERNS:
        if pattern.match(text[:MOST]):
            return what, advice
    if len(text.split()) == 1 and len(text.strip()) in (64, 729):  # 4 x 16 and 9 x 81
        return "a list of the candidates of each cell", "give the board alone, with one sign for open cells"
    return None
