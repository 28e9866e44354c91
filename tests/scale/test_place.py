"""Which of N jobs a process is: told, or read from what schedulers say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput
from vmdsolve.scale.place import Place

SLURM = {"SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_STEP": "2"}  # --array=0-6:2


@given(st.integers(1, 40), st.integers(0, 500))
def test_every_shard_is_that_of_one_job(n: int, shard: int) -> None:
    assert sum(Place(k, n).has(shard) for k in range(1, n + 1)) == 1
    for k in (1, n):
        assert Place.of(str(Place(k, n))) == (k, n)


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({"RANK": "0", "WORLD_SIZE": "2"}, (1, 2)),
        ({"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_COUNT": "8", "SLURM_ARRAY_TASK_MIN": "0"}, (8, 8)),
        ({"SLURM_ARRAY_TASK_ID": "8", "SLURM_ARRAY_TASK_COUNT": "8", "SLURM_ARRAY_TASK_MIN": "1"}, (8, 8)),
        ({**SLURM, "SLURM_ARRAY_TASK_ID": "6"}, (4, 4)),
        ({**SLURM, "SLURM_ARRAY_TASK_ID": "2"}, (2, 4)),
        ({"SLURM_PROCID": "3", "SLURM_NTASKS": "4"}, (4, 4)),
        ({"JOB_COMPLETION_INDEX": "0", "JOB_COMPLETIONS": "5"}, (1, 5)),
    ],
)
def test_schedulers_say_it(environment: dict[str, str], wanted: tuple[int, int]) -> None:
    assert Place.of("auto", environment) == wanted


@pytest.mark.parametrize(
    ("text", "environment", "message"),
    [
        ("0/4", {}, r"shard is '0/4'; wanted K/N, as 1/8 to 8/8 for eight jobs, or auto"),
        ("5/4", {}, "shard is '5/4'"),
        ("1", {}, "shard is '1'"),
        ("a/b", {}, "shard is 'a/b'"),
        ("auto", {}, "shard is auto, and none of RANK with WORLD_SIZE, .* is set; name it, as 1/8"),
        ("auto", {"RANK": "0"}, "shard is auto, and none of"),
        ("auto", {"RANK": "x", "WORLD_SIZE": "2"}, "RANK is 'x' and WORLD_SIZE '2'; wanted whole numbers"),
        ("auto", {"RANK": "2", "WORLD_SIZE": "2"}, "RANK is 2, which is none of 2 numbers from 0 on"),
        ("auto", {**SLURM, "SLURM_ARRAY_TASK_ID": "5"}, "is 5, which is none of 4 numbers from 0 on in steps of 2"),
        ("auto", {**SLURM, "SLURM_ARRAY_TASK_ID": "8"}, "is 8, which is none of 4 numbers"),
    ],
)
def test_what_is_no_place_is_refused(text: str, environment: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        Place.of(text, environment)
