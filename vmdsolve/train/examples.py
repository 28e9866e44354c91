"""Boards from a file of text, to learn from: examples, of which one in twenty is held out, and problems.

Every line holds one example of L characters, or, where it is longer, as many as there are windows of L characters. The
file may be packed (.gz, .xz). Of 20 lines or more, those with the lowest hashes are held out, equal lines together; of
fewer, the last twentieth of each that is long enough for it.
"""

from __future__ import annotations

import gzip
import hashlib
import lzma
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..checker import accepts
from ..domains import Domain
from ..domains.sequence import TokenSequence, shown
from ..errors import InvalidInput, InvalidProblem
from ..plain import many
from ..problem import OPEN, Board
from ..search import solve_values

__all__ = ["Examples", "domain_from", "read_examples", "read_problems"]

SHARE = 20  # one part in so many is held out
MANY = 20  # lines from which on whole lines are
CHUNK = 1 << 16  # pieces read at once
MOST_BYTES = 1 << 28  # of a file, unpacked


@dataclass(frozen=True)
class Examples:
    """Windows of L tokens in a long row of them.

    Attributes
    ----------
    tokens
        int8 [N], lines end to end
    starts
        int64 [S] where each stretch begins
    windows
        int64 [S + 1] how many windows lie in the stretches before each; the last: in all
    L
        length of a window
    """

    tokens: npt.NDArray[np.int8]
    starts: npt.NDArray[np.int64]
    windows: npt.NDArray[np.int64]
    L: int

    def __len__(self) -> int:
        return int(self.windows[-1])

    def at(self, numbers: npt.NDArray[np.int64]) -> Board:
        """Boards [n, L], windows number 0 .. len - 1."""
        stretch = np.searchsorted(self.windows, numbers, side="right") - 1
        first = self.starts[stretch] + numbers - self.windows[stretch]
        return np.asarray(self.tokens[first[:, None] + np.arange(self.L)], np.int32)

    def draw(self, rng: np.random.Generator, n: int) -> Board:
        """n boards [n, L], every window equally likely.

        Examples
        --------
        >>> two = Examples(np.array([0, 1, 2], np.int8), np.array([0]), np.array([0, 2]), 2)
        >>> two.draw(np.random.default_rng(0), 3).tolist()
        [[1, 2], [1, 2], [1, 2]]
        """
        return self.at(rng.integers(len(self), size=n))


