"""The weights that come with the package: which there are, and which are for which problem. No torch here: who asks
whether there are any should not have to wait for it.
"""

from __future__ import annotations

from pathlib import Path

from ..domains import Domain
from ..problem import Rules
from .slots import ALL_DIFFERENT, suits

__all__ = ["packaged_file", "packaged_files", "weights_for"]

FOLDER = Path(__file__).parents[1] / "weights"


def packaged_files() -> list[Path]:
    """All of them; a file's stem is its domain, or `all-different`."""
    return sorted(FOLDER.glob("*.safetensors"))


def packaged_file(name: str) -> Path | None:
    """Those under a domain's name, or `all-different`; None if there are none."""
    path = FOLDER / f"{name}.safetensors"
    return path if path.is_file() else None


def weights_for(domain: Domain, rules: Rules | None = None) -> Path | None:
    """Those for a domain's problems, under rules of their own where these are told: its own, else those for every
    all-different puzzle if it is one; None if there are none.
    """
    own = packaged_file(domain.name)
    return packaged_file(ALL_DIFFERENT) if own is None and suits(rules or domain.rules) else own
