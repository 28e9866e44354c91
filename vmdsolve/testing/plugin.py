"""What hypothesis calls when it is imported (entry point `hypothesis`): tells it how to draw our types.

Only the types are imported here; the strategies come with the first draw. Hypothesis itself is imported late: importing
it calls this very module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domains.base import Domain
from ..problem import Problem

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["register"]

SMALL = ("latin-3", "sudoku-4x4", "futoshiki", "killer", "latin-5", "sudoku-9x9")  # where nobody names a domain


def register() -> None:
    """`st.from_type(Problem)` draws problems of a few domains, `st.from_type(Domain)` any domain that is installed."""
    from hypothesis import strategies as st

    st.register_type_strategy(Problem, st.deferred(_problems))
    st.register_type_strategy(Domain, st.deferred(_domains))


def _problems() -> SearchStrategy[Problem]:
    from hypothesis import strategies as st

    from .strategies import problems

    return st.sampled_from(SMALL).flatmap(problems)


def _domains() -> SearchStrategy[Domain]:
    from hypothesis import strategies as st

    from ..domains import get, names

    return st.sampled_from(names()).map(get)
