"""Exact search: propagate, solve, count, enumerate, estimate, generate, near what is said, on arrays; threads."""

from .compiled import prepared as prepared
from .effort import Effort as Effort
from .enumeration import Enumeration as Enumeration
from .enumeration import SearchStatus as SearchStatus
from .enumeration import enumerate_values as enumerate_values
from .exact import SearchResult as SearchResult
from .exact import generate_values as generate_values
from .exact import propagate as propagate
from .exact import solve_values as solve_values
from .nearest import nearest_values as nearest_values
from .probe import probe as probe
from .projection import Projection as Projection

__all__ = [
    "Effort",
    "Enumeration",
    "Projection",
    "SearchResult",
    "SearchStatus",
    "enumerate_values",
    "generate_values",
    "nearest_values",
    "prepared",
    "probe",
    "propagate",
    "solve_values",
]
