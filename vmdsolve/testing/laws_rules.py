"""Laws about rules: the checker, `accepts`, the native form, masks, search and CP-SAT say the same."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from math import log

import numpy as np

from .. import checker, kernels, search
from .. import sets as symbols
from ..deadline import stop_point
from ..domains import layout_of
from ..errors import InvalidInput, InvalidProblem, MissingExtra
from ..problem import OPEN, Board, Constraint, Problem, Rules
from .broken import LawBroken, Skipped
from .oracles import brute_force, cp_sat
from .specimens import Specimens

__all__ = ["answers", "counts", "cp_sat_agrees", "masks", "native", "solvable", "statements"]

FULL_BOARDS = 120
SOME_CONSTRAINTS = 48  # more than that are sampled
NODES = 10_000  # to see whether a board has a second answer
TRIED = 400  # boards that a single constraint is asked about at once
WHOLE, PART = 60_000, 6_000  # symbols that brute force may write, on the empty board and on one with few open cells


def solvable(specimens: Specimens) -> str:
    """The rules have a solution, and the checker accepts it."""
    found = specimens.solutions
    if not len(found):
        advice = "Search is blind to a Predicate; say the rule with the six constraints"
        raise LawBroken("solvable", "no solution was found", advice)
    free = np.full(specimens.rules.L, OPEN, np.int32)
    for board in found:
        if not checker.accepts(specimens.rules, free, board[None])[0]:
            broken = checker.violations(specimens.rules, board)
            raise LawBroken(
                "solvable",
                f"search calls {specimens.text(board)} a solution, the checker does not: {broken[:1]}",
                "The native form asks for less than `violations`",
            )
    return f"{len(found)} solutions"


def statements(specimens: Specimens) -> str:
    """`violations` says of full boards what `accepts` says, and of partial boards nothing too early."""
    rng, rules = specimens.rng(), specimens.rules
    boards = np.concatenate([specimens.near(rng, FULL_BOARDS), np.abs(specimens.any_boards(rng, FULL_BOARDS // 4))])
    boards %= rules.V
    for c in rules.constraints:
        accepted = np.asarray(c.accepts(boards.copy()))
        if accepted.shape != (len(boards),) or accepted.dtype != np.bool_:
            got = f"`accepts` of {_named(c)} gives {accepted.dtype} {accepted.shape}"
            raise LawBroken("statements", got, "Wanted bool [B]")
        for board, good in zip(boards, accepted.tolist(), strict=True):
            stop_point()
            found = c.violations(board.tolist())
            if good == bool(found):
                raise LawBroken(
                    "statements",
                    f"of {specimens.text(board)} {_named(c)} says accepts = {good}, violations = {found[:1]}",
                    "Write both from the rule; one of them is wrong",
                )
            for v in found:
                if v.relation != c.relation or not v.reason or not v.cells or not set(v.cells) <= set(c.cells):
                    raise LawBroken(
                        "statements",
                        f"{_named(c)} reports {v}",
                        "A Violation has the constraint's relation, some of its cells, and a reason",
                    )
    for board in specimens.near(rng, FULL_BOARDS):
        partial = specimens.opened(rng, board)
        full, held = board.tolist(), partial.tolist()
        for c in rules.constraints:
            stop_point()
            if c.violations(held) and not c.violations(full):
                seen, filled = specimens.text(partial), specimens.text(board)
                what = f"{seen} breaks {_named(c)}, but its completion {filled} does not"
                advice = "`violations` of a partial board may only say what no completion can mend: OPEN is unknown"
                raise LawBroken("statements", what, advice)
    return f"{len(rules.constraints)} constraints on {len(boards)} full boards"


def native(specimens: Specimens) -> str:
    """Each constraint's native form, by way of search, has the solutions that its `violations` has."""
    rng, rules = specimens.rng(), specimens.rules
    most = int(log(TRIED) / log(max(rules.V, 2)))  # open cells
    picked = rng.permutation(len(rules.constraints))[:SOME_CONSTRAINTS]
    asked = [c for i in sorted(picked.tolist()) if (c := rules.constraints[i]).native() is not None]
    for c in asked:
        alone = Rules(rules.L, rules.V, (c,))
        for base in specimens.near(rng, 4):
            board = base.copy()
            board[rng.permutation(c.cells)[: max(most, 1)]] = OPEN
            _assert_same_solutions("native", specimens, alone, board, f"{_named(c)} alone", PART)
    blind = len(rules.predicates)
    return f"{len(asked)} constraints" + (f"; {blind} have no native form, so search is blind to them" if blind else "")


def masks(specimens: Specimens) -> str:
    """Neither propagation nor the legal-symbol masks exclude a symbol of a solution."""
    rng, rules = specimens.rng(), specimens.rules
    boards, answers = [], []
    for answer in specimens.solutions:  # from many open cells
        boards.append(specimens.opened(rng, answer))
        answers.append(answer)
    for i, base in enumerate(specimens.near(rng, 15)):  # and from few, but found without search
        board = specimens.opened(rng, base, min(rules.L, 1 + i % 5))
        with suppress(TimeoutError):
            found = brute_force(rules, board, most_nodes=PART)[:8]
            boards += [board] * len(found)
            answers += [np.array(f, np.int32) for f in found]
    held = np.stack(boards)
    allowed = np.full(rules.L, symbols.full(rules.V))
    legal = kernels.candidates(held, allowed, rules.peers)
    for name, sets in (("propagation", search.propagate(rules, held)[0]), ("the mask of legal symbols", legal)):
        held_by = symbols.members(sets, rules.V)
        kept = np.take_along_axis(held_by, np.stack(answers)[..., None].astype(np.int64), axis=2)[..., 0]
        for b, cell in np.argwhere(~kept)[:1]:
            symbol, where = specimens.domain.symbols[answers[b][cell]], specimens.domain.cell_name(int(cell))
            what = f"on {specimens.text(boards[b])} {name} takes {symbol} from {where}"
            what += f", but {specimens.text(answers[b])} is a solution"
            raise LawBroken("masks", what, "The native form asks for more than `violations`")
    return f"{len(boards)} partial boards"


