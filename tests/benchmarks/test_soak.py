"""The soak's own tools: that its judge knows right from wrong, and that its parts notice what they are there for."""

from __future__ import annotations

import contextlib
import json
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vmdsolve
from benchmarks.driver import Run
from benchmarks.soak import kills
from benchmarks.soak.answers import CHUNKS, JUDGED, WANTED, chunk
from benchmarks.soak.faults import CASES, EDITS
from benchmarks.soak.hostile import FILES
from benchmarks.soak.jobs import Done, bad_end, command
from benchmarks.soak.judge import Between, Different, Holds, Puzzle, Total, Unjudged, Unlike, breaks
from benchmarks.soak.judge_clues import CLUED
from benchmarks.soak.judge_marks import MARKED
from benchmarks.soak.oracle import answers
from benchmarks.soak.parts import Soak, row
from benchmarks.soak.places import LINES, Place
from benchmarks.soak.run import PARTS, run
from benchmarks.soak.tables import TABLES, of_parts, shown
from benchmarks.soak.weights import GOOD, WEIGHTS

# The judge --------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", JUDGED)
def test_the_judge_accepts_the_answer_and_none_with_two_cells_exchanged(kind: str) -> None:
    for problem, answer in vmdsolve.generate(kind, 2, seed=11):
        puzzle = JUDGED[kind](problem.layout.write(problem.values))
        right = problem.layout.format(answer)
        assert breaks(puzzle, right) == ""
        wrong = [
            right[:a] + right[b] + right[a + 1 : b] + right[a] + right[b + 1 :]
            for a in range(0, len(right), 3)
            for b in range(a + 1, len(right), 5)
            if right[a] != right[b]
        ]
        assert all(breaks(puzzle, other) for other in wrong[:200])
        assert answers(puzzle, 2, 60.0) == [right]


def test_the_judge_imports_nothing_of_the_package() -> None:
    folder = Path(kills.__file__).parent
    for name in ("judge", "judge_grids", "judge_clues", "judge_marks", "oracle"):
        text = (folder / f"{name}.py").read_text(encoding="utf-8")
        assert "vmdsolve" not in text
        assert "from .." not in text


@pytest.mark.parametrize(
    ("kind", "text", "answer", "right"),
    [
        ("futoshiki", ".<./^_v/._.", "1221", True),
        ("futoshiki", ".<./^_v/._.", "2112", False),
        ("kenken", "2 2/3+ -/- 3+/1 1/1 2", "1212", False),
        ("nonogram", "2 2/1/1/1/1", "1001", True),
        ("nonogram", "2 2/1/1/1/1", "1100", False),
        ("skyscrapers", "2 2 2/2 1/1 2/2 1/1 2", "1221", True),
        ("skyscrapers", "2 2 2/2 1/1 2/2 1/1 2", "2112", False),
        ("zebra", "houses 2/a: x y/b: u v/x = u/x at 1", "1212", True),
        ("zebra", "houses 2/a: x y/b: u v/x = u/x at 1", "1221", False),
        ("takuzu", "2 2 distinct/. ./. .", "0110", True),
        ("takuzu", "2 2 distinct/. ./. .", "0101", False),
        ("akari", "1 3/- 1 -", "10", False),
        ("akari", "1 3/- 2 -", "11", True),
        ("kakuro", "2 3/- 3\\ 4\\/\\3 . .", "12", False),
        ("kakuro", "2 3/- 1\\ 2\\/\\3 . .", "12", True),
    ],
)
def test_small_boards_by_hand(kind: str, text: str, answer: str, right: bool) -> None:
    try:
        assert (breaks(CLUED[kind](text), answer) == "") is right
    except Unjudged:
        assert not right


@given(text=st.text("0123456789 ./-<>^vxabc:=+*\\", max_size=60), kind=st.sampled_from(sorted({**CLUED, **MARKED})))
def test_a_text_is_read_or_not_judged(text: str, kind: str) -> None:
    with contextlib.suppress(Unjudged):
        assert JUDGED[kind](text).symbols


