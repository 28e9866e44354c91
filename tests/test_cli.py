"""The commands: what they print, where, and with which exit code. Learned models have a section of their own."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

import vmdsolve
from vmdsolve.cli import app
from vmdsolve.cli_model import parse_loops
from vmdsolve.domains import get, names
from vmdsolve.errors import InvalidInput
from vmdsolve.journal import Journal
from vmdsolve.search import generate_values

P, S = "1......44......1", "1423231441323241"
PUZZLES = Path(__file__).parents[1] / "puzzles"
EASY = str(PUZZLES / "sudoku/easy.txt")
CLASH = "11......44......"


def run(*arguments: object, stdin: str | bytes | None = None) -> Result:
    """The command in this process; anything but a clean exit is an error of the test."""
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=stdin, prog_name="vmdsolve")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def solve(*arguments: object, stdin: str | bytes | None = None) -> Result:
    return run("solve", "--method", "search", *arguments, stdin=stdin)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def shell(*arguments: object, **options: object) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "vmdsolve", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, **{**pipes, **options})  # type: ignore[call-overload,no-any-return]


# Imports, help, versions ----------------------------------------------------------------------------


def test_help_needs_neither_numpy_nor_torch_nor_rich() -> None:
    code = (
        "import sys, vmdsolve.cli\n"
        "try: vmdsolve.cli.app(['solve', '--help'], prog_name='vmdsolve')\n"
        "except SystemExit: pass\n"
        "sys.exit(str(sorted({'numpy', 'torch', 'rich'} & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"
    assert "--time-limit" in done.stdout


@pytest.mark.parametrize("command", ["solve", "check", "generate", "train", "eval", "info", "domains"])
def test_every_command_explains_itself(command: str) -> None:
    assert command in run("--help").stdout
    result = run(command, "-h")
    assert result.exit_code == 0
    assert f"vmdsolve {command}" in result.stdout


def test_version() -> None:
    assert run("--version").stdout == f"vmdsolve {vmdsolve.__version__}\n"


def test_bad_usage_is_exit_2() -> None:
    assert run("nonsense").exit_code == 2
    assert solve(P, "--steps", "many").exit_code == 2
    assert solve().exit_code == 2
    assert "Traceback" not in run("nonsense").output


# solve ------------------------------------------------------------------------------------------------


def test_one_puzzle_in_a_pipe_is_csv() -> None:
    result = solve(P)
    assert result.exit_code == 0
    [row] = table(result.stdout)
    assert {**row, "seconds": ""} == {
        "problem": P, "solution": S, "status": "SOLVED", "method": "search", "unique": "", "nfe": "0",
        "seconds": "", "reason": "",
    }  # fmt: skip
    assert result.stderr.startswith("1 problem: 1 solved (1 by search) in ")


def test_files_come_out_in_order_and_summed_up() -> None:
    result = solve(EASY, P, "--unique", "--batch-size", "7")
    rows = table(result.stdout)
    assert [row["problem"] for row in rows[:-1]] == Path(EASY).read_text().splitlines()[1:]
    assert rows[-1]["problem"] == P
    assert [row["unique"] for row in rows] == ["true"] * 100 + ["false"]
    assert "101 problems: 101 solved (101 by search)" in result.stderr


def test_bad_lines_become_rows_and_the_rest_is_solved(tmp_path: Path) -> None:
    path = tmp_path / "mixed.txt"
    path.write_text(f"{P}\nhello\n{P[:-1]}x\n{CLASH}\n{P}\n")
    result = solve(path)
    assert result.exit_code == 1
    rows = table(result.stdout)
    assert [row["status"] for row in rows] == ["SOLVED", "INVALID", "INVALID", "UNSATISFIABLE", "SOLVED"]
    assert rows[1]["problem"] == "hello"
    assert rows[1]["reason"].startswith(f"{path}:2: no domain goes by 5 cells")
    assert rows[2]["reason"].startswith(f"{path}:3: row 4, column 4 (character 16) holds 'x'")
    assert rows[3]["reason"].startswith("row: both hold 1 (row 1, column 1 and row 1, column 2)")
    assert "5 problems: 2 solved (2 by search), 2 INVALID, 1 UNSATISFIABLE in" in result.stderr


def test_a_line_without_puzzle_is_invalid_even_if_its_rest_looks_like_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,puzzle\n1,{P}\n{P}\n")
    rows = table(solve(path).stdout)
    assert [row["status"] for row in rows] == ["SOLVED", "INVALID"]
    assert rows[1]["reason"] == f"{path}:3: the row has 1 fields; the puzzle is field 2"


def test_standard_input_is_read() -> None:
    rows = table(solve("-", stdin=f"puzzle,solution\n{P},{S}\n").stdout)
    assert [row["solution"] for row in rows] == [S]


def test_a_domain_may_be_named() -> None:
    assert table(solve("." * 25, "--domain", "latin-5").stdout)[0]["status"] == "SOLVED"
    assert solve(PUZZLES / "latin/latin5.txt", "--domain", "latin-5").exit_code == 0
    assert table(solve(P, "--domain", "latin-4").stdout)[0]["status"] == "SOLVED"


def test_a_drawn_board_is_a_puzzle() -> None:
    domain = get("sudoku-4x4")
    assert table(solve(domain.render(domain.parse(P).values)).stdout)[0]["problem"] == P


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["gone.txt"], "there is no file 'gone.txt', and it is not a puzzle either: no domain goes by"),
        ([str(PUZZLES)], "is a folder; wanted a file of puzzles"),
        ([P, "--domain", "chess"], "unknown domain 'chess'; installed are"),
        ([P, "--method", "guess"], "method is 'guess'; wanted one of vmd, vmd-only, search"),
        ([P, "--latents", "0"], "latents is 0; wanted"),
        ([P, "--batch-size", "0"], "batch_size is 0; wanted"),
        ([P, "--resume"], "--resume continues the job of an output file; name it with -o"),
        ([P, "-o", "out.xls"], "its ending is '.xls'"),
        (["-", "-o", "out.csv", "--resume"], "standard input cannot be read a second time"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(arguments: list[str], text: str) -> None:
    result = solve(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("vmdsolve: ")
    assert text in result.stderr
    assert result.stderr.count("\n") == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=60), st.text(f"{P},\n#{{", max_size=60).map(str.encode)))
def test_any_bytes_end_in_a_clean_exit(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.txt"
    path.write_bytes(content)
    solved, checked = solve(path), run("check", path)
    assert solved.exit_code in (0, 1, 2)
    assert checked.exit_code in (0, 1, 2)
    assert (solved.exit_code == 2) == solved.stderr.startswith("vmdsolve: ")


# solve -o, --resume -----------------------------------------------------------------------------------


def results_of(path: Path) -> list[object]:
    """What a file of results says, but for the time it took."""
    if path.suffix == ".txt":
        return list(path.read_text().splitlines())
    text = path.read_text()
    rows = table(text) if path.suffix == ".csv" else [json.loads(line) for line in text.splitlines()]
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    path = tmp_path / "mixed.txt"
    path.write_text("\n".join([P, "hello", CLASH, *Path(EASY).read_text().splitlines()[1:20], P]))
    return path


@pytest.mark.parametrize("kind", [".csv", ".jsonl", ".txt"])
def test_output_files_hold_every_problem(mixed: Path, kind: str) -> None:
    out = mixed.parent / f"out{kind}"
    result = solve(mixed, "-o", out)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "23 problems: 21 solved (21 by search), 1 INVALID, 1 UNSATISFIABLE in" in result.stderr
    assert len(results_of(out)) == 23
    assert sorted(path.name for path in mixed.parent.iterdir()) == sorted(["mixed.txt", out.name])


@pytest.mark.parametrize("kind", [".csv", ".jsonl", ".txt"])
def test_a_killed_job_resumes_to_the_same_results(mixed: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, out = mixed.parent / f"whole{kind}", mixed.parent / f"out{kind}"
    solve(mixed, "-o", whole)
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "finish", lambda _: None)  # as if killed after the last row
        solve(mixed, "-o", out)
    journal = mixed.parent / f"out{kind}.partial.jsonl"
    content = journal.read_bytes()
    for cut in range(0, len(content), 397):
        journal.write_bytes(content[:cut])
        result = solve(mixed, "-o", out, "--resume", "--batch-size", 3)
        done = max(0, content[:cut].count(b"\n") - 1)
        assert (f"resumed: {done} problems were done before" in result.stderr) == (done > 0)
        assert "23 problems: 21 solved (21 by search), 1 INVALID, 1 UNSATISFIABLE in" in result.stderr
        assert result.exit_code == 1
        assert results_of(out) == results_of(whole)
        assert not journal.exists()


def test_a_job_is_resumed_only_if_nothing_changed(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = mixed.parent / "out.csv"
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "finish", lambda _: None)
        solve(mixed, "-o", out)
    assert "continue it with --resume, or delete it" in solve(mixed, "-o", out).stderr
    changed = solve(mixed, "-o", out, "--resume", "--seed", "5")
    assert changed.exit_code == 2
    assert "it was begun with other settings: seed 0, now 5" in changed.stderr
    mixed.write_text(mixed.read_text() + "\n" + P)
    assert "it was begun with other settings: inputs [" in solve(mixed, "-o", out, "--resume").stderr


def test_a_job_that_cannot_begin_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    assert solve(tmp_path / "empty.txt", "-o", tmp_path / "out.csv").exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["empty.txt"]


def test_the_input_is_never_overwritten(mixed: Path) -> None:
    before = mixed.read_text()
    result = solve(P, mixed, "-o", mixed)
    assert result.exit_code == 2
    assert "is also an input; write to another file" in result.stderr
    assert mixed.read_text() == before


# Processes: killed, interrupted, cut off, on a terminal -------------------------------------------------


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough puzzles that a process can be caught at work."""
    domain = get("sudoku-9x9")
    path = tmp_path_factory.mktemp("many") / "many.txt"
    boards, _ = generate_values(domain.rules, 500, seed=1, clues=30)
    path.write_text("\n".join(domain.format_many(boards) * 200) + "\n")
    return path


