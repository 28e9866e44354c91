"""How `picture` is drawn: boards on the left, share valid by T on the right, on a ground of its own, so that it can be
seen on light pages and dark ones. Letters are drawn as shapes: no font is asked for where it is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vmdsolve.atomic import replacing
from vmdsolve.domains import Domain
from vmdsolve.errors import InvalidInput
from vmdsolve.extras import want

from ..driver import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw"]

KINDS = {".svg": {"Date": None, "Creator": None}, ".png": {"Software": None}}  # neither says when, nor by what
WIDE, HIGH = 800, 556  # pixels, which all numbers below are, from the upper left corner
SIDE, ACROSS, DOWN = 88, 108, 96  # of a board; from one to the next
LEFT, TOPS = 114, (112, 336)  # where boards begin; of each arm
COLUMNS, BOARDS = (1, 2, 4, 8), 2
CHART = (592, 112, 768, 496)  # left, top, right, bottom
GROUND, INK, FAINT, LINE = "#fcfcfa", "#222222", "#666666", "#b8b8b8"
COLOURS, CLASH, TINT = ("#1b6ca8", "#8a5a00"), "#b3261e", "#f7cfca"


def draw(domain: Domain, rows: list[Row], path: Path) -> Path:
    """Draw the rows of a result.

    Parameters
    ----------
    rows
        Of two arms by T, the first with z: `share`, and `boards` as text with the cells that clash.
    path
        An .svg or .png file, which appears when it is whole.

    Raises
    ------
    InvalidInput
        Another kind of file.
    """
    if (kind := path.suffix.lower()) not in KINDS:
        raise InvalidInput(f"{path} is no picture that can be drawn; wanted one of {', '.join(KINDS)}")
    want("matplotlib", "picture")
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDE / 96, HIGH / 96), facecolor=GROUND)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDE), ylim=(HIGH, 0))
    axes.set_axis_off()
    _said(axes, 24, 36, "The same noise, with z and without", 19, weight="bold")
    shape = "x".join(map(str, domain.shape))
    _said(axes, 24, 60, f"{_called(domain)} {shape} from nothing, written by two networks of one size.", 13, FAINT)
    _said(axes, 24, 78, "T: network evaluations a board. No rule helps. Red cells clash.", 13, FAINT)
    arms = list(dict.fromkeys(row["arm"] for row in rows))
    for column, steps in enumerate(COLUMNS):
        _said(axes, LEFT + column * ACROSS + SIDE / 2, TOPS[0] - 8, f"T = {steps}", 13, ha="center", weight="bold")
    for arm, top, colour in zip(arms, TOPS, COLOURS, strict=True):
        _said(axes, 24, top + 14, arm, 14, colour, weight="bold")
        for number in range(BOARDS):
            _said(axes, 24, top + number * DOWN + SIDE / 2 + 5, f"noise {number + 1}", 12, FAINT)
        held = {row["T"]: row for row in rows if row["arm"] == arm}
        for column, steps in enumerate(COLUMNS):
            x, row = LEFT + column * ACROSS, held[steps]
            for number in range(BOARDS):
                _board(axes, domain, row["boards"][number], row["clashes"][number], x, top + number * DOWN)
            bottom = top + (BOARDS - 1) * DOWN + SIDE + 17
            _said(axes, x + SIDE / 2, bottom, f"{_percent(row['share'])} valid", 12, colour, ha="center")
    _chart(axes, rows, arms)
    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "vmdsolve"}), replacing(path) as out:
        figure.savefig(out, format=kind[1:], dpi=192, facecolor=GROUND, metadata=KINDS[kind])
    return path


def _called(domain: Domain) -> str:
    """The domain without its size, as a heading says it."""
    return domain.name.partition("-")[0].capitalize()


def _percent(share: float) -> str:
    """With one digit, and none at the ends, which are reached by all or by none alone.

    >>> _percent(1.0), _percent(0.9996), _percent(0.0)
    ('100%', '>99.9%', '0%')
    """
    if share in (0, 1):
        return f"{share:.0%}"
    return ">99.9%" if share > 0.9995 else "<0.1%" if share < 0.0005 else f"{share:.1%}"


def _said(axes: Axes, x: float, y: float, text: str, size: float, colour: str = INK, **more: Any) -> None:
    """Text whose letters are `size` pixels high."""
    axes.text(x, y, text, size=size * 0.75, color=colour, **{"va": "baseline", "family": "DejaVu Sans", **more})


def _board(axes: Axes, domain: Domain, text: str, clashes: list[int], x: float, y: float) -> None:
    from matplotlib.patches import Rectangle

    rows, columns = domain.shape
    cell = SIDE / max(rows, columns)
    width, height, edge = columns * cell, rows * cell, CLASH if clashes else INK
    shown = dict(zip(domain.symbols, domain.boxed or domain.symbols, strict=True))
    axes.add_patch(Rectangle((x, y), width, height, facecolor="white", edgecolor="none"))
    for place in clashes:
        corner = x + place % columns * cell, y + place // columns * cell
        axes.add_patch(Rectangle(corner, cell, cell, facecolor=TINT, edgecolor="none"))
    inner = [((row, 0), (row, columns)) for row in range(1, rows)]
    inner += [((0, column), (rows, column)) for column in range(1, columns)]
    for lines, colour, wide in ((inner, LINE, 0.6), (_borders(domain), INK, 1.0)):
        across, down = ([value for line in lines for value in (line[0][i], line[1][i], np.nan)] for i in (1, 0))
        axes.plot(x + np.array(across) * cell, y + np.array(down) * cell, color=colour, linewidth=wide)
    for place, symbol in enumerate(text):
        row, column = divmod(place, columns)
        clash = place in clashes
        _said(
            axes, x + (column + 0.5) * cell, y + (row + 0.5) * cell, shown.get(symbol, symbol).replace("_", ""),
            0.62 * cell, CLASH if clash else INK, ha="center", va="center_baseline",
            weight="bold" if clash else "normal",
        )  # fmt: skip
    axes.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=edge, linewidth=1.2))


def _borders(domain: Domain) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Lines between cells, from (row, column) to (row, column), where a box ends."""
    rows, columns = domain.shape
    boxes: dict[int, int] = {}
    for number, unit in enumerate(unit for unit in domain.constraints if unit.relation == "box"):
        boxes |= dict.fromkeys(unit.cells, number)
    out = []
    for row in range(rows):
        for column in range(columns):
            own = boxes.get(row * columns + column)
            if column + 1 < columns and own != boxes.get(row * columns + column + 1):
                out.append(((row, column + 1), (row + 1, column + 1)))
            if row + 1 < rows and own != boxes.get((row + 1) * columns + column):
                out.append(((row + 1, column), (row + 1, column + 1)))
    return out


