"""The container and the job of a cluster are what they say: valid, one command, and no rights that they do not need."""

from __future__ import annotations

import json
import re
import shlex
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


def test_the_lines_of_the_container_are_as_a_linter_wants_them() -> None:
    """What hadolint warns of most: versions that float, packages and caches that nobody needs, shells that go on."""
    text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    known = {"FROM", "RUN", "COPY", "USER", "WORKDIR", "ENTRYPOINT", "CMD"}
    assert {word for word, _ in lines} == known  # no ADD, which fetches and unpacks
    for word, rest in lines:
        commands = [part.strip() for part in rest.split("&&")] if word == "RUN" else []
        if word == "FROM":
            assert re.match(r"\S+:\d[\w.-]+", rest), rest
        if word in ("ENTRYPOINT", "CMD"):
            assert isinstance(json.loads(rest), list)
        if word == "WORKDIR":
            assert rest.startswith("/")
        for command in commands:
            assert not re.search(r"^(sudo|cd|curl|wget)\b|[|]", command), command
            if command.startswith("apt-get install"):
                assert {"--yes", "--no-install-recommends"} <= {*command.split()}
                assert commands[-1] == "rm -rf /var/lib/apt/lists/*"
            if command.startswith("pip "):
                assert "--no-cache-dir" in command
    assert [word for word, _ in lines].index("USER") < [word for word, _ in lines].index("ENTRYPOINT")
