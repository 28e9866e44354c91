"""Fixtures and options of all tests."""

from __future__ import annotations

import csv
import os
import signal

os.environ.setdefault("OMP_NUM_THREADS", "1")  # torch's threads wait in busy loops: for small networks one is faster

import pytest
from helpers.data import DATA
from hypothesis import settings

pytest_plugins = ["helpers.plugin"]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as shells start what runs behind; every child would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("quick", max_examples=25)  # a quarter, where a test does not say how many


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="write tests/golden/*.json anew, then compare")


def pytest_configure(config: pytest.Config) -> None:
    if "not slow" in config.getoption("markexpr"):
        settings.load_profile("quick")


@pytest.fixture(scope="session")
def sudoku9() -> list[dict[str, str]]:
    """Rows of real 9x9 puzzles: source, puzzle, solution, solutions (1, or 2 for several)."""
    path = DATA / "sudoku" / "sudoku9.csv"
    if not path.is_file():
        pytest.skip(f"no real puzzles at {path}; set VMDSOLVE_DATA to a folder that has sudoku/sudoku9.csv")
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))
