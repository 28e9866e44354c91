"""CanvasMatcher: where one request's text stands in its grammar, and the posterior of what comes next.

Names are those that matchers of left-to-right decoding have: `accept_tokens`, `rollback`, `is_terminated`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from ..arguments import whole
from ..errors import InvalidInput
from .grammar import Grammar
from .law import Posterior, posterior

__all__ = ["CanvasMatcher", "advance"]

_STEPS: WeakKeyDictionary[Grammar, dict[int, dict[int, int]]] = WeakKeyDictionary()


def advance(grammar: Grammar, state: int, token: int) -> int:
    """The state after a token, as `Grammar.step`, remembered: -1 where it is not allowed.

    Raises
    ------
    InvalidInput
        The token leads to several states, as in a hidden Markov model.
    """
    steps = _STEPS.setdefault(grammar, {})
    if state not in steps:
        found: dict[int, int] = {}
        for edge in range(grammar.edge_first[state], grammar.edge_first[state + 1]):
            for kind in grammar.classes(edge).tolist():
                if found.setdefault(kind, int(grammar.edge_next[edge])) != grammar.edge_next[edge]:
                    raise InvalidInput(
                        f"state {state} of the grammar goes on to several states by one token; a text's state is known "
                        "in deterministic grammars only"
                    )
        steps[state] = found
    return steps[state].get(int(grammar.token_class[token]), -1) if 0 <= token < grammar.V else -1


class CanvasMatcher:
    """The state of one text after the tokens accepted so far.

    Examples
    --------
    >>> import numpy as np
    >>> ints = lambda *numbers: np.array(numbers, np.int32)
    >>> grammar = Grammar(
    ...     token_class=ints(1, 2, 3), set_first=ints(0, 1, 2, 3), set_class=ints(1, 2, 3),
    ...     edge_first=ints(0, 1, 3, 4), edge_next=ints(1, 1, 2, 2), edge_set=ints(0, 1, 2, 2), edge_weight=None,
    ...     accepting=np.array([False, True, True]), least=ints(1, 0, 0), start=0, end=2, eos=(2,), pad=(2,))
    >>> matcher = CanvasMatcher(grammar)
    >>> matcher.min_tokens_left, matcher.accept_tokens([0, 1]), matcher.accept_tokens([0]), matcher.is_terminated()
    (1, True, False, False)
    >>> matcher.posterior(np.zeros((2, 3), np.float32)).log_z > 0  # "bb", "b" and EOS, EOS twice
    True
    """

    def __init__(self, grammar: Grammar) -> None:
        given: object = grammar  # whoever does not check types may give anything
        if not isinstance(given, Grammar):
            what = f"grammar is a {type(given).__name__}"
            raise InvalidInput(f"{what}; wanted a Grammar, as compile_json_schema gives: a matcher is of one")
        self.grammar = grammar
        self._states = [grammar.start]

    @property
    def state(self) -> int:
        """Where the text stands."""
        return self._states[-1]

    @property
    def min_tokens_left(self) -> int:
        """Fewest tokens until the text is complete; 0 where it may end here. An EOS is not counted."""
        return int(self.grammar.least[self.state])

    @property
    def is_accepting(self) -> bool:
        """Whether the text may end here, with an EOS or at the end of its canvas."""
        return bool(self.grammar.accepting[self.state])

    def is_terminated(self) -> bool:
        """Whether the text was closed by an EOS."""
        return self.state == self.grammar.end

    def accept_tokens(self, tokens: Iterable[int]) -> bool:
        """Go on by these tokens, all of them or none: False, and nothing changed, where the grammar forbids one.

        Raises
        ------
        InvalidInput
            What is no list of whole numbers.
        """
        if not isinstance(tokens, Iterable):
            raise InvalidInput(f"tokens are {tokens!r:.40}; wanted a list of them")
        states = [self.state]
        for token in tokens:
            states.append(advance(self.grammar, states[-1], whole(token, "a token")))
            if states[-1] < 0:
                return False
        self._states += states[1:]
        return True

    def rollback(self, n: int = 1) -> None:
        """Take back the last n tokens that were accepted.

        Raises
        ------
        InvalidInput
            Fewer were accepted.
        """
        n = whole(n, "n", 0, len(self._states) - 1)
        del self._states[len(self._states) - n :]

    def reset(self) -> None:
        """Back to the start."""
        del self._states[1:]

    def posterior(
        self,
        logits: Any,
        *,
        held: Any = None,
        state: int | None = None,
        left: int = 0,
        temperature: float = 1.0,
        threads: int = 0,
        backend: str = "cpu",
    ) -> Posterior:
        """The law of a canvas that follows, see `posterior`; from this text's state on, unless `state` is given."""
        return posterior(
            self.grammar,
            logits,
            held=held,
            state=self.state if state is None else state,
            left=left,
            temperature=temperature,
            threads=threads,
            backend=backend,
        )
