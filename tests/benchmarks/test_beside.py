"""What `beside` measures by: the automaton of SMILES and its judge agree, and weights of edges are the chain's law."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from benchmarks.study import beside, smiles
from benchmarks.study.chains import balanced, on_edges
from vmdsolve.canvas import compile_token_dfa, posterior
from vmdsolve.domains.hidden import CHAIN

TOKENS = ["C", "=", "(", ")", "1", "2", ">>"]


@pytest.mark.parametrize("n", range(1, 6))
def test_the_automaton_of_smiles_takes_what_the_judge_reads(n: int) -> None:
    grammar = smiles.grammar_of(TOKENS, len(TOKENS))
    for row in itertools.product(range(len(TOKENS)), repeat=n):
        text = "".join(TOKENS[token] for token in row)
        assert grammar.accepts(list(row)) == smiles.reads(text), text


def test_smiles_of_known_products_are_read_and_broken_ones_are_not() -> None:
    for reaction in smiles.REACTIONS:
        product = reaction.split(">>")[1]
        assert smiles.reads(product)
        assert not smiles.reads(product + "(")
        assert not smiles.reads(product.replace("1", "2", 1))


def test_the_chain_on_edges_has_the_law_of_the_chain() -> None:
    rows = np.array(list(itertools.product(range(3), repeat=4)), np.int32)
    flat = np.zeros((len(rows), 4, 3), np.float32)
    found = posterior(on_edges(CHAIN, 4), flat, held=rows).log_z
    np.testing.assert_allclose(found, CHAIN.log_p(rows), atol=1e-5)
    even = (rows == 0).sum(1) == (rows == 1).sum(1)
    law = posterior(on_edges(CHAIN, 4, balance=True), flat, held=rows)
    np.testing.assert_allclose(law.log_z[even], CHAIN.log_p(rows[even]), atol=1e-5)
    assert not law.possible[~even].any()
    table, accepting, start = balanced(4)
    grammar = compile_token_dfa(table, accepting, start=start)
    assert [grammar.accepts(row) for row in rows.tolist()] == even.tolist()


def test_tables_say_each_figure_once_and_newer_files_win() -> None:
    row = {"task": "copy", "way": "MDM", "T": 1, "seed": 0, "n": 100, "valid": 0.25, "variation": 0.5}
    row |= {"variation_floor": 0.125}
    files = [{"rows": [row]}, {"rows": [{**row, "valid": 0.75}, {**row, "T": 2}]}]
    known, said = beside.filled(files)
    assert "| copy | MDM | 25.0%, 0.500 | 25.0%, 0.500 |" in known
    assert "75.0%" not in known
    assert "one training" in said
