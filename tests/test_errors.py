"""What is raised: the family of errors, the public names, and every refusal of the core, hit and read."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest
from helpers.refusals import CONSTRAINTS

import vmdsolve
from vmdsolve import arguments, checker, errors
from vmdsolve.constraints import AllDifferent, Count, Less
from vmdsolve.domains import Domain, get, registry
from vmdsolve.domains.latin import LatinSquare
from vmdsolve.domains.sudoku import Sudoku
from vmdsolve.problem import OPEN, Problem, Rules, as_cells

RULES = Rules(3, 4, (AllDifferent([0, 1, 2], "row"),))


class Symbols(Domain):
    """A domain of two cells with the symbols to be tested."""

    def __init__(self, symbols: str) -> None:
        self.name, self.symbols, self.shape, self.constraints = "mine", symbols, (1, 2), ()


class Twice:
    """An entry point that two packages register."""

    name = value = "mine"

    def load(self) -> dict[str, Callable[[], Domain]]:
        return {"mine": lambda: Symbols("12")}


def two_packages() -> None:
    found = registry.entry_points
    registry.refresh()
    try:
        registry.entry_points = lambda **_: [Twice(), Twice()]
        registry.names()
    finally:
        registry.entry_points = found
        registry.refresh()


# What a caller may do wrong with problem, checker and domains; constraints have their own table.
CORE: dict[str, tuple[Callable[[], Any], str]] = {
    "no cells": (lambda: Rules(0, 4), "a problem has 1 to 65536 cells, got L = 0"),
    "many cells": (lambda: Rules(65_537, 4), "a problem has 1 to 65536 cells, got L = 65537"),
    "no symbols": (lambda: Rules(3, 0), "a problem has 1 to 64 symbols, got V = 0"),
    "many symbols": (lambda: Rules(3, 65), "a problem has 1 to 64 symbols, got V = 65"),
    "cell outside": (
        lambda: Rules(3, 4, (AllDifferent([0, 1]), Less(1, 3, "arrow"))),
        "constraint 1 (arrow) names cell 3; cells are 0 to 2",
    ),
    "symbol outside": (
        lambda: Rules(3, 4, (Count([0, 1], 4, 0, 1, "clue"),)),
        "constraint 0 (clue): Count counts value 4; values are 0 to 3",
    ),
    "short": (lambda: Problem("mine", RULES, [0, 1]), "values has shape (2,), wanted (3,) for mine"),
    "matrix": (lambda: Problem("mine", RULES, np.zeros((1, 3), int)), "values has shape (1, 3), wanted (3,) for mine"),
    "floats": (lambda: Problem("mine", RULES, [0, 1.5, 2]), "values of mine are whole numbers, got float64"),
    "truths": (lambda: Problem("mine", RULES, [True] * 3), "values of mine are whole numbers, got bool"),
    "too large": (
        lambda: Problem("mine", RULES, [0, 1, 4]),
        "cell 2 holds value 4; values are 0 to 3, or -1 for open",
    ),
    "too small": (
        lambda: Problem("mine", RULES, [OPEN, -2, 0]),
        "cell 1 holds value -2; values are 0 to 3, or -1 for open",
    ),
    "not int32": (
        lambda: Problem("mine", RULES, [2**32, 0, 0]),
        "cell 0 holds value 4294967296; values are 0 to 3, or -1 for open",
    ),
    "half": (lambda: arguments.whole(0.5, "seed"), "seed is 0.5; wanted a whole number"),
    "reach": (lambda: arguments.whole(9, "steps", 1, 8), "steps is 9; wanted a whole number from 1 to 8"),
    "no number of any kind": (lambda: arguments.number("1", "share", above=0), "share is '1'; wanted a number above 0"),
    "seconds": (lambda: arguments.seconds(-1), "time_limit is -1; wanted seconds, 0 or more, or None"),
    "choice": (lambda: arguments.choice("c", "method", "ab"), "method is 'c'; wanted one of a, b"),
    "no rows of numbers": (
        lambda: arguments.rows([[1], [2, 3]], "z"),
        "z is [[1], [2, 3]]; wanted finite numbers [D], or rows of them [K, D] of one length",
    ),
    "flag": (lambda: arguments.flag(1, "unique"), "unique is 1; wanted True or False"),
    "no list of cells": (lambda: as_cells([], "Unit"), "Unit needs at least one cell"),
    "negative cell": (lambda: as_cells([-1], "Unit"), "Unit names cell -1; cells are numbered from 0"),
    "cell twice": (lambda: as_cells([2, 2], "Unit"), "Unit names cell 2 twice; name each cell once"),
    "checked length": (lambda: checker.violations(RULES, [0]), "got 1 value for 3 cells"),
    "checked value": (
        lambda: checker.violations(RULES, [0, 0, 9]),
        "cell 2 holds value 9; values are 0 to 3, or -1 for open",
    ),
    "checked shape": (
        lambda: checker.accepts(RULES, np.zeros(2, int), np.zeros((1, 3), int)),
        "boards (1, 3) and givens (2,) must be [B, 3]",
    ),
    "checked kind": (
        lambda: checker.accepts(RULES, np.zeros(3, int), np.zeros((1, 3), bool)),
        "boards and givens hold whole numbers, got bool and int64",
    ),
    "box": (lambda: Sudoku(5, 6), "boxes of 5x6 make a 30x30 grid; grids are 2x2 to 25x25"),
    "order": (lambda: LatinSquare(1), "Latin squares have order 2 to 64, got 1"),
    "symbol twice": (
        lambda: Symbols("11").rules,
        "symbols of mine are '11'; wanted distinct ASCII characters",
    ),
    "open symbol": (lambda: Symbols("1.").rules, "symbols of mine are '1.'; a space or '.' is no symbol"),
    "no domain": (
        lambda: get("latn"),
        "unknown domain 'latn'; the nearest are latin, latin-9, latin-8; `vmdsolve domains` lists all",
    ),
    "domain is text": (lambda: get(5), "domain is 5; wanted the name of a domain, or a Domain"),
    "no size": (lambda: get("latin"), "latin has no usual size; say one of 2 to 64, as in latin:5"),
    "no boxes": (lambda: get("sudoku:3x3"), "a grid of 3x3 has no boxes; boxes of 3x3 are in sudoku:9"),
    "no size of a grid": (
        lambda: get("sudoku:x"),
        "the size of sudoku is 'x'; wanted sudoku:9, or sudoku:3x2 for boxes of 3 rows by 2",
    ),
    "size of a kind without": (
        lambda: get("killer:9"),
        "killer takes no size, got '9'; a problem's own text says it, if there are several",
    ),
    "two packages": (two_packages, "two installed packages register the domain 'mine'; uninstall one"),
    "text length": (lambda: Symbols("12").parse("1"), "mine needs 2 cells, got 1 character"),
    "character": (
        lambda: Symbols("12").parse("13"),
        "row 1, column 2 (character 2) holds '3'; mine uses 12 and '.' or '0' for open cells",
    ),
    "numbers' shape": (
        lambda: Symbols("12").from_numbers([[1], [2]]),
        "mine needs shape (1, 2) or (2,), got (2, 1)",
    ),
    "no number": (
        lambda: Symbols("12").from_numbers([1, "2"]),
        "row 1, column 2 holds '2'; wanted a whole number",
    ),
    "two signs": (
        lambda: Symbols("12").parse(".0"),
        "both '.' and '0' would be open cells of mine ('.' in row 1, column 1), so one of the two is a symbol; write "
        "open cells in one way, and symbols as 12",
    ),
    "two numbers for open": (
        lambda: Symbols("12").from_numbers([0, None]),
        "both '-1' and '0' would be open cells of mine ('-1' in row 1, column 2), so one of the two is a symbol; write "
        "open cells in one way, and symbols as 12",
    ),
    "numbers of letters": (
        lambda: Symbols("ab").from_numbers([0, 1]),
        "row 1, column 1 holds 0; numbers stand for no symbol of mine: give text of ab",
    ),
    "letters as numbers": (
        lambda: Symbols("ab").to_numbers(np.array([0, 1])),
        "numbers stand for no symbol of mine: give text of ab",
    ),
    "number": (lambda: Symbols("12").from_numbers([3, 0]), "row 1, column 1 holds 3; wanted 1 to 2, or 0 for open"),
}


@pytest.mark.parametrize("name", CORE)
def test_the_core_refuses_in_words(name: str) -> None:
    call, text = CORE[name]
    with pytest.raises(errors.InvalidInput) as refusal:
        call()
    assert str(refusal.value) == text


CORE_FILES = ("arguments", "problem", "constraints", "checker", "domains.base", "domains.sudoku", "domains.latin")


def raise_lines(path: Path) -> set[int]:
    """First lines of all `raise` statements of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.lineno for node in ast.walk(tree) if isinstance(node, ast.Raise)}


