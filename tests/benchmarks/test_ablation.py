"""The ablation: equal computing, weights without their latent, noise at test time, rows that outlive a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.puzzles import sudoku
from benchmarks.study import ablation
from benchmarks.study.choices import ARMS, BASES, applications, planned
from benchmarks.study.noisy import Noisy
from vmdsolve.measure.accuracy import held_out
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.sampler import Predictor


def weights() -> VMD:
    return VMD(ModelConfig.of(sudoku(), width=16, message=16, hidden=16, latent=3), seed=1).eval()


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("name", ARMS)
def test_arms_cost_the_same(name: str, base: str) -> None:
    budget = 1e7
    recipe = planned(ARMS[name], BASES[base], budget, seed=0, hard="")
    assert applications(recipe) == pytest.approx(budget, rel=0.05)


def test_a_network_without_noise_is_the_network_and_noise_is_the_boards_own() -> None:
    model, (boards, _), rules = weights(), held_out(sudoku(), 5), sudoku().rules
    plain, still = Predictor(model, rules, loops=5), Noisy(model, rules, begin=0.0, path=0.0, loops=5)
    noise = np.random.default_rng(0).standard_normal((5, still.z_width), np.float32)
    z = still.draw(boards, noise)
    want = plain(boards, plain.draw(boards, noise[:, 2:]))
    np.testing.assert_allclose(still(boards, z), want, rtol=1e-3, atol=1e-3)
    stirred = Noisy(model, rules, begin=1.0, path=0.1, loops=5)
    said = stirred(boards, z)
    assert abs(said - want).max() > 0.1
    np.testing.assert_array_equal(stirred(boards[3:4], z[3:4])[0], said[3])
    others = np.concatenate([noise[::-1, :2], noise[:, 2:]], axis=1)
    assert not np.array_equal(stirred(boards[:1], others[:1])[0], said[0])


@pytest.mark.slow
@pytest.mark.parametrize("begin", BASES)
def test_rows_outlive_a_run_and_nothing_is_trained_twice(
    begin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hard = tmp_path / "hard.txt"
    hard.write_text("".join(f"{line}\n" for line in sudoku().format_many(held_out(sudoku(), 3)[0])))
    options: dict[str, Any] = {
        "arms": "base;no latent;best of 4 starts;16 loops an evaluation;half the width", "begin": begin,
        "applications": 0.01, "seeds": 1, "first_seed": 0, "sets": "easy", "ways": "NFE 1;4 boards, states", "n": 2,
        "hard": hard, "threads": 1, "budget": None, "folder": tmp_path / "runs", "only_table": False,
        "out": tmp_path / "results",
    }  # fmt: skip
    ablation.run(**options)
    (path,) = (tmp_path / "results").iterdir()
    rows = json.loads(path.read_text())["rows"]
    alike = {"no latent", "half the width"} if begin == "packaged" else set()  # as base, and of another shape
    arms = [arm for arm in options["arms"].split(";") if arm not in alike]
    assert [row["arm"] for row in rows] == arms
    assert all(set(row["solved"]) == {"NFE 1", "4 boards, states"} and row["n"] == 2 for row in rows)
    said = capsys.readouterr().out
    assert ("half the width: of another shape" in said) == (begin == "packaged")
    assert ("no latent: left out, for it is base" in said) == (begin == "packaged")

    def never(*_: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(ablation, "trained", never)
    ablation.run(**{**options, "arms": "all", "only_table": True, "out": tmp_path / "again"})
    (path,) = (tmp_path / "again").iterdir()
    again = json.loads(path.read_text())["rows"]
    assert sorted(row["arm"] for row in again) == sorted(arms)
    with pytest.raises(AssertionError, match="trained again"):
        ablation.run(**{**options, "applications": 0.02, "out": tmp_path / "more"})
