"""Grammar: an automaton over the tokens of one vocabulary, in arrays that the kernels read as they are.

Letters: V tokens, that is logits of a cell; Q states; C classes of tokens; E edges; N sets of classes.

    classes   tokens that every state treats alike are one class: 131,072 tokens are 7 to 500 classes. Class 0 is dead:
              its tokens lead nowhere from anywhere (masks, unused tokens, tokens that no text of the grammar holds).
    edges     from state q to state `edge_next[e]` by any token whose class is in set `edge_set[e]`, for e in
              `edge_first[q]` to `edge_first[q + 1]` - 1. Sets are shared: many states take the same set somewhere.
              What is compiled here is deterministic, the sets of one state's edges are disjoint; sums over paths do not
              need that, so a hidden Markov model, whose paths are many, may be given as arrays too.
    end       where the text is complete and closed: accepting --EOS--> END --EOS or padding--> END, ordinary edges.
              A text may as well fill its canvas to the last cell without an EOS: it is complete in `accepting` states.
    least     of a state: the fewest tokens until the text is complete, 0 in accepting states; an EOS is not counted.
              With n tokens left after a canvas, it may end in the states whose `least` is at most n.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _native
from ..errors import InvalidInput
from ..untrusted import read_json

__all__ = ["Grammar", "grammars_of"]

Ints = npt.NDArray[np.int32]
MAGIC = b"vmdsolve grammar 2\n"
HASH_BYTES = 8  # at the end: XXH64 of all before it
MOST_BYTES = 1 << 30  # of a saved grammar
DTYPES: Mapping[str, type[np.generic]] = {
    "token_class": np.int32,
    "set_first": np.int32,
    "set_class": np.int32,
    "edge_first": np.int32,
    "edge_next": np.int32,
    "edge_set": np.int32,
    "edge_weight": np.float32,
    "accepting": np.bool_,
    "least": np.int32,
}


@dataclass(frozen=True, eq=False)
class Grammar:
    """What may be written, token by token; the arrays are made read-only.

    Attributes
    ----------
    token_class
        int32 [V], the class of each token, 0 is dead
    set_first, set_class
        int32 [N + 1] and int32 [...]: the classes of set n are set_class[set_first[n] : set_first[n + 1]], rising
    edge_first, edge_next, edge_set
        int32 [Q + 1], int32 [E], int32 [E]: where edges lead, and by which set
    edge_weight
        float32 [E], natural logarithms that are added to the logits on the way; None: all 0
    accepting
        bool [Q], True where the text is complete, `end` among them
    least
        int32 [Q], fewest tokens until the text is complete
    start, end
        states; `end` is -1 where no EOS is known: then no text is shorter than its canvas
    eos, pad
        tokens that close a text, and tokens that may follow (both as a rule EOS itself)
    notes
        what was tightened: why some text that the source allows is not in the grammar

    Raises
    ------
    InvalidInput
        Arrays that do not fit each other.

    Examples
    --------
    Tokens are "a", "b" and an EOS; the texts are "a", "ab", "abb" and so on.

    >>> ints = lambda *numbers: np.array(numbers, np.int32)
    >>> grammar = Grammar(
    ...     token_class=ints(1, 2, 3), set_first=ints(0, 1, 2, 3), set_class=ints(1, 2, 3),
    ...     edge_first=ints(0, 1, 3, 4), edge_next=ints(1, 1, 2, 2), edge_set=ints(0, 1, 2, 2), edge_weight=None,
    ...     accepting=np.array([False, True, True]), least=ints(1, 0, 0), start=0, end=2, eos=(2,), pad=(2,))
    >>> grammar.V, grammar.Q, grammar.C, grammar.E, grammar.step(1, 1), grammar.step(0, 1)
    (3, 3, 4, 4, 1, -1)
    >>> Grammar.from_bytes(grammar.to_bytes()).digest == grammar.digest
    True
    """

    token_class: Ints
    set_first: Ints
    set_class: Ints
    edge_first: Ints
    edge_next: Ints
    edge_set: Ints
    edge_weight: npt.NDArray[np.float32] | None
    accepting: npt.NDArray[np.bool_]
    least: Ints
    start: int
    end: int
    eos: tuple[int, ...] = ()
    pad: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, dtype in DTYPES.items():
            array = getattr(self, name)
            if array is None and name == "edge_weight":
                continue
            want(isinstance(array, np.ndarray) and array.dtype == dtype and array.ndim == 1, f"{name} is no {dtype}")
            if array.flags.writeable or not array.flags.c_contiguous:  # the caller's stays his
                array = array.copy()
                array.setflags(write=False)
            object.__setattr__(self, name, array)
        want(self.V >= 1 and self.Q >= 1, "there is no token or no state")
        want(bool((self.token_class >= 0).all()), "token_class is negative")
        for name, offsets, of in (("set", self.set_first, self.set_class), ("edge", self.edge_first, self.edge_next)):
            rising = bool((np.diff(offsets) >= 0).all()) and len(offsets) > 0
            want(rising and offsets[0] == 0 and offsets[-1] == len(of), f"{name}_first does not rise to its end")
        want(len(self.edge_first) == self.Q + 1 and len(self.least) == self.Q, "states of edges, accepting and least")
        want(len(self.edge_set) == self.E, "edge_set and edge_next are not of one length")
        want(inside(self.set_class, self.C, least=1), "set_class names no class, or the dead one")
        want(inside(self.edge_next, self.Q), "edge_next names no state")
        want(inside(self.edge_set, self.N), "edge_set names no set")
        want(bool((self.least >= 0).all()), "least is negative")
        want(0 <= self.start < self.Q and -1 <= self.end < self.Q, "start or end is no state")
        want(all(0 <= token < self.V for token in (*self.eos, *self.pad)), "eos or pad is no token")
        if self.edge_weight is not None:
            want(len(self.edge_weight) == self.E, "edge_weight and edge_next are not of one length")
            want(bool((self.edge_weight < np.inf).all()), "edge_weight is no number, or infinite")

    @property
    def V(self) -> int:
        """Tokens: the logits of a cell."""
        return len(self.token_class)

    @property
    def Q(self) -> int:
        """States."""
        return len(self.accepting)

    @cached_property
    def C(self) -> int:
        """Classes, the dead one counted, so 1 at least."""
        return int(self.token_class.max()) + 1

    @property
    def E(self) -> int:
        """Edges."""
        return len(self.edge_next)

    @property
    def N(self) -> int:
        """Sets of classes."""
        return len(self.set_first) - 1

    @cached_property
    def nbytes(self) -> int:
        """Memory that the arrays take."""
        return sum(array.nbytes for _, array in self._arrays())

    @cached_property
    def digest(self) -> str:
        """Of all that the grammar says: 64 hexadecimal digits."""
        return sha256(self.to_bytes()).hexdigest()

    def classes(self, edge: int) -> Ints:
        """The classes that an edge takes."""
        first, last = self.set_first[self.edge_set[edge] : self.edge_set[edge] + 2]
        return self.set_class[first:last]

    def step(self, state: int, token: int) -> int:
        """The state after a token; -1 where it is not allowed. Twin: the kernels' walk along edges."""
        kind = self.token_class[token]
        for edge in range(self.edge_first[state], self.edge_first[state + 1]):
            if kind in self.classes(edge):
                return int(self.edge_next[edge])
        return -1

    def accepts(self, tokens: list[int]) -> bool:
        """True if these tokens are a text of the grammar, closed or not.

        Parameters
        ----------
        tokens
            numbers in 0 .. V-1; others are in no text
        """
        state = self.start
        for token in tokens:
            state = self.step(state, token) if 0 <= token < self.V else -1
            if state < 0:
                return False
        return bool(self.accepting[state])

    def to_bytes(self) -> bytes:
        """All of it, as `from_bytes` reads it back: a line of JSON, the arrays as they lie in memory, XXH64 of all."""
        arrays = [[name, array.shape[0]] for name, array in self._arrays()]
        head = {"arrays": arrays, "start": self.start, "end": self.end, "eos": self.eos, "pad": self.pad}
        line = json.dumps(head | {"notes": self.notes}).encode() + b"\n"
        little = (array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes() for _, array in self._arrays())
        said = MAGIC + line + b"".join(little)
        return said + _hash_of(said)

    @classmethod
    def from_bytes(cls, data: bytes) -> Grammar:
        """A grammar that was saved.

        Raises
        ------
        InvalidInput
            No grammar that this version saved, damaged bytes, or arrays that do not fit each other.
        """
        want(data.startswith(MAGIC) and len(data) <= MOST_BYTES, "these bytes are no grammar that this version saved")
        said = memoryview(data)[:-HASH_BYTES]
        want(len(said) > len(MAGIC) and _hash_of(said) == data[-HASH_BYTES:], "its bytes are damaged; compile it anew")
        line, _, rest = data[len(MAGIC) : -HASH_BYTES].partition(b"\n")
        head = read_json(line, "the head of a saved grammar")
        want(isinstance(head, dict) and _is_head(head), "its head does not say what it should")
        lengths, at = dict(head["arrays"]), 0
        arrays: dict[str, Any] = {"edge_weight": None}
        for name, length in lengths.items():
            dtype = np.dtype(DTYPES[name])
            want(at + length * dtype.itemsize <= len(rest), f"it ends within {name}")
            if dtype == np.bool_:  # a byte that is neither 0 nor 1 is no bool
                arrays[name] = np.frombuffer(rest, np.uint8, length, at) != 0
            else:
                arrays[name] = np.frombuffer(rest, dtype.newbyteorder("<"), length, at).astype(dtype)
            at += length * dtype.itemsize
        want(at == len(rest), "something follows its arrays")
        arrays |= {name: tuple(head[name]) for name in ("eos", "pad", "notes")}
        return cls(**arrays, start=head["start"], end=head["end"])

    def _arrays(self) -> list[tuple[str, npt.NDArray[Any]]]:
        return [(name, array) for name in DTYPES if (array := getattr(self, name)) is not None]


