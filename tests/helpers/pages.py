"""What is in the pages of this project, run: Sybil finds the blocks (plugin.py), this says what each must do.

python    runs, and where a line ends in `# -> text` its value prints so; after `# file: PATH` it is a file
toml      is a file, likewise; text, where it begins with that line
sh        every `vmdsolve ...` parses, and its files exist
console   after `$ `, run in the folder of the page's files, prints what follows; `…` stands for anything
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

from sybil.example import Example

from vmdsolve import cli
from vmdsolve.cli.problems import domain_first
from vmdsolve.domains import known
from vmdsolve.domains.reading import read

ROOT = Path(__file__).parents[2]
EXPECTED = re.compile(r"  # -> (.*)$")
NAME = re.compile(r"\.[a-z]{3,7}$")  # of a file
FILE = re.compile(r"# file: (\S+)\n(.*)", re.DOTALL)


def folder_of(example: Example) -> Path:
    """Where the page's files are: one folder a page, made by the first block that asks."""
    if "folder" not in example.namespace:
        example.namespace["folder"] = example.namespace["tmp_path_factory"].mktemp("page")
    folder: Path = example.namespace["folder"]
    return folder


def file_block(example: Example) -> None:
    if found := FILE.match(example.parsed):
        write(folder_of(example), found[1], found[2])


def python_block(example: Example) -> None:
    if FILE.match(example.parsed):
        file_block(example)
        return
    first = example.line + 1
    if "folder" in example.namespace:  # the page has files of its own, and its code may import them
        code = "import sys; from helpers.pages import run_code; run_code('page', int(sys.argv[1]), sys.argv[2], {})"
        command = [sys.executable, "-c", code, str(first), example.parsed]
        done = started(folder_of(example), command, path=[ROOT, ROOT / "tests"])
        assert done.returncode == 0, done.stderr
    else:
        with chdir(ROOT):
            run_code(Path(example.path).name, first, example.parsed, example.namespace)


def run_code(name: str, first: int, code: str, names: dict[str, object]) -> int:
    """Run code that begins at line `first` of a page; returns how many values were compared."""
    lines, compared = code.splitlines(), 0
    for node in ast.parse(code).body:
        where = f"{name}:{first + node.lineno - 1}"
        expected = EXPECTED.search(lines[(node.end_lineno or 0) - 1])
        if expected and isinstance(node, ast.Expr):
            value = eval(compile(ast.Expression(node.value), where, "eval"), names)
            assert expected[1] in (str(value), repr(value)), f"{where}: wanted {expected[1]}, got {value}"
            compared += 1
        else:
            assert not expected, f"{where}: only the value of an expression can be compared"
            exec(compile(ast.Module([node], []), where, "exec"), names)
    return compared


def commands(code: str) -> Iterator[list[str]]:
    """Arguments of every `vmdsolve ...`, also after `|` and `&&`."""
    for line in code.splitlines():
        for part in re.split(r" \| | && ", line):
            words = shlex.split(part, comments=True)
            if words and Path(words[0]).name == "vmdsolve":
                yield words[1:]


def sh_block(example: Example) -> None:
    for words in commands(example.parsed):
        assert_parses(words)


def assert_parses(words: list[str]) -> None:
    """The command knows these arguments, files among them exist and puzzles are read; nothing is run."""
    name, arguments = cli.named(words)
    given = cli.command_of(name).make_context(name, list(arguments)).params
    for argument in arguments:
        assert not argument.startswith("puzzles/") or list(ROOT.glob(argument)), f"there is no {argument}"
    if "domain" in given and ("puzzle" in given or "inputs" in given):
        puzzles, domain = domain_first(given.get("inputs") or [given["puzzle"]], given["domain"])
        for puzzle in puzzles:
            if puzzle != "-" and not NAME.search(puzzle) and not (name == "eval" and known(puzzle)):
                read(puzzle, domain)


# Packages and sessions --------------------------------------------------------------------------------


def write(folder: Path, path: str, content: str) -> None:
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text(content, encoding="utf-8")


def install(folder: Path) -> None:
    """What `pip install -e .` would leave there, without a network."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = f"{project['name']}-{project['version']}.dist-info"
    lines = [
        line
        for group, points in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in points.items()))
    ]
    metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    write(folder, f"{info}/METADATA", metadata)
    write(folder, f"{info}/entry_points.txt", "\n".join(lines) + "\n")


def started(folder: Path, command: list[str], path: list[Path] | None = None) -> subprocess.CompletedProcess[str]:
    seen = os.pathsep.join(map(str, [folder, *(path or [])]))
    environment = {**os.environ, "PYTHONPATH": seen, "COLUMNS": "200", "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def printed(folder: Path, command: str) -> str:
    """The command's standard output."""
    if command == "pip install -e .":
        install(folder)
        return ""
    program, *words = shlex.split(command)
    module = {"vmdsolve": "vmdsolve", "pytest": "pytest"}[program]
    done = started(folder, [sys.executable, "-m", module, *words])
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def console_block(example: Example) -> None:
    for part in re.split(r"^\$ ", example.parsed, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        assert_printed(expected, printed(folder_of(example), command))


def assert_printed(expected: str, got: str) -> None:
    """`…` in what is expected stands for anything; how wide columns are plays no part."""
    expected, got = (re.sub(r"  +", " ", text) for text in (expected, got))
    pattern = re.escape(expected).replace("…", ".*?")
    assert re.fullmatch(pattern, got, re.DOTALL), f"wanted\n{expected}\ngot\n{got}"
