"""The command `domains`: kinds in a line each, one kind in full, JSON, and kinds that cannot be made."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from helpers.commands import run

from vmdsolve import domains
from vmdsolve.domains import Kind, registry
from vmdsolve.domains.sudoku import Sudoku
from vmdsolve.errors import InvalidInput


def test_every_kind_is_one_line_with_a_sentence() -> None:
    lines = run("domains").stdout.splitlines()
    assert lines[0].split() == ["kind", "sizes", "weights", "what", "is", "asked", "for"]
    rows = lines[1 : lines.index("")]
    assert [row.split()[0] for row in rows] == list(domains.families())
    assert len(rows) < 60
    assert all(row.endswith(".") and len(row) < 170 for row in rows)
    [row] = [row for row in rows if row.startswith("sudoku ")]
    assert " own " in row
    assert "4 to 25, or boxes: 3x2" in row


def test_one_kind_is_told_in_full() -> None:
    page = run("domains", "killer").stdout
    for said in ("add up to the total", "text     `n n`", "symbols  1234", "open     .", "weights  no"):
        assert said in page
    assert "vmdsolve solve --domain killer '4 4/10 4 3 -/" in page
    assert "| 10 .     .     . |" in page
    assert "get_domain('killer').problem(cages, size=None, givens=None, boxes=None)" in page
    assert "coloring" in run("domains", "coloring").stdout


@pytest.mark.parametrize(
    ("said", "domain"), [("sudoku:3x2", "sudoku:3x2"), ("Latin 7", "latin-7"), ("queens", "queens-8")]
)
def test_a_size_is_told_too(said: str, domain: str) -> None:
    told = json.loads(run("domains", said, "--json").stdout)
    assert told["domain"] == domain
    assert told["picture"].count("\n") >= 6


def test_what_it_shows_is_solved_by_the_line_it_shows() -> None:
    for kind in ("latin", "takuzu", "equation"):
        told = json.loads(run("domains", kind, "--json").stdout)
        result = run("solve", "--domain", told["said"], "--method", "search", told["example"])
        assert result.exit_code == 0
        assert "SOLVED" in result.stdout


def test_json_has_all_of_every_kind() -> None:
    told = {kind["kind"]: kind for kind in json.loads(run("domains", "--json").stdout)}
    assert list(told) == list(domains.families())
    assert "queens-8" in told["queens"]["names"]
    assert told["starbattle"]["aliases"] == ["star-battle", "linkedin-queens", "queens-with-regions"]
    for kind in told.values():
        assert kind["about"]
        assert kind["picture"]
        assert "." in kind["open"] or kind["symbols"]


def test_a_wrong_kind_is_refused_in_one_sentence() -> None:
    result = run("domains", "kiler")
    assert result.exit_code == 2
    assert result.stderr.startswith("vmdsolve: unknown domain 'kiler'; the nearest are killer, ")
    assert len(result.stderr) < 160


def broken(_: str) -> domains.Domain:
    raise ZeroDivisionError("oh")


class Point:
    name, value = "mine", "mine:DOMAINS"

    def load(self) -> dict[str, Kind]:
        return {"bad": Kind(broken, default=""), "good": Kind(lambda _: Sudoku(2, 2), "4", default="4", shown="4")}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package one of whose kinds cannot be made."""
    monkeypatch.setattr(registry, "entry_points", lambda **_: [Point()])
    registry.refresh()
    yield
    monkeypatch.undo()
    registry.refresh()


@pytest.mark.usefixtures("installed")
def test_a_kind_that_cannot_be_made_stops_no_other() -> None:
    result = run("domains")
    assert result.exit_code == 0
    assert "cannot be made: the package that registers 'bad' fails to make it: ZeroDivisionError: oh" in result.stdout
    assert "good" in result.stdout
    with pytest.raises(InvalidInput, match="fails to make it"):
        domains.get("bad")
