"""A page a kind of puzzles: its picture, how it is written, an example and its answer, how many solutions there are."""

from __future__ import annotations

import re
import sys
from functools import cache
from shlex import quote
from typing import Any

import vmdsolve
from vmdsolve import domains, search
from vmdsolve.api.kinds import told_of
from vmdsolve.domains import notations
from vmdsolve.drawing import Picture
from vmdsolve.drawing.figure import figure
from vmdsolve.drawing.svg import svg
from vmdsolve.errors import VmdsolveError
from vmdsolve.problem import Problem

__all__ = ["example_of", "pages", "section"]

FEW = 10_000  # solutions that are counted to the end
OF_SIZES = 5  # how many sizes of a kind are counted
LONG = 400  # of a link, characters that are shown
KNOWN = re.compile(r"Known counts?:(.*?)(?:\n\n|\Z)", re.DOTALL)


@cache
def example_of(name: str) -> tuple[dict[str, Any], Problem | None]:
    """What is known of a kind, and the problem that stands for it."""
    told = told_of(name)
    if not told.get("example"):
        return told, None
    domain = domains.get(told["said"])
    return told, domain.parse(told["example"])


def pages() -> dict[str, str]:
    """Names and texts of the pages."""
    made: dict[str, str] = {}
    for name in domains.families():
        told, problem = example_of(name)
        made[f"kinds/{name}.md"] = section(told, problem)
        if problem is not None:
            made[f"kinds/{name}.svg"] = _svg(problem.picture())
        if answer := _answer(name):
            made[f"kinds/{name}-answer.svg"] = _svg(answer)
    return made | {"kinds/index.md": _index()}


def section(told: dict[str, Any], problem: Problem | None) -> str:
    """The page of one kind."""
    parts = [f"# {told['kind']}", _plain(told["about"])]
    if problem is not None:
        name = told["kind"]
        answer = f" ![Its answer, as exact search finds it]({name}-answer.svg)" if _answer(name) else ""
        parts += [
            f"![An example of {name}]({name}.svg){answer}",
            "## As text",
            _plain(told["text_form"]),
            f"```sh\nvmdsolve solve --domain {quote(told['said'])} {quote(told['example'])}\n```",
            "The same problem, drawn in characters:",
            f"```text\n{told['picture']}\n```",
        ]
    parts += ["## Facts", _facts(told), *_elsewhere(problem), *_counts(told, problem)]
    return "\n\n".join(part for part in parts if part) + "\n"


@cache
def _answer(kind: str) -> Picture | None:
    """The example's answer, drawn."""
    _, problem = example_of(kind)
    if problem is None:
        return None
    found = search.solve_values(problem.rules, problem.values[None], time_limit=20)
    return domains.layout_of(problem).picture(found.values[0], givens=problem.values) if found.counts[0] else None


def _facts(told: dict[str, Any]) -> str:
    usual = f"; `{told['usual']}` if none is said" if told["usual"] else ""
    python = f"`vmdsolve.get_domain({told['kind']!r}).problem({told['parameters']})`" if "parameters" in told else ""
    facts = {
        "sizes": _plain(told["sizes"]) + usual,
        "other names": ", ".join(f"`{alias}`" for alias in told["aliases"]),
        "symbols of the example": _plain(told.get("symbols", "")),
        "signs for an open cell": " ".join(f"`{sign}`" for sign in told.get("open", ())),
        "from Python, as lists": python,
        "weights": {
            "own": "come along, for some size of it",
            "shared": "those for every all-different puzzle serve it",
            "no": "none come along: propagation and exact search solve it, until you [train](../../training.md)",
        }[told["weights"]],
    }  # fmt: skip
    rows = [f"| {name} | {said} |" for name, said in facts.items() if said]
    return "\n".join(["| | |", "|---|---|", *rows])


def _elsewhere(problem: Problem | None) -> list[str]:
    """The example in the notations of other programs that can hold it."""
    written: list[str] = []
    if problem is None:
        return written
    for name in notations.names():
        try:
            text = notations.write(name, problem)
        except VmdsolveError:
            continue
        if len(text) <= LONG:
            written.append(f"{name}:\n\n```text\n{text}\n```")
    return ["## As other programs write it", *written] if written else []


def _counts(told: dict[str, Any], problem: Problem | None) -> list[str]:
    """How many solutions are known, and what exact search counts: of the example, of boards with nothing given."""
    if problem is None:
        return []
    known = KNOWN.search(sys.modules[type(domains.layout_of(problem)).__module__].__doc__ or "")
    lines = [f"- known: {_plain(known[1])}"] if known else []
    if "parameters" in told or told["example"].strip(".,"):
        lines.append(f"- the example: {_count(problem)}")
    if "parameters" not in told:
        for name in told["names"][:OF_SIZES]:
            domain = domains.get(name)
            if domain.constraints:
                lines.append(f"- `{name}`, nothing given: {_count(domain.problem())}")
    return (
        [
            "## How many solutions",
            "Known from elsewhere, and as exact search counted at the build of this page:",
            "\n".join(lines),
        ]
        if lines
        else []
    )


def _count(problem: Problem) -> str:
    found = vmdsolve.count_solutions(problem, limit=FEW, time_limit=5)
    if found.complete:
        return f"{found.n:,}"
    return f"more than {FEW:,}" if found.n >= FEW else "not counted within five seconds"


INDEX = """# Every kind, a page each

Made from what the registered domains say of themselves, as `vmdsolve domains KIND` prints it; a domain of an installed
package of yours is among them. What kinds have in common is told in [kinds of problems](../../kinds.md).
"""


def _index() -> str:
    rows = [f"| [{name}]({name}.md) | {_plain(example_of(name)[0]['about'])} |" for name in domains.families()]
    tree = ["```{toctree}", ":hidden:", "", *domains.families(), "```"]
    return "\n".join([INDEX, "| kind | what is asked for |", "|---|---|", *rows, "", *tree, ""])


def _plain(text: str) -> str:
    """Text on one line, in which Markdown finds nothing to do but code in backticks."""
    found = re.sub(r"(`[^`]*`)|([\\`*_<>|\[\]$#~])", lambda m: m[1] or f"\\{m[2]}", " ".join(text.split()))
    return re.sub(r"`[^`]*`", lambda m: m[0].replace("|", "\\|"), found)


def _svg(picture: Picture) -> str:
    return svg([figure(picture)])
