"""Commands for a single puzzle: how proofs of it are written and checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from ..api.option import table_of
from ..api.options import SolveOptions
from ..plain import many
from .problems import only_problem

__all__ = ["check_one_proof", "prove_one"]


def prove_one(inputs: Sequence[str], path: Path, options: dict[str, Any], *, statistics: bool) -> None:
    """Solve one puzzle and write the proof, as `solve --prove` does; ends the command."""
    from ..api.solve import solve
    from . import screen

    given = only_problem(inputs, options["domain"], "--prove")
    asked = {name: options[name] for name in table_of(SolveOptions) if name in options}
    solution = solve(given, **{**asked, "unique": True, "prove": True})
    if solution.text is not None and solution.layout is not None and screen.on_terminal():
        answer = solution.layout.parse(solution.text).values
        screen.show(solution.layout.picture(answer, givens=solution.givens))
    elif solution.text is not None:
        typer.echo(solution.text)
    screen.say(solution.outcome, err=True)
    if statistics:
        screen.say(str(solution.statistics), err=True)
    if solution.proof is None:
        why = solution.reason or ("there are several answers" if solution.unique is False else "nothing is proved")
        screen.say(f"no proof is written: {why}", err=True)
        raise typer.Exit(1)
    screen.say(f"wrote {solution.proof.save(path)}, a proof in {many(len(solution.proof.lines), 'step')}", err=True)
    raise typer.Exit(0)


def check_one_proof(puzzle: str, answer: str | None, path: Path, options: dict[str, Any]) -> None:
    """Say whether a proof is accepted, as `check --proof` does; ends the command."""
    from ..api.proving import check_proof
    from . import screen

    given = only_problem([puzzle], options["domain"], "--proof")
    try:
        verdict = check_proof(given, path, answer, time_limit=options["time_limit"])
    except TimeoutError:
        screen.say("whether it is a proof was not settled in time; allow more by --time-limit", err=True)
        raise typer.Exit(1) from None
    screen.say(" ".join(str(verdict).split()))
    raise typer.Exit(0 if verdict else 1)
