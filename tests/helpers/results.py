"""A file of results as a benchmark leaves it."""

from __future__ import annotations

from typing import Any


def sample_head() -> dict[str, Any]:
    return {
        "machine": {"cpu": "A CPU", "cores": 2, "gpu": None}, "commit": "abc", "dirty": False, "complete": True,
        "date": "20260102T000000Z", "command": "python -m benchmarks NAME", "file": "NAME.json",
    }  # fmt: skip
