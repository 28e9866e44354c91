"""The picture: rows say what they are; the file is drawn of them alone, the same every time, with nothing clipped."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.readme import known
from benchmarks.study import picture
from benchmarks.study.picture_drawn import COLUMNS, draw
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.model.checkpoint import save_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD

FOUR = get("sudoku-4x4")
TINY: dict[str, Any] = {"width": 8, "message": 8, "hidden": 8, "loops": 1}


def rows(name: str = "sudoku-4x4") -> list[dict[str, Any]]:
    """Made up: with z all is valid."""
    board = "." * get(name).rules.L
    made = []
    for arm, share, clashes in ((picture.WITH, 1.0, []), (picture.WITHOUT, 0.25, [0, 1])):
        made += [{"arm": arm, "T": T, "share": share, "boards": [board] * 2, "clashes": [clashes] * 2} for T in COLUMNS]
    return made


def test_the_picture_on_the_page_is_that_of_the_committed_rows() -> None:
    [newest, *_] = known("picture")
    for arm in (picture.WITH, picture.WITHOUT):
        held = {row["T"]: row for row in newest["rows"] if row["arm"] == arm}
        assert set(COLUMNS) <= set(held)
        for row in held.values():
            assert [FOUR.format(FOUR.parse(board).values) for board in row["boards"]] == row["boards"]
            assert len(row["boards"]) == len(row["clashes"])
    assert picture.OUT.is_file()
    sizes = {model["numbers"] for model in newest["parameters"]["models"].values()}
    assert len(sizes) == 1


@pytest.mark.parametrize("name", ["sudoku-4x4", "queens-8"])
def test_nothing_is_clipped_and_the_ground_is_its_own(tmp_path: Path, name: str) -> None:
    file = draw(get(name), rows(name), tmp_path / "a.svg")
    text = file.read_text()
    assert 'width="600pt" height="417pt"' in text
    assert re.search(r'<g id="patch_1">\s*<path[^>]*style="fill: #fcfcfa', text, re.DOTALL)
    assert "<text" not in text  # letters are shapes
    assert draw(get(name), rows(name), tmp_path / "b.svg").read_bytes() == file.read_bytes()
    assert draw(get(name), rows(name), tmp_path / "c.png").stat().st_size > 10_000
    with pytest.raises(InvalidInput, match=r"wanted one of \.svg, \.png"):
        draw(get(name), rows(name), tmp_path / "d.pdf")


def test_letters_stay_within_the_picture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    seen: list[Any] = []
    real = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda self, *a, **o: (seen.append(self), real(self, *a, **o)))
    draw(FOUR, rows(), tmp_path / "a.png")
    [figure] = seen
    renderer, whole = figure.canvas.get_renderer(), figure.bbox
    for text in figure.axes[0].texts:
        box = text.get_window_extent(renderer)
        assert whole.x0 <= box.x0 <= box.x1 <= whole.x1, text.get_text()
        assert whole.y0 <= box.y0 <= box.y1 <= whole.y1, text.get_text()


@pytest.mark.slow
def test_measuring_writes_rows_and_draws(tmp_path: Path) -> None:
    save_model(tmp_path / "without.safetensors", VMD(ModelConfig.of(FOUR, latent=0, **TINY), seed=1), {})
    noise = {"latent": 1, "prior": "states", "noise": (1.0, 0.0)}
    save_model(tmp_path / "with.safetensors", VMD(ModelConfig.of(FOUR, **noise, **TINY), seed=1), {})
    drawn = tmp_path / "p.svg"
    options: dict[str, Any] = {"domain": "sudoku-4x4", "n": 20, "seed": 0, "picture": drawn, "out": tmp_path / "out"}
    picture.run(without=tmp_path / "without.safetensors", weights=tmp_path / "with.safetensors", **options)
    [file] = (tmp_path / "out").glob("*.json")
    told = json.loads(file.read_text())
    assert len(told["rows"]) == 2 * len(picture.STEPS)
    assert all(row["n"] == 20 and 0 <= row["share"] <= 1 for row in told["rows"])
    assert drawn.is_file()
    with pytest.raises(InvalidInput, match="has latent 1; wanted weights without z"):
        picture.run(without=tmp_path / "with.safetensors", weights=None, **options)
    with pytest.raises(InvalidInput, match="no result of picture for latin-5"):
        picture.run(without=None, weights=None, **{**options, "domain": "latin-5"})
