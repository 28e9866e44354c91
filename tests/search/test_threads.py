"""How many threads are used where nobody says: one number, the same everywhere."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from helpers.commands import run

from vmdsolve import _native
from vmdsolve.search.threads import thread_count

ONE = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from vmdsolve import _native
from vmdsolve.search.threads import thread_count
print(thread_count(), thread_count(0), thread_count(5), _native.cores())
"""


def test_all_cores_is_one_number() -> None:
    assert thread_count() == thread_count(0) == _native.cores() >= 1
    assert thread_count(7) == 7
    assert f"cores     {thread_count()}\n" in run("info").stdout


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_no_more_cores_than_a_process_may_use() -> None:
    assert thread_count() <= len(os.sched_getaffinity(0))
    out = subprocess.run([sys.executable, "-c", ONE], check=True, capture_output=True, text=True).stdout
    assert out.split() == ["1", "1", "5", "1"]
