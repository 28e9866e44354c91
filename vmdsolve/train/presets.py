"""Presets: choices that go together under a name; what they do not say is as by default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["FEW", "OURS", "PRESETS", "about_presets", "best", "left_open", "preset"]

# name: (what it is, keys of a run's config). The study of many answers compares these, see benchmarks/study/arms.py.
PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "published": (
        "VMD as in arXiv 2510.23606, a Gaussian z of 8 numbers, prior N(0, I)",
        {
            "latent": 8, "classes": 0, "prior": "standard",
            "latent_kl": 1.0, "kl_warmup": 0.8, "settle": 0.0, "draw": "each_step",
        },
    ),
    "codes": (
        "16 groups of 8 classes, an autoregressive prior that is fitted once the posterior has settled",
        {
            "latent": 16, "classes": 8, "prior": "autoregressive",
            "latent_kl": 0.05, "kl_warmup": 0.3, "settle": 0.6, "draw": "once",
        },
    ),
    "matched": (
        "z is noise on the states; of 32 copies of a board each learns the nearest of its answers",
        {
            "latent": 1, "classes": 0, "prior": "states", "settle": 0.0, "draw": "once",
            "data": "law", "batch": 3, "attempts": 32, "matched": True, "begin_noise": 1.0,
        },
    ),
    "baseline": ("no latent, plain masked diffusion", {"latent": 0, "settle": 0.0, "draw": "once"}),
}  # fmt: skip
OURS = "ours"  # a name for the one that is best where answers are many
FEW = 8  # cells of which codes say the whole answer soon; with more, matched noise is far ahead at equal time
# Who says one of these has made a choice of a latent, or of data, that the best preset would go against.
CHOICES = {key for _, keys in PRESETS.values() for key in keys} - {"batch"} | {
    "blocks", "examples", "free_bits", "init", "others", "path_noise"
}  # fmt: skip


def preset(name: str, _told: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The keys of a run's config that a preset sets, whatever else is told.

    Examples
    --------
    >>> preset("baseline")
    {'latent': 0, 'settle': 0.0, 'draw': 'once'}
    """
    return dict(PRESETS[name][1])


def best(cells: int, *, listed: bool = True) -> str:
    """The preset that is best for problems of so many cells with many answers: `listed`, if these can be.

    Examples
    --------
    >>> best(2), best(64), best(2, listed=False)
    ('codes', 'matched', 'matched')
    """
    return "codes" if listed and cells <= FEW else "matched"


def left_open(told: Mapping[str, Any]) -> bool:
    """Whether keys of a run leave it open which latent learns from which data, but for answers as such.

    Examples
    --------
    >>> left_open({"steps": 100, "data": "law"}), left_open({"latent": 0}), left_open({"data": "problems"})
    (True, False, False)
    """
    agreed = {"data"} if told.get("data") in ("law", "answers") else set()
    return not CHOICES & told.keys() - agreed


def about_presets() -> str:
    """What each of them is, in a sentence."""
    told = "; ".join(f"{name}: {about}" for name, (about, _) in PRESETS.items())
    which = f"{best(FEW)} for up to {FEW} cells, else {best(FEW + 1)}"
    return f"{told}; {OURS}: the best of them where answers are many, {which}."
