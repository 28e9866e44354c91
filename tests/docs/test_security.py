"""SECURITY.md: each limit of its table is the one that the code has, and its links lead somewhere."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from helpers.pages import ROOT

PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
LIMITS = re.findall(r"^\| (.+) \| ([\d,]+) .*\| .+ \| `(vmdsolve[\w.]+)\.(\w+)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("what", "said", "module", "name"), LIMITS, ids=lambda part: str(part))
def test_a_limit_is_that_of_the_code(what: str, said: str, module: str, name: str) -> None:
    assert what
    assert int(said.replace(",", "")) == getattr(import_module(module), name)


def test_every_line_of_the_table_is_compared() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    assert len(LIMITS) == len(rows) - 1 >= 18  # but for its head


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
