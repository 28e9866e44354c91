"""`instances`: real problems of every kind, by exact search and by CP-SAT, one after the other on each."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from typer import Option

from vmdsolve import check, domains, solve
from vmdsolve.problem import OPEN, Board, Problem, Status
from vmdsolve.testing.oracles import cp_model

from .driver import RESULTS, Limit, Row, Run, table
from .real import SETS, Instance

METHOD = (
    "vmdsolve.solve(problem, method='search') on every instance, reading the text not counted; on a random sample of "
    "each set CP-SAT right after it, on the same constraints in its own form (AllDifferent, linear, Automaton, "
    "AllowedAssignments), building its model not counted; as many threads and seconds for both. Seconds are of the "
    "processor for one thread, since others may use the machine, else of the wall clock; `stretch` of the wall clock "
    "are allowed for each, and what needs more than the limit counts as not solved. `wrong`: the checker objects, or "
    "an answer is printed that is none, or CP-SAT proves the contrary. `several`: the printed answer is another one."
)
HARD = {"qcp-15", "qwh-30"}  # get --hard-limit


class Done(NamedTuple):
    """What a solver said of an instance: its answer int32 [L], or proved (that there is none), or neither."""

    seconds: float
    answer: Board | None
    proved: bool = False

    @property
    def decided(self) -> bool:
        return self.answer is not None or self.proved


class Both(NamedTuple):
    """One instance: what we said, whether that is wrong, whether it is an answer beside the printed one; CP-SAT."""

    name: str
    ours: Done
    wrong: bool
    several: bool
    theirs: Done | None


def run(
    sets: Annotated[str, Option(help="Sets of instances, separated by ';'.")] = ";".join(SETS),
    limit: Annotated[float, Option(help="Seconds an instance.")] = 10.0,
    hard_limit: Annotated[float, Option(help=f"Seconds an instance of {' and '.join(sorted(HARD))}.")] = 60.0,
    n: Annotated[int, Option(min=0, help="Instances a set; 0: all.")] = 0,
    peer_n: Annotated[int, Option(min=0, help="Instances a set for CP-SAT; 0: none.")] = 50,
    threads: Annotated[int, Option(min=1, help="Of each solver.")] = 1,
    stretch: Annotated[float, Option(min=1, help="Seconds to wait for one of the processor on a shared machine.")] = 1,
    budget: Annotated[float, Option(help="Seconds after which no further instance is begun.")] = 3600.0,
    seed: Annotated[int, Option(min=0, help="Of the order of instances, and so of the samples.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Every real instance at hand, solved by exact search, and a sample of each set by CP-SAT."""
    wanted = sets.split(";")
    if unknown := set(wanted) - set(SETS):
        raise SystemExit(f"unknown set {', '.join(sorted(unknown))}; there are {'; '.join(SETS)}")
    parameters: Row = {
        "sets": sets, "limit": limit, "hard_limit": hard_limit, "n": n, "peer_n": peer_n, "threads": threads,
        "stretch": stretch, "budget": budget, "seed": seed,
    }  # fmt: skip
    with Run("instances", METHOD, parameters, ["ortools"], out) as this:
        end = time.perf_counter() + budget
        if peer_n and find_spec("ortools") is None:
            this.note("CP-SAT: not installed")
            peer_n = 0
        blank = domains.get("sudoku-4x4").problem()
        _both(Instance("", blank), Limit(limit, threads), peer=peer_n > 0)  # imports and first calls are not counted
        for name in wanted:
            held = SETS[name].instances()
            if held is None:
                this.note(f"{name}: not at hand (set VMDSOLVE_DATA)")
                continue
            order = np.random.default_rng(seed).permutation(len(held))[: n or None].tolist()
            most = Limit(hard_limit if name in HARD else limit, threads, stretch)
            done: list[Both] = []
            for rank, index in enumerate(order):
                if time.perf_counter() > end:
                    this.note(f"{name}: {len(done)} of {len(order)} instances, the budget is spent")
                    break
                done.append(_both(held[index], most, peer=rank < peer_n))
            if done:
                this.rows.append(_row(name, len(held), most, done))
                print(shown(this.rows[-1:]), flush=True)
        print(f"\n{shown(this.rows)}")


def ours(problem: Problem, limit: Limit) -> Done:
    """Exact search, as a user calls it."""
    start = limit.now()
    solution = solve(problem, method="search", time_limit=limit.wall, threads=limit.threads)
    seconds = limit.taken(start)
    if seconds == limit.seconds:
        return Done(seconds, None)
    answer = None if solution.text is None else domains.layout_of(problem).parse(solution.text).values
    return Done(seconds, answer, solution.status is Status.UNSATISFIABLE)


def cp_sat(problem: Problem, limit: Limit) -> Done:
    """CP-SAT; its answer is put to our checker, too."""
    from ortools.sat.python import cp_model as cp

    model, x = cp_model(problem.rules, problem.values)
    solver: Any = cp.CpSolver()
    solver.parameters.num_workers = limit.threads
    solver.parameters.max_time_in_seconds = limit.wall
    start = limit.now()
    status = solver.solve(model)
    seconds = limit.taken(start)
    if seconds == limit.seconds or status not in (cp.OPTIMAL, cp.FEASIBLE):
        return Done(seconds, None, seconds < limit.seconds and status == cp.INFEASIBLE)
    answer = np.array([solver.value(cell) for cell in x], np.int32)
    if not accepted(problem, answer):
        raise RuntimeError("CP-SAT's answer breaks a rule: the two models differ")
    return Done(seconds, answer)


