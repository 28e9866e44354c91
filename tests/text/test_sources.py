"""Files and what Python gives, as documents; what cannot be read is told with its place."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput
from vmdsolve.text import sources
from vmdsolve.text.data import read_data
from vmdsolve.text.sources import Files, Given, Source, files_of


def documents(source: Source) -> list[Any]:
    """Whole documents, of pieces."""
    out: list[Any] = []
    for data, begins, *_ in source:
        part = data.tolist() if isinstance(data, np.ndarray) else data
        if begins:
            out.append(part)
        else:
            out[-1] += part
    return out


def written(folder: Path, name: str, data: str | bytes) -> str:
    raw = data.encode() if isinstance(data, str) else data
    pack: Callable[[bytes], bytes] = {".gz": gzip.compress, ".xz": lzma.compress}.get(Path(name).suffix, bytes)
    (folder / name).write_bytes(pack(raw))
    return str(folder / name)


@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz", "a.txt.xz", "a"])
def test_text_packed_or_not_is_one_document(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name, "one\r\ntwo é\n")
    assert documents(Files((path,))) == ["one\r\ntwo é\n"]
    assert documents(Files((path,), reads="bytes")) == ["one\r\ntwo é\n".encode()]
    assert documents(Files((path,), lines=True)) == ["one", "two é"]


@settings(deadline=None, max_examples=30)
@given(
    text=st.text(st.sampled_from("ab \n\r\té漢𝄞"), min_size=1, max_size=60),
    chunk=st.integers(1, 9),
    lines=st.booleans(),
)
def test_chunks_lose_nothing(tmp_path_factory: pytest.TempPathFactory, text: str, chunk: int, lines: bool) -> None:
    path = written(tmp_path_factory.mktemp("chunks"), "a.txt", text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "CHUNK", chunk)
        found = documents(Files((path,), lines=lines)) if text.strip("\n\r") or not lines else []
    wanted = [line.removesuffix("\r") for line in text.split("\n")] if lines else [text]
    assert found == [line for line in wanted if line or not lines]


def test_words_are_not_torn_between_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "CHUNK", 10)
    path = written(tmp_path, "a.txt", "several words of some length " * 9)
    pieces = [piece.data for piece in Files((path,))]
    assert len(pieces) > 5
    assert all(isinstance(piece, str) and piece[0] == " " and piece[1] != " " for piece in pieces[1:-1])


def test_jsonl_npy_and_parquet(tmp_path: Path) -> None:
    rows = written(tmp_path, "a.jsonl.gz", '{"text": "one", "n": [1, 2]}\n\n{"text": "two", "n": [3]}')
    assert documents(Files((rows,))) == ["one", "two"]
    assert documents(Files((rows,), "n", reads="numbers")) == [[1, 2], [3]]
    np.save(tmp_path / "row.npy", np.arange(5, dtype=np.uint16))
    np.save(tmp_path / "many.npy", np.arange(6).reshape(2, 3))
    assert documents(Files((str(tmp_path / "row.npy"),))) == [[0, 1, 2, 3, 4]]
    assert documents(Files((str(tmp_path / "many.npy"),))) == [[0, 1, 2], [3, 4, 5]]
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"text": ["a", "b"], "n": [[1], [2, 3]], "flat": [7, 8]}), tmp_path / "a.parquet")
    path = (str(tmp_path / "a.parquet"),)
    assert documents(Files(path)) == ["a", "b"]
    assert documents(Files(path, "n")) == [[1], [2, 3]]
    assert documents(Files(path, "flat")) == [[7, 8]]


def test_text_of_other_encodings_is_known_by_its_mark(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        path = written(tmp_path, "a.txt", "one é漢\n".encode(encoding))
        assert documents(Files((path,))) == ["one é漢\n"]


def test_a_row_of_parquet_without_text_is_told(tmp_path: Path) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"text": ["a", None]}), tmp_path / "a.parquet")
    path = str(tmp_path / "a.parquet")
    with pytest.raises(InvalidInput, match=r"a.parquet, row 2 has no text$"):
        list(Files((path,)))
    with pytest.raises(
        InvalidInput, match=r"a.parquet has no column 'body'; its columns are text; name one by --field$"
    ):
        list(Files((path,), "body"))


def test_several_files_and_patterns_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.md"):
        written(tmp_path, name, name)
    names = files_of([tmp_path / "c.md", str(tmp_path / "*.txt")])
    assert [Path(name).name for name in names] == ["c.md", "a.txt", "b.txt"]
    assert documents(Files(names)) == ["c.md", "a.txt", "b.txt"]


def test_what_python_gives() -> None:
    class Dataset(torch.utils.data.Dataset[dict[str, Any]]):
        def __len__(self) -> int:
            return 2

        def __getitem__(self, index: int) -> dict[str, Any]:
            return {"text": "ab"[index], "ids": torch.tensor([index, 7])}

    assert documents(Given(["a", b"b", [1, 2], np.array([3])])) == ["a", b"b", [1, 2], [3]]
    assert documents(Given([("a", 1), ("b", 2)])) == ["a", "b"]
    assert documents(Given(Dataset())) == ["a", "b"]
    assert documents(Given(Dataset(), "ids")) == [[0, 7], [1, 7]]
    assert documents(Given(text for text in ("x", "y"))) == ["x", "y"]


@pytest.mark.parametrize(
    ("name", "data", "how", "said"),
    [
        ("a.txt", "", {}, r"a.txt is empty: it holds no text$"),
        (
            "a.txt",
            b"abc\xff",
            {},
            r"a.txt is not UTF-8 at byte 3; save it so, or learn from bytes: --vocabulary bytes$",
        ),
        ("a.txt", b"ab\0c", {}, r"a.txt is no text: NUL near byte 2"),
        ("a.txt", "x", {"field": "text"}, r"a.txt has no fields; --field is for .jsonl, .ndjson and parquet$"),
        ("a.txt", b"%PDF-1", {}, r"a.txt is a PDF"),
        ("a.txt.gz", b"", {}, r"a.txt.gz is empty"),
        ("a.jsonl", '{"text": "a"}\n{"body": "b"}', {}, r"a.jsonl:2 has no field 'text'; its fields are body"),
        ("a.jsonl", "{", {}, r"a.jsonl:1 is no JSON"),
        ("a.jsonl", "[1]", {}, r"a.jsonl:1 is \[1\], wanted an object with 'text'$"),
        ("a.jsonl", '{"text": 3}', {}, r"a.jsonl:1 is 3; wanted text, or a row of whole numbers$"),
        ("a.jsonl", '{"text": [1, [2]]}', {}, r"a.jsonl:1 is \[1, \[2\]\]; wanted text, or a row"),
        ("a.npy", b"\x93NUMPY no", {}, r"a.npy is no npy file of numbers"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(
    tmp_path: Path, name: str, data: str | bytes, how: dict[str, Any], said: str
) -> None:
    path = written(tmp_path, name, data)
    with pytest.raises(InvalidInput, match=said):
        list(Files((path,), **how))


def test_arrays_that_are_no_tokens_are_refused(tmp_path: Path) -> None:
    for value, said in ((np.ones(3), r"float64 \[3\]"), (np.ones((1, 1, 1), int), r"int64 \[1, 1, 1\]")):
        np.save(tmp_path / "a.npy", value)
        with pytest.raises(InvalidInput, match=f"a.npy holds {said}; wanted whole numbers"):
            list(Files((str(tmp_path / "a.npy"),)))
    buffer = io.BytesIO()
    np.save(buffer, np.array([{}], object), allow_pickle=True)
    written(tmp_path, "a.npy", buffer.getvalue())
    with pytest.raises(InvalidInput, match=r"a.npy is no npy file of numbers; wanted"):
        list(Files((str(tmp_path / "a.npy"),)))


def test_names_that_are_no_files_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", "x")
    for names, said in (
        (["none.txt"], r"^no such file: none.txt$"), ([f"{tmp_path}/*.md"], r"^no file fits .*\*.md$"),
        ([tmp_path], r"is a folder; name its files, as in '.*/\*.txt'$"), ([], r"^no file to learn from"),
        ([tmp_path / "a.txt", f"{tmp_path}/*.txt"], r"a.txt is named twice; name each file once$"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput, match=said):
            files_of(names)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("one text", r"^documents are one text; give a list of them"),
        (3, r"^documents are int; wanted something to iterate over$"),
        ([{"body": "x"}], r"^document 1 has no 'text'; its fields are \['body'\]$"),
        ([[0.5]], r"^document 1 is \[0.5\]; wanted text, or a row of whole numbers$"),
        (["a", json], r"^document 2 is <module 'json' .*; wanted text"),
        (["a", None], r"^document 2 is None; wanted text"),
    ],
)
def test_what_python_gives_and_is_no_document_is_refused(value: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        list(Given(value))


def test_the_place_of_a_wrong_byte_is_that_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "a.txt", "漢字".encode() + b"\xe6\xbc\xff")
    for chunk in (1, 2, 3, 4, 7, 100):
        monkeypatch.setattr(sources, "CHUNK", chunk)
        with pytest.raises(InvalidInput, match=r"a.txt is not UTF-8 at byte 6;"):
            list(Files((path,)))


def test_what_is_read_twice_is_no_pipe_and_a_file_counts_once_whatever_it_is_called(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.txt").write_text("to be")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    with pytest.raises(InvalidInput, match="pipe is a pipe or a device, and a text is read twice; name a file"):
        files_of([tmp_path / "pipe"])
    for other in (tmp_path / "b.txt", tmp_path / ".." / tmp_path.name / "a.txt"):
        with pytest.raises(InvalidInput, match="is named twice; name each file once"):
            files_of([tmp_path / "a.txt", other])


def test_characters_and_integers_are_those_of_held_out_files_too(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("to be or not to be")
    (tmp_path / "b.txt").write_text("that is $ 12")
    read = read_data(tmp_path / "a.txt", 4, valid=str(tmp_path / "b.txt"), test=0)
    assert read.vocabulary.exact("$12")
    (tmp_path / "a.txt").write_text("0 1 2 3 4 5")
    (tmp_path / "b.txt").write_text("3 4 9 1 2")
    read = read_data(tmp_path / "a.txt", 4, vocabulary="integers", valid=str(tmp_path / "b.txt"), test=0)
    assert read.vocabulary.size == 10


def test_a_folder_of_wikitext_has_its_own_parts(tmp_path: Path) -> None:
    for part in ("train", "valid", "test"):
        (tmp_path / f"wiki.{part}.raw").write_text(f"= {part} =\n to be or not to be\n")
    own = str(tmp_path / "wiki.valid.raw")
    assert read_data(tmp_path, 4, valid=own).told["valid"] == own
    for valid, test in (("0.3", "0.05"), (own, str(tmp_path / "wiki.train.raw"))):
        with pytest.raises(
            InvalidInput, match=r"has its own, wiki\.\w+\.raw: leave (valid|test) out, or name the files"
        ):
            read_data(tmp_path, 4, valid=valid, test=test)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 2 three", "holds 'three'; wanted whole numbers between blanks"),
        ("1 " + "9" * 5000, "holds a number of 5,000 digits; wanted"),
        ("1 -3", "number 1 from character 2 on, is -3, which is none"),
    ],
)
def test_text_that_is_no_integers_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(InvalidInput, match=said):
        read_data(tmp_path / "a.txt", 2, vocabulary="integers")


def test_what_python_gives_and_no_library_should_speak_of() -> None:
    for one, said in (
        (torch.rand(9, requires_grad=True), r"^document 1 is tensor\("),
        ((), r"^document 1 is an example of nothing, \(\)"),
    ):
        with pytest.raises(InvalidInput, match=said):
            list(Given([one]))
    pytest.importorskip("tokenizers", reason="tokenizers is not installed (extra tokens)")
    with pytest.raises(InvalidInput, match="character 2 is half a character; leave it out"):
        read_data(Given(["a\ud800"] * 9), 2, vocabulary="bpe:260")
