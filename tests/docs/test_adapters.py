"""docs/adapters.md is true: its package is built and registered, its commands run and print what it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from vmdsolve.testing import LAWS

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "adapters.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def files() -> dict[str, str]:
    """Path -> content of every block that is a file."""
    found = (re.match(r"# file: (\S+)\n(.*)", block, re.DOTALL) for block in blocks("toml") + blocks("python"))
    return {match[1]: match[2] for match in found if match}


def sessions() -> Iterator[tuple[str, str]]:
    """(command, what it prints) of the console blocks, in order."""
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def assert_printed(expected: str, got: str) -> None:
    """`…` in what is expected stands for anything; how wide columns are plays no part."""
    expected, got = (re.sub(r"  +", " ", text) for text in (expected, got))
    pattern = re.escape(expected).replace("…", ".*?")
    assert re.fullmatch(pattern, got, re.DOTALL), f"wanted\n{expected}\ngot\n{got}"


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "OMP_NUM_THREADS": "1"}


def run(folder: Path, command: str) -> str:
    """The command's standard output, its package being installed."""
    program, *words = shlex.split(command)
    module = {"vmdsolve": "vmdsolve", "pytest": "pytest"}[program]
    full = [sys.executable, "-m", module, *words]
    done = subprocess.run(full, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page's files, and what `pip install -e .` would have left there."""
    folder = tmp_path_factory.mktemp("mypuzzles")
    for path, content in files().items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(content)
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    info = folder / f"{project['name']}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [
        line
        for group, points in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in points.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return folder


def test_the_page_has_a_package_and_commands() -> None:
    assert set(files()) == {"pyproject.toml", "mypuzzles/diagonal.py", "tests/test_diagonal.py"}
    commands = [command.split()[:2] for command, _ in sessions()]
    wanted = {"domains", "solve", "generate", "hint", "explain", "check-domain", "train", "eval"}
    assert {words[1] for words in commands if words[0] == "vmdsolve"} == wanted
    assert ["pip", "install"] in commands
    assert ["pytest", "-q"] in commands


def test_the_commands_print_what_the_page_says(package: Path) -> None:
    printed = {}
    for command, expected in sessions():
        if command != "pip install -e .":  # the fixture did what it would do, without a network
            printed[command] = run(package, command)
            assert_printed(expected, printed[command])
    [evaluated] = [output for command, output in printed.items() if command.startswith("vmdsolve eval")]
    assert int(re.search(r"solved +(\d+) ", evaluated)[1]) > 80
    run(package, "vmdsolve train diagonal-4 --steps 1 --batch 32 --run-dir untrained")
    before = run(package, "vmdsolve eval diagonal-4 --weights untrained/weights.safetensors -n 100")
    assert int(re.search(r"solved +(\d+) ", before)[1]) < 10


def test_the_python_code_prints_what_the_page_says(package: Path) -> None:
    [code] = [block for block in blocks("python") if not block.startswith("# file: ")]
    checks = re.sub(r"^(.*?)  # -> (.*)$", r"assert str(\1) == '\2', \1", code, flags=re.MULTILINE)
    assert checks.count("assert") == code.count("# -> ") == 2
    command = [sys.executable, "-c", checks]
    done = subprocess.run(command, cwd=package, env=environment(package), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_rule_that_is_dropped_is_caught_as_the_page_says(package: Path) -> None:
    adapter = package / "mypuzzles" / "diagonal.py"
    source = adapter.read_text()
    kept = "\n".join(line for line in source.splitlines() if '("diagonal"' not in line)
    try:
        adapter.write_text(kept)
        printed = run(package, "vmdsolve check-domain diagonal-5 --count 960")
    finally:
        adapter.write_text(source)
    assert [line.split()[1] for line in printed.splitlines() if line.startswith("FAILED")] == ["count"]


def test_every_law_is_explained() -> None:
    table = re.findall(r"^\| (`.*?) \| .* \|$", TEXT, re.MULTILINE)
    named = [name for cell in table for name in re.findall(r"`([a-z -]+)`", cell)]
    assert [name for name in named if name in LAWS] == list(LAWS)


def test_a_wrong_output_is_noticed() -> None:
    assert_printed("a … c\n…", "a   b\nb c\nd\n")
    with pytest.raises(AssertionError, match="wanted"):
        assert_printed("a … c\n", "a b d\n")
