"""The fuzz calls everything that native code offers, says which call failed, and can make it again."""

from __future__ import annotations

import inspect
from contextlib import suppress
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.fuzz import automata, calls, canvas, kernels, run
from benchmarks.fuzz.calls import Call
from benchmarks.fuzz.hostile import spoiled
from vmdsolve import _native


def test_every_entry_point_is_called() -> None:
    source = "".join(inspect.getsource(module) for module in (automata, calls, canvas, kernels))
    offered = {name for name in vars(_native) if not name.startswith("_") and name != "built_with"}
    nothing = {"cores", "settle_every", "no_amx", "rounding_denoise_paths"}  # is what these take
    nothing |= {"fastest_denoise_path"}  # takes a bool
    assert {name for name in offered if f"native.{name}" not in source} <= nothing


def test_calls_that_nothing_is_done_to_are_right() -> None:
    for entry in run.ENTRIES.values():
        for number in range(20):
            call = entry(Random(number), _native)
            with suppress(*(run.REFUSALS if call.may_fail else ())):
                call.function(*call.arguments)
            call.after()


def test_an_argument_that_was_right_is_copied_before_it_is_made_wrong() -> None:
    array = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
    for number in range(300):
        spoiled(Random(number), array)
    assert np.array_equal(array, np.arange(24).reshape(2, 3, 4))


@pytest.mark.slow
def test_some_hostile_calls_harm_nothing() -> None:
    tally = run.fuzz(_native, 5, range(1500))
    assert set(tally) == set(run.ENTRIES)
    assert sum(map(sum, tally.values())) == 1500
    assert all(outcome.returned and outcome.refused for outcome in tally.values())


@pytest.mark.parametrize("error", [KeyError("x"), AssertionError("x"), SystemError("x")])
def test_a_call_that_ends_as_none_may_is_named(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(run, "ENTRIES", {"broken": lambda *_: Call(fail, [1, 2.0])})
    with pytest.raises(run.Failed, match=r"call 7 \(broken\) of seed 3: "):
        run.fuzz(SimpleNamespace(), 3, range(7, 8))


def test_a_call_that_is_right_and_refused_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise ValueError("no")

    monkeypatch.setattr(run, "ENTRIES", {"strict": lambda *_: Call(refuse, [1])})
    monkeypatch.setattr(run, "RIGHT", 1.0)
    monkeypatch.setattr(run, "WRITTEN", 0.0)
    with pytest.raises(run.Failed, match=r"call 0 \(strict\) was right, and is refused: no"):
        run.fuzz(SimpleNamespace(), 0, range(1))
