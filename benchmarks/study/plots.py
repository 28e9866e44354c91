"""Plots of the study, made from the rows of its results; needs matplotlib, the extra `plots`.

`python -m benchmarks plots` draws them from the committed results; `--plots FOLDER` of a benchmark from its own rows.
"""

from __future__ import annotations

from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from typer import Option

from ..driver import RESULTS, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw", "figure_of", "run", "save"]

COLOURS = {"baseline": "#888888", "published": "#d95f02", "codes": "#1b6ca8", "matched": "#1b9e77"}


def run(out: Annotated[Path, Option(help="Folder for the plots.")] = RESULTS) -> None:
    """Draw the study's plots from the committed results."""
    from ..committed import known
    from .tables import combined

    draw(out, **{name: combined(known(name)) for name in ("synthetic", "generate") if known(name)})


def draw(folder: Path, **rows: list[Row]) -> None:
    """Write every plot that these rows of `synthetic` and `generate` allow."""
    folder.mkdir(parents=True, exist_ok=True)
    toys, grids = rows.get("synthetic", []), rows.get("generate", [])
    swept = [row for row in toys if row["domain"].startswith("follow-") and row["nfe"] == 1 and row["headline"]]
    chains = [row for row in toys if (row["domain"], row["blocks"]) == ("chains", 1) and row["headline"]]
    whole = [row for row in grids if row["headline"] and row["remask"] == "none"]
    if swept:
        save(_sweep(swept), folder / "sweep.png")
    if chains or whole:
        save(_accuracy(chains, whole), folder / "accuracy.png")
    if joint := [row for row in toys if "joint" in row]:
        save(_joint(joint), folder / "pairs.png")


def figure_of(columns: int, height: float = 3.0) -> tuple[Figure, list[Axes]]:
    """A figure of so many plots side by side."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise SystemExit("plots need matplotlib: pip install 'vmdsolve[plots]'") from error
    figure = Figure(figsize=(3.4 * columns, height), layout="constrained")
    return figure, [figure.add_subplot(1, columns, i + 1) for i in range(columns)]


def save(figure: Figure, path: Path) -> None:
    """Write a figure, the same bytes for the same lines."""
    figure.savefig(path, dpi=90, metadata={"Software": None})  # the version of matplotlib would change the file
    print(f"drawn {path}")


def _lines(axes: Axes, rows: list[Row], x: str, field: str) -> None:
    """One line an arm, the mean over seeds, and the range of its seeds as a band."""
    for arm in (arm for arm in COLOURS if any(row["arm"] == arm for row in rows)):
        held: dict[Any, list[float]] = {}
        for row in rows:
            if row["arm"] == arm:
                held.setdefault(row[x], []).append(row[field])
        at = sorted(held)
        axes.plot(at, [mean(held[k]) for k in at], "o-", color=COLOURS[arm], label=arm)
        axes.fill_between(at, [min(held[k]) for k in at], [max(held[k]) for k in at], color=COLOURS[arm], alpha=0.2)


def _sweep(rows: list[Row]) -> Figure:
    figure, (left, right) = figure_of(2)
    rows = [{**row, "p": int(row["domain"].removeprefix("follow-")) / 100} for row in rows]
    for axes, field, label in ((left, "kl", "KL, nats"), (right, "variation", "total variation")):
        _lines(axes, rows, "p", field)
        axes.set_xlabel("p: how often the second follows")
        axes.set_ylabel(label)
    left.set_yscale("log")
    floor = max(row["kl_floor"] for row in rows)
    left.plot([0, 1], [floor, floor], ":", color="black", label="perfect samples, p < 1")
    figure.legend(*left.get_legend_handles_labels(), fontsize=8, loc="outside lower center", ncols=2)
    figure.suptitle("Two tokens filled in one step, domains follow-p", fontsize=10)
    return figure


def _accuracy(chains: list[Row], grids: list[Row]) -> Figure:
    given = [(title, rows) for title, rows in (("chains (D2)", chains), ("4x4 grids from nothing", grids)) if rows]
    figure, every = figure_of(len(given))
    for axes, (title, rows) in zip(every, given, strict=True):
        _lines(axes, rows, "nfe", "accuracy")
        axes.set_xscale("log", base=2)
        axes.set_xlabel("network evaluations a sample")
        axes.set_ylabel("share of valid samples")
        axes.set_title(title)
    figure.legend(*every[0].get_legend_handles_labels(), fontsize=8, loc="outside lower center", ncols=4)
    return figure


def _joint(rows: list[Row]) -> Figure:
    shown = [row for row in rows if row["headline"]]
    figure, every = figure_of(len(shown))
    for axes, row in zip(every, shown, strict=True):
        axes.imshow(np.array(row["joint"]).reshape(10, 10) / row["n"], cmap="Blues", vmin=0, vmax=0.1)
        axes.set(xlabel="second token", ylabel="first token", xticks=range(10), yticks=range(10))
        axes.set_title(f"{row['arm']}: {row['accuracy']:.1%}, KL {row['kl']:.3f}", fontsize=9)
    figure.suptitle("Pairs (k, k + 1), domain pair, filled in one step: share of samples by arm", fontsize=10)
    return figure
