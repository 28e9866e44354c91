"""The benchmarks' own tools: what a run writes, spread and chance, and that README.md repeats the files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from helpers.results import sample_head

from benchmarks import driver, puzzles, readme
from benchmarks.kernels import shown as kernels_shown
from benchmarks.peers import PEERS, work
from benchmarks.study.chances import run as chances
from benchmarks.study.counted import n_gram
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels.denoise import denoise_paths
from vmdsolve.measure.accuracy import Accuracy, evaluate, held_out
from vmdsolve.model.checkpoint import save_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.sampler import Plan, Predictor
from vmdsolve.text.corpus import Corpus, Windows

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "vmdsolve" / "weights" / "sudoku-9x9.safetensors"

HARD = "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4.."
ANSWER = "812753649943682175675491283154237896369845721287169534521974368438526917796318452"

# driver -----------------------------------------------------------------------------------------------


def test_summary_is_median_and_quartiles() -> None:
    assert driver.summary([5, 1, 2, 4, 3]) == {"n": 5, "median": 3, "q1": 2, "q3": 4}
    assert driver.summary([7]) == {"n": 1, "median": 7, "q1": 7, "q3": 7}


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (0, 0, 0, 1)],
)
def test_wilson_interval_has_known_values(hits: int, n: int, low: float, high: float) -> None:
    assert driver.wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


def test_turns_warm_up_alternate_and_stop_at_the_budget() -> None:
    called: list[str] = []
    taken = driver.take_turns({"a": lambda: called.append("a"), "b": lambda: called.append("b")}, 2, warm_up=1)
    assert called == ["a", "b"] * 3
    assert [len(seconds) for seconds in taken.values()] == [2, 2]
    assert len(driver.times(lambda: None, 100, budget=0.0)) == 1


def test_a_run_writes_who_measured_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with driver.Run("toy", "by hand", {"n": 3}, ["no-such-package"], tmp_path) as run:
        run.note("a note")
        run.rows.append({"what": "x", "seconds": driver.summary([1.0])})
    assert run.path is not None
    assert [run.path] == list(tmp_path.iterdir())  # nothing half-written stays behind
    result = json.loads(run.path.read_text())
    assert run.path.name == f"toy-{result['date']}-{result['commit']}.json"
    assert result["complete"] is True
    assert result["parameters"] == {"n": 3}
    assert "a note" in result["notes"]
    assert result["versions"]["no-such-package"] == "not installed"
    assert result["versions"]["numpy"] == np.__version__
    assert {"cpu", "cores", "flags", "memory_gib", "os"} <= set(result["machine"])
    assert {"format", "command", "dirty", "method", "seconds"} <= set(result)
    assert result["rows"][0]["seconds"] == {"n": 1, "median": 1.0, "q1": 1.0, "q3": 1.0}
    assert "by hand" in capsys.readouterr().out


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_its_rows_and_says_so(sign: signal.Signals, tmp_path: Path) -> None:
    before = signal.signal(sign, signal.SIG_IGN)  # as in the background of a script
    run = driver.Run("toy", "", {}, (), tmp_path)
    run.rows.append({"what": "x"})
    with pytest.raises(KeyboardInterrupt), run:
        signal.raise_signal(sign)
    assert signal.signal(sign, before) is signal.SIG_IGN
    assert run.path is not None
    assert json.loads(run.path.read_text())["complete"] is False
    assert readme.known("toy", tmp_path) == []


def test_what_cannot_be_written_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"), driver.Run("toy", "", {}, (), tmp_path) as run:
        run.rows.append({"what": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_n_grams_are_a_law_and_count_as_written_down() -> None:
    text = np.random.default_rng(0).integers(0, 3, 400).astype(np.uint8)
    learned = Windows(Corpus(text, np.array([0, 400]), ""), 3, np.array([[0, 400]]))
    every = np.stack(np.meshgrid(*[np.arange(27)] * 3, indexing="ij"), -1).reshape(-1, 3)
    for order in (1, 2, 3):
        assert np.exp(-n_gram(learned, every, 27, order)).sum() == pytest.approx(1)
    one = np.bincount(text, minlength=27)
    first = (one + 3 / 27) / (400 + 3)
    pairs = np.bincount(27 * text[:-1].astype(int) + text[1:], minlength=27 * 27).reshape(27, 27)
    second = (pairs[1, 2] + 3 * first[2]) / (pairs[1].sum() + 3)
    wanted = -np.log(first[1] * second)
    assert n_gram(learned, np.array([[1, 2]]), 27, 2)[0] == pytest.approx(wanted)


# puzzles, peers, evaluate -----------------------------------------------------------------------------


def test_sets_without_other_peoples_puzzles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(puzzles, "DATA", tmp_path / "nothing.csv")
    with driver.Run("toy", "", {}, (), tmp_path) as run:
        chosen = puzzles.choose(run, "held-out,17_clue,11+", 3, seed=1)
        again = puzzles.choose(run, "hard", 3, seed=1)
    assert [(problems.name, problems.boards.shape) for problems in chosen] == [("held-out", (3, 81)), ("hard", (3, 81))]
    assert any("not at hand: 17_clue, 11+" in note for note in run.notes)
    assert (chosen[1].boards == again[0].boards).all()
    with pytest.raises(SystemExit, match="unknown set 18_clue"):
        puzzles.choose(run, "18_clue", 3, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", PEERS)
def test_peers_solve_and_know_uniqueness(name: str) -> None:
    if not PEERS[name].installed:
        pytest.skip(f"{name} is not installed")
    easy = ANSWER[:30] + "......" + ANSWER[36:]
    rows = ANSWER.replace("1", ".").replace("2", ".")  # 1 and 2 may be exchanged
    done = work(PEERS[name], [easy, rows], 2, 30.0)
    assert [len(found) for found in done.answers] == [1, 2]
    assert done.answers[0] == [ANSWER]
    assert not done.stopped


def test_a_peer_is_stopped_when_its_time_is_over() -> None:
    if not PEERS["python-constraint2"].installed:
        pytest.skip("python-constraint2 is not installed")
    done = work(PEERS["python-constraint2"], [HARD] * 1000, 1, 0.2)
    assert done.stopped
    assert done.seconds == 0.2
    assert len(done.each) == len(done.answers) < 1000


def test_solved_within_tells_of_smaller_k() -> None:
    result = Accuracy((1, 1, 3, 8), 5, 8, (50, 30, 30, 20, 20, 20, 20, 20), (500, *[40] * 7), 16, 1.0)
    assert [result.solved_within(k) for k in (1, 2, 3, 8)] == [2, 2, 3, 4]
    assert [result.nfe_within(k) for k in (1, 2, 8)] == [10, 16, 42]
    assert (result.solved, result.rate, result.nfe, result.block_applications) == (4, 0.8, 42, 156)
    assert [result.block_applications_within(k) for k in (1, 2)] == [100, 108]
    for k in (0, 9):
        with pytest.raises(InvalidInput, match="measured were 1 to 8"):
            result.solved_within(k)


def test_a_run_with_k_latents_equals_runs_with_fewer() -> None:
    from vmdsolve import domains

    domain = domains.get("sudoku-4x4")
    model = VMD(ModelConfig.of(domain, width=8, message=8, hidden=8, loops=2, latent=2)).eval()
    boards = held_out(domain, 20)[0]
    options: dict[str, Any] = {"predict": Predictor(model, domain.rules), "plan": Plan(steps=2, legal=True), "seed": 3}
    many = evaluate(domain, boards, latents=6, **options)
    assert many.solved_within(1) < len(boards)  # else there is no second latent to speak of
    assert sorted(many.solved_at) == list(many.solved_at)
    for k in (1, 2, 6):
        few = evaluate(domain, boards, latents=k, chunk=7, **options)
        assert (few.solved, few.nfe) == (many.solved_within(k), many.nfe_within(k))


MORE = ((0, "order noise"), (0, "drawn symbols"), (8, "nothing"), (8, "order noise"), (8, "drawn symbols"))


def test_chances_compares_the_two_runs_it_finds(tmp_path: Path) -> None:
    rules = get("sudoku-9x9").rules
    for D in (0, 8):
        model = VMD(ModelConfig("sudoku-9x9", rules.relations, width=8, message=8, hidden=8, latent=D))
        save_model(tmp_path / f"latent-{D}" / "weights.safetensors", model, {})
    chances(runs=tmp_path, sets="held-out", n=2, steps=1, latents=2, train_steps=1, threads=1, seed=0, out=tmp_path)
    (file,) = tmp_path.glob("*.json")
    rows = json.loads(file.read_text())["rows"]
    # Without latent and noise all boards of a problem are the same, so that one stands for all.
    assert [(row["latent"], row["order"], row["latents"]) for row in rows] == [
        (0, "nothing", 1), *((D, way, K) for D, way in MORE for K in (1, 2))
    ]  # fmt: skip
    assert all(row["solved"] == 0 and row["nfe"] == row["latents"] for row in rows)


# readme -----------------------------------------------------------------------------------------------


def sample_results() -> dict[str, list[dict[str, Any]]]:
    head = sample_head()
    cell = {
        "set": "17_clue", "order": "margin", "n": 200, "loops": 16, "legal": False, "latents": 1, "steps": 1,
        "solved": None,
    }  # fmt: skip
    done = {**cell, "solved": 100, "interval": (0.431, 0.569), "nfe": 20.0, "block_applications": 320.0}
    newer = {**head, "parameters": {"model": "m", "parameters": 24625}, "rows": [{**done, "steps": 20}, cell]}
    older = {**newer, "commit": "old", "rows": [{**done, "steps": 20, "solved": 1}, {**done, "solved": 50}]}
    other = {**older, "parameters": {"model": "another", "parameters": 1}}
    about = {"set": "17_clue", "goal": "first", "n": 9, "wrong": 0}
    ways = {"finished_by": {"propagation": 0.5, "vmd": 0.4, "search": 0.1}, "nfe": 12.0}
    speeds = [
        {**about, "solver": "search, one thread", "per_second": 40_000.0, "ratio": 100.0},
        {**about, "solver": "vmd", "per_second": 20.0, "ratio": 0.05, **ways},
        {**about, "solver": "CP-SAT", "per_second": 400.0, "ratio": 1.0},
        {**about, "solver": "z3", "per_second": None, "ratio": None, "note": "not installed"},
    ]
    taken = driver.summary([0.001])
    kernel = {"kernel": "unmask", "ours": taken, "torch": driver.summary([0.01]), "ratio": 10.0, "equal": 1.0}
    start = {"what": "import vmdsolve", "seconds": driver.summary([0.05]), "target": 0.3}
    return {
        "accuracy": [newer, older, other],
        "solve": [{**head, "rows": speeds}],
        "kernels": [{**head, "parameters": {"boards": 1024, "threads": 0}, "rows": [kernel]}],
        "startup": [{**head, "rows": [start]}],
    }


def test_readme_tables_come_from_the_files() -> None:
    text = "\n".join(f"before\n<!-- {name} -->stale<!-- /{name} -->\nafter" for name in sample_results())
    after = readme.filled(text, sample_results())
    assert "stale" not in after
    assert after.count("before") == after.count("after") == 4
    assert "| 25.0% (43% to 57%), 320 | 50.0% (43% to 57%), 320 |" in after  # T = 1 from the older file
    assert "24,625 parameters" in after
    assert "40,000 (100)" in after
    assert "not installed" in after
    assert "| 17_clue  | 9 |       50.0% | 40.0% |  10.0% | 12.0 |" in after
    assert kernels_shown(sample_results()["kernels"][0]["rows"]) in after
    assert "0.3, met" in after
    assert "A CPU, 2 cores, commit abc, `python -m benchmarks NAME`, 20260102" in after
    assert readme.filled(after, sample_results()) == after
    assert "not measured" in readme.filled(text, {"solve": []})


def test_only_the_study_counts_what_was_interrupted(tmp_path: Path) -> None:
    for name in ("kernels", "synthetic"):
        for day, complete, rows in ((1, True, [1]), (2, False, [2]), (3, False, [])):
            text = json.dumps({"complete": complete, "rows": rows})
            (tmp_path / f"{name}-2026010{day}T000000Z-abc.json").write_text(text)
    assert [file["rows"] for file in readme.known("synthetic/sweep", tmp_path)] == [[2], [1]]
    assert [file["rows"] for file in readme.known("kernels", tmp_path)] == [[1]]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="results are part of the repository, not of a source archive")
def test_readme_repeats_the_committed_results() -> None:
    results = {name: readme.known(name) for name in readme.RENDERERS}
    texts = [path.read_text(encoding="utf-8") for path in readme.DOCUMENTS]
    for text in texts:
        assert readme.filled(text, results) == text, "run `python -m benchmarks readme`"
    for name in results:
        assert sum(f"<!-- {name} -->" in text and f"<!-- /{name} -->" in text for text in texts) >= 1


# the command line -------------------------------------------------------------------------------------


MISTRAL = pytest.mark.skipif(find_spec("mistral_common") is None, reason="mistral-common is not installed")
WAYS = "as is;48 loops;noise on the beginning of states"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "rows"),
    [
        (["startup", "--repeats", "1", "--no-answers"], 3),
        (["schemas"], 340),
        (["shares", "--kinds", "latin:5,jigsaw:5", "--n", "4", "--no-write"], 2),
        (["loops", "--sets", "easy", "--n", "2", "--loops", "0,4"], 2),
        (["kernels", "--boards", "2", "--repeats", "1", "--threads", "1"], 6),
        (["denoise", "--boards", "2", "--repeats", "1", "--loops", "1", "--no-compiled"], 3 + len(denoise_paths())),
        (["training", "--boards", "1", "--repeats", "1", "--threads", "1", "--no-compiled"], 4),
        (["latin5", "--n", "2", "--samples", "2", "--steps", "2", "--steps-scale", "0"], 5),
        (["testtime", "--sets", "easy", "--n", "2", "--steps", "2", "--ways", WAYS, "--latents", "4"], 3),
        (["curve", str(WEIGHTS), "--sets", "easy", "--n", "2", "--loops", "1,2", "--steps", "1,2"], 4),
        (["streaming", "--parts", "cost", "--n", "100", "--repeats", "1"], 16),
        pytest.param(["canvas", "--cells", "32", "--repeats", "1"], 6, marks=MISTRAL),
        (["overhead", "--repeats", "1", "--threads", "1"], 24),
        (["solve", "--sets", "easy", "--n", "3", "--vmd-n", "0", "--call-n", "1", "--peers", "", "--repeats", "1"], 8),
    ],
)
def test_smoke(arguments: list[str], rows: int, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", *arguments, "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.iterdir()
    result = json.loads(path.read_text())
    if arguments[0] == "overhead":
        rows = 22 * (1 + torch.cuda.is_available()) + (0 if torch.cuda.is_available() else 2)
    assert len(result["rows"]) in (rows, rows + 2)  # a machine of several cores has a row for all of them, a goal
    assert all(row.get("wrong", 0) == 0 for row in result["rows"])
    assert result["command"].startswith(f"python -m benchmarks {arguments[0]}")
