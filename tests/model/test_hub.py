"""Folders as hubs have them, and the way to a hub and back, with a hub that is none: nothing here asks the network."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

import vmdsolve
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, MissingExtra, ModelMismatch
from vmdsolve.model import hub
from vmdsolve.model.checkpoint import about, domain_of, load_model, save_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.native import load_native
from vmdsolve.model.vmd import VMD

FOUR = get("sudoku-4x4")
PUZZLE = "1......2..4..3.."
WORDS = {"domain": {"symbols": "abc", "length": 4}}


def model_of(seed: int = 1, **shape: Any) -> VMD:
    return VMD(ModelConfig.of(FOUR, width=8, message=8, hidden=8, loops=2, latent=2, **shape), seed=seed).eval()


def same(one: VMD, other: VMD) -> bool:
    return one.config == other.config and all(
        torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    )


# Folders ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["model", "model.safetensors"])
def test_a_folder_comes_back_as_it_was_saved(name: str, tmp_path: Path) -> None:
    model, folder = model_of(), tmp_path / "of" / name
    model.save_pretrained(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.safetensors"]
    assert json.loads((folder / "config.json").read_text())["width"] == 8
    for again in (load_model(folder), VMD.from_pretrained(folder), VMD.from_pretrained(str(folder))):
        assert same(again, model)
        assert not again.training
    assert load_native(folder).config == model.config
    assert vmdsolve.solve(PUZZLE, model=folder, device="cpu").text == "1234341221434321"


def test_what_was_told_of_a_training_goes_along(tmp_path: Path) -> None:
    config = ModelConfig("words-4", (), mixer="attention", positions=(4, 3), width=8, hidden=8, loops=1)
    save_model(tmp_path / "w.safetensors", VMD(config), WORDS)
    load_model(tmp_path / "w.safetensors").save_pretrained(tmp_path / "folder")
    assert about(tmp_path / "folder").record == WORDS
    domain = domain_of(tmp_path / "folder")
    assert domain is not None
    assert (domain.name, domain.symbols) == ("words-4", "abc")
    save_model(tmp_path / "bare", load_model(tmp_path / "folder"), {})
    assert about(tmp_path / "bare").record == {}


def test_a_runs_folder_is_read_too(tmp_path: Path) -> None:
    model = model_of()
    save_model(tmp_path / "weights.safetensors", model)
    (tmp_path / "config.json").write_text("{")  # whatever it is: it is no hub's
    assert same(load_model(tmp_path), model)
    assert same(VMD.from_pretrained(tmp_path), model)


def test_nothing_is_saved_of_a_model_with_nan(tmp_path: Path) -> None:
    model = model_of()
    next(model.parameters()).data[0] = torch.nan
    with pytest.raises(InvalidInput, match="the model holds NaN or infinity in"):
        model.save_pretrained(tmp_path / "folder")
    assert not list(tmp_path.rglob("*.*"))


HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda f: (f / "model.safetensors").unlink(), "the folder holds neither model.safetensors nor weights"),
    "truncated": (lambda f: os.truncate(f / "model.safetensors", 99), "is not a whole safetensors file"),
    "pickle": (lambda f: (f / "model.safetensors").write_bytes(b"\x80\x04." * 99), "is not a whole safetensors file"),
    "another width": (lambda f: change(f, width=9), "width is 9 in .*config.json, and 8 in the weights beside it"),
    "another domain": (lambda f: change(f, domain="x"), "domain is 'x' in .*, and 'sudoku-4x4' in the weights"),
    "deep": (
        lambda f: (f / "config.json").write_text("[" * 100_000),
        "config.json cannot be read: lists or objects more",
    ),
    "twice": (lambda f: (f / "config.json").write_text('{"width": 8, "width": 9}'), "has the name 'width' twice"),
    "no object": (lambda f: (f / "config.json").write_text("[]"), r"config.json cannot be read: it is \[\], wanted an"),
    "large": (lambda f: (f / "config.json").write_text(" " * (1 << 21)), "has over 1,048,576 bytes"),
    "no text": (lambda f: (f / "config.json").write_bytes(b"\xff\xfe"), "config.json cannot be read"),
    "a pipe": (lambda f: ((f / "config.json").unlink(), os.mkfifo(f / "config.json")), "config.json is no plain file"),
    "a folder": (lambda f: ((f / "config.json").unlink(), (f / "config.json").mkdir()), "config.json cannot be read"),
    "weights are a folder": (
        lambda f: ((f / "model.safetensors").unlink(), (f / "model.safetensors").mkdir()),
        r"no weights at .*model\.safetensors",
    ),
}


def change(folder: Path, **fields: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


@pytest.mark.parametrize(("hostile", "text"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_folder_meets_the_reader_of_all_weights(
    hostile: Callable[[Path], object], text: str, tmp_path: Path
) -> None:
    model_of().save_pretrained(tmp_path / "folder")
    hostile(tmp_path / "folder")
    calls: tuple[Callable[[Path], object], ...] = (
        load_model, load_native, VMD.from_pretrained, about, lambda f: vmdsolve.solve(PUZZLE, model=f, device="cpu")
    )  # fmt: skip
    for call in calls:
        with pytest.raises(ModelMismatch, match=text):
            call(tmp_path / "folder")


def test_fields_of_others_do_no_harm(tmp_path: Path) -> None:
    model_of().save_pretrained(tmp_path)
    change(tmp_path, _commit_hash="abc", architectures=["VMD"])
    assert same(load_model(tmp_path), model_of())


# A hub ----------------------------------------------------------------------------------------------------


class Mixin:
    """What huggingface_hub's ModelHubMixin does of pushing, into a folder."""

    pushed: dict[str, dict[str, bytes]] = {}  # noqa: RUF012

    def __init_subclass__(cls, **about: Any) -> None:
        assert about == {"library_name": "vmdsolve"}

    def push_to_hub(self, repo_id: str, *, private: bool | None = None) -> str:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / repo_id).mkdir(parents=True)
            self._save_pretrained(Path(folder) / repo_id)  # type: ignore[attr-defined]
            self.pushed[repo_id] = {path.name: path.read_bytes() for path in (Path(folder) / repo_id).iterdir()}
        return f"https://hub/{repo_id}/{private}"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """A hub of no network; what was asked of it."""
    module: Any = ModuleType("huggingface_hub")
    asked: dict[str, Any] = {}

    def hf_hub_download(repo_id: str, filename: str, **options: Any) -> str:
        asked[repo_id] = {"filename": filename, **options}
        if repo_id not in Mixin.pushed:
            raise OSError("404 Client Error\nRepository Not Found")
        (tmp_path / "cache" / filename).parent.mkdir(exist_ok=True)
        (tmp_path / "cache" / filename).write_bytes(Mixin.pushed[repo_id][filename])
        return str(tmp_path / "cache" / filename)

    module.ModelHubMixin, module.hf_hub_download = Mixin, hf_hub_download
    monkeypatch.setitem(sys.modules, "huggingface_hub", module)
    Mixin.pushed.clear()
    hub._pushing.cache_clear()
    yield asked
    hub._pushing.cache_clear()


