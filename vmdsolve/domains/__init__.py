"""Kinds of problems. `get("sudoku-9x9")` finds one by name; TEMPLATE.py is the file to copy for a new one."""

from .base import Domain as Domain
from .base import get as get
from .base import names as names

__all__ = ["Domain", "get", "names"]
