"""Inputs that mean harm, made when they are asked for: bombs, depth, noise, lies about sizes, signs for terminals."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = ["ARGUMENTS", "FILES", "Hostile", "written"]

PUZZLE = "1......2..4..3.."
MEGA = 1_000_000
ESCAPE = "\x1b]0;pwn\x07\x1b[31m\u202e"
DEEP = 100_000


class Hostile(NamedTuple):
    """A file: its name, its bytes, and what else the command is told."""

    name: str
    made: Callable[[np.random.Generator], bytes]
    more: tuple[str, ...] = ()


def written(hostile: Hostile, folder: Path, rng: np.random.Generator) -> Path:
    """The file, there to be read."""
    path = folder / hostile.name
    path.write_bytes(hostile.made(rng))
    return path


def _same(data: bytes) -> Callable[[np.random.Generator], bytes]:
    return lambda _: data


def _text(text: str) -> Callable[[np.random.Generator], bytes]:
    return lambda _: text.encode("utf-8", "surrogatepass")


def _late(make: Callable[[], bytes]) -> Callable[[np.random.Generator], bytes]:
    return lambda _: make()


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _parquet() -> bytes:
    out = io.BytesIO()
    table = import_module("pyarrow").table({"puzzle": [PUZZLE] * 100})
    import_module("pyarrow.parquet").write_table(table, out)
    return out.getvalue()


def _shared() -> bytes:
    """Ten thousand rows of one text of a megabyte, in less than a kilobyte."""
    pa, out = import_module("pyarrow"), io.BytesIO()
    note = pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int32()), pa.array(["x" * MEGA]))
    table = pa.table({"puzzle": [PUZZLE] * 10_000, "note": note})
    import_module("pyarrow.parquet").write_table(table, out, compression="zstd")
    return out.getvalue()


def _star(n: int) -> bytes:
    return f"p edge {n} {n - 1}\n".encode() + b"".join(b"e 1 %d\n" % i for i in range(2, n + 1))


def _clique(n: int) -> bytes:
    edges = b"".join(b"e %d %d\n" % (a, b) for a in range(1, n) for b in range(a + 1, n + 1))
    return b"p edge %d %d\n" % (n, n * (n - 1) // 2) + edges


def _noise(n: int, start: bytes = b"") -> Callable[[np.random.Generator], bytes]:
    return lambda rng: start + rng.bytes(n)


def _laughs() -> str:
    entities = "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(9))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{entities}]><opensudoku>&a9;</opensudoku>'


COLOURING = ("--domain", "colouring:3")
FILES = (
    # nothing, noise, and other kinds of files
    Hostile("empty.txt", _same(b"")),
    Hostile("blank.txt", _same(b"\n" * 1000)),
    Hostile("mark.txt", _same(b"\xef\xbb\xbf")),
    Hostile("odd-utf16.txt", _same(b"\xff\xfe1\x00.")),
    Hostile("utf32.txt", _same(b"\xff\xfe\0\0" + PUZZLE.encode("utf-32-le"))),
    Hostile("zeros.txt", _same(bytes(MEGA))),
    *(Hostile(f"noise.{ending}", _noise(100_000)) for ending in ("txt", "csv", "json", "parquet", "col", "dzn", "xml")),
    Hostile("latin1.csv", _same(b"puzzle\n\xe9\xe8" + PUZZLE.encode() + b"\n")),
    Hostile("surrogate.txt", _text("\ud800" + PUZZLE + "\n")),
    Hostile("escapes.txt", _text(f"{ESCAPE}\n{PUZZLE}\n")),
    Hostile("escapes.csv", _text(f'puzzle,note{ESCAPE}\n"{ESCAPE}",{ESCAPE}\n{PUZZLE},{ESCAPE}\n')),
    Hostile("formulas.csv", _text(f"puzzle\n=cmd|' /C calc'!A0\n@SUM(1)\n+1+1\n-2\n{PUZZLE}\n")),
    Hostile("pickle.txt", _same(b"\x80\x04cos\nsystem\n(S'touch pwned'\ntR.")),
    # length and depth
    Hostile("long-line.txt", _late(lambda: b"1" * (50 * MEGA))),
    Hostile("many-lines.txt", _late(lambda: b"x\n" * 400_000)),
    Hostile("many-comments.txt", _late(lambda: b"#\n" * MEGA)),
    Hostile("many-columns.csv", _late(lambda: b"a," * 500_000 + b"puzzle\n" + b"," * 500_000 + PUZZLE.encode())),
    Hostile("open-quote.csv", _text(f'puzzle,solution\n"{PUZZLE}\n{PUZZLE}\n{PUZZLE}\n')),
    Hostile("long-open-quote.csv", _late(lambda: b'puzzle\n"' + f"{PUZZLE}\n".encode() * 18_000)),
    Hostile("deep.json", _same(b"[" * DEEP)),
    Hostile("deep-object.json", _same(b'{"puzzle":' * DEEP)),
    Hostile("deep.jsonl", _same(b'{"puzzle": ' + b"[" * DEEP + b"]" * DEEP + b"}\n")),
    Hostile("long-number.json", _same(b"[" + b"9" * 100_000 + b"]")),
    Hostile("not-a-number.json", _same(b'[{"puzzle": NaN}, {"puzzle": Infinity}]')),
    Hostile("two-spellings.jsonl", _text(json.dumps({"Puzzle": PUZZLE, "puzzle": "." * 16}) + "\n")),
    Hostile("twice.json", _text(f'[{{"puzzle": "{PUZZLE}", "puzzle": "{"." * 16}"}}]')),
    Hostile("many-keys.jsonl", _late(lambda: json.dumps({f"k{i}": i for i in range(300_000)}).encode())),
    # packed
    Hostile("zeros.txt.gz", _late(lambda: gzip.compress(bytes(80 * MEGA), 1))),
    Hostile("newlines.txt.gz", _late(lambda: gzip.compress(b"\n" * (20 * MEGA), 1))),
    Hostile("comments.txt.gz", _late(lambda: gzip.compress(b"#\n" * (10 * MEGA), 1))),
    Hostile("zeros.csv.xz", _late(lambda: lzma.compress(bytes(80 * MEGA), preset=0))),
    Hostile("zeros.json.bz2", _late(lambda: bz2.compress(bytes(50 * MEGA), 1))),
    Hostile("brackets.json.gz", _late(lambda: gzip.compress(b"[" * (80 * MEGA), 1))),
    Hostile("zeros.zip", _late(lambda: _zip(a=bytes(80 * MEGA)))),
    Hostile("two.zip", _late(lambda: _zip(a=PUZZLE.encode(), b=PUZZLE.encode()))),
    Hostile("none.zip", _late(_zip)),
    Hostile("torn.zip", _late(lambda: _zip(a=b"1" * 1000)[:60])),
    Hostile("torn.txt.gz", _late(lambda: gzip.compress(PUZZLE.encode() * 1000)[:30])),
    Hostile("lists.json.gz", _late(lambda: gzip.compress(b"[\n" + (b"[]," * 1000 + b"\n") * 20_000 + b"[]]", 1))),
    Hostile("words.json.gz", _late(lambda: gzip.compress(b"[\n" + (b'"aa",' * 1000 + b"\n") * 12_000 + b"[]]", 1))),
    Hostile("games.opensudoku.gz", _late(lambda: gzip.compress(b"<opensudoku>" + b"<g/>" * (12 * MEGA), 1))),
    Hostile("rows.non.gz", _late(lambda: gzip.compress(b"width 5\nheight 5\nrows\n" + b"1\n" * (12 * MEGA), 1))),
    Hostile("noise.txt.gz", _noise(1000, b"\x1f\x8b\x08\0\0\0\0\0\0\x03")),
    # that lie
    Hostile("torn.parquet", _late(lambda: _parquet()[:-40])),
    Hostile("noise-inside.parquet", lambda rng: b"PAR1" + rng.bytes(5000) + b"\xff\xff\xff\x7fPAR1"),
    Hostile("star.col", _late(lambda: _star(65_000)), COLOURING),
    Hostile("clique.col", _late(lambda: _clique(1100)), COLOURING),
    Hostile("giant.col", _same(b"p edge 1000000000000 1\ne 1 1000000000000\n"), COLOURING),
    Hostile("negative.col", _same(b"p edge 3 1\ne -1 2\n"), COLOURING),
    Hostile("no-head.col", _same(b"e 1 2\n" * 1000), COLOURING),
    Hostile("shared.parquet", _late(_shared)),
    Hostile("doubled.csv", _late(lambda: b"puzzle" + b",a" * 100_000 + b"\n" + PUZZLE.encode())),
    Hostile("blanks.dzn", _late(lambda: b"x = array2d(" + b" " * MEGA + b"[1]z;")),
    Hostile("superscript.dzn", _text("x = array2d(1..²,1..²,[1,2,3,4]);")),
    Hostile("slow.dzn", _late(lambda: b"puzzle = [|" + b"1, " * 300_000)),
    Hostile("slow.mzn", _late(lambda: b"array[1..9,1..9] of int: p = " + b"(" * DEEP)),
    Hostile("strings.dzn", _late(lambda: b'a = "' + b'\\"' * 300_000)),
    Hostile("laughs.opensudoku", _text(_laughs())),
    Hostile("outside.opensudoku", _text(
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
        '<opensudoku><game data="&a;"/></opensudoku>'
    )),
    Hostile("giant.non", _text("width 1000000000\nheight 1000000000\nrows\n1\ncolumns\n1\n")),
    Hostile("nonogram.txt", _text("99999 99999/" + "1/" * 1000 + "\n"), ("--domain", "nonogram")),
    Hostile("zebra.txt", _text(f"houses 2/{ESCAPE}: red{ESCAPE} blue/red{ESCAPE} at 1\n"), ("--domain", "zebra")),
    Hostile("killer.txt", _text("9 9/" + "/".join(["9" * 4000 + " -" * 8] * 18) + "\n"), ("--domain", "killer")),
)  # fmt: skip

ARGUMENTS: tuple[tuple[str, ...], ...] = (
    ("no-such-file.csv",),
    (".",),
    ("\x1b[31m.txt",),
    ("a" * 5000,),
    ("1" * 100_000,),
    ("https://puzz.link/p?sudoku/99999/99999/g",),
    ("https://puzz.link/p?nonogram/4000/4000/" + "9" * 5000,),
    ("https://www.f-puzzles.com/?load=" + "N4IgzglgXgpiBcBOANCA5gJwgEwQbT2AF9ljSSzKLryBdZQmq8l54+x" * 50,),
    ("https://sudokupad.app/scl" + "N4Ig" * 20_000,),
    ("--domain", "sudoku:999999999", PUZZLE),
    ("--domain", "latin:" + "9" * 400, PUZZLE),
    ("--domain", "latin:-1", PUZZLE),
    ("--domain", "../../etc/passwd", PUZZLE),
    ("--domain", f"sudoku{ESCAPE}", PUZZLE),
    ("--domain", "regex:4096:[ -~]{0,4096}", "." * 4096),
    ("--domain", "regex:30:(a+)+b", "a" * 30),
    ("--domain", "regex:8:" + "(" * 5000, "." * 8),
    ("--domain", "regex:16:(((a{0,99}){0,99}){0,99}){0,99}", "." * 16),
    ("--domain", "brackets:1000000", "." * 16),
    ("--domain", "equation:99", "." * 99),
    ("--domain", "text:999999999", "..."),
    ("--domain", "killer", "[" + "-" * 60_000 + "1]"),
    ("--domain", "jigsaw", "[" * 60_000),
    ("--domain", "nonogram", "1000000 1000000/1"),
    ("--domain", "starbattle", "1000000000 1000000000 1/1"),
    ("--domain", "takuzu", "65536 65536/."),
    ("--domain", "colouring", "colours 64/p edge 999999999 0"),
    ("--time-limit", "-1", PUZZLE),
    ("--time-limit", "nan", PUZZLE),
    ("--threads", "999999999", PUZZLE),
    ("--seed", "9" * 100, PUZZLE),
    ("--batch-size", "0", PUZZLE),
)
