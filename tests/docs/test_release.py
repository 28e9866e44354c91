"""What a release is made by: every file says the same version, Pythons and needs, and what reads them accepts them."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
import yaml
from helpers.pages import ROOT

from vmdsolve import __version__

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def read(path: str) -> Any:
    text = (ROOT / path).read_text(encoding="utf-8")
    return yaml.safe_load(text)


def test_every_file_says_the_same_version() -> None:
    said = {
        PROJECT["project"]["version"],
        read("CITATION.cff")["version"],
        read(".ci/conda/recipe.yaml")["context"]["version"],
        re.findall(r"^## \[([\d.]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[0],
    }
    assert said == {__version__}


def test_there_is_a_wheel_for_every_python_that_is_named() -> None:
    named = re.findall(r"Python :: 3\.(\d+)", " ".join(PROJECT["project"]["classifiers"]))
    assert PROJECT["tool"]["cibuildwheel"]["build"].split() == [f"cp3{minor}-*" for minor in named]
    assert PROJECT["tool"]["tox"]["env_list"][:-1] == [f"3.{minor}" for minor in named]
    assert PROJECT["project"]["requires-python"] == f">=3.{named[0]}"


def test_the_conda_recipe_needs_what_the_project_needs() -> None:
    needs = read(".ci/conda/recipe.yaml")["requirements"]
    wanted = {need.replace(" ", "") for need in needs["run"]}
    assert wanted == {*PROJECT["project"]["dependencies"], f"python{PROJECT['project']['requires-python']}"}
    assert {need.replace(" ", "") for need in needs["host"]} >= {*PROJECT["build-system"]["requires"]}


def test_a_release_publishes_only_what_was_tried_and_only_of_a_tag() -> None:
    jobs = read(".github/workflows/release.yml")["jobs"]
    assert jobs["publish"]["needs"] == ["wheels", "sdist"]
    assert jobs["publish"]["if"] == "startsWith(github.ref, 'refs/tags/')"
    assert "test-command" in PROJECT["tool"]["cibuildwheel"]
    written = [name for name, job in jobs.items() if "write" in (job.get("permissions") or {}).values()]
    assert written == ["publish"]


@pytest.mark.parametrize("field", ["cff-version", "title", "authors", "license", "message"])
def test_the_citation_has_what_it_must(field: str) -> None:
    citation = read("CITATION.cff")
    assert citation[field]
    assert citation["license"] == PROJECT["project"]["license"]
