"""Kinds of problems. `get("sudoku:9")` finds one by kind and size; TEMPLATE.py is the file to copy for a new one."""

from .base import Domain as Domain
from .clued import Clued as Clued
from .clued import Family as Family
from .kind import Kind as Kind
from .registry import families as families
from .registry import find as find
from .registry import get as get
from .registry import known as known
from .registry import layout_of as layout_of
from .registry import names as names

__all__ = ["Clued", "Domain", "Family", "Kind", "families", "find", "get", "known", "layout_of", "names"]
