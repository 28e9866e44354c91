"""The curve of a training: what its log says, and a picture of it (which needs matplotlib, the extra `plots`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..drawing.chart import chart, in_percent, named, plain_numbers, save_chart, wanted
from ..errors import InvalidInput
from ..untrusted import loads
from .config import read_config
from .kept import NAME
from .progress import Progress

__all__ = ["MOST", "draw_curves", "read_log", "title_of"]

MOST = 1 << 26  # bytes of a log
LARGEST = 1e30  # no number of a training is beyond
NUMBERS = tuple(one.name for one in fields(Progress))
Row = dict[str, float]
# title of a panel: (what is drawn there with how it is called, whether its axis is logarithmic)
PANELS: dict[str, tuple[dict[str, str], bool]] = {
    "cross-entropy, nats a hidden cell": ({"loss": "all loops", "last": "last loop"}, True),
    "share of held-out puzzles solved": ({"solved": ""}, False),
    "held-out examples, nats a cell": ({"held_out": ""}, False),
    "KL of the latent, nats a board": ({"kl": ""}, False),
    "rate of learning": ({"rate": ""}, False),
}


def read_log(folder: Path) -> tuple[list[Row], int]:
    """The rows of a run's `log.jsonl`, by step, and how many of its lines were no such row.

    Where a run went on from an earlier step, what it did then counts.

    Raises
    ------
    InvalidInput
        There is no log, it is too long, or it has no row.
    """
    path = folder / "log.jsonl"
    if not path.is_file():
        raise InvalidInput(f"there is no log of a training in {folder}: it would be log.jsonl")
    with path.open("rb") as stream:
        data = stream.read(MOST + 1)
    if len(data) > MOST:
        raise InvalidInput(f"{path} has over {MOST:,} bytes; that is no log of a training")
    rows: list[Row] = []
    left_out = 0
    for line in data.splitlines():
        if (row := _row(line)) is None:
            left_out += 1
            continue
        while rows and rows[-1]["step"] >= row["step"]:
            rows.pop()
        rows.append(row)
    if not rows:
        raise InvalidInput(f"{path} has no line of a training yet")
    return rows, left_out


def title_of(folders: Sequence[Path]) -> str:
    """What domain and what model these runs are of, as far as they all say the same."""
    said: list[dict[str, Any]] = []
    for folder in folders:
        try:
            said.append(read_config(folder / NAME))
        except (InvalidInput, OSError):  # as of a run that tells no config
            return ""
    named = {name: {str(one.get(name, "")) for one in said} for name in ("domain", "mixer", "latent", "classes")}
    same = {name: values.pop() for name, values in named.items() if len(values) == 1}
    return ", ".join(value if name == "domain" else f"{name} {value}" for name, value in same.items() if value)


def _row(line: bytes) -> Row | None:
    """The numbers of a line; None if it is none."""
    try:
        said = loads(line)
    except ValueError:  # torn, as by a full disk
        return None
    if not isinstance(said, dict):
        return None
    row: Row = {name: said[name] for name in NUMBERS if _number(said.get(name))}
    return row if {"step", "puzzles", "loss"} <= row.keys() else None


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -LARGEST < value < LARGEST


def draw_curves(curves: Mapping[str, Sequence[Row]], path: Path, *, title: str = "") -> Path:
    """Draw the curves of runs, by their names, over the puzzles that they have seen.

    Parameters
    ----------
    curves
        Rows as of `read_log`.
    path
        A .png, .svg or .pdf file, which appears when it is whole.
    title
        What model of what it is.

    Returns
    -------
    Path
        The same.

    Raises
    ------
    InvalidInput
        Another kind of file.
    MissingExtra
        There is no matplotlib.
    """
    wanted(path)
    shown = {title: of for title, of in PANELS.items() if _drawn(curves, of[0])}
    figure, axes = chart(len(shown), height=0.6 + 2.2 * len(shown), title=title, sharex=True)
    axes = axes[:, 0]
    for panel, (about, (names, logarithmic)) in zip(axes, shown.items(), strict=True):
        told = []
        for number, (run, rows) in enumerate(curves.items()):
            for line, (name, called) in zip(("-", ":"), names.items(), strict=False):
                points = [(row["puzzles"], row[name]) for row in rows if name in row]
                panel.plot(
                    [x for x, _ in points], [y for _, y in points], color=f"C{number}", linestyle=line,
                    marker="." if len(points) < 3 else "", label=", ".join(filter(None, (named(run), called))),
                )  # fmt: skip
                told += [y for _, y in points]
        panel.set_title(about, fontsize="medium")
        if logarithmic and min(told) > 0:
            panel.set_yscale("log")
            plain_numbers(panel.yaxis)
        if "solved" in names:
            in_percent(panel)
    axes[-1].set_xlabel("puzzles seen")
    axes[0].legend(fontsize="small")
    return save_chart(figure, path)


def _drawn(curves: Mapping[str, Sequence[Row]], names: Mapping[str, str]) -> bool:
    """Whether there is anything of these to see; a KL of 0 all along is that of no latent."""
    told = [row[name] for rows in curves.values() for row in rows for name in names if name in row]
    return any(told) if "kl" in names else bool(told)