def test_each_form_of_rule_counts_as_by_hand() -> None:
    cells = (0, 1, 2)
    for rule, n in (
        (Different(cells), 6), (Total(cells, 6), 7), (Between(cells, 0, 2, 3), 7),
        (Holds((0, 1), lambda v: v[0] < v[1]), 9), (Unlike(((0, 1), (1, 2))), 24),
    ):  # fmt: skip
        found = answers(Puzzle("123", "...", (rule,)), 100, 60.0)
        assert found is not None
        assert len(found) == n
        assert all(breaks(Puzzle("123", "...", (rule,)), text) == "" for text in found)


@pytest.mark.slow
def test_a_chunk_solves_its_share_of_every_kind_and_notices_a_wrong_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in WANTED:
        monkeypatch.setitem(WANTED, kind, 2 * CHUNKS if kind in ("sudoku-4x4", "futoshiki") else 0)
    told = chunk(5, 3)
    assert {kind: figure["puzzles"] for kind, (figure, _, _) in told.items()} == {"sudoku-4x4": 2, "futoshiki": 2}
    assert [fault for _, faults, _ in told.values() for fault in faults] == []
    solve_batch, wrong = vmdsolve.solve_batch, str.maketrans("12", "21")

    def exchanged(texts: list[str], **options: Any) -> Iterator[vmdsolve.Solution]:
        for one in solve_batch(texts, **options):
            yield replace(one, text=(one.text or "").translate(wrong))

    monkeypatch.setattr(vmdsolve, "solve_batch", exchanged)
    assert all(len(faults) >= 2 for _, faults, _ in chunk(5, 3).values())


# Jobs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", kills.KINDS)
def test_what_is_written_is_read_back_by_the_soak(kind: str, tmp_path: Path) -> None:
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    texts = kills.lines(100, 1)
    assert len([text for text in texts if text in kills.BAD]) == 2
    found = kills.read_rows(kills.write_input(texts, tmp_path / f"in.{kind}"))
    assert [one["number"] for one in found] == [str(i) for i in range(100)]
    assert tuple(one.get("puzzle", one.get("line")) for one in found) == texts


def test_lost_repeated_changed_and_moved_lines_are_told_apart() -> None:
    rows = [{"number": str(i), "solution": str(i)} for i in range(5)]
    assert kills.difference(rows, rows) == {"lost": 0, "repeated": 0, "changed": 0, "moved": 0}
    assert kills.difference(rows[:4], rows)["lost"] == 1
    assert kills.difference([*rows, rows[0]], rows)["repeated"] == 1
    assert kills.difference([*rows[:4], {"number": "4", "solution": "7"}], rows)["changed"] == 1
    assert kills.difference(rows[::-1], rows) == {"lost": 0, "repeated": 0, "changed": 0, "moved": 1}
    assert kills.difference([*rows, {"number": "9", "solution": ""}], rows)["repeated"] == 1


def test_the_plan_has_two_hundred_jobs_and_fifty_with_a_rival() -> None:
    assert len(kills.PLAN) == 200
    assert sum(rivals for _, rivals in kills.PLAN) == 50
    assert {kind for kind, _ in kills.PLAN[:4]} == set(kills.KINDS)


@pytest.mark.parametrize(
    ("code", "said", "good"),
    [
        (2, "vmdsolve: no such file: x\n", True),
        (2, "one\ntwo\n", False),
        (2, "x" * 5000, False),
        (2, "", False),
        (1, "Traceback (most recent call last):\n", False),
        (1, "Traceback (most recent call last):\n  /vmdsolve/cli\nKeyboardInterrupt\n", False),
        (1, "Traceback (most recent call last):\n  <frozen site>\nKeyboardInterrupt\n", True),
        (1, "\x1b[31m", False),
        (-signal.SIGSEGV, "", False),
        (0, "4 problems", True),
    ],
)
def test_a_command_keeps_its_manners(code: int, said: str, good: bool) -> None:
    assert (bad_end(Done(code, "", said, 0.1, 0.1, 50.0), (0, 1, 2)) == "") is good


def place(folder: Path) -> Place:
    """One whose undisturbed output has two lines."""
    made = object.__new__(Place)
    made.folder, made.source, made.out, made.faults = folder, folder / "in.csv", folder / "out.csv", []
    made.wanted = [{"number": str(i), "solution": str(i + 1), "reason": ""} for i in range(2)]
    return made


