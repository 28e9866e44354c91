"""SMILES of products, filled in by a masked language model of reactions that ships inside a wheel (rxnmapper).

The automaton knows how SMILES are written: branches closed, to a depth; ring closures in pairs, two open at most; bonds
between atoms. It claims nothing of valence. A judge that shares nothing with it reads what comes out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vmdsolve.canvas import Grammar, compile_token_dfa, posterior
from vmdsolve.sampler.keys import latent_keys

from ..driver import Row, table

__all__ = ["METHOD", "NAME", "WAYS", "Denoiser", "grammar_of", "missing", "reads", "rows", "shown"]

NAME = "SMILES"
METHOD = (
    "the product of four reactions masked whole, length kept, filled in by rxnmapper 0.4.3's masked model (0.88M "
    "parameters) in order of margin, drawn at temperature 1. model: cells drawn apart; masks: only tokens that some "
    "text of the automaton has there; marginals: cells drawn apart from their exact marginals; automaton: cells of one "
    "joint draw. valid: branches and rings closed and bonds between atoms, by a judge of its own. dead ends: runs that "
    "came to where no text was left. No VMD of SMILES is to be had, so none is measured."
)
REACTIONS = (
    "CC(=O)OC(C)=O.O=C(O)c1ccccc1O>>CC(=O)Oc1ccccc1C(=O)O",  # acetylation of salicylic acid
    "OB(O)c1ccccc1.Brc1ccc(C=O)cc1>>O=Cc1ccc(-c2ccccc2)cc1",  # Suzuki coupling
    "O=C(O)c1ccncc1.NCc1ccccc1>>O=C(NCc1ccccc1)c1ccncc1",  # an amide of an acid and an amine
    "CCO.O=C(O)C=Cc1ccc(F)cc1>>CCOC(=O)C=Cc1ccc(F)cc1",  # Fischer esterification
)
TOKEN = re.compile(r"\[[^\]]+\]|Br|Cl|%\d\d|>>|.")
WAYS = ("model", "masks", "marginals", "automaton")
STEPS = (1, 2, 4, 8, 16)
BONDS, DEPTH, RINGS = "-=#/\\:", 3, "12"
ATOM = re.compile(r"\[[^\]]+\]|Br|Cl|[BCNOPSFIbcnops]")
Floats = npt.NDArray[np.float32]
State = tuple[int, frozenset[str], frozenset[str], str]


def missing() -> str:
    """Why this cannot be measured here; empty where it can."""
    packages = [name for name in ("torch", "transformers", "rxnmapper") if find_spec(name) is None]
    return f"{', '.join(packages)} not installed (pip install --no-deps rxnmapper==0.4.3)" if packages else ""


def _folder() -> Path:
    """Where the wheel's model lies; its package is not imported."""
    spec = find_spec("rxnmapper")
    assert spec is not None, "asked before `missing`"
    assert spec.origin is not None, "a package has a file"
    return Path(spec.origin).parent / "models" / "transformers" / "albert_heads_8_uspto_all_1310k"


class Denoiser:
    """The model and its 591 tokens; its file, of the kind of pickle, is read by `weights_only`: tensors, no code."""

    def __init__(self) -> None:
        import torch
        from transformers import AlbertConfig, AlbertForMaskedLM

        folder = _folder()
        self.tokens = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
        self.number = {token: i for i, token in enumerate(self.tokens)}
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        config |= {"bos_token_id": None, "eos_token_id": None, "pad_token_id": 0}
        self._model: Any = AlbertForMaskedLM(AlbertConfig(**config))
        self._model.train(False)
        tensors = torch.load(folder / "pytorch_model.bin", map_location="cpu", weights_only=True)
        lacking = self._model.load_state_dict(tensors, strict=False).missing_keys
        assert not [name for name in lacking if "position_ids" not in name and "decoder" not in name], lacking
        self._model.tie_weights()
        self.V = int(config["vocab_size"])

    def encode(self, smiles: str) -> list[int]:
        """Numbers of its tokens."""
        return [self.number[token] for token in TOKEN.findall(smiles)]

    def __call__(self, before: list[int], cells: npt.NDArray[np.int32]) -> Floats:
        """Logits float32 [B, m, V] of cells [B, m] behind `before`; -1 is open."""
        import torch

        mask, ends = self.number["[MASK]"], (self.number["[CLS]"], self.number["[SEP]"])
        row = torch.tensor([ends[0], *before]).expand(len(cells), -1)
        held = torch.from_numpy(np.where(cells < 0, mask, cells).astype(np.int64))
        with torch.no_grad():
            out = self._model(torch.cat([row, held, torch.full((len(cells), 1), ends[1])], 1)).logits
        return np.ascontiguousarray(out[:, row.shape[1] : -1].numpy(), np.float32)


