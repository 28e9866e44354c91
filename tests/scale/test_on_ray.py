"""A cluster of two nodes makes the same files as one process, also where a node dies in the middle."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import run

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
        patch.setattr(Shards, "put", lambda self, shard, *of: asked.append(shard) or put(self, shard, *of))
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
    assert on_ray.made([Record("", 1, "oops")], b"\x80\x04}\x94.", ".csv").rows == 1


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_what_a_worker_makes_is_the_file_of_a_local_job(ending: str, tmp_path: Path) -> None:
    if ending == ".parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra parquet)")
    records = [Record("", 1, one) for one in SOME]
    made = on_ray.made(records, pickle.dumps({"method": "search"}), ending)
    with Shards(tmp_path / f"out{ending}", {}) as job:
        assert [*job.run(iter(records), BatchSolver(method="search"))] == [len(SOME)]
    [part] = (tmp_path / f"out{ending}").glob("part-*")
    assert made.content.tobytes() == part.read_bytes()
