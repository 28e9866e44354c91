"""The command `demo`."""

from __future__ import annotations

import typer

from . import screen

__all__ = ["demo"]

HARD = "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4.."
CLASH = "1....1.........."
OTHERS = ("killer", "nonogram", "zebra")


def demo() -> None:
    """Show what there is, on examples that come along: drawn, hinted at, solved, proved, explained, and made anew.

    Before each part stands the command that does the same.
    """
    from ..api.generate import generate
    from ..api.kinds import told_of
    from ..api.sample import sample
    from ..api.solve import solve
    from ..domains import get
    from ..domains.reading import read
    from ..hints import explain, hint

    _step("A Sudoku that is hard for people", f"vmdsolve show {HARD}")
    screen.show(read(HARD).picture())
    _step("What comes next, and why", f"vmdsolve hint {HARD}")
    for line in hint(HARD).steps[:3]:
        screen.say(line)
    _step("Its answer, and that there is no other", f"vmdsolve solve --unique {HARD}")
    screen.show(solve(HARD, unique=True).picture())
    _step("Why there is no answer", f"vmdsolve explain {CLASH}")
    screen.show(explain(CLASH).picture())
    for kind in OTHERS:
        told = told_of(kind)
        _step(told["about"], f"vmdsolve solve --domain {told['said']} '{told['example']}'")
        problem = get(told["said"]).parse(told["example"])
        screen.show(problem.picture())
        screen.show(solve(problem).picture())
    _step(
        "New grids, each by one evaluation of a network", "vmdsolve sample sudoku-4x4 -n 2 --method vmd-only --steps 1"
    )
    for grid in sample("sudoku-4x4", 2, method="vmd-only", steps=1):
        screen.show(grid.picture())
    _step("A new puzzle with one answer", "vmdsolve generate sudoku-4x4")
    screen.show(next(generate("sudoku-4x4")).problem.picture())
    _step("All kinds of puzzles", "vmdsolve domains")
    _step("All of it in a browser", "vmdsolve web --open")


def _step(what: str, command: str) -> None:
    typer.echo()
    screen.say(what)
    screen.say(f"$ {command}")
    typer.echo()
