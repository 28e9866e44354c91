"""What a release is made by: files agree on versions, Pythons and needs, and what reads them accepts them."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
import yaml
from helpers.pages import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def read(path: str) -> Any:
    text = (ROOT / path).read_text(encoding="utf-8")
    return yaml.safe_load(text)


def test_what_is_typed_by_hand_says_the_same_version() -> None:
    """All else has it from git's tags; what a copy without history goes by sorts before the release."""
    said = re.findall(r"^## \[([\d.]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[0]
    assert read("CITATION.cff")["version"] == said
    assert PROJECT["tool"]["setuptools_scm"]["fallback_version"] == f"{said}.dev0"


def test_the_version_is_typed_nowhere_else() -> None:
    assert "version" in PROJECT["project"]["dynamic"]
    assert "version" not in PROJECT["project"]
    assert (
        PROJECT["tool"]["scikit-build"]["metadata"]["version"]["provider"]
        == "scikit_build_core.metadata.setuptools_scm"
    )
    assert read(".ci/conda/recipe.yaml")["context"]["version"] == '${{ env.get("VMDSOLVE_VERSION") }}'


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


def test_the_conda_recipe_is_one_to_what_builds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    builder: Any = pytest.importorskip(
        "rattler_build", reason="rattler-build is not installed: pip install py-rattler-build"
    )
    monkeypatch.setenv("VMDSOLVE_VERSION", "1.2.3")
    (variant,) = builder.Stage0Recipe.from_file(str(ROOT / ".ci/conda/recipe.yaml")).render()
    assert (variant.recipe.package.name, str(variant.recipe.package.version)) == ("vmdsolve", "1.2.3")


def test_a_release_publishes_only_what_was_tried_and_only_of_a_tag() -> None:
    jobs = read(".github/workflows/release.yml")["jobs"]
    assert jobs["publish"]["needs"] == ["sdist", "wheels"]
    assert jobs["wheels"]["needs"] == "sdist"  # what is published is made from what is published
    checkout = jobs["sdist"]["steps"][0]["with"]
    assert checkout == {"fetch-depth": 0}  # without history there are no tags
    assert jobs["publish"]["if"] == "startsWith(github.ref, 'refs/tags/')"
    assert "test-command" in PROJECT["tool"]["cibuildwheel"]
    written = [name for name, job in jobs.items() if "write" in (job.get("permissions") or {}).values()]
    assert written == ["publish"]


@pytest.mark.parametrize("field", ["cff-version", "title", "authors", "license", "message"])
def test_the_citation_has_what_it_must(field: str) -> None:
    citation = read("CITATION.cff")
    assert citation[field]
    assert citation["license"] == PROJECT["project"]["license"]
