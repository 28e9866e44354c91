"""What constraints refuse, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vmdsolve.constraints import DFA, AllDifferent, Connected, Count, Less, Linear, Predicate, Regular, Sum, Table
from vmdsolve.problem import OPEN

LOOP = DFA(0, frozenset({0}), ((0, 0),))

CONSTRAINTS: dict[str, tuple[Callable[[], Any], str]] = {
    "no cell": (lambda: AllDifferent([]), "AllDifferent needs at least one cell"),
    "negative cell": (lambda: Sum([0, -2], 3), "Sum names cell -2; cells are numbered from 0"),
    "cell twice": (lambda: Less(1, 1), "Less names cell 1 twice; name each cell once"),
    "half a cell": (lambda: AllDifferent([0, 1.5]), "a cell of AllDifferent is 1.5; wanted a whole number"),
    "truth as cell": (lambda: Regular([True], LOOP), "a cell of Regular is True; wanted a whole number"),
    "text as cell": (lambda: Predicate("01", bool), "a cell of Predicate is '0'; wanted a whole number"),
    "half a total": (lambda: Sum([0], 7.5), "Sum's total is 7.5; wanted a whole number"),
    "no number first": (lambda: Sum([0], 7, first=None), "Sum's first is None; wanted a whole number"),
    "another comparison": (
        lambda: Linear([0], [1], "=<", 3),
        "Linear's comparison is '=<'; wanted one of ==, !=, <=, >=, <, >",
    ),
    "half a coefficient": (
        lambda: Linear([0], [0.5], "==", 3),
        "a coefficient of Linear is 0.5; wanted a whole number",
    ),
    "few coefficients": (lambda: Linear([0, 1], [1], "==", 3), "Linear has 1 coefficient for 2 cells"),
    "half a count": (lambda: Count([0], 0, 0.5, 1), "Count's low is 0.5; wanted a whole number"),
    "negative symbol": (lambda: Count([0], -1, 0, 1), "Count counts value -1; values are 0 or more"),
    "low above high": (lambda: Count([0], 0, 2, 1), "Count needs low <= high, got low = 2, high = 1"),
    "half a member": (lambda: Connected([0], [0.5], []), "a symbol of Connected is 0.5; wanted a whole number"),
    "negative member": (lambda: Connected([0], [-1], []), "Connected joins value -1; values are 0 or more"),
    "edge to nowhere": (
        lambda: Connected([0, 1], [0], [(0, 2)]),
        "Connected has the edge (0, 2); wanted two of its cells",
    ),
    "edge to itself": (
        lambda: Connected([0, 1], [0], [(1, 1)]),
        "Connected has the edge (1, 1); wanted two of its cells",
    ),
    "edge of three": (
        lambda: Connected([0, 1, 2], [0], [(0, 1, 2)]),
        "Connected has the edge (0, 1, 2); wanted two of its cells",
    ),
    "short row": (lambda: Table([0, 1], [(0, 1), (1,)]), "Table row 1 has 1 value for 2 cells"),
    "open in a row": (lambda: Table([0, 1], [(0, OPEN)]), "Table row 0 holds value -1; values are 0 or more"),
    "half in a row": (lambda: Table([0], [(0.5,)]), "a value of Table is 0.5; wanted a whole number"),
    "no state": (lambda: DFA(0, frozenset(), ()), "DFA start is 0; states are 0 to -1"),
    "start": (lambda: DFA(1, frozenset(), ((0,),)), "DFA start is 1; states are 0 to 0"),
    "accept": (lambda: DFA(0, frozenset({0, 4}), ((0,),)), "DFA accepts [0, 4]; states are 0 to 0"),
    "ragged": (lambda: DFA(0, frozenset(), ((0,), (0, 1))), "DFA state 1 has 2 transitions, state 0 has 1"),
    "target": (lambda: DFA(0, frozenset(), ((-2,),)), "DFA state 0 leads to (-2,); states are 0 to 0, -1 = dead"),
}
