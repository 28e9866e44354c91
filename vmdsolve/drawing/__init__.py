"""Drawings: boards as squares and walls, sentences around them, and how both come to text, a terminal or a notebook.

Nothing here knows puzzles: domains say what their boards look like, problems and results what is to be seen of them.
"""

from .graph import MOST_DRAWN as MOST_DRAWN
from .graph import Graph as Graph
from .picture import Frame as Frame
from .picture import Part as Part
from .picture import Picture as Picture
from .picture import Said as Said
from .sheet import CELL as CELL
from .sheet import OUTSIDE as OUTSIDE
from .sheet import Cell as Cell
from .sheet import Drawn as Drawn
from .sheet import Sheet as Sheet
from .shown import Shown as Shown
from .text import wrapped as wrapped

__all__ = [
    "CELL",
    "MOST_DRAWN",
    "OUTSIDE",
    "Cell",
    "Drawn",
    "Frame",
    "Graph",
    "Part",
    "Picture",
    "Said",
    "Sheet",
    "Shown",
    "wrapped",
]
