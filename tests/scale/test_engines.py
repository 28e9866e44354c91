"""The lines that docs/scale.md has for other engines, run wherever these are installed: the same columns come out."""

from __future__ import annotations

from typing import Any

import pytest

from vmdsolve import BatchSolver

SOME = ["1......2..4..3..", "11..............", "oops", "1......44......1"] * 5
WANTED = BatchSolver(threads=1).solve(SOME)


def test_what_is_missing_is_no_problem_in_any_of_their_words() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    out = BatchSolver()(pandas.DataFrame({"puzzle": [SOME[0], None, pandas.NA, float("nan")]}))
    assert out["status"].tolist() == ["SOLVED", "INVALID", "INVALID", "INVALID"]


def same(found: dict[str, Any]) -> bool:
    return all(
        [None if one != one else one for one in found[name]] == [None if one != one else one for one in WANTED[name]]
        for name in WANTED
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Ray itself
def test_ray_data() -> None:
    ray = pytest.importorskip("ray", reason="ray is not installed (extra ray)")
    pytest.importorskip("pandas", reason="pandas is not installed, which ray.data needs")
    data = pytest.importorskip("ray.data")
    ray.init(num_cpus=1, log_to_driver=False, logging_level="ERROR", include_dashboard=False)
    try:
        data.DataContext.get_current().execution_options.preserve_order = True
        table = data.from_items([{"puzzle": text, "id": i} for i, text in enumerate(SOME)])
        rows = table.map_batches(BatchSolver, fn_constructor_kwargs={"threads": 1}, concurrency=1).take_all()
    finally:
        ray.shutdown()
    rows.sort(key=lambda row: row["id"])
    assert same({name: [row[name] for row in rows] for name in WANTED})


@pytest.mark.slow
def test_dask() -> None:
    dask = pytest.importorskip("dask.dataframe", reason="dask is not installed")
    pandas = pytest.importorskip("pandas")
    frame = dask.from_pandas(pandas.DataFrame({"puzzle": SOME}), npartitions=3)
    done = frame.map_partitions(BatchSolver(threads=1)).compute(scheduler="synchronous")
    assert same({name: done[name].tolist() for name in WANTED})


@pytest.mark.slow
def test_spark() -> None:
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    spark = sql.SparkSession.builder.master("local[1]").getOrCreate()
    schema = "puzzle string, solution string, status string, method string, unique boolean, nfe bigint, loops bigint, "
    frame = spark.createDataFrame([(text,) for text in SOME], "puzzle string").coalesce(1)
    done = frame.mapInArrow(lambda batches: map(BatchSolver(threads=1), batches), schema + "reason string").toPandas()
    spark.stop()
    assert same({name: done[name].tolist() for name in WANTED})
