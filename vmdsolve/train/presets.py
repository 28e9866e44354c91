"""Presets: choices that go together under a name; what they do not say is as by default."""

from __future__ import annotations

from typing import Any

__all__ = ["PRESETS", "about_presets", "preset"]

# name: (what it is, keys of a run's config). The study of many answers compares these, see benchmarks/study/arms.py.
PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "published": (
        "VMD as in arXiv 2510.23606, a Gaussian z of 8 numbers, prior N(0, I)",
        {
            "latent": 8, "classes": 0, "prior": "standard",
            "latent_kl": 1.0, "kl_warmup": 0.8, "settle": 0.0, "draw": "each_step",
        },
    ),
    "ours": (
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


def preset(name: str) -> dict[str, Any]:
    """The keys of a run's config that a preset sets.

    Examples
    --------
    >>> preset("baseline")
    {'latent': 0, 'settle': 0.0, 'draw': 'once'}
    """
    return dict(PRESETS[name][1])


def about_presets() -> str:
    """What each of them is, in a sentence."""
    return "; ".join(f"{name}: {about}" for name, (about, _) in PRESETS.items()) + "."