@pytest.fixture
def busy(many: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that has written some rows of a long job, and its output file."""
    out = tmp_path / "out.csv"
    journal = tmp_path / "out.csv.partial.jsonl"
    process = shell("solve", "--method", "search", "--batch-size", 50, many, "-o", out)
    until = time.monotonic() + 60
    while time.monotonic() < until and not (journal.exists() and journal.stat().st_size > 20_000):
        time.sleep(0.01)
    yield process, out
    process.kill()
    process.communicate()


def test_a_killed_process_resumes(busy: tuple[subprocess.Popen[str], Path], many: Path) -> None:
    process, out = busy
    process.kill()
    process.wait()
    assert not out.exists()
    result = solve(many, "-o", out, "--resume")
    assert result.exit_code == 0
    assert "resumed: " in result.stderr
    assert [row["problem"] for row in table(out.read_text())] == many.read_text().splitlines()


def test_an_interrupted_process_says_how_to_go_on(busy: tuple[subprocess.Popen[str], Path]) -> None:
    process, out = busy
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "problems are done; --resume continues\nvmdsolve: interrupted\n" in errors
    assert not out.exists()


def test_a_reader_that_leaves_early_is_no_error(many: Path) -> None:
    process = shell("solve", "--method", "search", many)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("problem,")
    process.stdout.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == ""
    process.stderr.close()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals here")
@pytest.mark.parametrize("arguments", [[P], [P, P], [CLASH]], ids=["one", "two", "clash"])
def test_a_terminal_shows_one_board_or_a_table(arguments: list[str]) -> None:
    import pty

    above, below = pty.openpty()
    process = shell("solve", "--method", "search", *arguments, stdout=below, env={**os.environ, "TERM": "xterm"})
    os.close(below)
    _, errors = process.communicate(timeout=60)
    shown = os.read(above, 65_536).decode()
    os.close(above)
    if len(arguments) == 2:
        assert shown.startswith("problem,solution,")
        assert errors.startswith("2 problems: 2 solved (2 by search) in ")
    elif arguments == [P]:
        assert "\x1b[1m1\x1b[0m \x1b[36m4\x1b[0m" in shown  # the first is given, the second filled in
        assert errors.startswith("solved by search; ")
    else:
        assert shown.startswith("row: both hold 1 (row 1, column 1 and row 1, column 2)")
        assert errors.startswith("UNSATISFIABLE: proved that there is no answer; ")


# check, generate, domains, info -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "told", "summary"),
    [
        ([P, S], 0, "", "1 checked: 1 right\n"),
        ([P], 0, "", "1 checked: 1 unfinished\n"),
        ([P, P], 0, "", "1 checked: 1 unfinished\n"),
        ([CLASH], 1, "row: both hold 1 (row 1, column 1 and row 1, column 2)\n", "1 checked: 1 broken\n"),
        ([P, "2" + S[1:]], 1, "given: row 1, column 1 is given as 1, not 2\n", "1 checked: 1 broken\n"),
        ([PUZZLES / "sudoku/sudoku16.csv"], 0, "", "10 checked: 10 right\n"),
        ([EASY], 0, "", "100 checked: 100 unfinished\n"),
    ],
)
def test_check_says_what_is_broken(arguments: list[object], code: int, told: str, summary: str) -> None:
    result = run("check", *arguments)
    assert (result.exit_code, result.stderr) == (code, summary)
    assert result.stdout.startswith(told)
    assert bool(result.stdout) == bool(told)


def test_check_names_the_line_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"puzzle,solution\n{P},{S}\n{P},{S[:-1]}\n{P},{'2' + S[1:]}\n")
    result = run("check", path)
    assert result.exit_code == 2
    lines = result.stdout.splitlines()
    assert lines[0] == f"{path}:3: unreadable: sudoku-4x4 needs 16 cells, got 15 characters"
    assert lines[1] == f"{path}:4: given: row 1, column 1 is given as 1, not 2"
    assert result.stderr == "3 checked: 1 right, 1 broken, 1 unreadable\n"


def test_check_takes_a_file_of_answers(tmp_path: Path) -> None:
    puzzles, answers = tmp_path / "p.txt", tmp_path / "a.txt"
    puzzles.write_text(f"{P}\n{P}\n")
    solve(puzzles, "-o", answers)
    assert run("check", puzzles, answers).stderr == "2 checked: 2 right\n"
    answers.write_text(S)
    result = run("check", puzzles, answers)
    assert result.exit_code == 2
    assert "vmdsolve: there are not as many solutions as puzzles\n" in result.stderr


def test_check_refuses_an_unknown_domain() -> None:
    assert "unknown domain 'chess'" in run("check", P, "--domain", "chess").stderr


def test_generated_puzzles_have_the_solutions_they_claim(tmp_path: Path) -> None:
    result = run("generate", "sudoku-6x6", "-n", 20, "--seed", 3)
    assert result.exit_code == 0
    assert result.stdout.startswith("puzzle,solution\n")
    (tmp_path / "a.csv").write_text(result.stdout)
    assert run("check", tmp_path / "a.csv").stderr == "20 checked: 20 right\n"
    rows = table(solve(tmp_path / "a.csv", "--unique").stdout)
    assert {row["unique"] for row in rows} == {"true"}
    assert len({row["problem"] for row in rows}) == 20


def test_generated_files_agree_whatever_their_format(tmp_path: Path) -> None:
    outs = [tmp_path / f"a{kind}" for kind in (".csv", ".jsonl", ".txt")]
    for out in outs:
        assert run("generate", "sudoku-9x9", "-n", 60, "--clues", 30, "-o", out).stdout == ""
    rows = table(outs[0].read_text())
    assert [json.loads(line) for line in outs[1].read_text().splitlines()] == rows
    assert outs[2].read_text().splitlines() == [row["puzzle"] for row in rows]
    assert {81 - row["puzzle"].count(".") for row in rows} == {30}


def test_generate_refuses_what_it_cannot_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "a.parquet"
    monkeypatch.setattr("vmdsolve.results.import_module", lambda _: None)  # as if pyarrow were installed
    assert "puzzles are written as .csv, .jsonl or .txt" in run("generate", "latin-4", "-o", out).stderr
    assert run("generate", "latin-4", "-n", 0).exit_code == 2
    assert "seed must be in 0..2**64 - 1" in run("generate", "latin-4", "--seed", -1).stderr

    def stuck(*_: object, **__: object) -> None:
        raise RuntimeError("found no solution in time")

    monkeypatch.setattr("vmdsolve.search.generate_values", stuck)
    result = run("generate", "latin-4", "-o", tmp_path / "a.txt")
    assert (result.exit_code, result.stderr) == (2, "vmdsolve: found no solution in time\n")
    assert not list(tmp_path.iterdir())


def test_domains_lists_all_with_their_rules() -> None:
    lines = run("domains").stdout.splitlines()
    assert lines[0].split() == ["name", "L", "V", "weights", "constraints"]
    assert [line.split()[0] for line in lines[1:]] == names()
    [line] = [line for line in lines if line.startswith("sudoku-12x12")]
    assert line.split(maxsplit=4)[1:3] == ["144", "12"]
    assert line.endswith("12 row, 12 column, 12 box")


# The learned model --------------------------------------------------------------------------------------

TINY = ["--batch", 2, "--loops", "0:2", "--width", 4, "--message", 4, "--hidden", 4, "--latent", 2, "--no-bf16"]


def test_a_model_is_trained_resumed_measured_and_used(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    weights = folder / "weights.safetensors"
    train = ["train", "sudoku-4x4", "--run-dir", folder, "--device", "cpu", "--every", 2]
    begun = run(*train, *TINY, "--steps", 4)
    assert begun.exit_code == 0
    assert "\nstep 2/4  loss " in begun.stdout
    assert f"done: {weights}" in begun.stdout
    assert begun.stderr.count("the latent is dead") == 1  # four steps teach it nothing

    refused = run(*train, *TINY)
    assert refused.exit_code == 2
    assert "holds a run already: go on with --resume, or name another with --run-dir" in refused.stderr
    assert "holds a run with config" in run(*train, "--resume", "--width", 5).stderr
    resumed = run(*train, "--resume", "--steps", 6)
    assert "\nstep 6/6  loss " in resumed.stdout
    assert "step 2/" not in resumed.stdout

    measured = run("eval", "sudoku-4x4", "--weights", weights, "-n", 5, "--steps", 3, "--device", "cpu")
    assert measured.exit_code == 0
    assert "problems  5 of sudoku-4x4, fresh minimal puzzles, seed 0\n" in measured.stdout
    assert "T = 3, K = 1, order margin, no rule helps\n" in measured.stdout
    assert "block applications a problem (NFE x loops)\n" in measured.stdout
    of_file = run("eval", PUZZLES / "sudoku/mini.txt", "--weights", weights, "--legal", "--device", "cpu")
    assert "problems  20 of sudoku-4x4, " in of_file.stdout

    used = run("solve", PUZZLES / "sudoku/mini.txt", "--weights", weights, "--device", "cpu")
    assert used.exit_code == 0
    assert {row["status"] for row in table(used.stdout)} == {"SOLVED"}
    assert "was trained for sudoku-4x4, not for sudoku-6x6" in run("eval", "sudoku-6x6", "--weights", weights).stderr


def test_eval_refuses_what_it_cannot_measure(tmp_path: Path) -> None:
    assert "no weights for latin-2 come along; name a file with --weights" in run("eval", "latin-2").stderr
    path = tmp_path / "mixed.txt"
    path.write_text(f"{P}\n{'.' * 36}\n")
    assert f"{path}:2: a problem of sudoku-6x6 among those of sudoku-4x4" in run("eval", path).stderr
    path.write_text(f"{P}\nhello\n")
    assert f"{path}:2: no domain goes by 5 cells" in run("eval", path).stderr
    path.write_text('{"puzzle": 3}\n')
    assert f"{path}:1: wanted an object" in run("eval", path).stderr
    assert "no such file" in run("eval", tmp_path / "gone").stderr


def test_train_refuses_what_it_cannot_resume(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    assert "there is no run to resume in" in run("train", "latin-4", "--run-dir", tmp_path, "--resume").stderr
    metadata = {"format": "vmdsolve-1", "record": json.dumps({"recipe": {"colour": "red"}})}
    save_file({}, tmp_path / "state.safetensors", metadata)
    result = run("train", "latin-4", "--run-dir", tmp_path, "--resume")
    assert result.exit_code == 2
    assert "cannot be resumed by this version: " in result.stderr


@pytest.mark.parametrize(
    "text", ["", "0", "0:8,", "0.1:8", "0:8,0.5:16,0.5:9", "0:8,1:16", "0:0", "a:b", "nan:1", "0:1:2"]
)
def test_a_schedule_of_loops_is_checked(text: str) -> None:
    with pytest.raises(InvalidInput, match="wanted SHARE:LOOPS"):
        parse_loops(text)


def test_info_says_what_is_there_and_what_is_not() -> None:
    lines = dict(line.split(maxsplit=1) for line in run("info").stdout.splitlines())
    assert lines["vmdsolve"] == vmdsolve.__version__
    assert lines["native"].startswith("_native.")
    assert {"python", "cores", "numpy", "torch", "cuda"} <= set(lines)
