"""Charts of results: which rows count, and that all of them are seen."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from helpers.commands import run

from vmdsolve.errors import InvalidInput
from vmdsolve.measure.curves import MOST, draw_results, read_results

ROW = {"domain": "sudoku-4x4", "problems": 20, "solved": 15, "order": "margin", "loops": 8, "nfe": 2.0, "latents": 1}


def written(path: Path, *said: object) -> Path:
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in said))
    return path


def test_rows_of_every_kind_of_file_are_read(tmp_path: Path) -> None:
    one = read_results(written(tmp_path / "a.json", ROW))
    lines = read_results(written(tmp_path / "a.jsonl", ROW, {**ROW, "nfe": 4}))
    held = {"rows": [{"n": 10, "loops": 2, "at": [{"solved": 5, "nfe": 1}, {"solved": 9, "nfe": 3}]}, {"n": 3}, 7]}
    several = read_results(written(tmp_path / "b.json", held))
    assert [(row["share"], row["applied"]) for row in (*one, *lines)] == [(0.75, 16.0), (0.75, 16.0), (0.75, 32)]
    assert [(row["share"], row["nfe"], row["applied"]) for row in several] == [(0.5, 1, 2), (0.9, 3, 6)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is neither JSON nor lines of it"),
        ("[]", "has no rows with solved, n and nfe"),
        ('{"rows": [{"n": 0, "solved": 0, "nfe": 1}]}', "has no rows"),
        ('{"n": 1e300, "solved": 1, "nfe": true}', "has no rows"),
    ],
)
def test_what_is_no_result_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_results(written(tmp_path / "a.json", text))


def test_a_file_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.json").open("wb") as out:
        out.truncate(MOST + 1)
    with pytest.raises(InvalidInput, match="has over 67,108,864 bytes"):
        read_results(tmp_path / "a.json")


@pytest.mark.slow
def test_lines_and_title_say_what_they_are_of(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    rows = [{**ROW, "nfe": nfe, "loops": loops, "share": nfe / 8, "applied": nfe * loops, "set": "$<&\x1b"}
            for nfe in (1, 2, 4) for loops in (8, 16)]  # fmt: skip
    path = draw_results(rows, tmp_path / "a.svg")
    source = path.read_text()
    ElementTree.fromstring(source)
    for said in (
        "domain sudoku-4x4",
        "order margin",
        "loops 8",
        "loops 16",
        "network evaluations",
        "block applications",
    ):
        assert said in source  # matplotlib says text in comments beside its outlines
    with pytest.raises(InvalidInput, match="30 lines are too many"):
        draw_results([{**row, "loops": 1 + i} for i, row in enumerate(rows * 5)], tmp_path / "b.svg")
    with pytest.raises(InvalidInput, match="is no picture that can be drawn"):
        draw_results(rows, tmp_path / "b.bmp")


@pytest.mark.slow
def test_what_eval_prints_can_be_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    lines = [
        run("eval", "sudoku-4x4", "-n", 8, "--steps", steps, "--device", "cpu", "--json").stdout for steps in (1, 4)
    ]
    file = written(tmp_path / "a.jsonl", *lines)
    assert run("plot", file, "-o", tmp_path / "a.png").exit_code == 0
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert "name its file with -o" in run("plot", file).stderr
    assert "plot them apart" in run("plot", file, tmp_path, "-o", tmp_path / "b.png").stderr
    assert "--latent is of one model; got 2" in run("plot", "--latent", "a", "b").stderr
