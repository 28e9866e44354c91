"""The test kit: public API for authors of adapters. See docs/adapters.md.

    check_domain(domain)     all laws on one adapter, in seconds; raises LawBroken. Needs nothing but vmdsolve
    problems, solutions, partial, hostile    hypothesis strategies for tests of your own (extra `test`)
    brute_force, cp_sat      judges that share nothing with search (CP-SAT: extra `test`)

>>> from vmdsolve.testing import LAWS, check_domain
>>> [result.law for result in check_domain("latin-3", count=12)] == list(LAWS)
True

Hypothesis finds the strategies for `st.from_type(Problem)` and `st.from_type(Domain)` by itself. Names are loaded when
first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .broken import LawBroken as LawBroken
    from .cases import Case as Case
    from .check import LAWS as LAWS
    from .check import Result as Result
    from .check import check_domain as check_domain
    from .check import run_laws as run_laws
    from .oracles import brute_force as brute_force
    from .oracles import cp_sat as cp_sat
    from .strategies import hostile as hostile
    from .strategies import partial as partial
    from .strategies import problems as problems
    from .strategies import solutions as solutions

_WHERE = {
    "Case": "cases",
    "LAWS": "check",
    "LawBroken": "broken",
    "Result": "check",
    "brute_force": "oracles",
    "check_domain": "check",
    "cp_sat": "oracles",
    "hostile": "strategies",
    "partial": "strategies",
    "problems": "strategies",
    "run_laws": "check",
    "solutions": "strategies",
}
__all__ = [
    "LAWS",
    "Case",
    "LawBroken",
    "Result",
    "brute_force",
    "check_domain",
    "cp_sat",
    "hostile",
    "partial",
    "problems",
    "run_laws",
    "solutions",
]


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module 'vmdsolve.testing' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{_WHERE[name]}", __name__), name)
    return value