def accepted(problem: Problem, answer: Board) -> bool:
    """Whether the checker takes a full board as an answer."""
    return not (answer == OPEN).any() and not check(problem, Problem(problem.domain, problem.rules, answer))


def _both(instance: Instance, limit: Limit, *, peer: bool) -> Both:
    mine = ours(instance.problem, limit)
    theirs = cp_sat(instance.problem, limit) if peer else None
    wrong, several = judged(instance, mine, theirs, limit)
    return Both(instance.name, mine, wrong, several, theirs)


def judged(instance: Instance, mine: Done, theirs: Done | None, limit: Limit) -> tuple[bool, bool]:
    """Whether what we said is wrong, and whether it is an answer beside the printed one."""
    problem, printed = instance.problem, instance.printed
    if mine.answer is None:
        known = printed is not None or (theirs is not None and theirs.answer is not None)
        return mine.proved and known, False
    if not accepted(problem, mine.answer) or (theirs is not None and theirs.proved):
        return True, False
    if printed is None or ((printed == OPEN) | (printed == mine.answer)).all():
        return False, False
    both = np.where(printed == OPEN, problem.values, printed)
    another = ours(Problem(problem.domain, problem.rules, both, problem.layout), limit)
    same = another.answer is not None and accepted(problem, another.answer)
    return not same, same


def _row(name: str, instances: int, limit: Limit, done: list[Both]) -> Row:
    row: Row = {
        "set": name,
        "instances": instances,
        "n": len(done),
        "limit": limit.seconds,
        "threads": limit.threads,
        "solved": sum(both.ours.decided for both in done),
        "without": sum(both.ours.proved for both in done),
        "wrong": sum(both.wrong for both in done),
        "several": sum(both.several for both in done),
        "open": sorted(both.name for both in done if not both.ours.decided),
        "seconds": _times([both.ours.seconds for both in done]),
        "peer": None,
    }
    pairs = [(both.name, both.ours, both.theirs) for both in done if both.theirs is not None]
    if pairs:
        mine, theirs = [us.seconds for _, us, _ in pairs], [them.seconds for _, _, them in pairs]
        row["peer"] = {
            "n": len(pairs),
            "solved": sum(them.decided for _, _, them in pairs),
            "ours_solved": sum(us.decided for _, us, _ in pairs),
            "open": sorted(name for name, _, them in pairs if not them.decided),
            "seconds": _times(theirs),
            "ours": _times(mine),
            "ours_faster": sum(a < b for a, b in zip(mine, theirs, strict=True)),
            "ratio": float(np.median(theirs) / np.median(mine)),
        }
    return row


def _times(seconds: list[float]) -> Row:
    median, most = np.quantile(seconds, (0.5, 0.9)).tolist()
    return {"n": len(seconds), "median": median, "q90": most, "slowest": max(seconds)}


def shown(rows: list[Row]) -> str:
    """All rows as a table, and below it what nobody solved."""
    header = [
        "set", "instances", "solved", "right", "wrong", "median, ms", "90%", "slowest",
        "CP-SAT: n", "solved", "median, ms", "slowest", "times as fast", "faster on",
    ]  # fmt: skip
    lines = [table(header, [_line(row) for row in rows])]
    for row in rows:
        peer: Row = row["peer"] or {"open": []}
        for who, names in (("us", row["open"]), ("CP-SAT", peer["open"])):
            if names:
                lines.append(f"Not solved by {who} in {row['limit']:g} s, {row['set']}: {', '.join(names)}.")
    if several := [f"{row['set']} {row['several']}" for row in rows if row["several"]]:
        lines.append(f"Answers beside the printed one, which is another: {', '.join(several)}.")
    return "\n\n".join(lines)


def summary(rows: list[Row]) -> str:
    """What they come to, in a sentence or two."""
    total, solved, wrong = (sum(row[part] for row in rows) for part in ("n", "solved", "wrong"))
    limits = " or ".join(f"{limit:g}" for limit in sorted({row["limit"] for row in rows}))
    peers = [row for row in rows if row["peer"]]
    slower = [row["set"] for row in peers if row["peer"]["ratio"] < 1]
    return (
        f"Of {total:,} puzzles and benchmark problems that others published, in {len(rows)} sets, exact search solves "
        f"{solved:,} within {limits} s of one core, {wrong} of them wrong. In the median it is faster than CP-SAT on "
        f"{len(peers) - len(slower)} sets of {len(peers)}; slower on: {', '.join(slower) or 'none'}."
    )


def _line(row: Row) -> list[str]:
    seconds, peer = row["seconds"], row["peer"]
    of = "" if row["n"] == row["instances"] else f" of {row['instances']:,}"
    line = [row["set"], f"{row['n']:,}{of}", f"{row['solved']:,}"]
    line += [f"{row['solved'] - row['wrong']:,}", str(row["wrong"])]
    line += [milliseconds(seconds[part]) for part in ("median", "q90", "slowest")]
    if peer is None:
        return [*line, *["-"] * 6]
    times = [milliseconds(peer["seconds"][part]) for part in ("median", "slowest")]
    return [
        *line, str(peer["n"]), str(peer["solved"]), *times, f"{peer['ratio']:.3g}",
        f"{peer['ours_faster']} of {peer['n']}",
    ]  # fmt: skip


def milliseconds(seconds: float) -> str:
    """Three digits.

    >>> milliseconds(0.00012345), milliseconds(12.345)
    ('0.123', '12,300')
    """
    return f"{float(f'{1000 * seconds:.3g}'):,.6g}"
