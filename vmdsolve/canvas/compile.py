"""Grammars from what people write: a regular expression, a choice, a JSON Schema, a table of steps.

All go one way: a tree of what is allowed, its smallest automaton over bytes, then over the tokens of a vocabulary.
Each is bounded in states, work and memory, whatever is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _native
from ..arguments import whole
from ..automata.dfa import Dfa, TooLarge, checked_table
from ..automata.nodes import Alternatives, Node, text
from ..automata.pattern import parse, shorter
from ..errors import InvalidInput
from .grammar import Grammar
from .schema import LIMITS, read_schema
from .vocabulary import Vocabulary
from .weighted import token_grammar

__all__ = ["MAX_STATES", "compile_choice", "compile_dfa", "compile_json_schema", "compile_regex", "compile_token_dfa"]

MAX_STATES = 10_000  # of a grammar over bytes, unless another number is given
MOST_WORK = 100_000_000  # steps of states taken, a second or two; twice as many bytes at most are kept
TIGHTER = "#: it is large, so lists, texts and what is within itself are held shorter than else"
MOST_CHOICES = 1 << 20  # characters of all choices


def compile_regex(pattern: str, vocabulary: Vocabulary, *, max_states: int = MAX_STATES) -> Grammar:
    """The grammar of the texts that `pattern` matches from end to end.

    Parameters
    ----------
    pattern
        in the notation of Python's `re` with `re.ASCII`, as far as `vmdsolve/automata/pattern.py` says
    vocabulary
        of the model
    max_states
        the most that its automaton over bytes may have

    Raises
    ------
    InvalidInput
        What is not read, no match, too many states.

    Examples
    --------
    >>> letters = Vocabulary.from_bytes([b"a", b"b", b"ab", None], eos=3)
    >>> grammar = compile_regex("(ab)+", letters)
    >>> grammar.accepts([0, 1, 2, 3]), grammar.accepts([0, 2]), grammar.Q, int(grammar.least[grammar.start])
    (True, False, 4, 1)
    """
    return _compiled(parse(pattern), vocabulary, f"the regular expression {shorter(pattern)}", max_states)


def compile_choice(choices: Iterable[str], vocabulary: Vocabulary, *, max_states: int = MAX_STATES) -> Grammar:
    """The grammar of a few given texts.

    Raises
    ------
    InvalidInput
        None is given, or what is no text, or too many.

    Examples
    --------
    >>> letters = Vocabulary.from_bytes([b"a", b"b", b"ab", None], eos=3)
    >>> grammar = compile_choice(["ab", "b"], letters)
    >>> [tokens for tokens in ([0], [1], [2], [0, 1]) if grammar.accepts(tokens)]
    [[1], [2], [0, 1]]
    """
    texts = [choices] if isinstance(choices, str) else [*choices]
    if isinstance(choices, str) or not texts or not all(isinstance(choice, str) for choice in texts):
        given = choices if isinstance(choices, str) else texts
        raise InvalidInput(f"choices are {given!r:.60}; wanted a list of texts, at least one")
    if sum(map(len, texts)) > MOST_CHOICES:
        raise InvalidInput(f"choices of {sum(map(len, texts)):,} characters; wanted at most {MOST_CHOICES:,} in all")
    for choice in texts:
        if any("\ud800" <= c <= "\udfff" for c in choice):
            raise InvalidInput(f"choice {choice!r:.60} holds half of a character (a lone surrogate)")
    ways = Alternatives(tuple(text(choice) for choice in dict.fromkeys(texts)))
    return _compiled(ways, vocabulary, f"a choice of {len(texts):,}", max_states)


def compile_json_schema(
    schema: str | bytes | bool | dict[str, Any],
    vocabulary: Vocabulary,
    *,
    closed: bool = True,
    max_states: int = MAX_STATES,
) -> Grammar:
    """The grammar of JSON texts that a schema allows; what it leaves out of them is said in `notes`.

    Parameters
    ----------
    schema
        JSON Schema, as text or as what `json.loads` makes of it
    closed
        objects for which the schema says nothing of other properties hold none; False: any, after those declared

    Raises
    ------
    InvalidInput
        No schema, a keyword that is not read, nothing that is allowed, too many states.

    Examples
    --------
    >>> letters = Vocabulary.from_bytes([bytes([byte]) for byte in range(256)])
    >>> grammar = compile_json_schema({"type": "object", "properties": {"a": {"enum": [1, None]}}}, letters)
    >>> grammar.accepts([*b'{"a": null}']), grammar.accepts([*b"{}"]), grammar.accepts([*b'{"a": 2}'])
    (True, True, False)
    """
    for limits in LIMITS:
        try:
            read = read_schema(schema, closed=closed, limits=limits)
            notes = read.notes if limits is LIMITS[0] else (TIGHTER, *read.notes)
            return _compiled(read.tree, vocabulary, "the JSON Schema", max_states, notes)
        except (TooLarge, _Large):
            continue
    raise _too_large("the JSON Schema", max_states)


def compile_dfa(
    step: npt.ArrayLike,
    accepting: npt.ArrayLike,
    vocabulary: Vocabulary,
    *,
    start: int = 0,
    max_states: int = MAX_STATES,
) -> Grammar:
    """The grammar of the texts that an automaton over bytes accepts, whichever tokens they are written in.

    Parameters
    ----------
    step
        integers [Q, 256], the state after each byte; -1: none may follow
    accepting
        bool [Q], or the numbers of states

    Raises
    ------
    InvalidInput
        Another shape, numbers that are no states, nothing that is accepted.
    """
    _want_vocabulary(vocabulary)
    dfa = Dfa.from_table(step, accepting, start)
    return _over_tokens(dfa, vocabulary, "the automaton", max_states)


def compile_token_dfa(
    step: npt.ArrayLike,
    accepting: npt.ArrayLike,
    *,
    weight: npt.ArrayLike | None = None,
    start: int = 0,
    eos: int | None = None,
) -> Grammar:
    """The grammar of an automaton whose symbols are tokens themselves, its steps perhaps weighted.

    Parameters
    ----------
    step
        integers [Q, V], the state after each token; -1: it may not follow
    accepting
        bool [Q], or the numbers of states
    weight
        floats [Q, V], natural logarithms that are added to the logits; None: all 0. A step of -inf is none.
    eos
        a token, which may follow where the text is complete, and after itself; it has no steps of its own

    Raises
    ------
    InvalidInput
        Another shape, numbers that are no states, weights that are no numbers, nothing that is accepted.

    Examples
    --------
    Words of two letters, the second twice as likely to be what the first was:

    >>> weight = np.log([[1, 1], [2, 1], [1, 2], [1, 1]])
    >>> grammar = compile_token_dfa([[1, 2], [3, 3], [3, 3], [-1, -1]], [3], weight=weight)
    >>> grammar.E, np.exp(grammar.edge_weight).round().tolist()
    (6, [1.0, 1.0, 1.0, 2.0, 1.0, 2.0])
    """
    table, ends = checked_table(step, accepting, start)
    Q, V = table.shape
    added = np.zeros((Q, V), np.float32) if weight is None else np.asarray(weight, np.float32)
    if added.shape != (Q, V):
        raise InvalidInput(f"weight has the shape {list(added.shape)}; wanted [{Q}, {V}], as step")
    for q, v in np.argwhere(~(added < np.inf))[:1]:
        raise InvalidInput(f"weight [{q}, {v}] is {added[q, v]}; wanted a natural logarithm, -inf for no step")
    if eos is not None and not (0 <= eos < V and (table[:, eos] < 0).all()):
        raise InvalidInput(f"eos is {eos}; wanted a token 0 to {V - 1} that has no steps of its own")
    grammar = token_grammar(table, ends, added if weight is not None else None, start, eos)
    if grammar is None:
        raise InvalidInput("the automaton accepts nothing; change its steps or where it accepts")
    return grammar


def _compiled(tree: Node, vocabulary: Vocabulary, what: str, max_states: int, notes: Iterable[str] = ()) -> Grammar:
    _want_vocabulary(vocabulary)
    whole(max_states, "max_states", 1)
    try:
        dfa = Dfa.of(tree)
    except TooLarge:
        raise _too_large(what, max_states) from None
    return _over_tokens(dfa, vocabulary, what, max_states, notes)


def _want_vocabulary(given: object) -> None:
    if not isinstance(given, Vocabulary):
        raise InvalidInput(
            f"the vocabulary is {given!r:.40}; wanted a Vocabulary, as Vocabulary.from_huggingface reads"
        )


def _over_tokens(dfa: Dfa, vocabulary: Vocabulary, what: str, max_states: int, notes: Iterable[str] = ()) -> Grammar:
    whole(max_states, "max_states", 1)
    if dfa.empty:
        raise InvalidInput(f"{what} allows nothing, not even the empty text; change it")
    eos, pad = np.array(vocabulary.eos, np.int32), np.array(vocabulary.pad, np.int32)
    if max_states < dfa.Q:
        raise _too_large(what, max_states)
    found = _native.compile_tokens(vocabulary.trie, dfa.arrays(), eos, pad, MOST_WORK)
    if found is None:
        raise _too_large(what, max_states)
    token_class, set_first, set_class, edge_first, edge_next, edge_set, accepting, least, start, end = found
    if not len(accepting):
        raise InvalidInput(f"{what} allows no text that the vocabulary's tokens write; use a vocabulary with all bytes")
    return Grammar(
        token_class=token_class,
        set_first=set_first,
        set_class=set_class,
        edge_first=edge_first,
        edge_next=edge_next,
        edge_set=edge_set,
        edge_weight=None,
        accepting=accepting,
        least=least,
        start=start,
        end=end,
        eos=vocabulary.eos,
        pad=vocabulary.pad,
        notes=tuple(notes),
    )


class _Large(InvalidInput):
    """A grammar that would take too many states."""


def _too_large(what: str, max_states: int) -> _Large:
    return _Large(
        f"{what} needs over {max_states:,} states, or too long to find them; lower what it counts (repetitions, "
        "maxLength, maxItems, choices), or raise max_states"
    )
