"""Grammars that are kept: in memory, in a folder, and by what they are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmdsolve.canvas import cache
from vmdsolve.canvas.cache import GrammarCompiler
from vmdsolve.canvas.vocabulary import Vocabulary
from vmdsolve.errors import InvalidInput

LETTERS = Vocabulary.from_bytes([b"a", b"b", b"ab", b"1", b'"', None], eos=5)


def test_what_was_compiled_is_handed_out_again() -> None:
    compiler = GrammarCompiler(LETTERS)
    assert compiler.compile_choice(["a", "b"]) is compiler.compile_choice(iter(["a", "b"]))
    assert compiler.compile_json_schema({"const": 1}) is compiler.compile_json_schema({"const": 1})
    assert compiler.compile_regex("a") is not compiler.compile_regex("b")
    assert compiler.compile_regex("1").digest == compiler.compile_json_schema({"const": 1}).digest


def test_a_folder_keeps_grammars_and_a_damaged_file_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = GrammarCompiler(LETTERS, folder=tmp_path / "kept").compile_regex("(a|b)+")
    (file,) = (tmp_path / "kept").iterdir()
    with monkeypatch.context() as without:
        without.setattr(cache, "compile_regex", None)
        assert GrammarCompiler(LETTERS, folder=tmp_path / "kept").compile_regex("(a|b)+").digest == made.digest
    file.write_bytes(file.read_bytes()[:-3])
    assert GrammarCompiler(LETTERS, folder=tmp_path / "kept").compile_regex("(a|b)+").digest == made.digest
    assert len(file.read_bytes()) == len(made.to_bytes())


def test_vocabularies_and_limits_tell_grammars_apart(tmp_path: Path) -> None:
    other = Vocabulary.from_bytes([b"a", b"b", b"ba", b"1", b'"', None], eos=5)
    a, b = (GrammarCompiler(words, folder=tmp_path).compile_regex("ab") for words in (LETTERS, other))
    assert a.digest != b.digest
    with pytest.raises(InvalidInput, match="over 2 states"):
        GrammarCompiler(LETTERS, folder=tmp_path, max_states=2).compile_regex("ab")


def test_memory_is_bounded() -> None:
    compiler = GrammarCompiler(LETTERS, most_bytes=1)
    first = compiler.compile_regex("a")
    compiler.compile_regex("b")
    assert compiler.compile_regex("a") is not first


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInput, match="grammars cannot be kept in"):
        GrammarCompiler(LETTERS, folder=tmp_path / "file").compile_regex("a")
