"""Accuracy over what it costs, from files of results: what `eval --json` prints, and what benchmarks write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..drawing.chart import chart, in_percent, named, plain_numbers, save_chart, wanted
from ..errors import InvalidInput
from ..untrusted import loads

__all__ = ["draw_results", "help_text", "read_results"]

MOST = 1 << 26  # bytes of a file
MOST_LINES = 24  # of one chart
Row = dict[str, Any]
# what tells one line of a chart from another, if rows differ in it
TOLD = ("domain", "set", "weights", "model", "order", "legal", "way")


def read_results(path: Path) -> list[Row]:
    """The rows of a file that say how many of how many problems were solved, and at what cost.

    Raises
    ------
    InvalidInput
        It is too long, no JSON, or has no such row.
    """
    with path.open("rb") as stream:
        data = stream.read(MOST + 1)
    if len(data) > MOST:
        raise InvalidInput(f"{path} has over {MOST:,} bytes; that is no file of results")
    try:
        said = [loads(data)]
    except ValueError:
        try:
            said = [loads(line) for line in data.splitlines() if line.strip()]
        except ValueError as error:
            raise InvalidInput(
                f"{path} is neither JSON nor lines of it; wanted what `vmdsolve eval --json` prints"
            ) from error
    rows = [row for one in said for row in _rows(one)]
    if not rows:
        raise InvalidInput(f"{path} has no rows with solved, n and nfe; wanted results of `vmdsolve eval --json`")
    return rows


def _rows(said: Any) -> list[Row]:
    if not isinstance(said, dict):
        return []
    every = said["rows"] if isinstance(said.get("rows"), list) else [said]
    out = []
    for row in every:
        if not isinstance(row, dict):
            continue
        for one in row["at"] if isinstance(row.get("at"), list) else [{}]:  # of several numbers of latents
            whole = {**row, **one} if isinstance(one, dict) else row
            n = whole.get("n", whole.get("problems"))
            if all(map(_positive, (n, whole.get("nfe")))) and _number(whole.get("solved")):
                loops = whole.get("loops")
                applied = whole.get("block_applications", whole["nfe"] * loops if _positive(loops) else None)
                out.append({**whole, "share": whole["solved"] / n, "applied": applied})
    return out


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e12


def _positive(value: Any) -> bool:
    return _number(value) and value > 0


def draw_results(rows: Sequence[Mapping[str, Any]], path: Path) -> Path:
    """Draw the share of problems solved over network evaluations, and over block applications.

    Rows of one model, kind and order, at so many loops and latents, are a line.

    Parameters
    ----------
    rows
        As of `read_results`.
    path
        A .png, .svg or .pdf file.

    Raises
    ------
    InvalidInput
        Another kind of file, or more lines than can be told apart.
    MissingExtra
        There is no matplotlib.
    """
    wanted(path)
    alike = {name: rows[0].get(name) for name in TOLD if len({_text(row.get(name)) for row in rows}) == 1}
    panels: list[tuple[str, str, tuple[str, ...]]] = [("network evaluations a problem", "nfe", ("loops", "latents"))]
    if any(_positive(row["applied"]) for row in rows):
        panels.append(("block applications a problem", "applied", ("latents",)))
    title = ", ".join(_said(name, value) for name, value in alike.items() if value not in (None, ""))
    figure, axes = chart(1, len(panels), width=1 + 4.5 * len(panels), height=5, title=title, sharey=True)
    told: dict[str, Any] = {}
    for axis, (about, over, apart) in zip(axes[0], panels, strict=True):
        lines = _lines([row for row in rows if _positive(row[over])], over, [n for n in TOLD if n not in alike], apart)
        if len(lines) > MOST_LINES:
            raise InvalidInput(f"{len(lines)} lines are too many for one chart; wanted files with up to {MOST_LINES}")
        for name, points in lines.items():
            colour = f"C{list(told).index(name) % 10}" if name in told else f"C{len(told) % 10}"
            [told[name]] = axis.plot(*zip(*points, strict=True), "o-", markersize=3, color=colour)
        axis.set_xscale("log", base=2)
        axis.set_xlabel(about)
        plain_numbers(axis.xaxis)
        in_percent(axis)
    axes[0][0].set_ylabel("share of problems solved")
    if len(told) > 1:
        figure.legend(told.values(), map(named, told), fontsize=7, loc="outside lower center", ncols=3)
    return save_chart(figure, path)


def _lines(
    rows: Sequence[Mapping[str, Any]], over: str, told: Sequence[str], apart: Sequence[str]
) -> dict[str, list[tuple[float, float]]]:
    """Points by the name of their line; what all rows share is in no name."""
    names = [*told, *(name for name in apart if len({_text(row.get(name)) for row in rows}) > 1)]
    out: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        said = [_said(name, row.get(name)) for name in names if row.get(name) is not None]
        out.setdefault(", ".join(said), []).append((row[over], row["share"]))
    return {name: sorted(points) for name, points in out.items()}


def help_text(legal: object) -> str:
    """What the rules do for a model that is measured."""
    return "rules mask symbols" if legal else "no rule helps"


def _said(name: str, value: Any) -> str:
    """One thing that is true of a line, in the words of `eval`."""
    if name == "legal":
        return help_text(value)
    return f"{name} {_text(value)}"


def _text(value: Any) -> str:
    return "" if value is None else str(value)
