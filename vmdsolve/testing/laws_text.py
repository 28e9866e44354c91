"""Laws about text, numbers and drawings: what goes out comes in again, and nothing else does."""

from __future__ import annotations

import numpy as np

from ..deadline import stop_point
from ..domains import layout_of
from ..errors import InvalidInput
from ..problem import OPEN, Board
from .broken import LawBroken
from .cases import cases
from .specimens import Specimens

__all__ = ["drawing", "hostile_input", "numbers", "text"]

BOARDS = 40
SPOILT = 4  # boards that are written in all hostile ways


def text(specimens: Specimens) -> str:
    """What `format` and `write` write is read again, also many at once; rules play no part."""
    domain, source = specimens.domain, specimens.source
    boards = _boards(specimens)
    lines = [domain.format(board) for board in boards]
    for board, line in zip(boards, lines, strict=True):
        stop_point()
        _assert_same("text", f"parse of {line!r}", specimens, domain.parse(line).values, board)
        whole = domain.write(board)
        problem = source.parse(whole)
        _assert_same("text", f"parse of {whole!r}", specimens, problem.values, board)
        if problem.domain != domain.name or problem.rules.constraints != specimens.rules.constraints:
            what = f"{whole!r} is read as a problem of {problem.domain!r}, or with other constraints"
            raise LawBroken("text", what, "Its domain and rules must be those of the board that was written")
        if (again := layout_of(problem).write(problem.values)) != whole or "\n" in whole:
            raise LawBroken("text", f"{whole!r} is written again as {again!r}", "Wanted the same one line")
    if domain.format_many(boards) != lines:
        raise LawBroken("text", f"format_many of {len(boards)} boards is not `format` of each", "Override both or none")
    many = domain.parse_many(lines)
    if many is not None:
        for line, got, board in zip(lines, many, boards, strict=True):
            _assert_same("text", f"parse_many of {line!r}", specimens, got, board)
    return f"{len(boards)} boards"


def numbers(specimens: Specimens) -> str:
    """What `to_numbers` gives `from_numbers` reads, where numbers stand for symbols; else both refuse."""
    domain = specimens.domain
    if not domain.number_table:
        return "numbers stand for no symbol"
    boards = _boards(specimens)
    for board in boards:
        stop_point()
        out = np.asarray(domain.to_numbers(board.copy()))
        what = f"to_numbers of values {board.tolist()} is {out.tolist()}"
        if out.shape != board.shape or not np.issubdtype(out.dtype, np.integer):
            raise LawBroken("numbers", what, "Wanted a whole number a cell")
        for grid in (out, out.reshape(domain.shape)):
            try:
                got = domain.from_numbers(grid).values
            except InvalidInput as refusal:
                raise LawBroken("numbers", f"{what}, which is refused: {refusal}", "Read what is written") from refusal
            _assert_same("numbers", f"from_numbers of {grid.tolist()}", specimens, got, board)
    return f"{len(boards)} boards"


def drawing(specimens: Specimens) -> str:
    """A drawing shows every cell's symbol, in order, and changes with it."""
    domain, rng = specimens.domain, specimens.rng()
    shown = (domain.glyphs or domain.symbols) + "."
    for board in _boards(specimens):
        stop_point()
        drawn = domain.render(board)
        left = iter(drawn)
        for cell, value in enumerate(board.tolist()):
            if shown[value] not in left:  # looks on from where the last one was found
                where = f"{shown[value]!r} of {domain.cell_name(cell)}"
                what = f"{where} is not in its place in the drawing of {specimens.text(board)}:\n{drawn}\n"
                raise LawBroken("drawing", what, "Draw every cell, in order")
        other = board.copy()
        cell = int(rng.integers(specimens.rules.L))
        other[cell] = board[cell] - 1 if board[cell] > OPEN else 0
        if domain.render(other) == drawn:
            what = f"{specimens.text(board)} and {specimens.text(other)} look the same:\n{drawn}\n"
            raise LawBroken("drawing", what, "Draw every cell")
    return f"{BOARDS} boards"


def hostile_input(specimens: Specimens) -> str:
    """Malformed text and arrays are refused with the cell named; odd ones that are well-formed are read."""
    rng, tried = specimens.rng(), 0
    for board in specimens.any_boards(rng, SPOILT):
        for case in cases(specimens.source, specimens.domain, board, int(rng.integers(specimens.rules.L))):
            stop_point()
            case.assert_met()
            tried += 1
    return f"{tried} inputs"


def _boards(specimens: Specimens) -> Board:
    """Boards of any values; among them one symbol everywhere, so that each symbol is seen in each cell."""
    V, L = specimens.rules.V, specimens.rules.L
    uniform = np.repeat(np.arange(OPEN, V, dtype=np.int32)[:, None], L, axis=1)
    return np.concatenate([uniform, specimens.any_boards(specimens.rng(), max(BOARDS - len(uniform), 8))])


def _assert_same(law: str, call: str, specimens: Specimens, got: Board, wanted: Board) -> None:
    if np.shape(got) != wanted.shape:
        raise LawBroken(law, f"{call} gives shape {np.shape(got)}", f"Wanted {wanted.shape}")
    for cell in np.flatnonzero(got != wanted)[:1]:
        where = specimens.domain.cell_name(int(cell))
        what = f"{call} puts value {got[cell]} in {where}, wanted {wanted[cell]}"
        raise LawBroken(law, what, "What is written must be read as it was")
