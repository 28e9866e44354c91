"""From what people hand over (text, lists, arrays, tensors) to problems, and back in the same shape and kind."""

from .reader import FEW as FEW
from .reader import Grid as Grid
from .reader import Grids as Grids
from .reader import find_domain as find_domain
from .reader import is_part as is_part
from .reader import is_problem as is_problem
from .reader import one_line as one_line
from .reader import read as read
from .reader import read_answer as read_answer
from .reader import read_each as read_each
from .reader import read_many as read_many
from .several import puzzles_in as puzzles_in
from .values import listed as listed
from .values import same_kind as same_kind

__all__ = [
    "FEW",
    "Grid",
    "Grids",
    "find_domain",
    "is_part",
    "is_problem",
    "listed",
    "one_line",
    "puzzles_in",
    "read",
    "read_answer",
    "read_each",
    "read_many",
    "same_kind",
]
