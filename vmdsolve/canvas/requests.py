"""What a request asks for, in the names of vLLM's `structured_outputs`: json, json_object, regex or choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InvalidInput
from .cache import GrammarCompiler
from .grammar import Grammar
from .vocabulary import Vocabulary

__all__ = ["grammar_of_request"]

NAMES = ("json", "json_schema", "json_object", "regex", "choice")


def grammar_of_request(request: Mapping[str, Any], words: Vocabulary | GrammarCompiler) -> Grammar:
    """The grammar that a request asks for.

    Parameters
    ----------
    request
        one of `json` (or `json_schema`): a JSON Schema; `json_object`: True for any JSON object; `regex`; `choice`: a
        list of texts
    words
        the model's vocabulary, or a compiler that keeps what it compiled

    Raises
    ------
    InvalidInput
        None of them, several, another one, or what its compiler refuses.

    Examples
    --------
    >>> letters = Vocabulary.from_bytes([b"y", b"n", b"es", b"o", None], eos=4)
    >>> grammar_of_request({"choice": ["yes", "no"]}, letters).accepts([0, 2])
    True
    """
    if not isinstance(request, Mapping):
        raise InvalidInput(f"a request is {request!r:.60}; wanted a mapping with one of {', '.join(NAMES)}")
    asked = {name: value for name, value in request.items() if value is not None and value is not False}
    if unknown := sorted(asked.keys() - set(NAMES), key=str):
        raise InvalidInput(f"a request asks for {unknown[0]!r}; wanted one of {', '.join(NAMES)}")
    if len(asked) != 1:
        raise InvalidInput(
            f"a request asks for {', '.join(sorted(asked)) or 'nothing'}; wanted one of {', '.join(NAMES)}"
        )
    ((name, value),) = asked.items()
    if name == "json_object":
        if value is not True:
            raise InvalidInput(f"json_object is {value!r:.60}; wanted True, or a schema as json")
        name, value = "json", {"type": "object"}
    compiler = words if isinstance(words, GrammarCompiler) else GrammarCompiler(words)
    if name == "regex":
        return compiler.compile_regex(value)
    return compiler.compile_choice(value) if name == "choice" else compiler.compile_json_schema(value)