@pytest.mark.parametrize(
    ("code", "said", "text", "good", "refused"),
    [
        (0, "", "number,solution,seconds\n0,1,0.5\n1,2,0.1\n", True, False),
        (0, "", "number,solution,seconds\n0,1,0.5\n", False, False),
        (0, "", "number,solution,seconds\n0,1,0.5\n1,1,0.1\n", False, False),
        (0, "", None, False, False),
        (2, "vmdsolve: the disk is full; --resume continues\n", None, False, True),
        (2, "vmdsolve: the disk is full\n", None, False, False),
        (2, "vmdsolve: the disk is full; --resume continues\n", "number\n", False, False),
        (-signal.SIGKILL, "", None, False, False),
    ],
)
def test_a_case_ends_well_or_is_refused_or_is_a_fault(
    code: int, said: str, text: str | None, good: bool, refused: bool, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "out.csv").write_text(text)
    done = Done(code, "", said, 0.1, 0.1, 50.0)
    ends, refuses = place(tmp_path), place(tmp_path)
    ends.ends_well(done)
    refuses.refuses(done, "--resume")
    assert (ends.faults == [], refuses.faults == []) == (good, refused)


@pytest.mark.parametrize("change", EDITS.values(), ids=list(EDITS))
def test_every_edit_changes_a_journal_of_many_rows(change: Any, tmp_path: Path) -> None:
    made = place(tmp_path)
    rows = [
        {
            "records": [[2 * i, 2]],
            "rows": {"at": 9 * i, "size": 9, "check": f"{i:016}", "others": {}, "status": {"all": "SOLVED"}},
        } for i in range(200)
    ]  # fmt: skip
    made.journal.write_text('{"settings": {}}\n' + "".join(json.dumps(one) + "\n" for one in rows) + '{"torn')
    before = made.journal.read_bytes()
    made.edit(change)
    head, *lines = made.journal.read_bytes().split(b"\n")
    assert head == b'{"settings": {}}'
    assert lines != before.split(b"\n")[1:-1]
    assert made.journal.read_bytes() != before