def read_examples(path: Path | str, domain: Domain) -> tuple[Examples, Examples, str]:
    """Examples to train on, examples held out, and a hash of the file.

    Raises
    ------
    InvalidInput
        No such file, a line with other characters or a broken rule (it is named), none long enough.
    """
    lines, digest = _lines(path)
    L = domain.rules.L
    tokens = [_read(line, f"{path}:{number}", domain) for number, line in lines]
    for (number, _), held in zip(lines, tokens, strict=True):
        board = held.astype(np.int32)
        if domain.constraints and len(held) == L and not accepts(domain.rules, board, board[None])[0]:
            raise InvalidInput(f"{path}:{number} breaks the rules of {domain.name}; leave it out")
    lengths = np.array([len(held) for held in tokens], np.int64)
    starts = np.cumsum(lengths) - lengths
    if len(lines) < MANY:
        kept = lengths - np.where(lengths // SHARE >= L, lengths // SHARE, 0)
        parts = [(starts, kept), (starts + kept, lengths - kept)]
    else:
        hashes = np.array([hashlib.blake2b(line.encode(), digest_size=8).digest() for _, line in lines], "S8")
        distinct = np.unique(hashes)
        out = np.isin(hashes, distinct[: -(-len(distinct) // SHARE)])
        parts = [(starts[~out], lengths[~out]), (starts[out], lengths[out])]
    row = np.concatenate(tokens).astype(np.int8)
    train, held_out = (
        Examples(row, first, np.concatenate([[0], np.cumsum(np.maximum(n - L + 1, 0))]), L) for first, n in parts
    )
    if not len(train):
        raise InvalidInput(f"{path} holds no example of {L} characters to train on, besides what is held out")
    return train, held_out, digest


def read_problems(path: Path | str, domain: Domain) -> tuple[Board, Board, str]:
    """Problems [n, L] of a file, a line each, their answers [n, L], and a hash of the file.

    Where the first line is a header whose first column is `puzzle`, problems end at the first comma of their lines.

    Raises
    ------
    InvalidInput
        No such file, a line that is no problem or has not exactly one answer (it is named).
    """
    lines, digest = _lines(path)
    if lines[0][1].split(",")[0] == "puzzle":
        lines = [(number, line.split(",")[0]) for number, line in lines[1:]]
    if not lines:
        raise InvalidInput(f"{path} holds no problem below its header")
    boards = domain.parse_many([line for _, line in lines])
    if boards is None:
        for number, line in lines:
            try:
                domain.parse(line)
            except InvalidProblem as error:
                raise InvalidInput(f"{path}:{number}: {error}") from error
        boards = np.stack([domain.parse(line).values for _, line in lines])
    found = solve_values(domain.rules, boards, limit=2)
    for row in np.flatnonzero(~found.complete | (found.counts != 1)):
        n = ("no answer", "an answer not proved to be the only one", "several answers")[found.counts[row]]
        raise InvalidInput(f"{path}:{lines[row][0]} has {n}; wanted problems with one")
    return boards, found.values, digest


def domain_from(path: Path | str) -> TokenSequence:
    """The domain without rules of a file whose lines all have one length, over the characters that occur.

    Raises
    ------
    InvalidInput
        No such file, lines of several lengths, more than 64 characters or one that is not ASCII.
    """
    lines, _ = _lines(path)
    length = len(lines[0][1])
    for number, line in lines:
        if len(line) != length:
            raise InvalidInput(
                f"{path}:{number} has {many(len(line), 'character')}, line {lines[0][0]} has {length}; examples of a "
                "new domain have one length; for windows of longer text name a domain, such as text-64"
            )
    name = Path(path).name.split(".")[0] or "examples"
    domain = TokenSequence(f"{name}-{length}", shown("".join({c for _, line in lines for c in set(line)})), length)
    _ = domain.rules  # refuses too many symbols
    return domain


def _lines(path: Path | str) -> tuple[list[tuple[int, str]], str]:
    """Lines with their numbers, without empty ones, and the hash of them all."""
    file = Path(path)
    if not file.is_file():
        raise InvalidInput(f"no such file of examples: {path}")
    opener: Any = {".gz": gzip.open, ".xz": lzma.open}.get(file.suffix, Path.open)
    try:
        with opener(file, "rb") as stream:
            data = stream.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise InvalidInput(f"{path} holds over {MOST_BYTES >> 20} MiB of text; split it, and train in parts")
        text = data.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not ASCII at byte {error.start}; symbols are ASCII characters") from error
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from error
    lines = [(number, line) for number, line in enumerate(text, 1) if line]
    if not lines:
        raise InvalidInput(f"{path} holds no example")
    return lines, hashlib.blake2b(data, digest_size=8).hexdigest()


def _read(line: str, where: str, domain: Domain) -> npt.NDArray[np.int8]:
    """The tokens of one line of L characters or more."""
    n, L = len(line), domain.rules.L
    if n < L:
        raise InvalidInput(f"{where} has {many(n, 'character')}; examples of {domain.name} have {L} or more")
    firsts = [*range(0, n - L, L), n - L]
    out = np.empty(n, np.int8)
    for start in range(0, len(firsts), CHUNK):
        pieces = firsts[start : start + CHUNK]
        boards = domain.parse_many([line[i : i + L] for i in pieces])
        if boards is None or (boards == OPEN).any():
            for i in pieces:
                try:
                    open_cells = np.flatnonzero(domain.parse(line[i : i + L]).values == OPEN)
                except InvalidProblem as error:
                    raise InvalidInput(f"{where}, from character {i + 1}: {error}") from error
                if open_cells.size:
                    raise InvalidInput(f"{where}, character {i + open_cells[0] + 1} is open; examples are full")
            raise InvalidInput(f"{where} is no example of {domain.name}")
        for i, board in zip(pieces, boards.astype(np.int8), strict=True):
            out[i : i + L] = board
    return out
