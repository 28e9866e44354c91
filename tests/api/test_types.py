"""What a type checker says of a user's script."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from vmdsolve import orders

RIGHT = """
import vmdsolve
from vmdsolve import Solution, generate, hint, solve, solve_batch

solution: Solution = solve("." * 16, method="search", order="top_prob", device="cuda:1", time_limit=3)
for one in solve_batch(["." * 16], invalid="report", order="topk_margin"):
    print(one.text)
for problem, answer in generate("sudoku-9x9", 3, difficulty="hard", symmetric=True):
    print(problem.layout.write(problem.values), problem.layout.render(answer), vmdsolve.grade(problem).difficulty)
print(hint("." * 16, domain=vmdsolve.get_domain("sudoku-4x4")), hint("." * 16, domain="sudoku-4x4"))
"""
WRONG = {
    'solve("." * 16, method="serach")': '"method"',
    'solve("." * 16, order="topprob")': '"order"',
    'solve("." * 16, steps="many")': '"steps"',
    'solve_batch(["." * 16], invalid="rais")': '"invalid"',
    'generate("sudoku-9x9", difficulty="heard")': '"difficulty"',
    'hint("." * 16, domain=7)': '"domain"',
}


def mypy(folder: Path, code: str) -> str:
    script = folder / "script.py"
    script.write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir=cache", script.name]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False).stdout


@pytest.mark.slow
def test_mypy_passes_what_is_right_and_names_what_is_wrong(tmp_path: Path) -> None:
    first = len(RIGHT.splitlines()) + 1
    said = mypy(tmp_path, RIGHT + "".join(line + "\n" for line in WRONG)).splitlines()
    errors = [line for line in said if ": error: " in line]
    assert len(errors) == len(WRONG), "\n".join(said)
    for number, (error, word) in enumerate(zip(errors, WRONG.values(), strict=True), first):
        assert error.startswith(f"script.py:{number}: error: ")
        assert word in error


def test_the_orders_for_type_checkers_are_those_of_the_kernels() -> None:
    assert set(get_args(orders.Order)) == {*orders.ORDERS, *orders.ALIASES}
