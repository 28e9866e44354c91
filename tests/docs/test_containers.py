"""The container and the job of a cluster are what they say: valid, one command, and no rights that they do not need."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.pages import ROOT

from vmdsolve import cli
from vmdsolve.scale.place import Place

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def job() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    return dict(yaml.safe_load((ROOT / "docs" / "kubernetes.yaml").read_text(encoding="utf-8")))


def parsed(words: list[str]) -> str:
    """The command of a line, which it takes."""
    command = cli.command_of(words[0])
    command.make_context(words[0], words[1:], resilient_parsing=False)
    return words[0]


def test_the_manifest_is_one_by_the_schema_of_kubernetes() -> None:
    validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
    assert validate.validate(job(), "1.29", strict=True) == "1.29"
    with pytest.raises(validate.ValidationError):
        validate.validate({**job(), "spec": {"completion": 3}}, "1.29", strict=True)


def test_the_job_is_of_as_many_processes_as_it_tells_them() -> None:
    spec = job()["spec"]
    [container] = spec["template"]["spec"]["containers"]
    told = {one["name"]: one["value"] for one in container["env"]}
    assert spec["completionMode"] == "Indexed"
    assert int(told["JOB_COMPLETIONS"]) == spec["completions"]
    assert Place.of("auto", {**told, "JOB_COMPLETION_INDEX": "3"}) == (4, spec["completions"])
    assert parsed(container["args"]) == "solve"
    assert container["securityContext"]["allowPrivilegeEscalation"] is False


def test_the_container_runs_as_nobody_of_rank_without_a_compiler() -> None:
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    assert len(stages) == 2
    assert "g++" not in stages[1]
    user = re.findall(r"^USER (\S+)$", stages[1], re.MULTILINE)
    assert user == ["10001"] == [str(job()["spec"]["template"]["spec"]["securityContext"]["runAsUser"])]
    assert 'ENTRYPOINT ["vmdsolve"]' in stages[1]
    for line in re.findall(r"^#   docker run .* vmdsolve (.*)$", DOCKERFILE, re.MULTILINE):
        assert parsed(shlex.split(line)) == "solve"


def linted(text: str) -> str:
    """What hadolint has to say."""
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    hadolint = shutil.which("hadolint", path=places)
    if hadolint is None:
        pytest.skip("hadolint is not installed")
    return subprocess.run([hadolint, "--no-color", "-"], input=text, capture_output=True, text=True, check=False).stdout


def test_a_linter_finds_nothing_in_the_container() -> None:
    assert linted(DOCKERFILE) == ""
    assert "DL3007" in linted(DOCKERFILE.replace("3.11-slim-bookworm", "latest"))
    assert "DL3042" in linted(DOCKERFILE.replace(" --no-cache-dir", ""))