def grammar_of(tokens: list[str], V: int) -> Grammar:
    """The automaton of SMILES over tokens, of which V have logits.

    Its states: depth of branches, open rings, those that this very atom opened, and what stands before: nothing
    (of the text, or of a branch), an atom, a bond, or a branch that was closed.
    """
    kinds: dict[str, list[int]] = {}
    for number, token in enumerate(tokens[:V]):
        kind = "atom" if ATOM.fullmatch(token) else "bond" if len(token) == 1 and token in BONDS else token
        kinds.setdefault(kind, []).append(number)
    begin: State = (0, frozenset(), frozenset(), "start")
    states, table_ = {begin: 0}, []
    for depth, rings, own, last in (queue := [begin]):
        leads: dict[str, tuple[int, frozenset[str], frozenset[str], str]] = {
            "atom": (depth, rings, frozenset(), "atom")
        }
        if last in ("atom", "closed") or (last == "open" and depth):
            leads["bond"] = (depth, rings, own if last == "atom" else frozenset(), "bond" if last == "atom" else "dash")
        if last in ("atom", "closed") and depth < DEPTH:
            leads["("] = (depth + 1, rings, frozenset(), "open")
        if last in ("atom", "closed") and depth:
            leads[")"] = (depth - 1, rings, frozenset(), "closed")
        for ring in RINGS:
            if last in ("atom", "bond") and ring not in own:
                now = (rings - {ring}, own) if ring in rings else (rings | {ring}, own | {ring})
                leads[ring] = (depth, *now, "atom")
        row: dict[int, int] = {}
        for kind, to in leads.items():
            if to not in states:
                states[to] = len(states)
                queue.append(to)
            row |= dict.fromkeys(kinds.get(kind, []), states[to])
        table_.append(row)
    step = np.full((len(states), V), -1, np.int64)
    for q, row in enumerate(table_):
        step[q, list(row)] = list(row.values())
    good = [
        i for (depth, rings, _, last), i in states.items() if not depth and not rings and last in ("atom", "closed")
    ]
    return compile_token_dfa(step, good)


def reads(smiles: str) -> bool:
    """Whether branches and rings are closed and bonds lie between atoms: by reading atom after atom, as a chemist does.

    Examples
    --------
    >>> [reads(text) for text in ("CC(=O)Oc1ccccc1", "C(C", "C1CC", "CC=", "C(=)C", "C11", "()C", "C1CC=1")]
    [True, False, False, False, False, False, False, True]
    """
    at, fresh, bond, atoms = -1, False, False, 0  # the atom to bind to; whether nothing but rings came behind it
    turns: list[tuple[int, int]] = []  # the atoms that branches go out from, and how many there were
    rings: dict[str, int] = {}  # and those that open rings go out from
    for token in TOKEN.findall(smiles):
        if ATOM.fullmatch(token):
            at, fresh, bond, atoms = atoms, True, False, atoms + 1
        elif token in BONDS and at >= 0 and not bond:
            bond = True
        elif token == "(" and at >= 0 and not bond:
            turns.append((at, atoms))
            fresh = False
        elif token == ")" and turns and not bond and atoms > turns[-1][1]:
            at, fresh = turns.pop()[0], False
        elif token.isdigit() and fresh:
            if rings.get(token) == at:
                return False
            rings = {**rings, token: at} if token not in rings else {k: v for k, v in rings.items() if k != token}
            bond = False
        else:
            return False
    return atoms > 0 and not bond and not turns and not rings


