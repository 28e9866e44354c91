"""Results that git knows: what tables are made of, and what a study of many days goes on from."""

from __future__ import annotations

import json
from pathlib import Path

from .driver import RESULTS, Row, git
from .study.many.tables import NAMES

__all__ = ["known"]

STUDY = ("beside", "synthetic", "generate", "gaps", "lists", "text", "streaming", *NAMES)  # whose rows stand alone


def known(name: str, folder: Path = RESULTS) -> list[Row]:
    """The results of that name, newest first: those that git knows, or all where there is no git.

    Interrupted ones are left out, except for the study, whose rows stand for themselves.
    """
    stem = name.partition("/")[0]
    if stem == "many":  # tables over several benchmarks
        return [file for one in NAMES for file in known(one, folder)]
    files = sorted(folder.glob(f"{stem}-[0-9]*.json"), reverse=True)
    listed = git("ls-files", "benchmarks/results")
    if listed is not None and folder == RESULTS:
        tracked = {Path(line).name for line in listed.splitlines()}
        files = [file for file in files if file.name in tracked]
    results = [{**json.loads(file.read_text(encoding="utf-8")), "file": file.name} for file in files]
    return [result for result in results if result["complete"] or (stem in STUDY and result["rows"])]
