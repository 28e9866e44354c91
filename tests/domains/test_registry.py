"""The registry: domains by entry point, packages that are broken, domains made from a text, and looking anew."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import P, S, shell

import vmdsolve
from vmdsolve import domains
from vmdsolve.domains import TEMPLATE, Domain, registry
from vmdsolve.domains.kind import Kind, number_in
from vmdsolve.domains.latin import LatinSquare
from vmdsolve.domains.sudoku import Sudoku
from vmdsolve.domains.text import Text
from vmdsolve.errors import InvalidInput

NAMES = ["sudoku-4x4", "sudoku-9x9", "sudoku-25x25", "latin-2", "latin-25", "windoku-9x9", "queens-8", "killer"]


def test_our_domains_are_found_by_entry_point() -> None:
    assert set(NAMES) <= set(domains.names())
    for name in NAMES:
        assert domains.get(name).name == name
    assert domains.get("sudoku-9x9") is domains.get("sudoku-9x9")  # one object: rules are compiled once


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("sudokku", "^unknown domain 'sudokku'; the nearest are sudoku, .*; `vmdsolve domains` lists all$"),
        ("colorings", "the nearest are coloring"),
        ("qqqqqqq", "^unknown domain 'qqqqqqq'; `vmdsolve domains` lists all$"),
        ("sudoku-abc", "^unknown domain 'sudoku-abc'; the nearest"),
        ("", "unknown domain ''"),
        ("latin", "^latin has no usual size; say one of 2 to 64, as in latin:5$"),
        ("latin:1", "Latin squares have order 2 to 64, got 1"),
        ("sudoku9.csv", "unknown domain 'sudoku9.csv'"),
        ("./sudoku", "unknown domain './sudoku'"),
        ("latin-x", "unknown domain 'latin-x'; the nearest are latin"),
        ("latin:x", "the size of latin is 'x'; wanted a number, as in latin:8"),
        ("sudoku:x", "the size of sudoku is 'x'; wanted sudoku:9, or sudoku:3x2 for boxes of 3 rows by 2"),
        ("sudoku:3x3", "a grid of 3x3 has no boxes; boxes of 3x3 are in sudoku:9"),
        ("sudoku:7", "a grid of 7x7 has no boxes"),
        ("sudoku:6x6x6", "the size of sudoku is '6x6x6'"),
        ("sudoku:30", "make a 30x30 grid; grids are 2x2 to 25x25"),
        ("windoku:6", "the size of windoku is '6'; wanted 9"),
        ("colouring:65", "colouring has 1 to 64 colours, got 65"),
        ("brackets:3", "wanted an even length"),
        ("brackets:a", "the size of brackets is 'a'; wanted LENGTH"),
        ("killer:9", "killer takes no size, got '9'"),
        ("pair:3", "pair takes no size"),
        (5, "domain is 5; wanted the name of a domain, or a Domain"),
    ],
)
def test_a_wrong_name_is_refused_in_one_short_sentence(wrong: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as caught:
        domains.get(wrong)
    assert len(str(caught.value)) < 160


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("sudoku", "sudoku-9x9"),
        ("sudoku:9", "sudoku-9x9"),
        ("sudoku:9x9", "sudoku-9x9"),
        ("Sudoku-9x9", "sudoku-9x9"),
        ("sudoku9", "sudoku-9x9"),
        ("SUDOKU 16 x 16".replace(" x ", "x"), "sudoku-16x16"),
        ("sudoku_6x6", "sudoku-6x6"),
        ("sudoku:2x3", "sudoku-6x6"),
        ("sudoku:3x2", "sudoku:3x2"),
        ("sudoku:8", "sudoku-8x8"),
        ("sudoku-10x10", "sudoku-10x10"),
        ("sudoku-x", "sudoku-x-9x9"),
        ("sudoku-x:4", "sudoku-x-4x4"),
        ("windoku", "windoku-9x9"),
        ("latin:12", "latin-12"),
        ("latin12", "latin-12"),
        ("queens", "queens-8"),
        ("queens:20", "queens-20"),
        ("n-queens-40", "queens-40"),
        ("coloring", "colouring"),
        ("coloring-3", "colouring-3"),
        ("colouring:4", "colouring-4"),
        ("Graph Coloring:4", "colouring-4"),
        ("brackets:64-3-deep-4", "brackets-64-3-deep-4"),
        ("text:20", "text-20"),
        ("follow:35", "follow-35"),
        ("equation:8", "equation-8"),
        ("linkedin-queens", "starbattle"),
        ("linkedin-tango", "tango"),
        ("binairo", "takuzu"),
        ("Light Up", "akari"),
        ("regex:3:[AB]+", "regex:3:[AB]+"),
    ],
)
def test_a_kind_and_its_size_make_the_domain(said: str, name: str) -> None:
    domain = domains.get(said)
    assert domain.name == name
    assert domains.get(said) is domain
    if name in domains.names() and name != "starbattle":
        assert domain is domains.get(name)  # one object: rules are compiled once


def test_every_old_name_is_an_alias_of_a_kind_and_a_size() -> None:
    for name in domains.names():
        kind, size = registry.find(name)
        assert domains.get(f"{kind}:{size}" if size else kind) is domains.get(name)
        assert domains.get(name).name == name


def test_the_name_of_a_domain_makes_it_again() -> None:
    for said in ("sudoku:3x2", "sudoku-x:3x2", "sudoku:4x2", "latin:64", "queens:64", "brackets:10-2-deep-2", "text:3"):
        domain = domains.get(said)
        assert domains.get(domain.name).rules.constraints == domain.rules.constraints


class Point:
    """An entry point of a package that is not installed; `mapping` is what it loads, or the error that this ends in."""

    def __init__(self, name: str, mapping: Any) -> None:
        self.name, self.value, self._mapping = name, f"package_{name}", mapping

    def load(self) -> Any:
        if isinstance(self._mapping, Exception):
            raise self._mapping
        return self._mapping


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Pretend that just these entry points are installed."""

    def install(*points: Point) -> None:
        def entry_points(group: str) -> list[Point]:
            assert group == "vmdsolve.domains"
            return list(points)

        monkeypatch.setattr(registry, "entry_points", entry_points)
        registry.refresh()

    yield install
    monkeypatch.undo()
    registry.refresh()


