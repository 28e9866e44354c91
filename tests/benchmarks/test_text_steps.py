"""Benchmarks of what is filled together: lists, rows of a hidden Markov model, texts of few evaluations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from helpers.texts import tiny

from benchmarks.study import fewsteps, lists, tables
from benchmarks.study.arms import MAIN
from vmdsolve.text.stored import save_text
from vmdsolve.text.vocabulary import Characters


def result(folder: Path) -> dict[str, Any]:
    (path,) = folder.glob("*.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@pytest.mark.slow
def test_lists_with_nothing_given_and_with_the_list_given(tmp_path: Path) -> None:
    few: dict[str, Any] = {"seeds": 1, "first_seed": 0, "n": 200, "steps_scale": 0.001, "budget": None, "out": tmp_path}
    lists.run(**few, domains="list-choice-3,hidden-markov-6", arms="baseline;codes")
    found = result(tmp_path)
    rows = found["rows"]
    trained = [row for row in rows if row["arm"] != "exact"]
    nothing, given = ([row for row in trained if row["blocks"] == blocks] for blocks in (1, lists.GIVEN))
    assert {row["nfe"] for row in nothing if row["domain"] == "list-choice-3"} == {1, 2, 4, 6}
    assert {row["nfe"] for row in given} == {1, 2, 3}
    exact = [row for row in rows if row["arm"] == "exact" and row["nfe"] == 1 and row["headline"]]
    assert exact[0]["variation"] > 2 * exact[-1]["variation"]  # without z, and with the states of every second cell
    assert "the list" in lists.shown(rows)
    assert "because samples are 200" in lists.filled(tables.combined([{**found, "file": ""}]))[1]


def test_every_cell_is_trained_that_can_be() -> None:
    chosen = list(lists.cells(["list-copy-3", "hidden-markov-6"], list(MAIN)))
    assert ("list-copy-3", lists.GIVEN, MAIN[0]) in chosen
    assert not any(
        blocks > 1 and (arm.recipe.get("matched") or name.startswith("hidden")) for name, blocks, arm in chosen
    )


@pytest.mark.slow
def test_texts_of_few_evaluations_stand_beside_the_text(tmp_path: Path) -> None:
    vocabulary, text = Characters(" abc"), tmp_path / "some.txt"
    text.write_text("ab ca bca c ab abc abc ba " * 40)
    for name, shape in (("left", {"kind": "autoregressive"}), ("mdm", {}), ("block", {"block": 4, "latent": 2})):
        save_text(tmp_path / "runs" / name / "weights.safetensors", tiny(V=4, L=8, **shape), vocabulary, {})
    plot = tmp_path / "steps.png"
    pytest.importorskip("matplotlib")
    fewsteps.run(
        judge=tmp_path / "runs" / "left", weights=tmp_path / "runs", train=text, test=text, n=16, most=100,
        ways="drawn,argmax,remasked", seed=0, plot=plot, out=tmp_path,
    )  # fmt: skip
    rows = result(tmp_path)["rows"]
    assert (rows[0]["arm"], rows[0]["words"]) == ("text", 1.0)
    drawn = {
        name: [row["T"] for row in rows if (row["arm"], row["way"]) == (name, "drawn")] for name in ("mdm", "block")
    }
    assert drawn == {"mdm": [8, 4, 2, 1], "block": [8, 4, 2]}
    assert [row["nfe"] for row in rows if row["arm"] == "left"] == [8]
    assert plot.stat().st_size > 0
