"""Ctrl-C in a loop over a run: the step that it is in is ended and saved, then it is raised as ever."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.model.checkpoint import load_tensors
from vmdsolve.model.config import ModelConfig
from vmdsolve.train import Recipe, Trainer
from vmdsolve.train.stopping import interruptible, stoppable

PAIR = get("pair")
SHAPE = ModelConfig.of(PAIR, width=4, message=4, hidden=4, loops=1, latent=2)


def trainer(at: int, act: Callable[[], object]) -> Trainer:
    """One that does something in the middle of a step."""
    made = Trainer(PAIR, SHAPE, Recipe(steps=9, batch=2, loops=((0.0, 1),), bf16=False))
    whole = made.batch

    def batch(step: int, boards: int) -> Any:
        if step == at - 1:
            act()
        return whole(step, boards)

    made.batch = batch  # type: ignore[method-assign]
    return made


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("folder", [True, False], ids=["saved", "nowhere"])
def test_the_step_is_ended_and_saved(folder: bool, tmp_path: Path) -> None:
    run, seen = trainer(5, interrupt), list[int]()
    with pytest.raises(KeyboardInterrupt):
        seen.extend(progress.step for progress in run.run(tmp_path if folder else None, every=3))
    assert seen == [1, 3, 5]
    assert run.step == 5
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if folder:
        assert load_tensors(tmp_path / "state.safetensors")[1].record["step"] == run.saved == 5
        assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 3
        again = Trainer(PAIR, SHAPE, run.recipe)
        again.resume(tmp_path)
        assert [p.step for p in again.run(tmp_path, every=3)] == [6, 9]
    else:
        assert [p.step for p in run.run(every=3)] == [6, 9]  # the trainer is whole


def test_in_the_body_of_the_loop_all_is_saved_already(tmp_path: Path) -> None:
    run = trainer(9, int)
    with pytest.raises(KeyboardInterrupt):
        any(interrupt() for progress in run.run(tmp_path, every=3) if progress.step == 3)
    assert run.saved == run.step == 3


def test_a_second_one_ends_it_at_once(tmp_path: Path) -> None:
    run = trainer(5, lambda: (interrupt(), interrupt()))
    with pytest.raises(KeyboardInterrupt):
        list(run.run(tmp_path, every=3))
    assert run.saved == 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_who_has_taken_the_signal_keeps_it(tmp_path: Path) -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        assert list(trainer(5, interrupt).run(tmp_path, every=3))[-1].step == 9
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIGINT]


def test_a_run_in_another_thread_leaves_signals_alone() -> None:
    steps: list[int] = []
    run = trainer(9, int)
    thread = threading.Thread(target=lambda: steps.extend(p.step for p in run.run(every=3)))
    thread.start()
    thread.join()
    assert steps == [1, 3, 6, 9]


@given(st.lists(st.integers(), max_size=5), st.none() | st.integers(0, 4))
def test_items_are_the_same_and_an_interruption_comes_after_its_item(items: list[int], at: int | None) -> None:
    stopped: list[bool] = []

    def made() -> Iterator[int]:
        for i, item in enumerate(items):
            if stopped:
                return
            if i == at:
                interrupt()
            yield item

    seen: list[int] = []
    if at is None or at >= len(items):
        assert list(interruptible(made(), lambda: stopped.append(True))) == items
        return
    with pytest.raises(KeyboardInterrupt):
        seen.extend(interruptible(made(), lambda: stopped.append(True)))
    assert seen == items[: at + 1]
    assert stopped == [True]


def test_it_is_said_what_a_second_one_does(capfd: pytest.CaptureFixture[str]) -> None:
    with stoppable(lambda: None, [signal.SIGINT, signal.SIGTERM], "wait") as heard:
        interrupt()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert heard == [signal.SIGINT]
    assert capfd.readouterr().err == "\nwait\n"
