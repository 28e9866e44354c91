"""Where the texts of a batch stand: what clients say of their tokens so far, as states of grammars."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import InvalidInput
from ..grammar import Grammar
from ..matcher import advance

__all__ = ["states_after"]


def states_after(grammars: Sequence[Grammar], texts: Sequence[Sequence[int]]) -> list[int]:
    """The state of each row after its tokens. Once a text is closed, what follows is the client's padding.

    Raises
    ------
    InvalidInput
        A token that the grammar does not allow: something between the text that was drawn and the client changed it.
    """
    return [_after(grammar, tokens, row) for row, (grammar, tokens) in enumerate(zip(grammars, texts, strict=True))]


def _after(grammar: Grammar, tokens: Sequence[int], row: int) -> int:
    state = grammar.start
    for place, token in enumerate(tokens):
        if state == grammar.end >= 0:
            break
        following = advance(grammar, state, token)
        if following < 0:
            raise InvalidInput(
                f"row {row} holds token {token} at place {place} of its text, which the grammar does not allow there: "
                "another processor changed what was drawn; leave out top-p, top-k, repetition penalties, or put them "
                "first"
            )
        state = following
    return state
