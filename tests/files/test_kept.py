"""What a line of a journal keeps is what was written, whatever its texts are made of."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vmdsolve.compact import Even, Same
from vmdsolve.files.kept import digest_of, kept_line, table_in, told_by
from vmdsolve.files.texts import Texts

KEY = b"k" * 32
EVEN = st.integers(1, 3).flatmap(
    lambda w: st.lists(st.text(st.characters(max_codepoint=127), min_size=w, max_size=w), min_size=1, max_size=5)
)


def table_of(texts: list[str], others: Any) -> dict[str, Any]:
    n, even = len(texts), Even.of(texts)
    own = {"problem": even, "solution": Even.of(texts[::-1]), "status": Same("SOLVED", n), "method": ["search"] * n}
    rest = {"unique": Same(None, n), "nfe": Same(0, n), "loops": list(range(n)), "seconds": Same(0.5, n)}
    return {**own, **rest, "reason": Same("", n), "texts": [others] * n, "x": texts}


@given(EVEN, st.sampled_from(["", {"a": 1, "texts": "x"}, ',"texts":"', None]))
def test_a_table_comes_back_as_it_was(texts: list[str], others: Any) -> None:
    table = table_of(texts, others)
    line = b"".join(kept_line(KEY, range(7, 7 + len(texts)), "0" * 16, table))
    told = told_by(KEY, line)
    assert told is not None
    assert (line.count(b"\n"), told.numbers) == (1, range(7, 7 + len(texts)))
    found = table_in(line, len(texts))
    assert found is not None
    assert {name: list(column) for name, column in found.items()} == {n: list(c) for n, c in table.items()}
    assert told_by(KEY, line.replace(b"SOLVED", b"SOLVEX")) is None
    assert told_by(b"other", line) is None


@given(EVEN)
def test_records_have_one_digest_however_they_are_held(texts: list[str]) -> None:
    even = Even.of(texts)
    assert even is not None
    begins = [(0, "a.txt", 1)]
    assert digest_of(Texts(even, begins)) == digest_of(Texts(texts, begins)) == digest_of(list(Texts(texts, begins)))