def test_every_case_has_a_folder_of_its_own(tmp_path: Path) -> None:
    soak = Soak(0, 0, 1, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchmarks.soak.places.lines", lambda *_: ("x",))
        for group, name in CASES:
            assert Place(soak, f"{group} {name}").folder.parent == tmp_path


def test_hostile_files_have_names_of_their_own_and_weights_are_made_of_a_good_file() -> None:
    names = [hostile.name for hostile in (*FILES, *WEIGHTS)]
    assert len(set(names)) == len(names)
    made = {hostile.name: hostile.made(np.random.default_rng(1)) for hostile in WEIGHTS}
    good = GOOD.read_bytes()
    assert all(data != good for data in made.values())
    giant = made["giant-shape.safetensors"]
    head = json.loads(giant[8 : 8 + int.from_bytes(giant[:8], "little")])
    assert [2**31, 2**31] in [tensor["shape"] for name, tensor in head.items() if name != "__metadata__"]


def test_the_memory_of_a_command_is_its_own(tmp_path: Path) -> None:
    held = bytearray(200_000_000)
    held[::4096] = b"x" * len(held[::4096])
    (tmp_path / "work").mkdir()
    done = command(["--version"], tmp_path / "work")
    assert (done.code, bad_end(done, (0,)), done.out[:9]) == (0, "", "vmdsolve ")
    assert 5 < done.megabytes < 150
    assert list(tmp_path.iterdir()) == [tmp_path / "work"]


# The run ----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("part", ["kills", "faults", "files"])
def test_a_part_without_time_says_what_was_not_done(part: str, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(SystemExit) as end:
        run(parts=part, minutes=0, seed=0, jobs=1, out=tmp_path)
    assert end.value.code == 0
    [path] = tmp_path.iterdir()
    result = json.loads(path.read_text(encoding="utf-8"))
    assert result["complete"] is True
    assert all(one["n"] == 0 < one["wanted"] and one["faults"] == 0 for one in result["rows"])
    assert {one["part"] for one in result["rows"]} == {part}


def test_tables_take_each_part_from_the_newest_file_that_has_it() -> None:
    kinds = {"distinct": 1, "by vmd": 0, "by CP-SAT": 1, "partial": 1, "0": 0, "1": 1, "several": 0, "refused": 0}
    newer = {"rows": [row("kills", "csv", 3, 5, ["a line twice"], lost=0, repeated=1, changed=0, moved=0, SIGKILL=4)]}
    older = {"rows": [row("answers", "latin-7", 1000, 1000, [], **kinds), row("kills", "txt", 1, 1, [])]}
    rows, used = of_parts([newer, older], ("kills", "answers"))
    assert [one["what"] for one in rows] == ["csv", "latin-7"]
    assert used == [newer, older]
    assert "| `latin-7` |   1,000 |" in TABLES["answers"][1](rows[1:])
    assert "| all             |    3 |       4 |" in TABLES["kills"][1](rows[:1])
    assert "    a line twice" in shown(rows)


def test_an_unknown_part_is_refused(tmp_path: Path) -> None:
    assert {"answers", "kills", "faults", "files", "memory", "native"} == set(PARTS)
    with pytest.raises(SystemExit, match="unknown part x"):
        run(parts="x", minutes=0, seed=0, jobs=1, out=tmp_path)


@given(seed=st.integers(0, 2**32), n=st.integers(1, 3))
def test_edited_texts_differ_only_in_pieces_of_the_same_text(seed: int, n: int) -> None:
    from benchmarks.soak.answers import _edited

    text = "4 4/10 4 3 -/- - - 8/1 2 3 3" * n
    other = _edited(text, np.random.default_rng(seed))
    assert set(other) <= set(text)
    assert other.count("/") == text.count("/")


def test_rows_are_there_before_a_run_ends(tmp_path: Path) -> None:
    with Run("nothing", "none", {}, folder=tmp_path) as this:
        this.rows.append(row("answers", "latin-7", 1, 2, []))
        this.keep()
        (kept,) = tmp_path.iterdir()
        assert (json.loads(kept.read_text())["complete"], this.path) == (False, kept)
        this.rows.append(row("answers", "chain", 1, 2, []))
    assert [*tmp_path.iterdir()] == [kept]
    assert (len(json.loads(kept.read_text())["rows"]), json.loads(kept.read_text())["complete"]) == (2, True)


@pytest.mark.parametrize("part", ["answers", "faults", "files", "kills"])
def test_an_interrupted_part_tells_what_was_done(tmp_path: Path, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried next is interrupted."""
    calls = iter((True, True, False) if part == "answers" else (True, False))  # two are begun at once there

    def once(*arguments: Any, **options: Any) -> Any:
        if not next(calls):
            raise KeyboardInterrupt
        return done(*arguments, **options)

    def done(*_: Any, **__: Any) -> Any:
        match part:
            case "answers":
                return {"latin-7": (Counter(puzzles=3), [], {b"1"})}
            case "kills":
                return {"live": 1}, []
            case "files":
                return Done(2, "", "vmdsolve: no", 0.1, 0.1, 50.0)
        return None

    class Pool(contextlib.nullcontext[Any]):
        def submit(self, call: Any, *arguments: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_result(call(*arguments))
            return future

    monkeypatch.setattr("benchmarks.soak.answers.ProcessPoolExecutor", lambda *_: Pool())
    monkeypatch.setattr(Pool, "__enter__", lambda self: self)
    monkeypatch.setattr("benchmarks.soak.answers.chunk", once)
    monkeypatch.setattr("benchmarks.soak.kills._killed", once)
    monkeypatch.setattr("benchmarks.soak.kills._Inputs.get", lambda *_: (tmp_path, [], 0.0))
    monkeypatch.setattr("benchmarks.soak.files.command", once)
    monkeypatch.setattr("benchmarks.soak.faults.Place.run", lambda _: None)
    monkeypatch.setattr("benchmarks.soak.faults.Place.rows", lambda _: [{}] * LINES)
    monkeypatch.setattr("benchmarks.soak.faults.CASES", {("links", "one"): once, ("links", "two"): once})
    folder = tmp_path / "work"
    folder.mkdir()
    with pytest.raises(KeyboardInterrupt), Run("soak", "none", {}, folder=tmp_path / "results") as this:
        PARTS[part](this, Soak(0, 60.0, 1, folder))
    (kept,) = (tmp_path / "results").iterdir()
    told = json.loads(kept.read_text())
    assert not told["complete"]
    assert sum(one["n"] > 0 for one in told["rows"]) == 1
