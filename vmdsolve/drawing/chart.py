"""Charts by matplotlib, the extra `plots`, without any of its global state: axes to draw on, and a file of it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from ..atomic import replacing
from ..errors import InvalidInput
from ..extras import want
from ..plain import clean

__all__ = ["KINDS", "chart", "in_percent", "named", "plain_numbers", "save_chart", "wanted"]

KINDS = (".png", ".svg", ".pdf")
LONGEST = 60  # characters of a name in a legend
# what a file would say of when and by which version it was drawn
UNDATED: dict[str, dict[str, None]] = {
    ".png": {"Software": None}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None},
}  # fmt: skip


def wanted(path: Path) -> None:
    """Refuse a file that cannot be drawn, before any work.

    Raises
    ------
    InvalidInput
        Its name ends in none of KINDS.
    MissingExtra
        There is no matplotlib.
    """
    if path.suffix.lower() not in KINDS:
        raise InvalidInput(f"{path} is no picture that can be drawn; wanted one of {', '.join(KINDS)}")
    want("matplotlib", "plot")


def chart(
    rows: int = 1, columns: int = 1, *, width: float = 7.0, height: float = 3.5, title: str = "", **shared: Any
) -> tuple[Any, Any]:
    """A figure of so many inches, nothing of it clipped, and its axes [rows, columns]."""
    want("matplotlib", "plot")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    if title:
        figure.suptitle(named(title, 90), fontsize=9)
    return figure, figure.subplots(rows, columns, squeeze=False, **shared)


def in_percent(axes: Any) -> None:
    """Shares, upwards, in percent; no axis goes beyond 0 and 100."""
    from matplotlib.ticker import PercentFormatter

    low, high = axes.get_ylim()
    axes.set_ylim(max(low, -0.004), min(high, 1.004))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))


def plain_numbers(axis: Any) -> None:
    """Numbers of a logarithmic axis as people write them, between powers, too, where there are few of those."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    said = FuncFormatter(lambda value, _: f"{value:g}")
    low, high = sorted(axis.get_view_interval())
    axis.set_major_formatter(said)
    axis.set_minor_formatter(said if high < 10 * low else NullFormatter())


def named(name: str, longest: int = LONGEST) -> str:
    """A name as a chart shows it, its end if it is long; "$" would begin a formula there.

    Examples
    --------
    >>> named("runs/$a", 4)
    '…s/\\\\$a'
    """
    name = clean(name)
    return (name if len(name) <= longest else "…" + name[-longest:]).replace("$", r"\$")


def save_chart(figure: Any, path: Path) -> Path:
    """Write a figure, the same bytes for the same marks.

    Raises
    ------
    InvalidInput
        Another kind of file.
    """
    wanted(path)
    kind = path.suffix.lower()
    with replacing(path) as out, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # from a name in a script that the font lacks
        figure.savefig(out, format=kind[1:], dpi=120, metadata=UNDATED[kind])
    return path
