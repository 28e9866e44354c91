"""Plots of diagnostics, as PNG files; needs matplotlib (the extra `plots`), and touches none of its global state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import VmdsolveError
from .latent import ACTIVE, Diagnosis

__all__ = ["plot_diagnosis"]


def plot_diagnosis(diagnosis: Diagnosis, folder: Path) -> list[Path]:
    """Write one PNG for each diagnostic into `folder`, made if need be; returns the files.

    Raises
    ------
    VmdsolveError
        Naming the extra to install, if there is no matplotlib.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise VmdsolveError("plots need matplotlib: pip install 'vmdsolve[plots]'") from error
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, draw in PLOTS.items():
        if name == "classes" and not diagnosis.classes:
            continue
        figure = Figure(figsize=(7, 3.5), layout="constrained")
        FigureCanvasAgg(figure)
        axes: Any = figure.add_subplot()
        axes.xaxis.get_major_locator().set_params(integer=True)
        draw(diagnosis, axes)
        written.append(folder / f"{name}.png")
        figure.savefig(written[-1], dpi=120, metadata={"Software": None})
    return written


def _kl(d: Diagnosis, axes: Any) -> None:
    axes.bar(range(len(d.kl)), d.kl, color=["C0" if value > ACTIVE else "C3" for value in d.kl])
    axes.axhline(ACTIVE, color="black", linewidth=0.8, linestyle=":")
    axes.set(title=f"KL(posterior || prior), {d.active} of {len(d.kl)} active", xlabel=_unit(d), ylabel="nats")


def _information(d: Diagnosis, axes: Any) -> None:
    axes.bar(range(len(d.information_each)), d.information_each)
    axes.axhline(d.information, color="C1", label=f"all together: {d.information:.2f}")
    axes.axhline(d.information_limit, color="black", linestyle=":", label=f"limit, log {d.informed}")
    axes.legend()
    of = "I(x0; z | start)" if d.conditional else "I(x0, start; z)"
    axes.set(title=f"mutual information {of}", xlabel=_unit(d), ylabel="nats")


def _classes(d: Diagnosis, axes: Any) -> None:
    groups = range(len(d.used))
    axes.bar([g - 0.2 for g in groups], [d.classes * share for share in d.used], 0.4, label="some board's likeliest")
    axes.bar([g + 0.2 for g in groups], d.perplexity, 0.4, label="perplexity of the aggregate")
    axes.axhline(d.classes, color="black", linestyle=":", label="classes there are")
    axes.legend()
    axes.set(title="classes in use", xlabel=_unit(d), ylabel="classes")


def _explained(d: Diagnosis, axes: Any) -> None:
    axes.bar(range(len(d.explained_cells)), d.explained_cells)
    axes.set(title=f"variance that z explains, {100 * d.explained:.1f}% in all", xlabel="cell", ylabel="share")
    axes.set_ylim(min(0.0, *d.explained_cells), 1)


def _unit(d: Diagnosis) -> str:
    return "group" if d.classes else "dimension"


PLOTS: dict[str, Callable[[Diagnosis, Any], None]] = {
    "kl": _kl,
    "information": _information,
    "classes": _classes,
    "explained": _explained,
}
