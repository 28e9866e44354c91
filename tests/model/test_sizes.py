"""Weights for a kind of puzzle: which boards they are for, how they are found, and what is said of all others."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.commands import run
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import Status, load_model, sample, solve
from vmdsolve.constraints import AllDifferent
from vmdsolve.domains import Domain, get
from vmdsolve.errors import ModelMismatch
from vmdsolve.model import packaged
from vmdsolve.model.about import about, domain_of
from vmdsolve.model.checkpoint import save_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.packaged import no_weights, weights_for
from vmdsolve.model.sizes import Sizes, kind_of
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import Rules

GRAPH = "colours 3/p edge 3 2/e 1 2/e 2 3"
Made = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(packaged, "FOLDER", tmp_path)
    return tmp_path


def saved(folder: Path, name: str, sizes: Sizes | None, relations: tuple[str, ...], **shape: Any) -> Path:
    """Tiny weights, untrained, with noise on states for z."""
    about_it = {"latent": 1, "prior": "states", "noise": (3.0, 0.0), "width": 8, "message": 8, "hidden": 8, "loops": 2}
    config = ModelConfig(name.removesuffix(".sample"), relations, **{**about_it, **shape})
    path = folder / f"{name}.safetensors"
    cost = {"puzzles": 1, "step": 1, "hours": 0.0, "machine": "none", "recipe": {"seed": 1}}
    save_model(path, VMD(config, seed=1), cost | ({} if sizes is None else {"sizes": sizes.told()}))
    return path


def queens(folder: Path, name: str = "queens", low: int = 4, high: int = 6, **shape: Any) -> Path:
    sizes = Sizes.of(get(f"queens-{n}") for n in range(low, high + 1))
    return saved(folder, name, sizes, ("row", "column", "diagonal"), **shape)


def test_a_kind_has_one_file_for_its_sizes(folder: Path) -> None:
    path = queens(folder)
    for name, found in (("queens-4", path), ("queens-6", path), ("queens-7", None), ("latin-5", None)):
        assert weights_for(get(name)) == found
    assert str(about(path).sizes) == "16 to 36 cells and 2 symbols (queens-4 to queens-6)"
    drawn = list(sample("queens-5", 6))
    assert {one.status for one in drawn} == {Status.SOLVED}
    assert all(one.nfe for one in drawn)
    alone = list(sample("queens-5", 3, method="vmd-only", latents=1))
    assert all(one.latents_tried == 1 for one in alone)
    assert solve("." * 16, domain="queens-4", latents=2).nfe >= 1


def test_own_weights_go_before_those_of_the_kind_and_those_for_samples_before_both(folder: Path) -> None:
    kind, five = queens(folder), get("queens-5")
    assert weights_for(five) == weights_for(five, sampling=True) == kind
    own = saved(folder, "queens-5", None, five.rules.relations)
    assert weights_for(five) == weights_for(five, sampling=True) == own
    drawing = queens(folder, "queens.sample")
    assert weights_for(five, sampling=True) == own
    assert weights_for(get("queens-6"), sampling=True) == drawing
    best = saved(folder, "queens-5.sample", None, five.rules.relations)
    assert (weights_for(five), weights_for(five, sampling=True)) == (own, best)
    with pytest.raises(ModelMismatch, match=re.escape("queens.sample are for 16 to 36 cells and 2 symbols")):
        sample("queens-7", method="vmd-only")


def test_problems_with_boards_of_their_own_are_told_by_their_size(folder: Path) -> None:
    path = saved(folder, "colouring", Sizes((1, 4), (3, 6)), ("edge",))
    drawn = list(sample("colouring", 4, given=GRAPH))
    assert {one.status for one in drawn} == {Status.SOLVED}
    assert all(one.nfe for one in drawn)
    assert sample("colouring-3", given=GRAPH.partition("/")[2], method="vmd-only")
    wider = "p edge 5 4/e 1 2/e 2 3/e 3 4/e 4 5"
    said = "come along for colouring are for 1 to 4 cells and 3 to 6 symbols; colouring-3 has 5 cells and 3 symbols"
    with pytest.raises(ModelMismatch, match=said):
        sample("colouring-3", given=wider, method="vmd-only")
    with pytest.raises(ModelMismatch, match="is for colouring of 1 to 4 cells and 3 to 6 symbols; colouring-3 has 5"):
        sample("colouring-3", given=wider, model=path)
    with pytest.raises(ModelMismatch, match="is for colouring of 1 to 4 cells and 3 to 6 symbols; colouring-2 has 3"):
        solve("p edge 3 2/e 1 2/e 2 3", domain="colouring-2", model=path)
    assert next(sample("colouring-3", given=wider)).method == "search"  # nobody asked for a model


def test_beyond_their_sizes_weights_are_refused_wherever_they_are_named(folder: Path) -> None:
    path, said = queens(folder), "queens of 16 to 36 cells and 2 symbols .queens-4 to queens-6.; queens-7 has 49 cells"
    for call in (
        lambda: sample("queens-7", model=path),
        lambda: solve("." * 49, domain="queens-7", model=path),
        lambda: sample("queens-7", model=load_model(path)),
        lambda: load_model(path, get("queens-7")),
    ):
        with pytest.raises(ModelMismatch, match=said):
            call()
    for asked, why in (
        ({"method": "vmd-only"}, "^the weights that come along for queens are for 16 to 36 cells"),
        ({"loops": 4}, "^loops is 4, but the weights that come along for queens are for 16 to 36 cells"),
        ({"z": [0.0, 1.0]}, "^z is for a model, and the weights that come along for queens are for 16 to 36 cells"),
    ):
        for ask in (lambda o: sample("queens-7", **o), lambda o: solve("." * 49, domain="queens-7", **o)):
            with pytest.raises(ModelMismatch, match=why):
                ask(asked)
    with pytest.raises(ModelMismatch, match="was trained for queens of 16 to 36 cells"):
        sample("latin-5", model=path)


def test_those_for_every_all_different_puzzle_tell_their_sizes_too() -> None:
    said = "^the weights that come along are for up to 256 cells and 16 symbols; latin-17 has 289 cells and 17 symbols"
    with pytest.raises(ModelMismatch, match=said):
        solve("." * 289, domain="latin-17", method="vmd-only")
    assert no_weights(get("brackets-6"), get("brackets-6").rules) == "no weights for brackets-6 are packaged"
    assert "queens are for 16 to 144 cells" in no_weights(get("queens-20"), get("queens-20").rules)


def test_the_kind_of_a_domain_is_that_which_makes_it() -> None:
    class Own(Domain):
        symbols, shape, constraints = "12", (1, 2), (AllDifferent([0, 1]),)

    for name, kind in (("queens-5", "queens"), ("latin-4-mine", "latin-4-mine"), ("mine", "mine")):
        own = Own()
        own.name = name
        assert kind_of(own) == kind


def test_weights_of_a_kind_without_sizes_are_for_nobody_else(folder: Path) -> None:
    path = saved(folder, "queens", None, ("row", "column", "diagonal"))
    assert weights_for(get("queens-5")) is None
    with pytest.raises(ModelMismatch, match="was trained for queens, not for queens-5"):
        sample("queens-5", model=path)


@settings(deadline=None)
@given(st.lists(st.integers(4, 12), min_size=1, max_size=5, unique=True), st.integers(1, 300), st.integers(1, 64))
def test_sizes_are_read_as_they_are_told(ns: list[int], L: int, V: int) -> None:
    sizes = Sizes.of(get(f"queens-{n}") for n in ns)
    assert Sizes.read(sizes.told(), "here") == sizes
    assert sizes.hold(Rules(L, V)) == (V == 2 and min(ns) ** 2 <= L <= max(ns) ** 2)


@pytest.mark.parametrize(
    "told",
    [
        None, [], {}, {"cells": [1, 2]}, {"cells": [1, 2], "symbols": [1, 2], "more": 1},
        {"cells": [2, 1], "symbols": [1, 2]}, {"cells": [1, 2], "symbols": [1, 65]},
        {"cells": [1, 10**9], "symbols": [1, 2]}, {"cells": [1.0, 2], "symbols": [1, 2]},
        {"cells": [True, 2], "symbols": [1, 2]}, {"cells": "12", "symbols": [1, 2]},
        {"cells": [1, 2], "symbols": [1, 2], "domains": "a"}, {"cells": [1, 2], "symbols": [1, 2], "domains": [1]},
    ],
)  # fmt: skip
def test_sizes_that_cannot_be_are_refused(tmp_path: Path, told: Any) -> None:
    with pytest.raises(ModelMismatch, match="sizes in here "):
        Sizes.read(told, "here")
    model = VMD(ModelConfig("queens", ("row",), latent=0, width=8, message=8, hidden=8, loops=1))
    save_model(tmp_path / "w.safetensors", model, {"sizes": told})
    with pytest.raises(ModelMismatch, match="sizes in "):
        about(tmp_path / "w.safetensors")


def test_commands_know_weights_of_a_kind(folder: Path) -> None:
    path = queens(folder)
    assert domain_of(path) is None
    said = "is for queens of 16 to 36 cells and 2 symbols (queens-4 to queens-6): name the domain"
    assert said in run("sample", "--weights", path).stderr
    assert said in run("diagnose", path).stderr
    assert "weights   queens: 16 to 36 cells and 2 symbols (queens-4 to queens-6); " in run("info").stdout
    assert "weights  own" in run("domains", "queens").stdout
    looked = run("diagnose", "queens:5", "--json")
    assert looked.exit_code == 0, looked.stderr
    assert '"domain": "queens-5"' in looked.stdout
    beyond = run("diagnose", "queens:20")
    assert beyond.exit_code == 2
    assert "the weights that come along for queens are for 16 to 36 cells" in beyond.stderr
    drawn = run("sample", "queens:4", "-n", 3, "--weights", path)
    assert drawn.exit_code == 0, drawn.stderr
    refused = run("sample", "queens:9", "-n", 3, "--weights", path)
    assert (refused.exit_code, refused.stdout) == (2, "")


def test_a_graph_of_its_kind_is_diagnosed(folder: Path) -> None:
    saved(folder, "colouring", Sizes((1, 32), (3, 6)), ("edge",))
    looked = run("diagnose", "colouring:4")
    assert looked.exit_code == 0, looked.stderr
    assert "noise on the states" in looked.stdout


def test_what_a_sample_is_does_not_depend_on_how_the_weights_are_named(folder: Path) -> None:
    path = queens(folder)
    ours, named = ([one.text for one in sample("queens-6", 5, **o)] for o in ({}, {"model": path}))
    assert ours == named
    z = np.float32([[0.5, -1.0]])
    assert len({one.text for one in sample("queens-4", 4, z=z, method="vmd-only", latents=1)}) == 1
