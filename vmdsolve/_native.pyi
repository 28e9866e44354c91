# Types of the native module. Shapes and meanings: vmdsolve/search, vmdsolve/kernels/__init__.py.

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Any, ClassVar, Self, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
from typing_extensions import Buffer

_I8: TypeAlias = npt.NDArray[np.int8]
_I32: TypeAlias = npt.NDArray[np.int32]
_I64: TypeAlias = npt.NDArray[np.int64]
_U64: TypeAlias = npt.NDArray[np.uint64]
_F32: TypeAlias = npt.NDArray[np.float32]
_Bool: TypeAlias = npt.NDArray[np.bool_]
_L = TypeVar("_L", bound=Later)

# interruption: ask() ends the native calls of every thread that has called heed(), with KeyboardInterrupt

class Stop:
    def ask(self) -> None: ...
    def heed(self) -> None: ...

# search

class Kind(IntEnum): ...  # type: ignore[misc]  # a member for each class of constraints.py that has a native form

class Rules:
    def __init__(
        self,
        L: int,
        V: int,
        kinds: npt.NDArray[Any],
        cell_offsets: npt.NDArray[Any],
        cells: npt.NDArray[Any],
        param_offsets: npt.NDArray[Any],
        params: npt.NDArray[Any],
        *,
        time_limit: float = -1.0,
    ) -> None: ...  # TimeoutError
    @property
    def L(self) -> int: ...
    @property
    def V(self) -> int: ...

class Search:
    def __init__(self, rules: Rules, values: _I32, marginals: _F32 | None = None) -> None: ...
    def next(self, node_limit: int = -1, time_limit: float = -1.0, taken: int = -1) -> tuple[int, _I32 | None]: ...
    @property
    def nodes(self) -> int: ...
    @property
    def clauses(self) -> int: ...
    @property
    def found(self) -> int: ...
    @property
    def complete(self) -> bool: ...

def propagate(rules: Rules, values: _I32, time_limit: float = -1.0, threads: int = 0) -> tuple[_U64, _Bool]: ...
def solve_batch(
    rules: Rules,
    values: _I32,
    limit: int = 1,
    node_limit: int = -1,
    time_limit: float = -1.0,
    threads: int = 0,
    marginals: _F32 | None = None,
    path: int = -1,
) -> tuple[_I32, _I64, _I32, _Bool, _I64, _I64]: ...
def search_paths() -> list[str]: ...
def nearest(
    rules: Rules,
    values: _I32,
    scores: _F32,
    node_limit: int = -1,
    time_limit: float = -1.0,
    threads: int = 0,
) -> tuple[_I32, _I32]: ...
def generate(
    rules: Rules,
    n: int,
    seed: int,
    first: int = 0,
    clues: int = -1,
    time_limit: float = -1.0,
    threads: int = 0,
    test_nodes: int = 100_000,
    attempts: int = 32,
    symmetric: bool = False,
) -> tuple[_I32, _I32]: ...
def breed(
    rules: Rules,
    values: _I32,
    answers: _I32,
    levels: _I64,
    rounds: int,
    seed: int,
    first: int = 0,
    begun: int = 0,
    hardest: bool = False,
    time_limit: float = -1.0,
    threads: int = 0,
    test_nodes: int = 100_000,
) -> tuple[_I32, _I32, _I64]: ...

# the judge of full boards: equal to the givens [B, L] or [L], no symbol twice in a unit

def accepts(V: int, offsets: _I32, cells: _I32, givens: _I32, boards: _I32) -> _Bool: ...

# objects whose fields are made when they are looked at: make(name, number) gives that field, and perhaps others

class Later:
    @property
    def _make(self) -> Callable[[str, int], dict[str, Any]]: ...
    @property
    def _number(self) -> int: ...

