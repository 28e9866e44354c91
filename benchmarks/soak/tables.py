"""The soak's results as tables of docs/security.md, each part from the newest file that has it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..driver import Row, table
from .parts import FIGURES

__all__ = ["TABLES", "of_parts", "shown"]


def shown(rows: Sequence[Row]) -> str:
    """For people at work: what was tried, how often of how often, what else was counted, and every fault in words."""
    body = [
        (one["part"], one["what"], f"{one['n']:,}", f"{one['wanted']:,}", one["faults"], _besides(one)) for one in rows
    ]
    said = [f"    {fault}" for one in rows for fault in one["found"]]
    return "\n".join([table(["part", "what", "done", "wanted", "faults", "besides"], body), *said])


def of_parts(files: Iterable[Row], parts: Sequence[str]) -> tuple[list[Row], list[Row]]:
    """The rows of these parts, each part from the first of the files that has it; and the files that were used."""
    rows: list[Row] = []
    used: list[Row] = []
    for file in files:
        missing = {part for part in parts if all(one["part"] != part for one in rows)}
        if more := [one for one in file["rows"] if one["part"] in missing]:
            rows += more
            used.append(file)
    return rows, used


def _besides(one: Row) -> str:
    return ", ".join(f"{value:,} {name}" for name, value in one.items() if name not in FIGURES and value)


def _answers(rows: Sequence[Row]) -> str:
    """A line a kind, the most first, and one for all."""
    names = ("n", "distinct", "faults", "by vmd", "by CP-SAT", "0", "1", "several")
    heads = ["kind", "puzzles", "different", "wrong", "also by vmd", "also by CP-SAT"]
    heads += ["boards with no answer", "one", "several"]
    ordered = sorted(rows, key=lambda one: (-one["n"], one["what"]))
    total = {"what": "all", **{name: sum(one[name] for one in rows) for name in names}}
    body = [(f"`{one['what']}`", *(f"{one[name]:,}" for name in names)) for one in ordered]
    return table(heads, [*body, ("all", *(f"{total[name]:,}" for name in names))])


def _kills(rows: Sequence[Row]) -> str:
    names = ("SIGKILL", "SIGTERM", "SIGINT", "live", "lost", "repeated", "changed", "moved")
    heads = ["jobs that write", "jobs", "SIGKILL", "SIGTERM", "SIGINT", "left a journal"]
    heads += ["lines lost", "repeated", "changed", "jobs out of order", "faults"]
    body = [
        (one["what"], one["n"], *(one.get(name, 0) for name in names), one["faults"])
        for one in sorted(rows, key=lambda one: str(one["what"]))
    ]
    sums = [sum(int(line[i]) for line in body) for i in range(1, len(heads))]
    return table(heads, [*body, ("all", *sums)])


def _others(rows: Sequence[Row]) -> str:
    """What was tried, and how often; the entries of native code as one."""
    some = [one for one in rows if one["part"] != "native" or one["wanted"]]
    body = [(one["part"], one["what"], f"{one['n']:,}", one["faults"], _besides(one)) for one in some]
    return table(["part", "what", "tried", "faults", "besides"], body)


TABLES = {
    "answers": (("answers",), _answers),
    "kills": (("kills",), _kills),
    "others": (("faults", "files", "memory", "native"), _others),
}
