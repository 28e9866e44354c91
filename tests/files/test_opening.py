"""Packed files, and files that are none of puzzles by their first bytes."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from helpers.sudoku import A

from vmdsolve.errors import InvalidInput
from vmdsolve.files.formats import base, json, non, whole
from vmdsolve.files.records import read

TEXT = f"id,puzzle\n1,{A}\n".encode()


def put(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def zstandard(content: bytes) -> bytes:
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is an extra")
    packed: bytes = pyarrow.compress(content, codec="zstd", asbytes=True)
    return packed


PACKINGS = {".gz": gzip.compress, ".xz": lzma.compress, ".bz2": bz2.compress, ".zst": zstandard}


@pytest.mark.parametrize("suffix", PACKINGS)
def test_packed_files_are_unpacked_whatever_they_are_called(tmp_path: Path, suffix: str) -> None:
    for name in (f"a.csv{suffix}", f"A.CSV{suffix.upper()}", "a", "a.csv"):
        assert [record.puzzle for record in read(put(tmp_path, name, PACKINGS[suffix](TEXT)))] == [A]


def test_the_one_file_of_a_zip_archive_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped(**{"folder/": b"", "folder/a.csv": TEXT, "__MACOSX/a.csv": b"x"})
    for name in ("a.csv.zip", "archive.zip", "a"):
        assert [record.puzzle for record in read(put(tmp_path, name, content))] == [A]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert [record.puzzle for record in read("-")] == [A]


REFUSED = [
    ("a.zip", zipped(a=b"x", b=b"y"), r"a\.zip is a zip archive of 2 files \(a, b\), wanted one; unpack it"),
    ("a.zip", zipped(**{"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "is an Excel or Word file; save"),
    ("a.zip", b"PK\x03\x04" + b"x" * 50, r"a\.zip cannot be read"),
    ("a.zip", zipped(a=TEXT * 99)[:60], r"a\.zip cannot be read"),
    ("a.bz2", b"plainly not", r"a\.bz2 cannot be read"),
    ("a.pdf", b"%PDF-1.4", r"a\.pdf is a PDF"),
    ("a.xls", b"\xd0\xcf\x11\xe0\xa1", r"a\.xls is an Excel or Word file; save it as csv"),
    ("a.npy", b"\x93NUMPY\x01", "is a NumPy array; give it to vmdsolve.solve_batch"),
    ("a.csv", b"1...\xe4\n", "not UTF-8 text; save it as UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_opened_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        list(read(put(tmp_path, name, content)))


IDLE = {
    "blank lines": b"\n",
    "comments": b"# nothing\n",
    "titles of boards": b"Grid 01\n",
    "quotes that never close a row": b'",\n"',
    "sections": b"[State]\nx\n",
}


class Endless(io.RawIOBase):
    """A stream that begins somehow, and goes on for ever; who reads that far reads for ever."""

    def __init__(self, begins: bytes, repeated: bytes, most: int) -> None:
        self.held, self.more, self.left = begins, repeated * 4096, most

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while len(self.held) < len(into):
            self.held += self.more
        into[:], self.held = self.held[: len(into)], self.held[len(into) :]
        self.left -= len(into)
        assert self.left > 0, "it reads on and on"
        return len(into)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["txt", "csv", "tsv", "boards", "sdk", "jsonl", "json", "col", "dzn", "mzn", "non"])
@pytest.mark.parametrize("what", IDLE)
def test_what_holds_no_puzzle_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch, what: str, name: str) -> None:
    monkeypatch.setattr(base, "MAX_IDLE", 1 << 17)
    for form in (whole, json, non):
        monkeypatch.setattr(form, "MAX_FILE", 1 << 17)
    for begins in (b"", b"[Puzzle]\n", f"puzzle\n{A}\n".encode()):
        raw = Endless(begins, IDLE[what], 1 << 19)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(raw)))
        with suppress(InvalidInput):
            list(islice(read("-", format=name), 1000))
        assert raw.left > 0


def test_puzzles_may_be_far_from_the_first_if_none_is_far_from_the_last(tmp_path: Path) -> None:
    between = b"#" * 999 + b"\n"
    file = put(tmp_path, "a.txt", b"".join([between * 300, A.encode(), b"\n"] * 9))
    assert [record.puzzle for record in read(file)] == [A] * 9
    with pytest.raises(InvalidInput, match=r"a\.txt:\d+: no puzzle ends in 1,048,576 characters up to here"):
        list(read(put(tmp_path, "a.txt", A.encode() + b"\n" + between * 1100 + A.encode())))
