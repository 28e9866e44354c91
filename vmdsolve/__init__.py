"""vmdsolve: constraint solving and structured generation with variational masked diffusion.

>>> import vmdsolve
>>> vmdsolve.solve("1......2..4..3..").text
'1234341221434321'

Names are loaded when first used: `import vmdsolve` imports neither torch nor NumPy.
"""

import logging
from importlib import import_module
from typing import TYPE_CHECKING

from ._version import __version__

if TYPE_CHECKING:
    from .api.generate import generate as generate
    from .api.sample import sample as sample
    from .api.solve import check as check
    from .api.solve import count_solutions as count_solutions
    from .api.solve import solve as solve
    from .api.solve import solve_batch as solve_batch
    from .domains import Domain as Domain
    from .domains import get as get_domain
    from .errors import InvalidInput as InvalidInput
    from .errors import InvalidProblem as InvalidProblem
    from .errors import MissingExtra as MissingExtra
    from .errors import ModelMismatch as ModelMismatch
    from .errors import VmdsolveError as VmdsolveError
    from .hints.deduction import Hint as Hint
    from .hints.explain import Explanation as Explanation
    from .hints.explain import explain as explain
    from .hints.hint import hint as hint
    from .model.checkpoint import domain_of as domain_of
    from .problem import OPEN as OPEN
    from .problem import Problem as Problem
    from .problem import Rules as Rules
    from .problem import Solution as Solution
    from .problem import Status as Status
    from .problem import Violation as Violation

_WHERE = {
    "Domain": "domains",
    "Explanation": "hints",
    "Hint": "hints",
    "InvalidInput": "errors",
    "InvalidProblem": "errors",
    "MissingExtra": "errors",
    "ModelMismatch": "errors",
    "VmdsolveError": "errors",
    "OPEN": "problem",
    "Problem": "problem",
    "Rules": "problem",
    "Solution": "problem",
    "Status": "problem",
    "Violation": "problem",
    "check": "api.solve",
    "count_solutions": "api.solve",
    "domain_of": "model.checkpoint",
    "explain": "hints",
    "generate": "api.generate",
    "get_domain": "domains",
    "hint": "hints",
    "sample": "api.sample",
    "solve": "api.solve",
    "solve_batch": "api.solve",
}
__all__ = [
    "OPEN",
    "Domain",
    "Explanation",
    "Hint",
    "InvalidInput",
    "InvalidProblem",
    "MissingExtra",
    "ModelMismatch",
    "Problem",
    "Rules",
    "Solution",
    "Status",
    "Violation",
    "VmdsolveError",
    "__version__",
    "check",
    "count_solutions",
    "domain_of",
    "explain",
    "generate",
    "get_domain",
    "hint",
    "sample",
    "solve",
    "solve_batch",
]

logging.getLogger("vmdsolve").addHandler(logging.NullHandler())


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module 'vmdsolve' has no attribute {name!r}")
    value = getattr(import_module(f".{_WHERE[name]}", __name__), "get" if name == "get_domain" else name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
