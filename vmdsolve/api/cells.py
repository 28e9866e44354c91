"""Cells as people name them: r1c2, row 1, the house of milk, or their numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..arguments import whole
from ..domains import Domain
from ..errors import InvalidInput

__all__ = ["cells_named"]

ROW_AND_COLUMN = re.compile(r"row\s*(\d+)\s*,?\s*column\s*(\d+)")
LINE = re.compile(r"(row|r|column|c)\s*(\d+)")


def cells_named(layout: Domain, wanted: str | Sequence[str | int]) -> list[int]:
    """The cells that are meant, in their order, each once.

    Parameters
    ----------
    wanted
        Text, several separated by commas or semicolons; or a sequence of such texts and of cells 0 .. L-1. Text is the
        name of a cell as messages say it ("row 1, column 2", "vertex 3"), short (r1c2), or of a row or column (r1, c2).

    Raises
    ------
    InvalidInput
        Names the part that is no cell.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> cells_named(get("sudoku-4x4"), "r1c2, row 2"), cells_named(get("sudoku-4x4"), [0, "c1"])
    ([1, 4, 5, 6, 7], [0, 4, 8, 12])
    """
    L = layout.rules.L
    names = {_short(layout.cell_name(cell)): cell for cell in range(L)}
    out: dict[int, None] = {}
    for item in [wanted] if isinstance(wanted, str) else wanted:
        if isinstance(item, str):
            out |= dict.fromkeys(cell for part in _parts(item, names) for cell in _cells(part, names, layout))
        else:
            out[whole(item, "a cell", 0, L - 1)] = None
    if not out:
        raise InvalidInput("cells names none; wanted one or more, as in r1c2, or None for all")
    return list(out)


def _short(name: str) -> str:
    """A name as it is compared: `row 1, column 2` is r1c2."""
    plain = " ".join(name.lower().split())
    found = ROW_AND_COLUMN.fullmatch(plain)
    return f"r{found[1]}c{found[2]}" if found else plain


def _parts(text: str, names: dict[str, int]) -> list[str]:
    """What is separated by semicolons, or by commas that are not part of a name."""
    out = []
    for part in text.lower().split(";"):
        if _short(part) in names:
            out.append(_short(part))
        else:
            commas = ROW_AND_COLUMN.sub(r"r\1c\2", part).split(",")
            out += [_short(piece) for piece in commas if piece.strip()]
    return out


def _cells(part: str, names: dict[str, int], layout: Domain) -> list[int]:
    """The cells of one name."""
    if part in names:
        return [names[part]]
    if found := LINE.fullmatch(part):
        line = rf"r{found[2]}c\d+" if found[1].startswith("r") else rf"r\d+c{found[2]}"
        if cells := [cell for name, cell in names.items() if re.fullmatch(line, name)]:
            return cells
    first, last = layout.cell_name(0), layout.cell_name(layout.rules.L - 1)
    raise InvalidInput(f"cells has {part!r}, which {layout.name} does not know; its cells are {first!r} to {last!r}")