def test_every_raise_of_the_core_is_hit_by_a_case_above() -> None:
    files = {str(importlib.import_module(f"vmdsolve.{name}").__file__) for name in CORE_FILES}
    hit: set[tuple[str, int]] = set()

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        del arg
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            hit.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for call, _ in (*CORE.values(), *CONSTRAINTS.values()):
            with pytest.raises(errors.InvalidInput):
                call()
    finally:
        sys.settrace(before)
    wanted = {(file, line) for file in files for line in raise_lines(Path(file))}
    assert wanted
    assert sorted(wanted - hit) == []


# The family -----------------------------------------------------------------------------------------


def test_bad_input_is_a_value_error_and_a_missing_package_an_import_error() -> None:
    family = {name: getattr(errors, name) for name in errors.__all__}
    assert all(issubclass(error, errors.VmdsolveError) for error in family.values())
    kinds = {name for name, error in family.items() if issubclass(error, ValueError)}
    assert kinds == {"InvalidInput", "InvalidProblem", "ModelMismatch", "TooLarge"}
    assert issubclass(errors.InvalidProblem, errors.InvalidInput)
    assert issubclass(errors.ModelMismatch, errors.InvalidInput)
    assert issubclass(errors.MissingExtra, ImportError)
    assert not issubclass(errors.VmdsolveError, ValueError)  # or `except ValueError` would catch MissingExtra


# Public names ---------------------------------------------------------------------------------------


def test_every_public_name_is_there_and_documented() -> None:
    assert dir(vmdsolve) == sorted(vmdsolve.__all__)
    for name in vmdsolve.__all__:
        value = getattr(vmdsolve, name)
        if callable(value):
            assert value.__doc__, name
    assert {"VMD", "Plan", "Predictor", "Recipe", "Trainer", "evaluate", "load_model", "save_model"} <= {*dir(vmdsolve)}
    assert vmdsolve.__version__ == version("vmdsolve")
    assert vmdsolve.get_domain("sudoku-9x9") is get("sudoku-9x9")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'vmdsolve' has no attribute 'solver'"):
        vmdsolve.solver  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'solver'"):
        from vmdsolve import solver  # noqa: F401