def copies(  # each with its number, made when it is its turn
    one: _L, make: Callable[[str, int], dict[str, Any]], begin: int, end: int
) -> Iterator[_L]: ...
def fill(one: Later, fields: dict[str, Any]) -> None: ...  # frozen as its class may be

# values of texts, a character a cell: None where one of them is no such text

def values_of_texts(
    texts: list[str] | tuple[str, ...] | npt.NDArray[np.uint8], codes: _I8, L: int, first: int = -1, second: int = -1
) -> _I32 | None: ...
def texts_of_values(values: _I32, symbols: bytes, open: int) -> npt.NDArray[np.uint8]: ...  # noqa: A002

# rows of text, many at once: None where they are not even

def even_lines(text: bytes) -> npt.NDArray[np.uint8] | None: ...
def woven(parts: list[bytes | npt.NDArray[np.uint8]], n: int) -> bytes: ...

class XXH64:  # as the classes of hashlib
    def __init__(self, seed: int = 0) -> None: ...
    @property
    def name(self) -> str: ...
    @property
    def digest_size(self) -> int: ...
    @property
    def block_size(self) -> int: ...
    def copy(self) -> Self: ...
    def update(self, obj: Buffer, /) -> None: ...
    def digest(self) -> bytes: ...
    def hexdigest(self) -> str: ...

# kernels: None means that an input holds a forbidden value (vmdsolve/kernels/checks.py says which)

class Peers:
    def __init__(self, L: int, offsets: _I32, cells: _I32) -> None: ...

class Counts:
    def __init__(self, L: int, offsets: _I32, cells: _I32, symbols: _I32, least: _I32, most: _I32) -> None: ...

class Order:
    __members__: ClassVar[dict[str, Order]]

class UnmaskRule:
    def __init__(
        self,
        *,
        order: Order,
        threshold: float | None,
        temperature: float,
        guard: bool,
        noise: float,
        seed: int,
        step: int,
    ) -> None: ...

def candidates(x: _I32, allowed: _U64, peers: Peers, threads: int) -> _U64 | None: ...
def conflicts(x: _I32, peers: Peers, threads: int) -> _Bool | None: ...
def unmask(
    logits: _F32,
    x: _I32,
    candidates: _U64,
    peers: Peers,
    *,
    rule: UnmaskRule,
    n_keep: _I32 | None,
    key: _U64,
    threads: int,
) -> tuple[_I32, _Bool, _U64] | None: ...
def normal(key: _U64, n: int, seed: int, step: int) -> _F32: ...
def normal32(u: _F32) -> _F32: ...
def cores() -> int: ...
def philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> list[int]: ...
def exp32(x: _F32) -> _F32: ...
def log32(x: _F32) -> _F32: ...

# canvas: None means that a live logit is NaN or +inf; uint16 logits are bfloat16

class CanvasGrammar:
    def __init__(
        self,
        token_class: _I32,
        set_first: _I32,
        set_class: _I32,
        edge_first: _I32,
        edge_next: _I32,
        edge_set: _I32,
        edge_weight: _F32 | None,
        least: _I32,
    ) -> None: ...
    def numbers(
        self,
        logits: npt.NDArray[Any],
        held: _I32,
        temperature: float,
        sums: bool,
        threads: int,
        path: int = -1,
    ) -> npt.NDArray[np.float64] | None: ...
    def marginals(
        self,
        logits: npt.NDArray[Any],
        held: _I32,
        temperature: float,
        offset: _F32,
        floor: float,
        out: _F32 | None,
        entropies: bool,
        threads: int,
    ) -> npt.NDArray[np.float64] | None: ...
    def best(
        self, bests: npt.NDArray[np.float64], start: _I32, left: _I64, threads: int
    ) -> tuple[_I32, npt.NDArray[np.float64]]: ...
    def tokens(
        self,
        logits: npt.NDArray[Any],
        held: _I32,
        temperature: float,
        classes: _I32,
        sums: npt.NDArray[np.float64] | None,
        seed: int,
        key: _U64,
        turn: int,
        threads: int,
    ) -> _I32: ...
    def bits(self, legal: _Bool) -> _I32: ...

