"""README.md is true: its code runs and prints what it says, its commands parse, its paths exist."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from vmdsolve.cli import app

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
EXPECTED = re.compile(r"  # -> (.*)$")


def blocks(text: str, language: str) -> Iterator[tuple[int, str]]:
    """(number of its first line, content) of every fenced block in this language."""
    for found in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        yield text.count("\n", 0, found.start(1)) + 1, found[1]


def assert_block_is_true(first: int, code: str, names: dict[str, object]) -> int:
    """Run a block; where a line ends in `# -> text`, its value must print so. Returns how many lines did."""
    lines, compared = code.splitlines(), 0
    for node in ast.parse(code).body:
        where = f"README.md:{first + node.lineno - 1}"
        expected = EXPECTED.search(lines[(node.end_lineno or 0) - 1])
        if expected and isinstance(node, ast.Expr):
            value = eval(compile(ast.Expression(node.value), where, "eval"), names)
            assert str(value) == expected[1], where
            compared += 1
        else:
            assert not expected, f"{where}: only the value of an expression can be compared"
            exec(compile(ast.Module([node], []), where, "exec"), names)
    return compared


def test_the_python_code_runs_and_prints_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    compared = [assert_block_is_true(first, code, names) for first, code in blocks(TEXT, "python")]
    assert len(compared) == TEXT.count("```python")
    assert sum(compared) >= 10


@pytest.mark.parametrize("code", ["1 + 1  # -> 3", "assert False", "x = 2  # -> 2", "1 +"])
def test_a_false_block_is_noticed(code: str) -> None:
    with pytest.raises((AssertionError, SyntaxError)):
        assert_block_is_true(1, code, {})


def commands() -> list[list[str]]:
    """Arguments of every `vmdsolve ...` in a sh block, also after `|` and `&&`."""
    out = []
    for _, code in blocks(TEXT, "sh"):
        for line in code.splitlines():
            for part in re.split(r" \| | && ", line):
                words = shlex.split(part, comments=True)
                if words and Path(words[0]).name == "vmdsolve":
                    out.append(words[1:])
    return out


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_the_commands_parse_and_their_files_exist(words: list[str]) -> None:
    group = typer.main.get_command(app)
    name, *arguments = words
    context = group.commands[name].make_context(name, list(arguments))  # type: ignore[attr-defined]
    assert set(context.params) <= {param.name for param in context.command.params}
    for argument in arguments:
        if argument.startswith("puzzles/"):
            assert list(ROOT.glob(argument)), argument


def test_a_command_with_a_wrong_option_is_noticed() -> None:
    group = typer.main.get_command(app)
    with pytest.raises(Exception, match="No such option"):
        group.commands["solve"].make_context("solve", ["--uniqe", "1..."])  # type: ignore[attr-defined]


def test_every_command_is_shown() -> None:
    shown = {words[0] for words in commands()}
    assert shown == set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_links_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", TEXT) if not link.startswith("https://")]
    assert len(links) > 10
    for link in links:
        path, _, anchor = link.partition("#")
        assert (ROOT / path).exists(), link
        titles = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
        assert anchor in ["", *(re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles)], link


def test_the_commands_that_others_run_are_marked() -> None:
    marked = dict(re.findall(r"<!-- (\w+-command) -->\n```sh\n(.*?)```", TEXT, re.DOTALL))
    assert set(marked) == {"install-command", "test-command"}
    assert all(command.count("\n") == 1 for command in marked.values())
    assert "pytest" in marked["test-command"]
    assert "<!-- test-command -->" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_method_and_status_is_explained() -> None:
    from vmdsolve.problem import Status

    for name in (*Status, "vmd", "vmd-only", "search"):
        assert f"| `{name}` |" in TEXT
