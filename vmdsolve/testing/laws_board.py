"""Laws about what an adapter declares and does besides its rules: names, symmetries, weights, problems, no memory."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from .. import checker, search
from ..deadline import stop_point
from ..domains import Domain, layout_of
from ..errors import InvalidInput
from ..problem import OPEN, Board, Constraint
from .broken import LawBroken, Skipped
from .specimens import Specimens, problem

__all__ = ["declaration", "problems_have_one_solution", "repeatable", "symmetry", "weight"]

IMAGES = 60  # random symmetries that are looked at


def declaration(domain: Domain) -> str:
    """Name, symbols, shape and constraints are there and legal; every cell has a name of its own."""

    def wrong(what: str, advice: str) -> LawBroken:
        return LawBroken("declaration", what, advice)

    name: Any = domain.name
    shape: Any = tuple(domain.shape)
    constraints: Any = domain.constraints
    if not (isinstance(name, str) and name and name == name.strip()):
        raise wrong(f"name is {name!r}", "Wanted text that people can type")
    if len(shape) != 2 or not all(isinstance(n, int) and n > 0 for n in shape):
        raise wrong(f"shape is {shape!r}", "Wanted (rows, columns), whole numbers above 0")
    for c in constraints:
        if not isinstance(c, Constraint):
            raise wrong(f"constraints hold {c!r}", "Wanted kinds of vmdsolve.constraints, or a Predicate")
        relation: Any = c.relation
        if not (isinstance(relation, str) and relation):
            raise wrong(f"{c!r} has the relation {relation!r}", "Wanted a role name: the model shares weights by it")
    try:
        rules = domain.rules
    except InvalidInput as error:
        raise wrong(str(error), "Rules cannot be made of this") from error
    names: dict[str, int] = {}
    for cell in range(rules.L):
        stop_point()
        name = domain.cell_name(cell)
        if name in names or not name:
            raise wrong(f"cell {cell} is called {name!r}, as is {names.get(name)}", "Messages must tell cells apart")
        names[name] = cell
    return f"{rules.L} cells, {rules.V} symbols, {len(rules.constraints)} constraints"


def symmetry(specimens: Specimens) -> str:
    """A symmetry is a bijection on cells and symbols, and takes solutions to solutions of the same weight."""
    rng, rules, domain = specimens.rng(), specimens.rules, specimens.domain
    free = np.full(rules.L, OPEN, np.int32)
    moved = 0
    for i in range(IMAGES):
        stop_point()
        there, cells, values = domain.image(rng)
        for what, got, n in (("cells", cells, rules.L), ("values", values, rules.V)):
            if np.shape(got) != (n,) or sorted(got.tolist()) != list(range(n)):
                raise LawBroken("symmetry", f"{what} is {got.tolist()}", f"Wanted each of 0 to {n - 1} once")
        board = specimens.solutions[i % len(specimens.solutions)]
        image = values[board[cells]].astype(np.int32)
        moved += bool((image != board).any())
        if not checker.accepts(there.rules, free, image[None])[0]:
            broken = checker.violations(there.rules, image)[0]
            raise LawBroken(
                "symmetry",
                f"the solution {specimens.text(board)} becomes {there.write(image)!r}, which breaks {broken}; "
                f"cells = {cells.tolist()}, values = {values.tolist()}",
                "Leave out the move that does not keep this rule",
            )
        before, after = domain.weight(board[None])[0], there.weight(image[None])[0]
        if not np.isclose(before, after):
            raise LawBroken(
                "symmetry",
                f"the weight of {specimens.text(board)} goes from {before} to {after} in {there.write(image)!r}",
                "A symmetry keeps weights: training draws images of solutions",
            )
    return f"{IMAGES} images, {moved} of them new" if moved else "the domain knows none"


def weight(specimens: Specimens) -> str:
    """Weights of solutions are positive, finite, one a board, and do not hang on the other boards."""
    boards = specimens.solutions
    weights = np.asarray(specimens.domain.weight(boards.copy()))
    if weights.shape != (len(boards),) or not (np.isfinite(weights) & (weights > 0)).all():
        what = f"{len(boards)} solutions weigh {weights.tolist()}"
        raise LawBroken("weight", what, "Wanted [B] finite numbers above 0")
    for board, together in zip(boards, weights, strict=True):
        alone = specimens.domain.weight(board[None])[0]
        if not np.isclose(alone, together):
            raise LawBroken(
                "weight",
                f"{specimens.text(board)} weighs {alone} alone and {together} among {len(boards)}",
                "A weight is a function of its own board; it is normalised elsewhere",
            )
    return f"{len(boards)} solutions"


def problems_have_one_solution(specimens: Specimens) -> str:
    """Generated problems have just the solution that comes with them, and hang on their number alone."""
    made = specimens.problems
    if not made:
        raise Skipped("rules hold a Predicate, for which problems cannot be generated")
    for given, answer in made:
        found = search.solve_values(given.rules, given.values[None], limit=2)
        text = specimens.text(given.values)
        if found.counts[0] != 1:
            raise LawBroken("generation", f"{text} has {found.counts[0]} solutions or more", "Wanted exactly one")
        if not checker.accepts(given.rules, given.values, answer[None])[0]:
            raise LawBroken(
                "generation", f"{specimens.text(answer)} is no answer to {text}", "Search and checker disagree"
            )
    last = len(made) - 1
    again, _ = problem(specimens.source, specimens.index + last, specimens.seed)
    texts = [layout_of(p).write(p.values) for p in (made[last][0], again)]
    if texts[0] != texts[1]:
        what = f"problem {specimens.index + last} is {texts[0]!r} at first, {texts[1]!r} when made again"
        raise LawBroken("generation", what, "Draw from the rng that is passed in, and keep rules the same")
    return f"{len(made)} problems"


def repeatable(specimens: Specimens) -> str:
    """Every call gives the same for the same input, whatever came between, and leaves input and global chance alone."""
    domain, rng = specimens.domain, specimens.rng()
    a = rng.integers(0, specimens.rules.V, specimens.rules.L, np.int32)
    b = specimens.opened(rng, specimens.solutions[-1])
    text_a, text_b = domain.format(a), domain.format(b)
    calls: dict[str, tuple[Callable[[Any], Any], Any, Any]] = {
        "rules": (lambda _: domain.rules, a, b),
        "parse": (lambda text: domain.parse(text).values.tolist(), text_a, text_b),
        "parse_many": (lambda text: _listed(domain.parse_many([text])), text_a, text_b),
        "format": (domain.format, a, b),
        "render": (domain.render, a, b),
        "cell_name": (domain.cell_name, 0, specimens.rules.L - 1),
        "weight": (lambda board: domain.weight(board[None]).tolist(), *specimens.solutions[[0, -1]]),
        "symmetry": (lambda seed: [x.tolist() for x in domain.symmetry(np.random.default_rng(seed))], 1, 2),
    }
    if domain.number_table:
        calls["to_numbers"] = (lambda board: domain.to_numbers(board).tolist(), a, b)
        numbers = domain.to_numbers(a), domain.to_numbers(b)
        calls["from_numbers"] = (lambda grid: domain.from_numbers(grid).values.tolist(), *numbers)
    for i, c in enumerate(domain.constraints):
        calls[f"violations of constraint {i}"] = (c.violations, a.tolist(), b.tolist())
        calls[f"accepts of constraint {i}"] = (partial(_accepted, c), a, np.maximum(b, 0))
    for name, (call, one, other) in calls.items():
        stop_point()
        before, chance = _copy(one), (random.getstate(), _numpy_state())
        first = call(one)
        call(other)
        second, third = call(one), call(one)
        if not first == second == third:
            what = f"{name} of {_short(one)} gives {_short(first)}, later {_short(second)}, then {_short(third)}"
            raise LawBroken("repeatable", what, "Keep nothing between calls")
        if not np.array_equal(one, before):
            raise LawBroken("repeatable", f"{name} changes its argument {_short(before)}", "Work on a copy")
        if (random.getstate(), _numpy_state()) != chance:
            what = f"{name} of {_short(one)} draws from the global random state"
            raise LawBroken("repeatable", what, "Draw from the rng that is passed in")
    return f"{len(calls)} calls"


def _accepted(c: Constraint, board: Board) -> Any:
    return c.accepts(board[None]).tolist()


def _listed(boards: Board | None) -> Any:
    return None if boards is None else boards.tolist()


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, (np.ndarray, list)) else value


def _numpy_state() -> tuple[Any, ...]:
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002
    return kind, np.asarray(keys).tobytes(), *rest


def _short(value: Any) -> str:
    text = repr(value.tolist() if isinstance(value, np.ndarray) else value)
    return text if len(text) < 200 else text[:200] + "..."
