"""Whatever is given to a command, nothing that it prints is obeyed by a terminal: of every command, by its bytes."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import CLASH, P, S, run
from helpers.hostile import hostile, names, obeyed, zebras
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve import cli
from vmdsolve.cli import app, main
from vmdsolve.cli.help import Commands
from vmdsolve.domains import Kind, registry
from vmdsolve.domains.sudoku import Sudoku
from vmdsolve.files.records import read

TINY = ["--steps", 1, "--batch", 2, "--loops", "0:2", "--width", 4, "--message", 4, "--hidden", 4, "--latent", 2]
COMMANDS: dict[str, list[Any]] = {
    "solve": [P, "--method", "search"], "join": ["nothing"], "show": [P], "check": [P, S], "count": [P], "convert": [P],
    "hint": [P], "explain": [CLASH],
    "generate": ["latin-2"], "sample": ["latin-2"], "train": ["nothing"], "eval": ["latin-2", "-n", 1],
    "plot": ["nothing"], "web": ["nothing"], "watch": [P], "demo": ["nothing"], "diagnose": ["latin-2"],
    "domains": ["latin-2"], "check-domain": ["nothing"], "info": [],
}  # fmt: skip
READERS = ("solve", "show", "check", "count", "convert", "hint", "explain", "eval")

quick = settings(
    deadline=None, max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def is_plain(*arguments: object) -> str:
    """What the command printed, when that was found to be plain."""
    result = run(*arguments)
    out, err = (printed.decode() for printed in (result.stdout_bytes, result.stderr_bytes))
    assert (obeyed(out), obeyed(err)) == ([], []), (arguments, out, err)
    assert result.exit_code in (0, 1, 2)
    return out + err


def valued(name: str) -> list[str]:
    """Options of a command that take a value."""
    params = cli.command_of(name).params
    return [p.opts[-1] for p in params if p.param_type_name == "option" and not getattr(p, "is_flag", False)]


def test_every_command_is_tried() -> None:
    assert COMMANDS.keys() == cli.COMMANDS.keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
@quick
@given(data=st.data())
def test_what_is_typed(name: str, data: st.DataObject) -> None:
    text = data.draw(hostile(without="1\0"))
    option = data.draw(st.sampled_from(["", "argument", "--unknown", *valued(name)]))
    if option == "argument":
        is_plain(name, text, *COMMANDS[name][1:])
    elif option == "--unknown":
        is_plain(name, *COMMANDS[name], option + text)
    elif option:
        is_plain(name, *COMMANDS[name], option, text)
    else:
        is_plain(name + text, *COMMANDS[name])


def table_of(draw: Any, ending: str) -> str:
    """A file of an ending, with a good puzzle and hostile text wherever there is a place for it."""
    text, title, note = (draw(hostile(without="\ud800\udc9b")) for _ in range(3))
    if ending in (".json", ".jsonl"):
        wild = draw(hostile())
        items = [{"puzzle": P, "domain": "latin-4", title: wild}, {"puzzle": wild, "solution": note}, {wild: wild}]
        return json.dumps(items) if ending == ".json" else "".join(json.dumps(item) + "\n" for item in items)
    if ending == ".csv":
        return f"puzzle,{title},solution\n{P},{note},{S}\n{text},{note},{text}\n"
    return draw(st.sampled_from([f"{P}\n{text}\n{note}\n", f"{text}\n{note}\n", f"{title}\n{P}\n"]))


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".txt", ".csv", ".json", ".jsonl", ".dzn", ".col", ".non", ".opensudoku", ""])
@quick
@given(data=st.data())
def test_what_files_hold_and_are_called(tmp_path: Path, ending: str, data: st.DataObject) -> None:
    file = tmp_path / f"f{data.draw(names())}{ending}"
    file.write_text(table_of(data.draw, ending))
    options = data.draw(st.sampled_from([[], ["--domain", "zebra"], ["--domain", "sudoku-4x4"], ["--column", "x"]]))
    name = data.draw(st.sampled_from(READERS))
    options = [] if name in ("show", "convert") and options[:1] == ["--column"] else options
    options = [*options, *(["--method", "search"] if name == "solve" else [])]
    is_plain(name, file, *options)
    file.unlink()


@settings(quick, max_examples=10)
@given(data=st.data(), command=st.sampled_from(["solve", "show", "check", "count", "convert", "hint", "explain"]))
def test_names_in_puzzles(tmp_path: Path, data: st.DataObject, command: str) -> None:
    puzzle = data.draw(zebras())
    (tmp_path / "z.jsonl").write_text(json.dumps({"puzzle": puzzle, "domain": "zebra"}))
    search = ["--method", "search"] if command == "solve" else []
    shown = [["--output-format", form] for form in ("text", "csv", "json")] if command == "solve" else [[]]
    for more in shown:
        said = is_plain(command, puzzle, "--domain", "zebra", *search, *more)
        is_plain(command, tmp_path / "z.jsonl", *search, *more)
    assert "unreadable" not in said


@pytest.mark.slow
@settings(quick, max_examples=6)
@given(domain=hostile(), symbols=hostile(), note=hostile())
def test_what_weights_say(tmp_path: Path, domain: str, symbols: str, note: str) -> None:
    from vmdsolve.domains import get
    from vmdsolve.model.checkpoint import save_tensors
    from vmdsolve.model.config import ModelConfig
    from vmdsolve.model.vmd import VMD

    model = VMD(ModelConfig.of(get("latin-2"), width=4, hidden=4, loops=1, latent=2), seed=0)
    path = tmp_path / "w.safetensors"
    for record in ({"domain": {"name": domain, "symbols": symbols, "length": 4}, "machine": note}, {note: note}):
        other = json.dumps({**json.loads(model.config.to_json()), "domain": domain})
        for config in (other, json.dumps({note: domain}), "latin-2"):
            said = {"config": config, "recipe": json.dumps(record)}
            save_tensors(path, model.state_dict(), {k: v.encode(errors="replace").decode() for k, v in said.items()})
            for command in (["solve", P, "--weights"], ["sample", "--weights"], ["diagnose", "--weights"]):
                is_plain(*command, path)
            is_plain("eval", "latin-2", "-n", 1, "--weights", path)


class Point:
    """What another package registers: names, and what goes wrong."""

    name, value = "mine", "mine:DOMAINS"

    def __init__(self, text: str) -> None:
        self.text = text

    def _fails(self, _: str) -> Any:
        raise RuntimeError(self.text)

    def _speaks(self, _: str) -> Any:
        class Domain(Sudoku):
            about = text_form = example = self.text

        print(self.text)
        return Domain(2, 2)

    def load(self) -> dict[str, Kind]:
        return {self.text: Kind(self._fails, default=""), "speaks": Kind(self._speaks, self.text, default="4")}


@pytest.mark.slow
@settings(quick, max_examples=10)
@given(text=hostile())
def test_what_packages_say(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "entry_points", lambda **_: [Point(text)])
        registry.refresh()
        assert "speaks" in is_plain("domains")
        is_plain("domains", "speaks")
        is_plain("domains", "--json")
        is_plain("domains", text)
        is_plain("show", P, "--domain", "speaks")
    registry.refresh()


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


OURS = re.compile(r"\x1b\[((\d+;)*(0|1|2|3[2-7]|9\d|38;[\d;]+)m|2K|1A|\?25[lh])|\r|\x1b\[0m")  # what rich writes


@pytest.mark.slow
@settings(quick, max_examples=10)
@given(puzzle=zebras(), text=hostile(without="1"))
@pytest.mark.parametrize("several", [False, True], ids=["one", "several with a bar"])
def test_a_terminal_obeys_nothing_but_colours(tmp_path: Path, several: bool, puzzle: str, text: str) -> None:
    rows = [{"puzzle": puzzle, "domain": "zebra"}, *([{"puzzle": text}, {"puzzle": P, "note": text}] * 3 * several)]
    file = tmp_path / "f.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for command in (
        ["solve", "--method", "search"],
        ["count", "--output-format", "csv"],
        ["check"],
        ["hint"],
        ["show"],
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TERM", "xterm-256color")
            out, err = Terminal(), Terminal()
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            app([*command, str(file)], standalone_mode=False)
        for printed in (out.getvalue(), err.getvalue()):
            assert obeyed(OURS.sub("", printed)) == [], printed
    assert "\x1b[" in out.getvalue()


def test_a_bar_is_gone_before_an_error_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would stand below it, and give the streams back whenever the error happens to be freed."""
    file = tmp_path / "f.txt"
    file.write_text(f"{P}\nrubbish\n{P}\n")
    monkeypatch.setenv("TERM", "xterm-256color")
    out, err = Terminal(), Terminal()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        app(["count", str(file)], standalone_mode=False)
    shown, hidden, told = (err.getvalue().rindex(text) for text in ("\x1b[?25l", "\x1b[?25h", "vmdsolve: "))
    assert shown < hidden < told


