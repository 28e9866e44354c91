"""A table of steps of tokens as a grammar: tokens with equal columns are a class, steps of equal weight an edge."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .grammar import Grammar

__all__ = ["token_grammar"]


def token_grammar(
    step: npt.NDArray[np.int64],
    accepting: npt.NDArray[np.bool_],
    weight: npt.NDArray[np.float32] | None,
    start: int,
    eos: int | None,
) -> Grammar | None:
    """None: nothing is accepted.

    Parameters
    ----------
    step, weight
        [Q, V]; -1 and -inf are no step
    eos
        a token without steps
    """
    if weight is not None:
        step = np.where(weight == -np.inf, -1, step)
    kept = _useful(step, accepting, start)
    if not kept[start]:
        return None
    number = np.cumsum(kept) - 1
    step = np.where((step >= 0) & kept[step], number[step], -1)[kept]
    accepting, start = accepting[kept], int(number[start])
    added = np.zeros(step.shape, np.float32) if weight is None else np.where(step >= 0, weight[kept], 0)
    end = -1
    if eos is not None:
        end = len(step)
        step = np.concatenate([step, np.full((1, step.shape[1]), -1)])
        step[:, eos] = np.where([*accepting, True], end, -1)
        added = np.concatenate([added, np.zeros((1, step.shape[1]), np.float32)]).astype(np.float32)
        accepting = np.append(accepting, True)
    columns: dict[bytes, int] = {}
    token_class = np.zeros(step.shape[1], np.int32)
    first_token = [-1]
    for v in np.flatnonzero((step >= 0).any(axis=0)).tolist():
        column = step[:, v].tobytes() + added[:, v].tobytes()
        if column not in columns:
            columns[column] = len(columns) + 1
            first_token.append(v)
        token_class[v] = columns[column]
    edge_first, edge_next, edge_weight, edge_set = [0], [], [], []
    sets: dict[tuple[int, ...], int] = {}
    for q in range(len(step)):
        leads: dict[tuple[int, float], list[int]] = {}
        for kind, v in enumerate(first_token):
            if kind and step[q, v] >= 0:
                leads.setdefault((int(step[q, v]), float(added[q, v])), []).append(kind)
        for (to, w), kinds in sorted(leads.items()):
            edge_next.append(to)
            edge_weight.append(w)
            edge_set.append(sets.setdefault(tuple(kinds), len(sets)))
        edge_first.append(len(edge_next))
    set_first = np.cumsum([0, *map(len, sets)])
    return Grammar(
        token_class=token_class,
        set_first=set_first.astype(np.int32),
        set_class=np.array([kind for kinds in sets for kind in kinds], np.int32),
        edge_first=np.array(edge_first, np.int32),
        edge_next=np.array(edge_next, np.int32),
        edge_set=np.array(edge_set, np.int32),
        edge_weight=None if weight is None else np.array(edge_weight, np.float32),
        accepting=accepting,
        least=_least(step, accepting),
        start=start,
        end=end,
        eos=() if eos is None else (eos,),
        pad=() if eos is None else (eos,),
    )


def _useful(step: npt.NDArray[np.int64], accepting: npt.NDArray[np.bool_], start: int) -> npt.NDArray[np.bool_]:
    """States that the start reaches and that reach acceptance."""
    ahead = np.zeros(len(step), bool)
    edge = np.array([start])
    while edge.size:
        ahead[edge] = True
        onward = np.unique(step[edge])
        edge = onward[(onward >= 0) & ~ahead[onward]]
    return ahead & (_least(step, accepting) >= 0)


def _least(step: npt.NDArray[np.int64], accepting: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    """Fewest steps to acceptance, -1 where there are none."""
    where, of = np.nonzero(step >= 0)
    target = step[where, of]
    order = np.argsort(target, kind="stable")
    into, first = where[order], np.searchsorted(target[order], np.arange(len(step) + 1))
    least = np.where(accepting, 0, -1).astype(np.int32)
    edge, n = np.flatnonzero(accepting), 0
    while edge.size:
        n += 1
        before = np.unique(np.concatenate([into[first[q] : first[q + 1]] for q in edge]))
        edge = before[least[before] < 0]
        least[edge] = n
    return least
