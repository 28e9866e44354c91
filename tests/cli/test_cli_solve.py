"""`vmdsolve solve`: what it prints, where, with which exit code; files of results, and resuming them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.commands import CLASH, EASY, PUZZLES, P, S, run, solve, table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.files.journal import Journal
from vmdsolve.files.owned import grown


def test_one_puzzle_in_a_pipe_is_csv() -> None:
    result = solve(P)
    assert result.exit_code == 0
    [row] = table(result.stdout)
    assert {**row, "seconds": ""} == {
        "problem": P, "solution": S, "status": "SOLVED", "method": "search", "unique": "", "nfe": "0",
        "loops": "0", "seconds": "", "reason": "",
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
    assert rows[1]["reason"] == f"{path}:3: the row has 1 field; the puzzle is field 2"


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
        (["gone.txt"], "no such file: gone.txt"),
        (["folder/gone"], "no such file: folder/gone"),
        (["gone.col", "--domain", "colouring-3"], "no such file: gone.col"),
        (["latin"], "latin is a kind of puzzles, and no file or puzzle: name it by --domain"),
        (["gone"], "there is no file 'gone', and it is not a puzzle either: no domain goes by"),
        (["1..2"], "there is no file '1..2', and it is not a puzzle either: no domain goes by"),
        ([str(PUZZLES)], "is a folder; wanted a file of puzzles"),
        ([str(PUZZLES), "-o", "out.csv"], "is a folder; wanted a file of puzzles"),
        ([P, "--domain", "chess"], "unknown domain 'chess'; the nearest are chain"),
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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("kind", [".csv", ".jsonl", ".txt"])
def test_a_killed_job_resumes_to_the_same_results(mixed: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, out = mixed.parent / f"whole{kind}", mixed.parent / f"out{kind}"
    solve(mixed, "-o", whole)
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "finish", lambda _: None)  # as if killed after the last row
        solve(mixed, "-o", out, "--batch-size", 1)
    journal = mixed.parent / f"out{kind}.partial.jsonl"
    content, rows = journal.read_bytes(), grown(out).read_bytes()
    for cut in range(0, len(content), 397):
        journal.write_bytes(content[:cut])
        grown(out).write_bytes(rows)
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


def test_statistics_are_printed_where_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "two.txt").write_text(f"{P}\n{P}\n", encoding="utf-8")
    told = run("solve", tmp_path / "two.txt", "--method", "search", "--statistics")
    lines = [line for line in told.stderr.splitlines() if "nodes" in line]
    assert len(lines) == 2
    assert all("nodes, 0 clauses; 0 network evaluations, 0 loops, 0 latents; " in line for line in lines)
    assert "nodes" not in run("solve", P, "--method", "search").stderr
    refused = run("solve", P, "--statistics", "-o", tmp_path / "o.csv", "--shard-size", 2)
    assert refused.exit_code == 2
    assert "--statistics goes with one file" in refused.stderr


@pytest.mark.parametrize("more", [["--all", 2], ["--unique", "--prove", "p.lrat"]])
def test_statistics_are_told_of_all_answers_and_of_a_proof(
    more: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = solve("1......2..4..3..", "--statistics", *more)
    lines = [line for line in told.stderr.splitlines() if " nodes, " in line]
    assert len(lines) == 1
    assert int(lines[0].split(" ", 1)[0]) > 0


@pytest.mark.parametrize("more", [[], ["--all", 3]])
def test_statistics_are_columns_of_a_file_beside_those_of_the_input(more: list[object], tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(f"puzzle,nodes\n{'.' * 16},mine\n{CLASH},\n", encoding="utf-8")
    solve(source, "-o", out, "--statistics", *more)
    rows = table(out.read_text())
    assert [row["input_nodes"] for row in rows] == ["mine"] * (len(rows) - 1) + [""]
    assert all(int(row["nodes"]) > 0 for row in rows[:-1])
    assert rows[-1]["status"] == "UNSATISFIABLE"
    assert {row["clauses"] for row in rows} == {row["latents"] for row in rows} == {"0"}
    numbers = [int(row["nodes"]) for row in rows[:-1]]
    assert numbers == sorted(numbers)


def test_a_job_goes_on_with_the_statistics_that_it_was_begun_with(tmp_path: Path) -> None:
    source, out = tmp_path / "in.txt", tmp_path / "out.csv"
    source.write_text(f"{P}\n{P}\n", encoding="utf-8")
    solve(source, "-o", out, "--statistics")
    (tmp_path / "out.csv.partial.jsonl").unlink(missing_ok=True)
    assert "nodes" in out.read_text()
    solve(source, "-o", out)
    assert "nodes" not in out.read_text()