def rows(n: int, ways: Sequence[str] = WAYS) -> Iterator[Row]:
    """n runs a reaction, of every way and T."""
    model = Denoiser()
    grammar = grammar_of(model.tokens, model.V)
    for way in ways:
        for T in STEPS:
            valid = dead = same = 0
            for number, reaction in enumerate(REACTIONS):
                before, product = (model.encode(part) for part in reaction.split(">>"))
                made = filled(model, grammar, [*before, model.number[">>"]], len(product), way, T, n, number)
                texts = ["".join(model.tokens[token] for token in row) for row in made.tolist() if row[0] >= 0]
                dead += n - len(texts)
                valid += sum(map(reads, texts))
                same += sum(text == reaction.split(">>")[1] for text in texts)
            total = n * len(REACTIONS)
            yield {
                "task": NAME, "way": way, "T": T, "seed": 0, "n": total, "valid": valid / total,
                "dead_ends": dead / total, "product": same / total,
            }  # fmt: skip


def filled(
    model: Denoiser, grammar: Grammar, before: list[int], m: int, way: str, T: int, n: int, seed: int
) -> npt.NDArray[np.int32]:
    """n texts of m tokens, int32 [n, m]; -1 all through where a run came to a dead end."""
    cells, rng = np.full((n, m), -1, np.int32), np.random.default_rng(seed)
    keys = latent_keys(np.arange(n, dtype=np.uint64), seed)
    alive = np.arange(n)
    for step in range(min(T, m)):
        logits: Any = model(before, cells[alive])
        if way != "model":
            good = posterior(grammar, logits, held=cells[alive]).possible
            cells[alive[~good]] = -1
            alive, logits = alive[good], logits[good]
            if not len(alive):
                break
            law = posterior(grammar, logits, held=cells[alive])
            if way == "masks":
                bits = np.unpackbits(law.bitmask().view(np.uint8), axis=-1, bitorder="little")[..., : model.V]
                logits = np.where(bits > 0, logits, -np.inf)
            else:
                logits = law.log_marginals()
        with np.errstate(invalid="ignore"):
            p = np.exp(logits - logits.max(-1, keepdims=True)).astype(np.float64)
        p /= p.sum(-1, keepdims=True)
        if way == "automaton":
            drawn = law.draw(seed, request=keys[alive], step=step)
        else:
            drawn = np.minimum((p.cumsum(-1) <= rng.random((*p.shape[:2], 1))).sum(-1), model.V - 1).astype(np.int32)
        two = np.sort(p, axis=-1)[..., -2:]
        sure = np.where(cells[alive] < 0, two[..., 1] - two[..., 0], -1.0)
        left = min(T, m) - step
        share = -(-(cells[alive] < 0).sum(1) // left)
        chosen = (-sure).argsort(axis=1, kind="stable").argsort(axis=1) < share[:, None]
        cells[alive] = np.where(chosen, drawn, cells[alive])
    return cells


def shown(rows: list[Row]) -> list[str]:
    """The table, a line a way; none where nothing was measured."""
    if not rows:
        return []
    body = []
    for way in dict.fromkeys(row["way"] for row in rows):
        at = {row["T"]: row for row in rows if row["way"] == way}
        said = (f"{at[T]['valid']:.0%}, {at[T]['dead_ends']:.0%}" if T in at else "-" for T in STEPS)
        body.append([way, max(row["n"] for row in at.values()), *said])
    return [table(["SMILES, way", "runs", *(f"T = {T}" for T in STEPS)], body)]
