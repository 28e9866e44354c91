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


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"unknown domain 'sudoku'; installed are .*sudoku-9x9"):
        domains.get("sudoku")


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
