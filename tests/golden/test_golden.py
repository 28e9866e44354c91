"""Outputs of fixed seeds are those of the last release; CONTRIBUTING.md says what to do where one changes."""

from __future__ import annotations

import json

import pytest
from golden.outputs import FILES, FOLDER, differences, digest, numbers


@pytest.mark.parametrize("name", FILES)
def test_seeds_give_what_they_gave(name: str, request: pytest.FixtureRequest) -> None:
    path = FOLDER / f"{name}.json"
    got = json.loads(json.dumps(FILES[name]()))
    if request.config.getoption("--update-goldens"):
        path.write_text(json.dumps(got, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    changed = list(differences(json.loads(path.read_text(encoding="utf-8")), got))
    if changed:
        message = [
            f"a random stream changed, or what is made of it: {FILES[name].__doc__}",
            *changed,
            "Seeds keep their meaning from release to release. Where a change is meant: run",
            "`pytest tests/golden --update-goldens`, read what changed in the json files, and say so in CHANGELOG.md.",
        ]
        pytest.fail("\n".join(message), pytrace=False)


def test_every_file_belongs_to_a_function() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(FILES)


def test_a_changed_entry_is_seen() -> None:
    assert list(differences({"a": [1, 2], "b": 1}, {"a": [1, 2], "b": 1})) == []
    assert list(differences({"a": [1, 2], "b": 1}, {"a": [1, 3], "c": 1})) == [
        "a:\n    was [1, 2]\n    is  [1, 3]", "b:\n    was 1\n    is  None", "c:\n    was None\n    is  1",
    ]  # fmt: skip
    assert digest(numbers(0, 2, 3)) != digest(numbers(0, 3, 2))
    assert numbers(1, 2).tolist() == [-2.1934289932250977, 2.750843048095703]
