"""What hypothesis calls when it is imported (entry point `hypothesis`): tells it how to draw our types.

Only the types are imported here; the strategies come with the first draw.
"""

from __future__ import annotations

from hypothesis import strategies as st

from ..domains.base import Domain
from ..problem import Problem

__all__ = ["register"]

SMALL = ("latin-3", "sudoku-4x4", "futoshiki", "killer", "latin-5", "sudoku-9x9")  # where nobody names a domain


def register() -> None:
    """`st.from_type(Problem)` draws problems of a few domains, `st.from_type(Domain)` any domain that is installed."""
    st.register_type_strategy(Problem, st.deferred(_problems))
    st.register_type_strategy(Domain, st.deferred(_domains))


def _problems() -> st.SearchStrategy[Problem]:
    from .strategies import problems

    return st.sampled_from(SMALL).flatmap(problems)


def _domains() -> st.SearchStrategy[Domain]:
    from ..domains import get, names

    return st.sampled_from(names()).map(get)