@pytest.mark.slow
def test_a_training_says_where_in_plain_text() -> None:
    name = "a\x1b[2J\udcff\u202e"
    assert "in a??\n" in is_plain("train", "latin-2", *TINY, "--device", "cpu", "--run-dir", name)
    assert "device is " in is_plain("train", "latin-2", *TINY, "--device", name)
    is_plain("train", "latin-2", *TINY, "--device", "cpu", "--run-dir", name)


def test_help_and_completion_of_names_are_plain() -> None:
    for name in COMMANDS:
        is_plain(name, "--help")


def test_what_was_typed_is_not_repeated_at_length() -> None:
    for arguments in (
        ["solve", "-n" * 100_000],
        ["sample", "-n", "x" * 100_000],
        ["x" * 100_000],
        ["hint", "x" * 100_000],
    ):
        assert len(is_plain(*arguments)) < 10_000


def test_an_error_of_ours_is_plain_after_the_last_command(monkeypatch: pytest.MonkeyPatch) -> None:
    err = io.StringIO()
    monkeypatch.setattr(sys, "argv", ["vmdsolve", "info"])
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setattr(sys, "stderr", err)

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("\x1b[2J")

    monkeypatch.setattr(Commands, "invoke", fails)
    with pytest.raises(RuntimeError) as caught:
        main()
    sys.excepthook(caught.type, caught.value, caught.tb)
    assert "RuntimeError: ?[2J" in err.getvalue()
    assert obeyed(err.getvalue()) == []


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl", "parquet", "tsv", "txt"])
def test_half_a_character_in_a_file_loses_no_job(ending: str) -> None:
    half = json.dumps({"puzzle": P, "a\ud800": "b\udfff", "c": ["\ud800"]})
    Path("a.jsonl").write_text(half + "\n" + json.dumps({"puzzle": P}) + "\n")
    if ending == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is an extra")
    said = is_plain("solve", "a.jsonl", "--method", "search", "-o", f"o.{ending}")
    assert said.startswith("2 problems: 1 solved (1 by search), 1 INVALID")
    assert [row.puzzle in (P, S) for row in read(f"o.{ending}")][1:] == [True]
    assert not list(Path.cwd().glob("*.partial*"))


def test_the_streams_are_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    app(["show", P], standalone_mode=False)
    app(["show", "\x1b[2J"], standalone_mode=False)
    assert (sys.stdout, sys.stderr) == (out, err)
