"""Exact search: propagate, solve, count, enumerate and generate, on arrays; breeding harder problems; threads."""

from .exact import Enumeration as Enumeration
from .exact import SearchResult as SearchResult
from .exact import SearchStatus as SearchStatus
from .exact import enumerate_values as enumerate_values
from .exact import generate_values as generate_values
from .exact import propagate as propagate
from .exact import solve_values as solve_values

__all__ = [
    "Enumeration",
    "SearchResult",
    "SearchStatus",
    "enumerate_values",
    "generate_values",
    "propagate",
    "solve_values",
]
