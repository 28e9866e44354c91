"""Where packages of puzzles find what writes files (`vmdsolve.atomic`)."""

from ..atomic import replacing as replacing
from ..atomic import written as written

__all__ = ["replacing", "written"]
