"""Plots of diagnostics, as PNG files; needs matplotlib (the extra `plots`), and touches none of its global state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..drawing.chart import chart, save_chart
from ..extras import want
from .latent import ACTIVE, Diagnosis

__all__ = ["plot_diagnosis"]


def plot_diagnosis(
    diagnosis: Diagnosis, folder: Path, *, name: str = "", symbols: str = "", shape: tuple[int, int] = (1, 0)
) -> list[Path]:
    """Write one PNG for each diagnostic into `folder`, made if need be; returns the files.

    Parameters
    ----------
    diagnosis
        What `diagnose` gave.
    folder
        Files of former plots in it are replaced.
    name
        Of the model, for the titles.
    symbols
        What values are called; by default by their numbers.
    shape
        Rows and columns of the board, where it has several rows.

    Raises
    ------
    MissingExtra
        Naming the extra to install, if there is no matplotlib.
    """
    want("matplotlib", "plot")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, draw in PLOTS.items():
        if kind == "classes" and not diagnosis.classes:
            continue
        figure, [[axes]] = chart(title=name)
        axes.xaxis.get_major_locator().set_params(integer=True)
        if kind == "explained" and shape[0] > 1:
            _explained_board(diagnosis, figure, axes, shape)
        else:
            draw(diagnosis, axes, symbols)
        written.append(save_chart(figure, folder / f"{kind}.png"))
    return written


def _kl(d: Diagnosis, axes: Any, _: str) -> None:
    axes.bar(range(len(d.kl)), d.kl, color=["C0" if value > ACTIVE else "C3" for value in d.kl])
    axes.axhline(ACTIVE, color="black", linewidth=0.8, linestyle=":")
    says = "the latent is dead" if d.dead else f"{d.active} of {len(d.kl)} active"
    axes.set(title=f"KL(posterior || prior), {says}", xlabel=_unit(d), ylabel="nats")


def _information(d: Diagnosis, axes: Any, _: str) -> None:
    axes.bar(range(len(d.information_each)), d.information_each)
    axes.axhline(d.information, color="C1", label=f"all together: {d.information:.2f}")
    axes.axhline(d.information_limit, color="black", linestyle=":", label=f"limit, log {d.informed}")
    axes.legend()
    of = "I(x0; z | start)" if d.conditional else "I(x0, start; z)"
    axes.set(title=f"mutual information {of}", xlabel=_unit(d), ylabel="nats")


def _classes(d: Diagnosis, axes: Any, _: str) -> None:
    groups = range(len(d.used))
    axes.bar([g - 0.2 for g in groups], [d.classes * share for share in d.used], 0.4, label="some board's likeliest")
    axes.bar([g + 0.2 for g in groups], d.perplexity, 0.4, label="perplexity of the aggregate")
    axes.axhline(d.classes, color="black", linestyle=":", label="classes there are")
    axes.legend()
    axes.set(title="classes in use", xlabel=_unit(d), ylabel="classes")


def _explained(d: Diagnosis, axes: Any, _: str) -> None:
    axes.bar(range(1, len(d.explained_cells) + 1), d.explained_cells)
    axes.set(title=f"variance that z explains, {100 * d.explained:.1f}% in all", xlabel="cell", ylabel="share")
    axes.set_ylim(min(0.0, *d.explained_cells), 1)


def _explained_board(d: Diagnosis, figure: Any, axes: Any, shape: tuple[int, int]) -> None:
    """The same on the board itself."""
    rows, columns = shape
    cells = [list(d.explained_cells[r * columns : (r + 1) * columns]) for r in range(rows)]
    edges = (0.5, columns + 0.5, rows + 0.5, 0.5)  # from 1
    shown = axes.imshow(cells, vmin=0, vmax=1, cmap="viridis", interpolation="nearest", extent=edges)
    axes.set(title=f"variance that z explains, {100 * d.explained:.1f}% in all", xlabel="column", ylabel="row")
    axes.yaxis.get_major_locator().set_params(integer=True)
    figure.colorbar(shown, label="share of a cell's variance")


def _embedding(d: Diagnosis, axes: Any, symbols: str) -> None:
    e = d.embedding
    kinds = sorted(set(e.symbols))
    for place, value in enumerate(kinds):
        some = [point for point, own in zip(e.points, e.symbols, strict=True) if own == value]
        size = 8 * max(1, min(16, len(kinds)) - place)  # so that none hides those below it
        axes.scatter(*zip(*some, strict=True), s=size, label=_symbol(value, symbols))
    if len(kinds) <= 16:
        for text in axes.legend(
            title=f"cell {e.cell + 1} is", fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5)
        ).texts:
            text.set_parse_math(False)
    first, second = (f"{100 * share:.0f}% of the variance" for share in e.shares)
    axes.set(title=f"posteriors of {d.boards} boards", xlabel=first, ylabel=second)


def _traversal(d: Diagnosis, axes: Any, _: str) -> None:
    rows = [cells for one in d.traversals for cells in one.moved]
    edges = (0.5, len(rows[0]) + 0.5, len(rows) - 0.5, -0.5)  # cells from 1
    axes.imshow(rows, aspect="auto", vmin=0, vmax=1, cmap="viridis", interpolation="nearest", extent=edges)
    digits = 0 if d.classes else 1
    labels = [f"{it.dimension}: {round(value, 1) + 0.0:.{digits}f}" for it in d.traversals for value in it.values]
    axes.set_yticks(range(len(rows)), labels, fontsize=min(8, max(2, 170 // len(rows))))
    most = max(one.most for one in d.traversals)
    axes.set(
        title=f"what moves as z does, {100 * most:.1f}% at most; bright: a cell's prediction is another one",
        xlabel="cell", ylabel=f"{_unit(d)}: value",
    )  # fmt: skip
    axes.title.set_fontsize(9)


def _symbol(value: int, symbols: str) -> str:
    if value < 0:
        return "open"
    sign = symbols[value] if value < len(symbols) else str(value)
    return "'_'" if sign == "_" else sign  # a legend leaves out what begins so


def _unit(d: Diagnosis) -> str:
    return "group" if d.classes else "dimension"


PLOTS: dict[str, Callable[[Diagnosis, Any, str], None]] = {
    "kl": _kl,
    "information": _information,
    "classes": _classes,
    "explained": _explained,
    "embedding": _embedding,
    "traversal": _traversal,
}
