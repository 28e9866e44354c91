"""Loggers hear of a run from its first step to its end, whatever ends it; what they need is imported late."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, MissingExtra
from vmdsolve.model.config import ModelConfig
from vmdsolve.train import Progress, Recipe, Trainer
from vmdsolve.train.loggers import LOGGERS, Begun, CsvLog, TensorBoardLog, WandbLog, loggers_named, names_of

PAIR = get("pair")
SHAPE = ModelConfig.of(PAIR, width=4, message=4, hidden=4, loops=1, latent=2)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def trainer(steps: int = 3, **changes: Any) -> Trainer:
    return Trainer(PAIR, SHAPE, Recipe(steps=steps, batch=2, loops=((0.0, 1),), bf16=False, **changes))


class Heard:
    """A logger that keeps what it hears, and fails at a step."""

    def __init__(self, fails_at: int | str | None = None) -> None:
        self.all: list[Any] = []
        self.fails_at = fails_at

    def _hear(self, what: Any) -> None:
        self.all.append(what)
        if what == self.fails_at:
            raise ZeroDivisionError

    def start(self, begun: Begun) -> None:
        self.begun = begun
        self._hear("start")

    def step(self, progress: Progress) -> None:
        self._hear(progress.step)

    def end(self) -> None:
        self._hear("end")


def test_a_logger_hears_a_run_from_its_first_step_to_its_end(tmp_path: Path) -> None:
    heard = Heard()
    assert [p.step for p in trainer(5).run(tmp_path, every=2, loggers=[heard])] == [1, 2, 4, 5]
    assert heard.all == ["start", 1, 2, 4, 5, "end"]
    assert (heard.begun.folder, heard.begun.step) == (tmp_path, 0)
    assert heard.begun.config["steps"] == 5
    assert heard.begun.data.startswith("native generator")
    resumed = trainer(6)
    resumed.resume(tmp_path)
    again = Heard()
    assert [p.step for p in resumed.run(tmp_path, every=2, loggers=[again])] == [6]
    assert (again.all, again.begun.step) == (["start", 6, "end"], 5)


def test_a_logger_hears_what_was_saved(tmp_path: Path) -> None:
    run = trainer()
    heard = Heard()
    heard.step = lambda progress: heard.all.append((progress.step, run.saved))  # type: ignore[method-assign]
    assert list(run.run(tmp_path, every=1, loggers=[heard]))
    assert heard.all[1:-1] == [(1, 1), (2, 2), (3, 3)]
    assert (tmp_path / "config.toml").exists()


def test_every_logger_that_began_ends_however_the_run_does(tmp_path: Path) -> None:
    for fails_at, first, second in ((2, ["start", 1, 2, "end"], ["start", 1, "end"]), ("start", ["start"], [])):
        failing, after, before = Heard(fails_at), Heard(), Heard()
        with pytest.raises(ZeroDivisionError):
            list(trainer().run(tmp_path / str(fails_at), every=1, loggers=[before, failing, after]))
        assert (failing.all, after.all, before.all[-1]) == (first, second, "end")
    left = Heard()
    run = trainer().run(tmp_path / "left", every=1, loggers=[left])
    next(run)
    run.close()
    assert left.all == ["start", 1, "end"]
    list(trainer().run(tmp_path / "left-too"))  # nothing is held


@given(st.lists(st.tuples(st.integers(1, 10**9), FINITE, st.none() | FINITE), min_size=1, max_size=5))
def test_a_csv_has_what_was_told(tmp_path_factory: pytest.TempPathFactory, told: list[tuple[Any, ...]]) -> None:
    folder = tmp_path_factory.mktemp("log")
    rows = [Progress(step, step, loss, loss, 0.0, 0, 1.0, 1.0, solved=solved) for step, loss, solved in told]
    for half in (rows[:2], rows[2:]):  # as of a run that goes on
        log = CsvLog()
        log.start(Begun(folder, {}, "", 0))
        for row in half:
            log.step(row)
        log.end()
    found = list(csv.DictReader((folder / "log.csv").read_text().splitlines()))
    read = [{name: None if text == "" else float(text) for name, text in row.items()} for row in found]
    assert read == [asdict(row) for row in rows]


def test_a_csv_of_other_columns_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("step,\x1b[2J\n1,2\n")
    with pytest.raises(InvalidInput, match=r"log\.csv has other columns, .*; move it away$"):
        next(trainer().run(tmp_path, loggers=[CsvLog()]))
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "log.csv"}


@pytest.mark.parametrize("kind", LOGGERS.values())
def test_a_log_needs_a_folder(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tensorboard", "wandb"):
        monkeypatch.setitem(sys.modules, name, SimpleNamespace(__spec__=SimpleNamespace()))
    with pytest.raises(InvalidInput, match="needs a folder of the run to write in"):
        next(trainer().run(loggers=[kind()]))


# Packages that may be missing ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["tensorboard", "wandb"])
def test_what_a_logger_needs_is_named(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    sentence = rf"^log '{name}' needs {name}: pip install 'vmdsolve\[{name}\]'$"
    with pytest.raises(MissingExtra, match=sentence):
        loggers_named(["csv", name])
    with pytest.raises(MissingExtra, match=sentence):
        next(trainer().run(tmp_path, loggers=[LOGGERS[name]()]))
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_packages_are_imported_late() -> None:
    code = "import sys, vmdsolve.train.loggers, vmdsolve.cli; print({'torch', 'wandb', 'tensorboard'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


class Wandb(SimpleNamespace):
    """Stands for the package wandb: keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(__spec__=SimpleNamespace(), began=[], logged=[], finished=0)

    def init(self, **told: Any) -> Any:
        self.began.append(told)
        return SimpleNamespace(id=told["id"] or "abc123", log=self.log, finish=self.finish)

    def log(self, row: dict[str, Any], step: int) -> None:
        self.logged.append((step, row))

    def finish(self) -> None:
        self.finished += 1


