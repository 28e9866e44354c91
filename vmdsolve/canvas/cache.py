"""GrammarCompiler: grammars of one vocabulary, each made once, and kept in memory and in a folder if one is given."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import sha256
from os import PathLike
from pathlib import Path
from threading import Lock
from typing import Any

from .._version import __version__
from ..atomic import replacing
from ..errors import InvalidInput
from .compile import MAX_STATES, compile_choice, compile_json_schema, compile_regex
from .grammar import Grammar
from .vocabulary import Vocabulary

__all__ = ["GrammarCompiler"]


class GrammarCompiler:
    """Compiles as the functions of `compile.py` do, but what was compiled before is handed out again.

    Grammars are known by what they were made from, the vocabulary, the limit of states, and the version of vmdsolve.

    Parameters
    ----------
    vocabulary
        of the model
    folder
        where grammars are kept from run to run, as files that `Grammar.from_bytes` reads; None: nowhere. A file that
        is no grammar is made anew.
    most_bytes
        of arrays in memory; the grammars that were not asked for longest go first

    Examples
    --------
    >>> compiler = GrammarCompiler(Vocabulary.from_bytes([b"a", b"b"]))
    >>> compiler.compile_regex("a|b") is compiler.compile_regex("a|b")
    True
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        *,
        folder: str | PathLike[str] | None = None,
        max_states: int = MAX_STATES,
        most_bytes: int = 1 << 28,
    ) -> None:
        self.vocabulary, self.max_states, self.most_bytes = vocabulary, max_states, most_bytes
        self.folder = None if folder is None else Path(folder)
        self._kept: OrderedDict[str, Grammar] = OrderedDict()
        self._lock = Lock()

    def compile_regex(self, pattern: str) -> Grammar:
        """As `compile_regex`."""
        return self._found(
            "regex", pattern, lambda: compile_regex(pattern, self.vocabulary, max_states=self.max_states)
        )

    def compile_choice(self, choices: Iterable[str]) -> Grammar:
        """As `compile_choice`."""
        texts = choices if isinstance(choices, str) else [*choices]
        return self._found("choice", texts, lambda: compile_choice(texts, self.vocabulary, max_states=self.max_states))

    def compile_json_schema(self, schema: str | bytes | bool | dict[str, Any], *, closed: bool = True) -> Grammar:
        """As `compile_json_schema`."""
        said = schema.decode(errors="replace") if isinstance(schema, bytes) else schema
        return self._found(
            "json_schema",
            [said, closed],
            lambda: compile_json_schema(schema, self.vocabulary, closed=closed, max_states=self.max_states),
        )

    def _found(self, kind: str, source: Any, make: Callable[[], Grammar]) -> Grammar:
        try:
            said = json.dumps([__version__, kind, source, self.max_states, self.vocabulary.digest])
        except (TypeError, ValueError):  # it is no JSON: what compiles says so
            return make()
        key = sha256(said.encode()).hexdigest()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        grammar = self._read(key)
        if grammar is None:
            grammar = make()
            self._write(key, grammar)
        with self._lock:
            kept = self._kept.setdefault(key, grammar)
            while len(self._kept) > 1 and sum(g.nbytes for g in self._kept.values()) > self.most_bytes:
                self._kept.popitem(last=False)
        return kept

    def _read(self, key: str) -> Grammar | None:
        if self.folder is None:
            return None
        try:
            grammar = Grammar.from_bytes((self.folder / f"{key}.grammar").read_bytes())
        except (OSError, InvalidInput):
            return None
        return grammar if grammar.V == self.vocabulary.V else None

    def _write(self, key: str, grammar: Grammar) -> None:
        if self.folder is None:
            return

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with replacing(self.folder / f"{key}.grammar") as out:
                out.write(grammar.to_bytes())
        except OSError as error:
            raise InvalidInput(
                f"grammars cannot be kept in {self.folder}: {error.strerror}; give another folder"
            ) from None