def counts(specimens: Specimens, known: int | None = None, examples: Sequence[tuple[str, str]] = ()) -> str:
    """Search finds the solutions that trying all symbols finds, the known number of them, and known answers."""
    rng, rules = specimens.rng(), specimens.rules
    notes = []
    if known is not None:
        free = np.full((1, rules.L), OPEN, np.int32)
        found = search.solve_values(rules, free, limit=known + 1)
        if found.counts[0] != known:
            more = "at least " if found.counts[0] > known else ""
            got = f"there are {more}{found.counts[0]} solutions, not {known}"
            raise LawBroken("count", got, "A rule is missing, or one is wrong")
        notes.append(f"{known} solutions as known")
    for text, answer in examples:
        problem = specimens.source.parse(text)
        wanted = layout_of(problem).parse(answer).values
        result = search.solve_values(problem.rules, problem.values[None], limit=2)
        if result.counts[0] != 1 or (result.values[0] != wanted).any():
            raise LawBroken(
                "count",
                f"{text!r} has the one solution {answer!r}, but search finds {result.counts[0]}: "
                f"{layout_of(problem).format(result.values[0])!r}",
                "A rule is missing or wrong, or the text is read wrongly",
            )
    if examples:
        notes.append(f"{len(examples)} known answers")
    try:
        n = _assert_same_solutions("count", specimens, rules, np.full(rules.L, OPEN, np.int32), "all rules", WHOLE)
        notes.append(f"{n} solutions by brute force")
    except TimeoutError:
        for base in specimens.near(rng, 9):
            size = 4
            with suppress(TimeoutError):
                while size <= rules.L:
                    board = specimens.opened(rng, base, size)
                    _assert_same_solutions("count", specimens, rules, board, "all rules", PART)
                    size += size // 2
        notes.append("boards with few open cells by brute force")
    return ", ".join(notes)


def cp_sat_agrees(specimens: Specimens) -> str:
    """CP-SAT finds the same solutions; Skipped where it cannot be asked."""
    rng, rules = specimens.rng(), specimens.rules
    boards = [specimens.opened(rng, base, min(rules.L, 2 + 2 * i)) for i, base in enumerate(specimens.near(rng, 7))]
    boards += [problem.values for problem, _ in specimens.problems[:1]]
    for board in boards:
        ours = {tuple(b.tolist()) for b in search.enumerate_values(rules, board, limit=50)}
        try:
            theirs = set(cp_sat(rules, board, limit=50))
        except (MissingExtra, InvalidInput) as error:
            raise Skipped(str(error)) from error
        if ours != theirs and not len(ours) == len(theirs) == 50:
            only = sorted(ours ^ theirs)[0]
            raise LawBroken(
                "cp-sat",
                f"{specimens.text(np.array(only))} is a solution of {specimens.text(board)} for "
                f"{'search' if only in ours else 'CP-SAT'} alone",
                "The native form, or a constraint's own attributes, do not say the rule",
            )
    return f"{len(boards)} boards"


def _assert_same_solutions(law: str, specimens: Specimens, rules: Rules, board: Board, of: str, nodes: int) -> int:
    """How many solutions the board has. Raises TimeoutError if that takes brute force more than so many nodes."""
    wanted = set(brute_force(rules, board, most_nodes=nodes))
    found = {tuple(b.tolist()) for b in search.enumerate_values(rules, board, limit=len(wanted) + 1)}
    if found != wanted:
        odd = sorted(found ^ wanted)[0]
        who = "search, by the native form," if odd in found else "`violations`"
        raise LawBroken(
            law,
            f"of {of}, {specimens.text(np.array(odd))} is a solution of {specimens.text(board)} for {who} alone",
            "The native form and `violations` say different rules",
        )
    return len(wanted)


def _named(c: Constraint) -> str:
    return f"{type(c).__name__} {c.relation!r} on cells {list(c.cells[:9])}{'...' if len(c.cells) > 9 else ''}"


def answers(specimens: Specimens) -> str:
    """`many_answers` is what is found: the example has several only where it is true, and then some board has."""
    source = specimens.source
    nothing = _counted(specimens.domain.problem())
    try:
        shown = _counted(source.parse(source.example)) if source.example else None
    except InvalidProblem:  # it shows a board of another size
        shown = None
    if shown == "several" and not source.many_answers:
        raise LawBroken(
            "answers",
            f"many_answers is False, and the example {source.example!r} has several answers",
            "Say many_answers = True, or show a problem with one answer",
        )
    if source.many_answers and nothing == "one" and shown != "several":
        what = f"many_answers is True, and {source.name} with nothing given has one answer"
        raise LawBroken("answers", what, "Say many_answers = False")
    example = "no example of this size" if shown is None else f"the example has {shown}"
    return f"{'many answers' if source.many_answers else 'one answer'}, as it says; {example}, nothing given {nothing}"


def _counted(problem: Problem) -> str:
    """How many answers search finds, in words; two are enough."""
    found = search.solve_values(problem.rules, problem.values[None], limit=2, node_limit=NODES)
    if found.counts[0] > 1:
        return "several"
    return ("none", "one")[found.counts[0]] if found.complete[0] else "not counted"
