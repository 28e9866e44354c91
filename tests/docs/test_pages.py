"""What pages must hold besides code that is true; and that what is false in them would be noticed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from helpers.pages import ROOT, assert_parses, assert_printed, commands, install, printed, run_code, write

from vmdsolve import cli
from vmdsolve.problem import Status
from vmdsolve.testing import LAWS

README = (ROOT / "README.md").read_text(encoding="utf-8")
ADAPTERS = (ROOT / "docs" / "adapters.md").read_text(encoding="utf-8")
SOLVING = (ROOT / "docs" / "solving.md").read_text(encoding="utf-8")
COMMAND_LINE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "docs/tutorials").glob("*.md"),
]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


# Pages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8")) if "://" not in link]
    for link in links:
        target, _, anchor = link.partition("#")
        there = path.parent / target if target else path
        assert there.exists(), link
        titles = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
        assert anchor in ["", *(re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles)], link


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_files_that_a_page_names_exist(path: Path) -> None:
    """What is in backticks and begins with a folder of this project; `*` stands for something."""
    named = re.findall(
        r"`((?:vmdsolve|csrc|tests|benchmarks|docs|puzzles|\.ci)/[\w./*-]*)`", path.read_text(encoding="utf-8")
    )
    assert [name for name in named if not list(ROOT.glob(name.rstrip("/")))] == []
    assert named or path.name not in ("CONTRIBUTING.md", "scale.md", "security.md", "words.md")  # the rule finds some


def test_the_picture_of_layers_is_the_rule() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawn = [line[:37].split() for line in blocks(text, "text")[0].splitlines()]  # what they are is said beside
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    contracts = tools["importlinter"]["contracts"]
    [rule] = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    assert drawn == [layer.split(" : ") for layer in rule]


def test_the_commands_that_others_run_are_marked() -> None:
    marked = dict(re.findall(r"<!-- (\w+-command) -->\n```sh\n(.*?)```", README, re.DOTALL))
    assert set(marked) == {"install-command", "test-command"}
    assert all(command.count("\n") == 1 for command in marked.values())
    assert "pytest" in marked["test-command"]
    assert "<!-- test-command -->" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_command_method_status_and_law_is_explained() -> None:
    shown = {words[0] for block in blocks(COMMAND_LINE, "sh") for words in commands(block)}
    assert shown == set(cli.COMMANDS)
    for name in (*Status, "vmd", "vmd-only", "search"):
        assert f"| `{name}` |" in SOLVING
    table = re.findall(r"^\| (`.*?) \| .* \|$", ADAPTERS, re.MULTILINE)
    named = [name for cell in table for name in re.findall(r"`([a-z -]+)`", cell)]
    assert [name for name in named if name in LAWS] == list(LAWS)


def test_pages_have_what_is_run() -> None:
    assert sum(block.count("# -> ") for block in blocks(SOLVING, "python")) >= 10
    found = re.findall(r"^\$ (\w+) ([\w-]+)", "".join(blocks(ADAPTERS, "console")), re.MULTILINE)
    wanted = {"domains", "solve", "generate", "hint", "explain", "check-domain", "train", "eval"}
    assert {second for first, second in found if first == "vmdsolve"} == wanted
    assert {first for first, _ in found} == {"vmdsolve", "pip", "pytest"}


# What is false is noticed -----------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["1 + 1  # -> 3", "assert False", "x = 2  # -> 2", "1 +"])
def test_a_false_block_is_noticed(code: str) -> None:
    with pytest.raises((AssertionError, SyntaxError)):
        run_code("page", 1, code, {})
    assert run_code("page", 1, "x = 1\nx + 1  # -> 2", {}) == 1


def test_a_wrong_command_is_noticed() -> None:
    assert list(commands("cat a | .venv/bin/vmdsolve solve - # no\nls && vmdsolve info")) == [["solve", "-"], ["info"]]
    with pytest.raises(Exception, match="No such option"):
        assert_parses(["solve", "--uniqe", "1..."])
    with pytest.raises(AssertionError, match="there is no puzzles/none"):
        assert_parses(["solve", "puzzles/none.txt"])
    with pytest.raises(ValueError, match="ends too early"):
        assert_parses(["solve", "https://puzz.link/p?sudoku/4/4/1j2h4h3h"])


def test_a_wrong_output_is_noticed() -> None:
    assert_printed("a … c\n…", "a   b\nb c\nd\n")
    with pytest.raises(AssertionError, match="wanted"):
        assert_printed("a … c\n", "a b d\n")


# What the page on adapters says of its package --------------------------------------------------------


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The page's package, installed."""
    for block in blocks(ADAPTERS, "toml") + blocks(ADAPTERS, "python"):
        if found := re.match(r"# file: (\S+)\n(.*)", block, re.DOTALL):
            write(tmp_path, found[1], found[2])
    install(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_a_rule_that_is_dropped_is_caught_as_the_page_says(package: Path) -> None:
    adapter = package / "mypuzzles" / "diagonal.py"
    kept = [line for line in adapter.read_text(encoding="utf-8").splitlines() if '("diagonal"' not in line]
    adapter.write_text("\n".join(kept), encoding="utf-8")
    lines = printed(package, "vmdsolve check-domain diagonal-5 --count 960").splitlines()
    assert [line.split()[1] for line in lines if line.startswith("FAILED")] == ["count"]


@pytest.mark.slow
def test_training_does_what_the_page_says(package: Path) -> None:
    solved = []
    for steps, rate in ((1, " --rate 1e-9"), (60, "")):  # the first is not trained at all: one step teaches much
        printed(package, f"vmdsolve train diagonal-4 --steps {steps}{rate} --batch 32 --run-dir after-{steps}")
        out = printed(package, f"vmdsolve eval diagonal-4 --weights after-{steps}/weights.safetensors -n 100")
        found = re.search(r"solved +(\d+) ", out)
        solved.append(int(found[1]) if found else -1)
    assert 0 <= solved[0] < 10
    assert solved[1] > 80
