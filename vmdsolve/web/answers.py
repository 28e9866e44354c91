"""What the page can ask: plain values in, plain values out. Each function answers one question, by its name.

A question names its puzzle by `text` and `domain`, as a link of the page does, and what is filled in by `held`: a value
for each cell, -1 where nothing is. What cannot be done raises InvalidInput, in a sentence for whoever asked.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from .. import domains
from ..api.candidates import candidates
from ..api.check import check
from ..api.convert import TEXTS, convert, endings, forms_of
from ..api.exact import count_solutions
from ..api.generate import generate
from ..api.kinds import told_of
from ..api.sample import sample
from ..api.solve import solve
from ..api.watch import watch
from ..arguments import whole
from ..domains import Domain, layout_of
from ..domains.reading import puzzles_in, read
from ..drawing.figure import figure
from ..drawing.svg import svg
from ..errors import InvalidInput, VmdsolveError
from ..extras import want
from ..files.records import open_input
from ..hints import explain, hint
from ..hints.grade import grade
from ..plain import clean, cut, many
from ..problem import OPEN, Board, Problem, Status
from ..trace import Trace
from .shapes import shape_of

__all__ = ["ASKED", "answer"]

Question = dict[str, Any]
Answer = dict[str, Any]

MOST_CELLS = 4096  # of a board that a page draws
MOST_READ = 200  # puzzles of one file that are offered
MOST_DRAWN = 16  # samples side by side
MODEL = ("steps", "loops", "latents", "order", "seed")  # options of `solve` that the page may set


def answer(asked: str, question: Question, seconds: float) -> Answer:
    """The answer to one question; where it cannot be given, {"error": a sentence}.

    Parameters
    ----------
    asked
        one of ASKED
    seconds
        that it may take

    Examples
    --------
    >>> answer("solve", {"text": "1......2..4..3.."}, 5.0)["status"]
    'SOLVED'
    >>> answer("solve", {"text": "1......2"}, 5.0)["error"].split(",")[0]
    'no domain goes by 8 cells'
    """
    if asked not in ASKED:
        return {"error": f"nobody answers {clean(cut(asked, 40))}; there are {', '.join(ASKED)}"}
    try:
        return ASKED[asked](question, seconds)
    except TimeoutError as error:
        return {"error": clean(cut(str(error))), "timeout": True}
    except (VmdsolveError, ValueError, RuntimeError) as error:
        return {"error": clean(cut(str(error)))}


# What there is ---------------------------------------------------------------------------------------


@cache
def _kinds() -> list[Answer]:
    told = (told_of(name) for name in domains.families())
    names = ("kind", "about", "sizes", "usual", "said", "example", "text_form")
    return [{name: one.get(name, "") for name in names} for one in told if one.get("example")]


def kinds(question: Question, seconds: float) -> Answer:
    """All kinds of puzzles, each with an example."""
    del question, seconds
    return {"kinds": _kinds()}


# Reading ---------------------------------------------------------------------------------------------


def opened(question: Question, seconds: float) -> Answer:
    """A board to draw, and what it holds; of a text with several puzzles the first, and the texts of all."""
    del seconds
    name = _text(question, "name", "")
    problem, others = _read(question, name)
    return {**_view(problem), "others": others}


def generated(question: Question, seconds: float) -> Answer:
    """A new puzzle of a kind."""
    difficulty = _text(question, "difficulty", "") or None
    seed = whole(question.get("seed", 0), "seed", 0, 2**53)
    made = generate(_text(question, "domain"), difficulty=difficulty, seed=seed, time_limit=seconds)  # type: ignore[arg-type]
    return {**_view(next(made).problem), "others": []}


def _read(question: Question, name: str = "") -> tuple[Problem, list[Answer]]:
    """The puzzle of a question; of a file, or where several are written, the first, and all that there are."""
    domain = _text(question, "domain", "") or None
    packed = _text(question, "base64", "")  # a file that is no text
    text = _text(question, "text", "" if packed else None)
    if not packed and not text.strip():
        raise InvalidInput("there is no puzzle; type or paste one")
    if not packed and not name:
        try:
            return read(text, domain), []
        except InvalidInput:
            several = puzzles_in(text, domain)
            if len(several) < 2:
                raise
            first, others = None, []
            for one in several[:MOST_READ]:
                try:
                    problem = read(one, domain)
                except InvalidInput:
                    continue
                first = first or problem
                others.append(_named(problem))
            if first is None:
                raise
            return first, others
    try:
        content = b64decode(packed, validate=True) if packed else text.encode(errors="replace")
    except ValueError as error:
        raise InvalidInput("base64 is not the bytes of a file; drop the file again") from error
    problems = _in_file(content, name, domain)
    if not problems:
        raise InvalidInput(f"no puzzle was found in {_shown(name)}; wanted one, or many, in a form that is read")
    return problems[0], [_named(problem) for problem in problems] if len(problems) > 1 else []


def _in_file(content: bytes, name: str, domain: str | None) -> list[Problem]:
    """The puzzles of a file that is called so; messages call it so, too."""
    with TemporaryDirectory() as folder:
        endings = re.findall(r"\.[A-Za-z0-9]{1,12}", Path(name).name)[-2:]  # a packed file has two
        path = Path(folder) / f"dropped{''.join(endings)}"
        path.write_bytes(content)
        try:
            records = islice(open_input(str(path), domain), MOST_READ)
            return [read(record.puzzle, domain or record.domain) for record in records if not record.reason]
        except InvalidInput as error:
            raise InvalidInput(str(error).replace(str(path), _shown(name))) from error


def _shown(name: str) -> str:
    return clean(cut(name, 80))


def _named(problem: Problem) -> Answer:
    """What finds a problem again."""
    return {"domain": problem.domain, "text": layout_of(problem).write(problem.values)}


def _view(problem: Problem) -> Answer:
    layout = layout_of(problem)
    if problem.rules.L > MOST_CELLS:
        raise InvalidInput(f"{problem.domain} has {problem.rules.L:,} cells; a page draws at most {MOST_CELLS:,}")
    glyphs = layout.boxed or layout.glyphs or layout.symbols
    return {
        **_named(problem),
        "about": layout.about,
        "legend": layout.legend,
        "note": " ".join(filter(None, (layout.assumes, layout.note))),
        "symbols": list(layout.symbols),
        "glyphs": list(glyphs),
        "called": list(layout.called) if layout.called else [],
        "givens": problem.values.tolist(),
        "names": [layout.cell_name(cell) for cell in range(problem.rules.L)],
        "shape": shape_of(layout),
        "shaded": [*layout.shaded()],
        "forms": {name: endings()[name] for name in forms_of(problem)},
    }


def _given(question: Question) -> tuple[Problem, Domain]:
    problem = _read(question)[0]
    return problem, layout_of(problem)


def _held(question: Question, problem: Problem) -> Board:
    """What is filled in: `held`, with the givens, which nothing replaces."""
    held = question.get("held")
    if held is None:
        return problem.values
    if not isinstance(held, list) or len(held) != problem.rules.L:
        got = many(len(held), "value") if isinstance(held, list) else "no values"
        raise InvalidInput(f"held has {got}; wanted {problem.rules.L}, one a cell")
    values = [whole(value, "a value of held", OPEN, problem.rules.V - 1) for value in held]
    return np.where(problem.values == OPEN, np.array(values, np.int32), problem.values)


def _so_far(question: Question) -> tuple[Problem, Domain]:
    """The puzzle with what is filled in as if it were given."""
    problem, layout = _given(question)
    return replace(problem, values=_held(question, problem)), layout


# Answering -------------------------------------------------------------------------------------------


def solved(question: Question, seconds: float) -> Answer:
    """The solution, how it was found, and the boards on the way to it."""
    problem, layout = _given(question)
    options = {name: question[name] for name in MODEL if question.get(name) is not None}
    found = solve(
        problem, method=question.get("method", "vmd"), unique=bool(question.get("unique")), trace=True,
        time_limit=seconds, threads=1, device="cpu", **options,
    )  # fmt: skip
    return {
        "status": found.status.value,
        "outcome": found.outcome,
        "reason": found.reason,
        "values": None if found.text is None else layout.parse(found.text).values.tolist(),
        "broken": _cells(violation.cells for violation in found.violations),
        "trace": _frames(found.trace),
        "nfe": found.nfe,
        "loops": found.loops,
        "unique": found.unique,
    }


def watched(question: Question, seconds: float) -> Answer:
    """What the network leans to, loop after loop, from each of several latents."""
    problem, _ = _given(question)
    n, seed = whole(question.get("n", 4), "n", 1, MOST_DRAWN), whole(question.get("seed", 0), "seed", 0, 2**53)
    seen = watch(problem, n, seed=seed, loops=question.get("loops"), time_limit=seconds, threads=1, device="cpu")
    return {
        "loops": seen.loops.tolist(),
        "values": seen.values.tolist(),
        "confidence": np.round(seen.confidence, 3).tolist(),
        "right": seen.right.tolist(),
    }


def drawn(question: Question, seconds: float) -> Answer:
    """Several answers side by side, one from each draw of the model, or of exact search where it has no weights."""
    problem, layout = _given(question)
    n = whole(question.get("n", 4), "n", 1, MOST_DRAWN)
    seed = whole(question.get("seed", 0), "seed", 0, 2**53)
    boards: list[Answer] = []
    for one in sample(layout, n, given=problem, seed=seed, time_limit=seconds / n, threads=1, device="cpu"):
        if one.text is None:
            return {"boards": boards, "said": one.outcome}
        boards.append({"values": layout.parse(one.text).values.tolist(), "method": one.method})
    different = len({tuple(board["values"]) for board in boards})
    return {"boards": boards, "said": f"{len(boards)} drawn, {different} of them different"}


def hinted(question: Question, seconds: float) -> Answer:
    """The next cell that is settled by what is filled in, and why."""
    problem, _ = _so_far(question)
    found = hint(problem, time_limit=seconds)
    return {
        "technique": found.technique,
        "steps": list(found.steps),
        "cell": found.cell,
        "value": found.value,
        "units": _cells(rule.cells for rule in found.constraints),
    }


def explained(question: Question, seconds: float) -> Answer:
    """Why there is no answer, or where two answers differ, or that there is one."""
    problem, _ = _so_far(question)
    found = explain(problem, time_limit=seconds)
    differ: list[int] = []
    if len(found.answers) > 1:
        differ = np.flatnonzero(found.answers[0] != found.answers[1]).tolist()
    listed = [*found.facts, *found.rules] if found.long else []
    return {
        "status": found.status.value,
        "said": [found.reason, *listed, *found.because],
        "broken": list(found.givens) if found.status is Status.UNSATISFIABLE else [],
        "differ": differ,
        "answers": [board.tolist() for board in found.answers],
    }


def checked(question: Question, seconds: float) -> Answer:
    """What is wrong with what is filled in."""
    problem, layout = _given(question)
    held = _held(question, problem)
    found = check(problem, replace(problem, values=held), time_limit=seconds)
    said = [layout.violation_text(violation) for violation in found]
    if not said:
        left = int((held == OPEN).sum())
        said = [f"nothing is wrong; {left} to go"] if left else ["solved: every rule is kept"]
    return {"said": said, "broken": _cells(violation.cells for violation in found), "right": not found}


def counted(question: Question, seconds: float) -> Answer:
    """How many solutions there are."""
    problem, _ = _so_far(question)
    found = count_solutions(problem, limit=None, time_limit=seconds)
    said = many(found.n, "solution")
    return {"n": found.n, "complete": found.complete, "said": said if found.complete else f"at least {said}"}


def marked(question: Question, seconds: float) -> Answer:
    """For each open cell the values that no single rule excludes; with `exact` those that some solution has."""
    problem, _ = _so_far(question)
    if not question.get("exact"):
        return {"marks": problem.pencil_marks()}
    found = candidates(problem, time_limit=seconds, threads=1)
    possible = found.possible | found.unknown
    rows = [np.flatnonzero(row).tolist() for row in possible]
    return {"marks": [row if value == OPEN else [] for row, value in zip(rows, problem.values.tolist(), strict=True)]}


def graded(question: Question, seconds: float) -> Answer:
    """How hard it is for a person."""
    found = grade(_given(question)[0], time_limit=seconds)
    return {"difficulty": found.difficulty, "technique": found.technique, "rating": found.rating}


def written(question: Question, seconds: float) -> Answer:
    """The puzzle with what is filled in, as text or as a picture; for other programs the puzzle alone."""
    problem, layout = _given(question)
    form, held = _text(question, "form", "line"), _held(question, problem)
    if form in TEXTS:
        return {"text": TEXTS[form](layout, held)}
    if form not in ("svg", "pdf"):
        return {"text": convert(problem, form, time_limit=seconds)}
    drawn = figure(layout.picture(held, givens=problem.values))
    if form == "svg":
        return {"text": svg([drawn])}
    want("fpdf", "a page to print")
    from ..drawing.pdf import pages

    return {"base64": b64encode(pages([[(problem.domain, drawn)]], each=1)).decode("ascii")}


def _frames(trace: Trace | None) -> list[Answer]:
    """The latent that was tried last, step after step."""
    if trace is None:
        return []
    boards = zip(trace.values[1:, -1].tolist(), np.round(trace.confidence[1:, -1], 3).tolist(), strict=True)
    return [{"values": values, "sure": sure} for values, sure in boards]


def _cells(units: Iterable[Iterable[int]]) -> list[int]:
    return sorted({int(cell) for unit in units for cell in unit})


def _text(question: Question, name: str, default: str | None = None) -> str:
    value = question.get(name, default)
    if not isinstance(value, str):
        raise InvalidInput(f"{name} is {'missing' if value is None else 'no text'}; wanted text")
    return value


ASKED: dict[str, Callable[[Question, float], Answer]] = {
    "kinds": kinds,
    "open": opened,
    "generate": generated,
    "solve": solved,
    "watch": watched,
    "draw": drawn,
    "hint": hinted,
    "explain": explained,
    "check": checked,
    "count": counted,
    "marks": marked,
    "grade": graded,
    "write": written,
}
