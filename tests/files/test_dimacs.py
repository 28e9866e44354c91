"""DIMACS graphs as they go round: other lines, upper case, the end mark of DOS, and edges that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.commands import solve, table
from helpers.data import DATA

from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.files.records import Record, read

PATH = "c a path\np edge 3 2\ne 1 2\ne 2 3\n"


def graph(folder: Path, text: str, name: str = "a.col") -> Record:
    (folder / name).write_text(text)
    [record] = read(folder / name, "colouring-2")
    return record


@pytest.mark.parametrize(
    "text",
    [
        PATH,
        PATH.upper(),
        PATH.replace("\n", "\r\n") + "\x1a",
        "cfoo\n" + PATH + "n 1 5\nn 2 7\nx 1 2 3\n",
        PATH.replace("e 1 2", "e\t1\t2"),
        PATH + "e 2 1\ne 3 2\n",
        PATH.replace("edge 3 2", "col 3 4") + "e 2 1\ne 3 2\n",
    ],
)
def test_a_graph_is_read_however_it_is_written(tmp_path: Path, text: str) -> None:
    for name in ("a.col", "a.dimacs", "a.clq"):
        record = graph(tmp_path, text, name)
        board = get("colouring-2").parse(record.puzzle).layout
        assert (board.edges, board.note) == ([(0, 1), (1, 2)], "")


def test_a_graph_on_standard_input_is_known_by_its_first_line(tmp_path: Path) -> None:
    assert graph(tmp_path, PATH.removeprefix("c a path\n"), "a").puzzle == "p edge 3 2/e 1 2/e 2 3"


def test_edges_that_are_promised_and_absent_are_told_with_the_verdict(tmp_path: Path) -> None:
    graph(tmp_path, PATH.replace("3 2", "3 5"))
    [row] = table(solve(tmp_path / "a.col", "--domain", "colouring-2").stdout)
    assert (row["status"], row["reason"]) == ("SOLVED", "2 of 5 promised edges are there")


def test_how_many_colours_must_be_said(tmp_path: Path) -> None:
    (tmp_path / "a.col").write_text(PATH)
    with pytest.raises(InvalidInput, match="a graph in DIMACS form; say in how many colours, as --domain colouring-5"):
        list(read(tmp_path / "a.col"))


@pytest.mark.parametrize(
    ("name", "colours", "status", "reason"),
    [
        ("fewer-edges-than-promised", 5, "UNSATISFIABLE", "152 of 160 promised edges are there"),
        ("fewer-edges-than-promised", 6, "SOLVED", "152 of 160 promised edges are there"),
        ("myciel3-garbled", 3, "SOLVED", ""),
    ],
)
def test_graphs_from_the_field_get_their_right_verdicts(name: str, colours: int, status: str, reason: str) -> None:
    path = DATA / "field" / f"dimacs-{name}.col"
    if not path.exists():
        pytest.skip(f"no {path.name}; set VMDSOLVE_DATA to a folder that has field/")
    [row] = table(solve(path, "--domain", f"colouring-{colours}").stdout)
    assert (row["status"], row["reason"]) == (status, reason)