def _hash_of(said: bytes | memoryview) -> bytes:
    hashed = _native.XXH64()
    hashed.update(said)
    return hashed.digest()


def want(condition: bool, what: str) -> None:
    if not condition:
        raise InvalidInput(f"a grammar cannot be used: {what}")


def grammars_of(given: Grammar | Sequence[Grammar], room: int, named: str) -> list[Grammar]:
    """Grammars as a client gives them, one for all rows or one for each, whose texts have room.

    Parameters
    ----------
    room
        Tokens that a text may take.
    named
        What the client calls these.

    Raises
    ------
    InvalidInput
        Something else, none at all, or a text takes more tokens than there are.

    Examples
    --------
    >>> grammars_of({"type": "object"}, 64, "gen_length")
    Traceback (most recent call last):
    vmdsolve.errors.InvalidInput: grammar is a dict; wanted a Grammar, as compile_json_schema gives, or a list of such
    """
    several: list[Any] = list(given) if isinstance(given, (list, tuple)) else [given]
    if not several:
        raise InvalidInput("grammar is an empty list; wanted one for each row")
    for one in several:
        if not isinstance(one, Grammar):
            what = "grammar" if several[0] is given else f"a grammar of {len(several)}"
            raise InvalidInput(
                f"{what} is a {type(one).__name__}; wanted a Grammar, as compile_json_schema gives, or a list of such"
            )
        if (least := int(one.least[one.start])) > room:
            raise InvalidInput(f"a text needs {least} tokens and {named} is {room}; give it more, or a shorter grammar")
    return several


def inside(numbers: Ints, below: int, least: int = 0) -> bool:
    return not len(numbers) or (int(numbers.min()) >= least and int(numbers.max()) < below)


def _is_head(head: dict[str, Any]) -> bool:
    """Whether the values are of the kinds that `to_bytes` writes."""
    if head.keys() != {"arrays", "start", "end", "eos", "pad", "notes"}:
        return False
    pairs = head["arrays"]
    if not isinstance(pairs, list) or not all(isinstance(p, list) and len(p) == 2 for p in pairs):
        return False
    names = [p[0] for p in pairs]
    wanted = [name for name in DTYPES if name in names or name != "edge_weight"]
    numbers = [head["start"], head["end"], *(p[1] for p in pairs)]
    lists = [head["eos"], head["pad"], head["notes"]]
    if names != wanted or not all(isinstance(part, list) for part in lists):
        return False
    numbers += [*head["eos"], *head["pad"]]
    texts = all(isinstance(note, str) for note in head["notes"])
    return texts and all(type(n) is int and -1 <= n < 1 << 31 for n in numbers) and all(p[1] >= 0 for p in pairs)