class CanvasLattice:
    def __init__(
        self, grammar: CanvasGrammar, sums: npt.NDArray[np.float64], start: _I32, left: _I64, threads: int
    ) -> None: ...
    def log_z(self) -> npt.NDArray[np.float64]: ...
    def impossible(self) -> _I64: ...
    def offsets(self, threads: int) -> _F32: ...
    def walk(self, seed: int, key: _U64, turn: int, threads: int) -> _I32: ...

def canvas_paths() -> int: ...

# denoise: None means that x holds a forbidden value

def denoise_paths() -> list[str]: ...
def rounding_denoise_paths() -> list[str]: ...
def fastest_denoise_path(may_round: bool) -> str: ...
def no_amx() -> str | None: ...

settle_every: int  # loops from one look at a board to the next

class Structure:
    def __init__(
        self,
        L: int,
        V: int,
        offsets: list[int],
        cells: list[int],
        spans: list[int],
        weights: list[float] = ...,
    ) -> None: ...

class Denoise:
    def __init__(self, weights: dict[str, npt.NDArray[Any]]) -> None: ...
    def __call__(
        self,
        structure: Structure,
        x: _I32,
        z: _F32,
        *,
        loops: int,
        peers: Peers | None,
        counts: Counts | None,
        time_limit: float,
        threads: int,
        path: int,
        keys: npt.NDArray[np.uint64] | None = None,
        begin_noise: float = 0.0,
        path_noise: float = 0.0,
        fade: int = 0,
    ) -> tuple[_F32, _I32, _Bool] | None: ...

class DenoiseGradient:
    def __init__(self, structure: Structure, *, H: int, M: int, N: int, cells: bool, symbols: bool) -> None: ...
    @property
    def tables(self) -> int: ...
    @property
    def latent(self) -> int: ...
    def kept_bytes(self, supervised: int, path: int) -> int: ...
    def forward(
        self,
        x: _I32,
        tables: _F32,
        latent: _F32,
        free: int,
        supervised: int,
        kept: _I8,
        threads: int,
        path: int,
        keys: _U64 | None = None,
        begin_noise: float = 0.0,
        path_noise: float = 0.0,
        fade: int = 0,
    ) -> _F32 | None: ...
    def backward(
        self,
        x: _I32,
        tables: _F32,
        latent: _F32,
        free: int,
        supervised: int,
        kept: _I8,
        d_logits: _F32,
        threads: int,
        path: int,
        fade: int = 0,
    ) -> tuple[_F32, _F32]: ...

# automata: arrays kind [256], step [Q, kinds], accepting [Q], start 0; None: more states or work than allowed

_U8: TypeAlias = npt.NDArray[np.uint8]

def determinise(
    states: int, start: int, final: int, edges: _I32, free: _I32, state_limit: int, work_limit: int
) -> tuple[_U8, _I32, _Bool] | None: ...
def combine(
    a: tuple[_U8, _I32, _Bool], b: tuple[_U8, _I32, _Bool], difference: bool, state_limit: int, work_limit: int
) -> tuple[_U8, _I32, _Bool] | None: ...
def minimise(a: tuple[_U8, _I32, _Bool]) -> tuple[_U8, _I32, _Bool]: ...

class Trie:
    def __init__(self, data: _U8, first: _I64, usable: _Bool) -> None: ...
    @property
    def nodes(self) -> int: ...

# token_class, set_first, set_class, edge_first, edge_next, edge_set, accepting, least, start, end

def compile_tokens(
    trie: Trie, dfa: tuple[_U8, _I32, _Bool], eos: _I32, pad: _I32, work_limit: int
) -> tuple[_I32, _I32, _I32, _I32, _I32, _I32, _Bool, _I32, int, int] | None: ...
