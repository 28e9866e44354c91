"""Which device is taken where none is named, and what is said where torch is missing."""

from __future__ import annotations

import ctypes
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from vmdsolve import extras
from vmdsolve.errors import MissingExtra


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "_driver", extras._driver.__wrapped__)


def driver(monkeypatch: pytest.MonkeyPatch, says: int | None) -> None:
    """What the driver's library says when it begins; None: there is none."""

    def load(name: str) -> Any:
        if says is None:
            raise OSError(f"no {name}")
        return SimpleNamespace(cuInit=lambda _: says)

    monkeypatch.setattr(ctypes, "CDLL", load)
    monkeypatch.setattr(extras, "AMD", extras.Path("/dev/none"))


@pytest.mark.parametrize("says", [None, 0, 100])
@pytest.mark.parametrize("torch_finds", [True, False, None], ids=str)
def test_a_gpu_is_taken_where_torch_finds_one(
    monkeypatch: pytest.MonkeyPatch, says: int | None, torch_finds: bool | None
) -> None:
    driver(monkeypatch, says)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: torch_finds)
    if torch_finds is None:  # there is no torch
        monkeypatch.setitem(sys.modules, "torch", None)
    assert extras.default_device() == ("cuda" if torch_finds else "cpu")  # torch is loaded: it is asked


@pytest.mark.parametrize("says", [None, 100])
def test_torch_is_not_imported_where_there_is_no_driver(monkeypatch: pytest.MonkeyPatch, says: int | None) -> None:
    driver(monkeypatch, says)
    monkeypatch.delitem(sys.modules, "torch")
    assert extras.default_device() == "cpu"
    assert "torch" not in sys.modules


def test_what_needs_torch_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    extras.want_torch("train")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match=r"^train needs torch: pip install 'vmdsolve\[torch\]'$"):
        extras.want_torch("train")


@pytest.mark.parametrize("package", extras.EXTRAS)
def test_an_extra_is_named_with_what_needs_it(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        MissingExtra,
        match=rf"^log needs {extras.CALLED.get(package, package)}: pip install 'vmdsolve\[{extras.EXTRAS[package]}\]'$",
    ):
        extras.want(package, "log")
    monkeypatch.setitem(sys.modules, package, SimpleNamespace(__spec__=None))  # put in place by hand
    extras.want(package, "log")


def test_a_package_that_is_broken_is_named_with_what_it_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "wandb").mkdir()
    (tmp_path / "wandb" / "__init__.py").write_text("raise TypeError('of another protobuf')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "wandb", raising=False)
    with pytest.raises(
        MissingExtra, match=r"log needs wandb, which is there but .*TypeError: of another protobuf.*vmdsolve\[wandb\]"
    ):
        extras.load("wandb", "wandb", "log")
    assert extras.load("json", "torch", "log") is __import__("json")


def test_extras_are_those_of_the_package() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for package, extra in extras.EXTRAS.items():
        assert any(
            line.startswith(extras.CALLED.get(package, package)) for line in project["optional-dependencies"][extra]
        )
