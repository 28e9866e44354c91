"""The curve of a training: what its log says, whatever stands there, and that a picture comes of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput, MissingExtra
from vmdsolve.train.curve import MOST, draw_curves, read_log

ROW = {"step": 1, "puzzles": 8, "loss": 1.5, "last": 1.2, "kl": 0.3, "held_out": None, "solved": 0.5, "rate": 0.1}


def log(folder: Path, *lines: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / "log.jsonl").write_text("\n".join(texts) + "\n")
    return folder


@given(st.lists(st.integers(1, 20), min_size=1, max_size=20))
def test_what_a_run_did_last_counts(tmp_path_factory: pytest.TempPathFactory, steps: list[int]) -> None:
    folder = tmp_path_factory.mktemp("run")
    rows, left_out = read_log(log(folder, *({**ROW, "step": step, "loss": i} for i, step in enumerate(steps))))
    assert left_out == 0
    kept = [int(row["step"]) for row in rows]
    assert kept == sorted(set(kept))
    assert kept[-1] == steps[-1]
    last = {step: i for i, step in enumerate(steps)}
    assert all(row["loss"] == last[int(row["step"])] for row in rows)


def test_lines_that_are_no_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    wrong = ['{"st', "", "[]", "3", '{"step": 1}', '{"step": NaN}', "[" * 10_000, {**ROW, "loss": "1"}]
    wrong += [{**ROW, "step": True}, {**ROW, "puzzles": 10**400}, {**ROW, "loss": 1e300}]
    rows, left_out = read_log(log(tmp_path, *wrong, ROW, *wrong))
    assert (left_out, len(rows)) == (2 * len(wrong), 1)
    assert "held_out" not in rows[0]


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no log of a training in "):
        read_log(tmp_path)
    with pytest.raises(InvalidInput, match=r"log\.jsonl has no line of a training yet"):
        read_log(log(tmp_path, "{}"))
    with (tmp_path / "log.jsonl").open("ab") as out:
        out.truncate(MOST + 1)
    with pytest.raises(InvalidInput, match="has over 67,108,864 bytes"):
        read_log(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
@pytest.mark.parametrize("row", [ROW, {**ROW, "loss": 0.0, "last": -1}, {"step": 1, "puzzles": 1, "loss": 0}], ids=str)
def test_a_picture_comes_of_it(kind: str, row: dict[str, float], tmp_path: Path) -> None:
    rows = [{name: value for name, value in row.items() if value is not None}]
    curves = {"_$x_^{$": rows, "\x1b[2J\n": rows * 3, "x" * 300: rows, "数独": []}
    path = draw_curves(curves, tmp_path / f"a.{kind}")
    begins = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    assert path.read_bytes().startswith(begins[kind])
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_what_cannot_be_drawn_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match=r"a\.gif is no picture that can be drawn; wanted one of \.png, "):
        draw_curves({"a": []}, tmp_path / "a.gif")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=r"^plot needs matplotlib: pip install 'vmdsolve\[plots\]'$"):
        draw_curves({"a": []}, tmp_path / "a.png")