def test_a_model_goes_to_a_hub_and_comes_back(fake: dict[str, Any]) -> None:
    model = model_of()
    assert model.push_to_hub("me/four.safetensors", private=True) == "https://hub/me/four.safetensors/True"
    files = Mixin.pushed["me/four.safetensors"]
    assert sorted(files) == ["README.md", "config.json", "model.safetensors"]
    assert b'VMD.from_pretrained("me/four.safetensors")' in files["README.md"]
    assert same(VMD.from_pretrained("me/four.safetensors", revision="main", local_files_only=True), model)
    assert fake["me/four.safetensors"]["filename"] == "model.safetensors"  # and no other file of a stranger
    assert (fake["me/four.safetensors"]["revision"], fake["me/four.safetensors"]["local_files_only"]) == ("main", True)


def test_what_a_stranger_pushed_meets_the_reader(fake: dict[str, Any]) -> None:
    Mixin.pushed["a/b"] = {"model.safetensors": b"\x80\x04." * 99}
    with pytest.raises(ModelMismatch, match="is not a whole safetensors file"):
        VMD.from_pretrained("a/b")
    with pytest.raises(ModelMismatch, match=r"^no weights at a/c, neither here nor on the hub: 404 Client Error$"):
        VMD.from_pretrained("a/c")
    assert sorted(fake) == ["a/b", "a/c"]


@pytest.mark.parametrize(
    "name", ["gone", "/gone/x", "./gone", "../a/b", "a/b/c", "gone.safetensors", "a b/c", "\0", "x" * 5000]
)
def test_nothing_is_fetched_but_what_is_called_as_a_hub_calls_it(name: str, fake: dict[str, Any]) -> None:
    with pytest.raises(ModelMismatch, match=r"no weights at|File name too long"):
        VMD.from_pretrained(name)
    with pytest.raises(ModelMismatch, match="no weights at"):
        vmdsolve.solve(PUZZLE, model=name)
    assert fake == {}


def test_commands_and_solve_fetch_nothing(fake: dict[str, Any]) -> None:
    model_of().push_to_hub("me/four")
    for call in (lambda: vmdsolve.solve(PUZZLE, model="me/four"), lambda: load_model("me/four")):
        with pytest.raises(ModelMismatch, match="no weights at me/four"):
            call()
    assert fake == {}


def test_without_the_hub_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    hub._pushing.cache_clear()
    with pytest.raises(MissingExtra, match=r"^push_to_hub needs huggingface_hub: pip install 'vmdsolve\[hub\]'$"):
        model_of().push_to_hub("a/b")
    with pytest.raises(MissingExtra, match=r"^to fetch a/b needs huggingface_hub: pip install 'vmdsolve\[hub\]'$"):
        VMD.from_pretrained("a/b")
    model_of().save_pretrained(tmp_path)
    assert same(VMD.from_pretrained(tmp_path), model_of())  # a folder needs none


def test_the_hubs_own_mixin_takes_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = pytest.importorskip("huggingface_hub")
    hub._pushing.cache_clear()
    kept: dict[str, list[str]] = {}

    class Api:
        def __init__(self, **_: Any) -> None: ...

        def create_repo(self, repo_id: str, **_: Any) -> Any:
            return type("Repo", (), {"repo_id": repo_id})

        def upload_folder(self, *, folder_path: Path, **_: Any) -> str:
            kept["files"] = sorted(path.name for path in Path(folder_path).iterdir())
            return "address"

    assert real
    monkeypatch.setattr("huggingface_hub.hub_mixin.HfApi", Api)
    assert model_of().push_to_hub("me/four") == "address"
    assert kept["files"] == ["README.md", "config.json", "model.safetensors"]
    with pytest.raises(ModelMismatch, match="no weights at me/none, neither here nor on the hub"):
        VMD.from_pretrained("me/none", local_files_only=True, cache_dir=tmp_path)
