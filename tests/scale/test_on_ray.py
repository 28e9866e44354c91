"""A cluster of two nodes makes the same files as one process, also where a node dies in the middle."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import run, shell

from vmdsolve import BatchSolver
from vmdsolve.files.record import Record
from vmdsolve.scale import on_ray
from vmdsolve.scale.on_ray import run_on_ray
from vmdsolve.scale.shards import Shards

SOME = ["1......2..4..3..", "11..............", "oops", "1......44......1"]
OPTIONS = {"method": "search"}
N, SIZE = 240, 10


def records() -> Iterator[Record]:
    return (Record("a.txt", i + 1, SOME[i % len(SOME)], others={"id": i}) for i in range(N))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    ray = pytest.importorskip("ray", reason="ray is not installed (extra ray)")
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    node = {"num_cpus": 1, "object_store_memory": 80_000_000, "include_dashboard": False}
    made = Cluster(initialize_head=True, head_node_args=node)
    made.add_node(num_cpus=1, object_store_memory=80_000_000)
    ray.init(address=made.address, logging_level="ERROR", log_to_driver=False)
    yield made
    ray.shutdown()
    made.shutdown()


@pytest.mark.slow
def test_a_cluster_makes_the_same_files_even_where_a_node_dies(cluster: Any, tmp_path: Path) -> None:
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    with Shards(here, OPTIONS, SIZE) as shards:
        assert sum(shards.run(records(), BatchSolver(method="search"))) == N
    dying = list(cluster.worker_nodes)
    done = 0
    with Shards(there, OPTIONS, SIZE) as shards:
        for n in run_on_ray(shards, records(), OPTIONS):
            done += n
            if dying and done > N // 4:
                cluster.remove_node(dying.pop(), allow_graceful=False)
    assert (done, dying) == (N, [])
    names = sorted(path.name for path in here.glob("part-*"))
    assert names == sorted(path.name for path in there.glob("part-*"))
    for name in names:
        assert (here / name).read_bytes() == (there / name).read_bytes()
    (there / names[3]).unlink()
    asked: list[int] = []
    with Shards(there, OPTIONS, SIZE, resume=True) as shards, pytest.MonkeyPatch.context() as patch:
        put = Shards.put
        patch.setattr(Shards, "put", lambda self, one, *of: asked.append(one.shard) or put(self, one, *of))
        assert sum(run_on_ray(shards, records(), OPTIONS)) == N
    assert asked == [3]
    assert (here / names[3]).read_bytes() == (there / names[3]).read_bytes()


def test_without_ray_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmdsolve.extras.find_spec", lambda _: None)
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    (tmp_path / "in.txt").write_text(SOME[0])
    result = run("solve", tmp_path / "in.txt", "-o", tmp_path / "out.csv", "--engine", "ray")
    assert (result.exit_code, result.stderr) == (
        2, "vmdsolve: engine 'ray' needs ray: pip install 'vmdsolve[ray]'\n"
    )  # fmt: skip
    result = run("solve", tmp_path / "in.txt", "-o", tmp_path / "other.csv", "--engine", "rays")
    assert (result.exit_code, "engine is 'rays'; wanted one of local, ray" in result.stderr) == (2, True)
    assert on_ray.made([Record("", 1, "oops")], b"\x80\x04}\x94.", 0, ".csv").done.rows == 1


@pytest.mark.slow
@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:1", "127.0.0.1:99999", "no.such.host.invalid:6379"])
def test_a_cluster_that_is_not_there_is_said_to_be_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    pytest.importorskip("ray", reason="ray is not installed (extra ray)")
    monkeypatch.setenv("RAY_ADDRESS", address)
    (tmp_path / "in.txt").write_text(SOME[0])
    job = shell("solve", tmp_path / "in.txt", "-o", tmp_path / "out.csv", "--engine", "ray")
    _, said = job.communicate(timeout=100)
    assert job.returncode == 2
    assert f"cannot reach a Ray cluster: RAY_ADDRESS is {address!r}" in said
    assert run("solve", tmp_path / "in.txt", "-o", tmp_path / "out.csv", "--shard-size", 20_000).exit_code == 0


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_what_a_worker_makes_is_the_file_of_a_local_job(ending: str, shared: bool, tmp_path: Path) -> None:
    if ending == ".parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra parquet)")
    records = [Record("", 1, one) for one in SOME]
    here, there = tmp_path / f"here{ending}", tmp_path / f"there{ending}"
    with Shards(here, {}) as job:
        assert [*job.run(iter(records), BatchSolver(method="search"))] == [len(SOME)]
    with Shards(there, {}) as job, job.meeting() as meeting:
        one = on_ray.made(records, pickle.dumps(OPTIONS), 0, ending, meeting if shared else None)
        assert isinstance(one.file, str) == shared
        file = meeting.with_name(one.file) if isinstance(one.file, str) else one.file.data
        assert not isinstance(file, Path) or (file.parent, file.exists()) == (there, True)
        assert job.put(one.done, file) == len(SOME)
        job.manifest.end(len(SOME))
    for path in here.iterdir():
        assert path.name.startswith("_lock") or (there / path.name).read_bytes() == path.read_bytes()
    assert {path.name for path in there.iterdir()} == {path.name for path in here.iterdir()}


def test_a_worker_elsewhere_or_that_cannot_write_hands_its_shard_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: memoryview) -> None:
        with path.open("wb") as stream:
            stream.write(content[:9])
        raise OSError(28, "No space left on device")

    of = ([Record("", 1, SOME[0])], pickle.dumps(OPTIONS), 0, ".csv")
    (tmp_path / "elsewhere").mkdir()
    with Shards(tmp_path / "out.csv", {}) as job, job.meeting() as meeting:
        one = on_ray.made(*of, tmp_path / "elsewhere" / meeting.name)
        assert not isinstance(one.file, str)
        assert not [*(tmp_path / "elsewhere").iterdir()]
        monkeypatch.setattr(Path, "write_bytes", full)
        again = on_ray.made(*of, meeting)
        assert not isinstance(again.file, str)
        assert (again.done, again.file.tobytes()) == (one.done, one.file.tobytes())
        assert [path.name for path in meeting.parent.glob(".vmdsolve-*")] == [meeting.name]
    assert not [*(tmp_path / "out.csv").glob(".vmdsolve-*")]


class Inline:
    """As much of Ray as is asked for, each task done when it is waited for."""

    def __init__(self, task: Any) -> None:
        self.task = task

    def remote(self, *given: Any) -> Any:
        return partial(self.task, *given)

    def wait(self, waiting: list[Any]) -> tuple[list[Any], list[Any]]:
        return waiting[:1], waiting[1:]

    def get(self, one: Any) -> Any:
        return one()


def test_a_shard_that_is_not_seen_in_its_place_is_asked_for_itself(tmp_path: Path) -> None:
    """Some file systems tell a machine late of what another one wrote."""
    asked: list[tuple[int, bool]] = []

    def lost(records: Any, options: bytes, shard: int, ending: str, meeting: Path | None = None) -> on_ray.Made:
        asked.append((shard, meeting is None))
        one = on_ray.made(records, options, shard, ending, meeting)
        if meeting is not None and isinstance(one.file, str) and shard == 1:
            meeting.with_name(one.file).unlink()
        return one

    ray = Inline(lost)
    with Shards(tmp_path / "out.csv", OPTIONS, SIZE) as job:
        assert sum(on_ray._handed_out(ray, ray, job, records(), pickle.dumps(OPTIONS), 3)) == N
    assert [shard for shard, alone in asked if alone] == [1]
    assert sorted(shard for shard, alone in asked if not alone) == [*range(N // SIZE)]
    with Shards(tmp_path / "here.csv", OPTIONS, SIZE) as job:
        assert sum(job.run(records(), BatchSolver(method="search"))) == N
    for path in (tmp_path / "here.csv").glob("part-*"):
        assert (tmp_path / "out.csv" / path.name).read_bytes() == path.read_bytes()


def test_of_two_that_make_a_shard_one_is_taken_and_the_other_goes(tmp_path: Path) -> None:
    some = [Record("", 1, SOME[0])]
    with Shards(tmp_path / "out.csv", {}) as job:
        with job.meeting() as meeting:
            first, second = (on_ray.made(some, pickle.dumps(OPTIONS), 0, ".csv", meeting) for _ in range(2))
            assert first.file != second.file
            job.put(first.done, meeting.with_name(str(first.file)))
            part = (tmp_path / "out.csv" / "part-00000000.csv").read_bytes()
            assert meeting.with_name(str(second.file)).read_bytes() == part
        assert job.manifest.done == {0: first.done}
    assert sorted(path.name for path in (tmp_path / "out.csv").iterdir() if path.name[0] != "_") == [
        "part-00000000.csv"
    ]


def test_what_a_killed_job_left_to_be_known_by_goes(tmp_path: Path) -> None:
    with Shards(tmp_path / "out.csv", {}) as job:
        left = job.meeting()
        name = left.__enter__()
        with job.meeting() as other:
            assert (name.exists(), other.exists(), other == name) == (False, True, False)
        left.__exit__(None, None, None)
    assert not [*(tmp_path / "out.csv").glob(".vmdsolve-*")]
