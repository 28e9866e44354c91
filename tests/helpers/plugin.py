"""README.md, CONTRIBUTING.md and the pages of docs/ are tests, too: their code prints what it says. See pages.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import CodeBlockParser

from helpers.pages import console_block, file_block, python_block, sh_block

BLOCKS = {"python": python_block, "toml": file_block, "text": file_block, "sh": sh_block, "console": console_block}

pytest_collect_file = Sybil(
    [CodeBlockParser(language, run) for language, run in BLOCKS.items()],
    path=str(Path(__file__).parents[2]),
    patterns=["README.md", "CONTRIBUTING.md", "docs/*.md", "docs/tutorials/*.md"],
    fixtures=["tmp_path_factory"],
).pytest()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name in ("adapters.md", "diffusion.md", "text.md", "training.md"):  # they train models
            item.add_marker(pytest.mark.slow)
