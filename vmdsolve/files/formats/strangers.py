"""Files that hold no puzzle that can be read, known by how they begin: each is refused in one sentence."""

from __future__ import annotations

import re

from ...errors import InvalidInput
from .base import Source

__all__ = ["refuse"]

STRANGERS = {
    r"<(!doctype\s+)?html|<head": "a web page; save the file that it shows, not the page",
    r"<\?xml|<[a-z]+": "XML, of which only files of OpenSudoku are read; write the puzzles a line each",
    r"language\s+essence|letting\s+\w+\s+be": "an ESSENCE file, which is not read; write its puzzle as text",
    r"SAVEFILE:": "a saved game of Simon Tatham's collection; give the game ID instead",
    r"version https://git-lfs": "a pointer of Git LFS; fetch the file itself",
    r"(from|import|def|class)\s+\w+|#!/|#include": "a program; wanted a file of puzzles",
    r"include\s+\"\w+\.mzn\"": "a MiniZinc model; name it .mzn",
}


def refuse(source: Source) -> None:
    """InvalidInput in a sentence for a file that no format recognises, if others know what it is."""
    first = source.first().strip()
    for pattern, what in STRANGERS.items():
        if re.match(pattern, first, re.IGNORECASE):
            raise InvalidInput(f"{source.name} is {what}")
