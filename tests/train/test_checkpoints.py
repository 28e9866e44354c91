"""Checkpoints: which steps stay, that they are the weights of that step, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput
from vmdsolve.model.checkpoint import about
from vmdsolve.train import Checkpoints, Progress, Run
from vmdsolve.train.loggers import Begun

TOLD = {"domain": "pair", "preset": "baseline", "batch": 2, "loops": "0:1", "width": 4, "message": 4, "hidden": 4}


def progress(step: int) -> Progress:
    return Progress(step, 0, 1.0, 1.0, 0.0, 0, 0.0, 0.0)


def test_weights_that_stay_are_those_of_their_step(tmp_path: Path) -> None:
    trainer = Run.of({**TOLD, "steps": 7}).trainer()
    weights = {}
    for one in trainer.run(tmp_path, every=1, loggers=[Checkpoints(3)]):
        weights[one.step] = (tmp_path / "weights.safetensors").read_bytes()
    kept = {path.name: path.read_bytes() for path in tmp_path.glob("step-*")}
    assert kept == {f"step-{step}.safetensors": weights[step] for step in (3, 6)}
    assert about(tmp_path / "step-3.safetensors").record["step"] == 3


@given(st.integers(1, 9), st.integers(0, 20), st.lists(st.integers(1, 9), max_size=12))
def test_of_so_many_steps_the_first_line_is_kept(
    tmp_path_factory: pytest.TempPathFactory, keep: int, begun: int, gaps: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    (folder / "weights.safetensors").write_bytes(b"weights")
    logger, steps = Checkpoints(keep), [begun + sum(gaps[: i + 1]) for i in range(len(gaps))]
    logger.start(Begun(folder, {}, "", begun))
    for step in steps:
        logger.step(progress(step))
    logger.end()
    parts = [begun // keep, *(step // keep for step in steps)]
    wanted = [step for step, before, now in zip(steps, parts, parts[1:], strict=False) if now > before]
    assert {path.name for path in folder.glob("step-*")} == {f"step-{step}.safetensors" for step in wanted}


def test_what_cannot_be_kept_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^keep is 0; wanted"):
        Checkpoints(0)
    with pytest.raises(InvalidInput, match=r"^checkpoints need a folder"):
        Checkpoints(1).start(Begun(None, {}, "", 0))