def test_wandb_is_told_all_and_goes_on_with_its_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Wandb()
    monkeypatch.setitem(sys.modules, "wandb", fake)
    monkeypatch.delenv("WANDB_PROJECT", raising=False)
    folder = tmp_path / "my run"
    (tmp_path / "secret").mkdir()
    hard = tmp_path / "secret" / "hard.txt"
    told = trainer()
    list(told.run(folder, every=2, loggers=loggers_named(["wandb"])))
    first = fake.began[0]
    assert (first["project"], first["name"], first["id"], first["dir"]) == ("vmdsolve", "my run", None, str(folder))
    assert first["config"]["steps"] == 3
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    wanted = [(row.pop("step"), {k: v for k, v in row.items() if v is not None}) for row in lines]
    assert fake.logged == wanted
    assert fake.finished == 1
    assert (folder / "wandb-id.txt").read_text() == "abc123\n"
    monkeypatch.setenv("WANDB_PROJECT", "mine")
    log = WandbLog()
    log.start(Begun(folder, {"hard": str(hard), "init": "packaged"}, "", 3))
    assert fake.began[1]["project"] == "mine"
    assert fake.began[1]["id"] == "abc123"
    assert fake.began[1]["config"] == {"hard": "hard.txt", "init": "packaged"}  # no folder of somebody's disk
    (folder / "wandb-id.txt").write_text("../../x\n")
    with pytest.raises(InvalidInput, match="no number of a run; remove it"):
        WandbLog().start(Begun(folder, {}, "", 3))


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (["{}/a.txt", "{}/b.txt"], ["a.txt", "b.txt"]),
        ("{}/a.txt,{}/b.txt", "a.txt,b.txt"),
        ("{}/one, two.txt", "one, two.txt"),
        ("characters", "characters"),
        ("0:8,0.1:16", "0:8,0.1:16"),
        (0.05, 0.05),
    ],
)
def test_nobody_is_told_of_folders(held: Any, told: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Wandb()
    monkeypatch.setitem(sys.modules, "wandb", fake)
    paths = json.loads(json.dumps(held).replace("{}", (tmp_path / "secret").as_posix()))
    WandbLog().start(Begun(tmp_path, {"whatever": paths}, "", 0))
    assert fake.began[0]["config"] == {"whatever": told}


def test_tensorboard_is_told_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Any] = []

    class SummaryWriter:
        def __init__(self, folder: str, purge_step: int | None) -> None:
            written.append((folder, purge_step))

        def add_text(self, name: str, text: str, step: int) -> None:
            written.append((name, json.loads(text)["steps"], step))

        def add_scalar(self, name: str, value: float, step: int) -> None:
            written.append((step, name, value))

        def flush(self) -> None:
            pass

        def close(self) -> None:
            written.append("closed")

    monkeypatch.setitem(sys.modules, "tensorboard", SimpleNamespace(__spec__=SimpleNamespace()))
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", SimpleNamespace(SummaryWriter=SummaryWriter))
    shown = list(trainer().run(tmp_path, every=2, loggers=[TensorBoardLog()]))
    rows = [(p.step, name, value) for p in shown for name, value in asdict(p).items()]
    wanted = [row for row in rows if row[2] is not None and row[1] != "step"]
    begin = [(str(tmp_path / "tensorboard"), None), ("config", 3, 0)]
    assert written == [*begin, *wanted, "closed"]
    TensorBoardLog().start(Begun(tmp_path, {"steps": 3}, "", 7))
    assert written[-2][1] == 8  # what an earlier try told of later steps is gone


@pytest.mark.slow
def test_tensorboard_reads_what_was_written(tmp_path: Path) -> None:
    reading = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    shown = list(trainer().run(tmp_path, every=2, loggers=[TensorBoardLog()]))
    events = reading.EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert [event.step for event in events.Scalars("loss")] == [p.step for p in shown]


def test_names_of_loggers_are_those_of_the_config(tmp_path: Path) -> None:
    assert names_of([Heard(), CsvLog()]) == "csv"
    list(trainer().run(tmp_path, loggers=[Heard(), *loggers_named(["csv"])]))
    assert 'log = "csv"\n' in (tmp_path / "config.toml").read_text()