def four() -> Domain:
    return Sudoku(2, 2)


def test_a_package_adds_domains(install: Callable[..., None]) -> None:
    install(Point("sudoku", {"sudoku-4x4": four}), Point("pairs", TEMPLATE.DOMAINS))
    assert domains.names() == ["pairs-3", "pairs-4", "pairs-5", "pairs-6", "pairs-7", "pairs-8", "sudoku-4x4"]
    assert isinstance(domains.get("pairs-5"), TEMPLATE.Pairs)


def test_sizes_of_one_stem_are_one_kind_and_a_kind_makes_any_size(install: Callable[..., None]) -> None:
    made = Kind(
        lambda size: TEMPLATE.Pairs(number_in(size, "rows")), "3 or more", {"rows-3": "3"}, aliases={"lines": ""}
    )
    install(
        Point("a", TEMPLATE.DOMAINS), Point("b", {"rows": made}), Point("c", {"row:": lambda rest: Text(int(rest))})
    )
    assert list(domains.families()) == ["rows", "pairs", "row"]
    assert domains.get("pairs:5") is domains.get("pairs-5")
    assert domains.get("lines:7").shape == domains.get("rows7").shape == (1, 7)
    assert domains.get("row:3").name == "text-3"
    assert domains.names() == ["rows-3", *TEMPLATE.DOMAINS]
    with pytest.raises(InvalidInput, match="the size of pairs is '99'; wanted 3, 4, 5, 6, 7, 8"):
        domains.get("pairs:99")


def test_a_kind_and_old_names_of_its_stem_cannot_be_two_packages(install: Callable[..., None]) -> None:
    install(Point("a", TEMPLATE.DOMAINS), Point("b", {"pairs": Kind(lambda _: four())}))
    with pytest.raises(InvalidInput, match="two installed packages register the domain 'pairs'; uninstall one"):
        domains.names()


def test_two_packages_cannot_have_the_same_name(install: Callable[..., None]) -> None:
    install(Point("a", TEMPLATE.DOMAINS), Point("b", TEMPLATE.DOMAINS))
    with pytest.raises(InvalidInput, match="two installed packages register the domain 'pairs-3'; uninstall one"):
        domains.names()


# Broken packages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", [ModuleNotFoundError("No module named 'gone'"), SyntaxError("oh"), None, [1]])
def test_a_package_that_fails_is_named_in_one_warning_and_the_others_work(
    install: Callable[..., None], broken: object
) -> None:
    install(Point("bad", broken), Point("sudoku", {"sudoku-4x4": four}))
    with pytest.warns(RuntimeWarning, match=r"^the domains of 'bad' \(package_bad\) are left out: ") as warned:
        assert vmdsolve.solve(P, method="search").text == S
    assert domains.names() == ["sudoku-4x4"]  # and no second warning, which would be an error
    assert len(warned) == 1


def test_a_domain_that_cannot_be_made_is_in_nobodys_way(install: Callable[..., None]) -> None:
    install(Point("bad", {"bad": lambda: 1 // 0}), Point("sudoku", {"sudoku-4x4": four}))
    with pytest.warns(RuntimeWarning, match="^bare grids of the domain 'bad' are left out: .*ZeroDivisionError"):
        assert vmdsolve.solve(P, method="search").text == S
    with pytest.raises(InvalidInput, match="registers 'bad' fails to make it: ZeroDivisionError"):
        domains.get("bad")


def test_the_command_line_survives_a_broken_package(tmp_path: Path) -> None:
    folder = tmp_path / "broken-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[vmdsolve.domains]\nbroken = no_such_module:DOMAINS\n")
    path = ":".join([str(tmp_path), *filter(None, sys.path)])
    process = shell("solve", "--method", "search", P, env={"PYTHONPATH": path})
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert S in out
    assert "Traceback" not in errors
    assert errors.count("the domains of 'broken' (no_such_module:DOMAINS) are left out: ModuleNotFoundError") == 1


# Caches -----------------------------------------------------------------------------------------------


def test_sizes_follow_the_packages_that_are_installed(install: Callable[..., None]) -> None:
    assert domains.reading.find_domain("." * 81).name == "sudoku-9x9"

    class Nine(LatinSquare):
        by_shape = True

    install(Point("latin", {"latin-9": lambda: Nine(9)}))
    assert domains.reading.find_domain("." * 81).name == "latin-9"
    with pytest.raises(InvalidInput, match="no domain goes by 16 cells, only by 81;"):
        domains.reading.find_domain("." * 16)


def test_few_of_the_domains_made_from_a_text_are_kept(install: Callable[..., None]) -> None:
    install(Point("rows", {"row:": lambda rest: Text(int(rest))}))
    assert domains.get("row:3") is domains.get("row:3")
    for n in range(2, 2 + 3 * registry.MOST_MADE):
        domains.get(f"row:{n}")
    assert registry._made.cache_info().currsize == registry.MOST_MADE


def test_kinds_that_no_bare_grid_means_have_no_board_that_one_could() -> None:
    spared = [(kind, name) for kind, of in domains.families().items() if not of.bare for name in of.named]
    assert spared
    assert not [name for _, name in spared if domains.get(name).by_shape]
