"""The study: arms of equal size, rows that say what they are, tables and plots made from rows alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.driver import RESULTS
from benchmarks.study import arms, gaps, generate, plots, synthetic, tables
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.model.checkpoint import packaged
from vmdsolve.model.vmd import VMD
from vmdsolve.train import Recipe
from vmdsolve.train.config import read_config
from vmdsolve.train.run import Run

RECIPES = Path(__file__).parents[2] / "benchmarks/recipes"
FEW: dict[str, Any] = {
    "seeds": 1, "first_seed": 0, "n": 100, "steps_scale": 0.001, "budget": None, "plots": None,
}  # fmt: skip


def result(folder: Path) -> dict[str, Any]:
    (path,) = folder.glob("*.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return {**found, "file": path.name}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pair", "chains", "sudoku-4x4"])
def test_arms_have_the_same_size(name: str) -> None:
    domain, setting = get(name), arms.settings_named(name)
    sizes = {}
    for arm in arms.ARMS.values():
        config = arms.widened(domain, setting, arm)
        sizes[arm.name] = arms.parameters(config)
        assert (config.width, config.loops) == (setting.width, setting.loops)
    assert max(sizes.values()) <= min(sizes.values()) * (1 + arms.TOLERANCE), sizes
    config = arms.widened(domain, setting, arms.ARMS["published"])
    assert sizes["published"] == sum(p.numel() for p in VMD(config).parameters())


@pytest.mark.slow
def test_synthetic_rows_tables_and_plots(tmp_path: Path) -> None:
    options = {**FEW, "domains": "chains,pair,follow-20", "arms": "all", "out": tmp_path}
    synthetic.run(**options)
    found = result(tmp_path)
    rows = found["rows"]
    one = [row for row in rows if (row["domain"], row["blocks"]) == ("chains", 1)]
    ways = {(row["variant"], row["nfe"]) for row in one if row["arm"] == "published"}
    assert len(ways) == 10  # four ways at 2 and 4 evaluations, two where there is only one step
    assert {row["nfe"] for row in rows if row["blocks"] == 2} == {2, 4}
    assert {row["arm"] for row in rows} == set(arms.ARMS)
    first = next(row for row in rows if row["arm"] == "codes" and row["nfe"] == 1)
    assert (first["prior_calls"], first["prior_draws"]) == (16, 1.0)
    assert 0 < first["prior_share"] < 1
    assert all(row["n"] == 100 and row["kl"] > 0 for row in rows)
    assert all(sum(row["joint"]) == 100 for row in rows if "joint" in row)
    for table in (tables.few_steps, tables.choices, tables.sweep, tables.cost):
        assert "codes" in "\n".join(table(rows))
    assert "87.3" in tables.few_steps(rows)[0]
    pytest.importorskip("matplotlib")
    plots.draw(tmp_path / "plots", synthetic=rows)
    drawn = list((tmp_path / "plots").iterdir())
    assert {path.name for path in drawn} == {"sweep.png", "accuracy.png", "pairs.png"}
    assert all(path.stat().st_size < 100_000 for path in drawn)


@pytest.mark.slow
def test_generate_rows_and_tables(tmp_path: Path) -> None:
    generate.run(**{**FEW, "domains": "sudoku-4x4", "arms": "codes", "n": 8, "out": tmp_path, "plots": tmp_path})
    rows = result(tmp_path)["rows"]
    assert {row["nfe"] for row in rows} == {1, 2, 4, 8, 16}
    assert {row["nfe"] for row in rows if row["remask"] != "none"} == {4, 16}
    assert "conflicts" in tables.grids(rows)[0]


@pytest.mark.slow
def test_gaps_rows_and_table(tmp_path: Path) -> None:
    said = {"seeds": 1, "first_seed": 0, "draws": 64, "steps_scale": 0.001, "out": tmp_path}
    gaps.run(**said, domains="chain,sudoku-4x4", arms="baseline;codes;codes, not settled;matched", budget=None)
    rows = result(tmp_path)["rows"]
    held = {(row["domain"], row["arm"]): row for row in rows}
    assert ("sudoku-4x4", "codes, not settled") not in held
    for (_, arm), row in held.items():
        assert (row["posterior"] is not None) == arm.startswith("codes")
        assert row["kl"] == pytest.approx(row["decoder"] + row["prior"] - (row["posterior"] or 0), rel=1e-3)
        assert row["decoder"] == pytest.approx(row["unsaid"] + row["misfit"], rel=1e-3)
    told, legend = gaps.filled(rows)
    assert "codes, not settled" in told
    assert "64 draws of z" in legend
    with pytest.raises(SystemExit, match="unknown arm 'theirs'"):
        gaps.run(**said, domains="chain", arms="theirs", budget=None)


def test_weights_that_come_along_stand_beside_the_arms(tmp_path: Path) -> None:
    generate.run(**{**FEW, "domains": "sudoku-4x4", "arms": "packaged", "n": 64, "out": tmp_path})
    rows = result(tmp_path)["rows"]
    assert {row["arm"] for row in rows} == {"packaged"}
    assert min(row["accuracy"] for row in rows) > 0.8
    with pytest.raises(InvalidInput, match="no weights for chains come along"):
        synthetic.run(**{**FEW, "domains": "chains", "arms": "packaged", "out": tmp_path / "none"})


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_a_recipe_is_a_config_and_names_itself(path: Path) -> None:
    run = Run.of(read_config(path))
    assert f"{path.stem}-".startswith(f"{run.config.domain}-")
    assert f"benchmarks/recipes/{path.name}" in path.read_text()


def test_the_4x4_weights_are_what_their_recipe_makes() -> None:
    run = Run.of(read_config(RECIPES / "sudoku-4x4.toml"))
    told = packaged(get("sudoku-4x4"))
    assert told is not None
    assert Recipe.recorded(told.record) == run.recipe
    assert told.config.same_weights(run.trainer().config)


@pytest.mark.slow
def test_a_budget_ends_the_study_between_trainings(tmp_path: Path) -> None:
    options = {**FEW, "domains": "pair", "arms": "baseline", "out": tmp_path}
    synthetic.run(**{**options, "seeds": 3, "budget": 1e-3})
    found = result(tmp_path)
    assert {row["seed"] for row in found["rows"]} <= {0}
    assert any("no time being left" in note for note in found["notes"])


def test_results_under_other_choices_are_not_mixed() -> None:
    row = {"choices": "a", "domain": "pair", "blocks": 1, "arm": "codes", "variant": "", "nfe": 1, "seed": 0}
    files = [
        {"parameters": {"n": 9}, "rows": [{**row, "kl": 0.1}]},
        {"parameters": {"n": 9}, "rows": [{**row, "kl": 0.2}, {**row, "seed": 1, "kl": 0.3}]},
        {"parameters": {"n": 9}, "rows": [{**row, "seed": 2, "kl": 0.4, "choices": "b"}]},
        {"parameters": {"n": 8}, "rows": [{**row, "seed": 3, "kl": 0.5}]},
    ]
    assert sorted(row["kl"] for row in tables.combined(files)) == [0.1, 0.3]


def test_an_arm_of_old_results_is_called_as_it_is_now() -> None:
    """`ours` was what `codes` is; its name is free for what is best."""
    row = {"choices": "a", "domain": "chains", "blocks": 1, "variant": "", "nfe": 1, "seed": 0, "kl": 0.1}
    older = [{**row, "arm": arm} for arm in ("ours", "ours, trained for z each step", "published")]
    newer = [{**row, "arm": "codes", "seed": 1}]
    found = tables.combined([{"parameters": {"n": 9}, "rows": rows} for rows in (newer, older)])
    assert [row["arm"] for row in found] == ["codes", "codes", "codes, trained for z each step", "published"]
    assert {row["arm"] for row in found} <= arms.ARMS.keys()


def test_an_unknown_arm_is_named() -> None:
    with pytest.raises(SystemExit, match="unknown arm 'theirs'; there are baseline; published; codes"):
        synthetic.named("codes;theirs")


@pytest.mark.parametrize("arm", ["baseline", "published", "codes"])
def test_a_field_that_came_later_is_no_new_choice_at_its_default(arm: str) -> None:
    domain, setting = get("sudoku-4x4"), arms.settings_named("sudoku-4x4")
    made = arms.fingerprint(
        arms.widened(domain, setting, arms.ARMS[arm]), setting.recipe(arms.ARMS[arm], seed=5, blocks=1, scale=1.0)
    )
    files = [json.loads(path.read_text()) for path in RESULTS.glob("generate-*.json")]
    rows = [row for file in files for row in file["rows"] if tables.CALLED.get(row["arm"], row["arm"]) == arm]
    assert {tables.SAME.get(row["choices"], row["choices"]) for row in rows} == {made}
    assert {row["seed"] for row in rows} == {0, 1, 2}
