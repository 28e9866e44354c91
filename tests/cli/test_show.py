"""The command `show`, and how the screen is served."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.commands import P, run

from vmdsolve.cli import screen
from vmdsolve.drawing import Cell, Drawn, Picture, Said, Sheet

BOARD = "+-----+-----+\n| 1 . | . . |\n| . . | . 4 |\n+-----+-----+\n| 4 . | . . |\n| . . | . 1 |\n+-----+-----+\n"


def test_a_puzzle_is_drawn() -> None:
    result = run("show", P)
    assert (result.stdout, result.stderr, result.exit_code) == (BOARD, "", 0)


def test_a_file_is_drawn_with_its_lines_and_so_many(tmp_path: Path) -> None:
    file = tmp_path / "some.txt"
    file.write_text(f"{P}\n{P}\n{P}\n")
    result = run("show", file, "-n", 2)
    assert result.stdout == f"{file}:1\n{BOARD}\n{file}:2\n{BOARD}"
    assert run("show", file, "-n", 1).stdout == BOARD


def test_other_kinds_and_candidates_are_drawn() -> None:
    assert run("show", "2 2/1 -/- -", "--domain", "akari").stdout.split("\n")[1:3] == ["| 1 . |", "| . . |"]
    assert "(3)" in run("show", "1......2..4..3..", "--candidates").stdout


def test_what_cannot_be_read_is_said_and_the_rest_is_drawn(tmp_path: Path) -> None:
    file = tmp_path / "some.txt"
    file.write_text(f"{'x' + P[1:]}\n{P}\n")
    result = run("show", file)
    assert result.exit_code == 2
    assert f"{file}:1: unreadable: " in result.stderr
    assert BOARD in result.stdout


def test_of_several_inputs_those_that_can_be_read_are_drawn(tmp_path: Path) -> None:
    good, missing, broken = tmp_path / "good.txt", tmp_path / "missing.txt", tmp_path / "broken.json"
    good.write_text(f"{P}\n")
    broken.write_text('[{"puzzle": ')
    result = run("show", missing, good, broken, P)
    assert result.exit_code == 2
    assert result.stdout == f"{good}:1\n{BOARD}\n{BOARD}"
    assert f"no such file: {missing}" in result.stderr
    assert "broken.json" in result.stderr
    assert run("show", missing).exit_code == 2


class Terminal(io.StringIO):
    """A terminal of some encoding."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self.name = encoding

    @property
    def encoding(self) -> str:
        return self.name

    def isatty(self) -> bool:
        return True


PICTURE = Picture((Said("one two three four five six"), Drawn(Sheet([["□"]], [[0]]), [Cell("1", "given")])))


def shown(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, **environment: str) -> str:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"TERM": "xterm-256color"} | environment).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", stream)
    screen.show(PICTURE)
    return stream.getvalue()


def test_a_terminal_gets_boxes_and_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    out = shown(monkeypatch, Terminal(), COLUMNS="24")
    assert "┌───┐" in out
    assert "\x1b[" in out
    assert "one two three four five\nsix\n" in out


def test_no_colour_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    out = shown(monkeypatch, Terminal(), NO_COLOR="1")
    assert "┌───┐" in out
    assert "\x1b[3" not in out


@pytest.mark.parametrize(
    ("stream", "environment"), [(Terminal(), {"TERM": "dumb"}), (io.StringIO(), {})], ids=["dumb", "pipe"]
)
def test_elsewhere_it_is_plain(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, environment: dict[str, str]
) -> None:
    assert shown(monkeypatch, stream, **environment) == "one two three four five six\n+---+\n| 1 |\n+---+\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_an_encoding_without_boxes_gets_none(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    out = shown(monkeypatch, Terminal(encoding))
    assert "+---+" in out
    assert out.isascii()


def test_a_sentence_is_wrapped_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, wanted in ((Terminal(), "one two?\n  three\n"), (io.StringIO(), "one two? three\n")):
        monkeypatch.setenv("COLUMNS", "8")
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(sys, "stdout", stream)
        screen.say("one two\x1b three", indent="  ")
        assert stream.getvalue() == wanted


def test_a_closed_output_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    screen.show(PICTURE)
    screen.say("nobody hears this")
    assert not screen.on_terminal()


@pytest.mark.slow
def test_rich_is_imported_only_to_draw_on_a_terminal() -> None:
    code = "import vmdsolve, sys; str(vmdsolve.get_domain('latin-2').parse('1...')); assert 'rich' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