def _chart(axes: Axes, rows: list[Row], arms: list[str]) -> None:
    """Share valid by T, with its own scale."""
    left, top, right, bottom = CHART
    steps = sorted({row["T"] for row in rows})
    at = {T: left + 14 + i * (right - left - 28) / max(1, len(steps) - 1) for i, T in enumerate(steps)}
    _said(axes, left, top - 8, "share valid", 13, weight="bold")
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = bottom - share * (bottom - top)
        axes.plot([left, right], [y, y], color=LINE, linewidth=0.6)
        _said(axes, left - 6, y + 4, f"{share:.0%}", 11.5, FAINT, ha="right")
    for T, x in at.items():
        _said(axes, x, bottom + 19, str(T), 12, FAINT, ha="center")
    _said(axes, (left + right) / 2, bottom + 38, "T, network evaluations", 12, FAINT, ha="center")
    for arm, colour in zip(arms, COLOURS, strict=True):
        points = [(at[row["T"]], bottom - row["share"] * (bottom - top)) for row in rows if row["arm"] == arm]
        axes.plot(*zip(*points, strict=True), "o-", color=colour, markersize=5, linewidth=2, clip_on=False)
        x, y = points[len(points) // 2]
        where = (
            {"x": x, "y": y + 24, "ha": "center"} if y < (top + bottom) / 2 else {"x": x - 12, "y": y, "ha": "right"}
        )
        _said(axes, text=arm, size=13, colour=colour, weight="bold", **where)
