"""`schemas`: of JSON Schemas with instances, how many compile, accept what is valid, and reject what is not."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from typer import Option

from vmdsolve.canvas.compile import MAX_STATES, compile_json_schema
from vmdsolve.canvas.vocabulary import Vocabulary
from vmdsolve.errors import InvalidInput

from . import soundness
from .driver import RESULTS, Row, Run, table

OWN = Path(__file__).with_name("schemas.json")
METHOD = (
    "an instance is the text of json.dumps with its own spacing, and is accepted if its bytes are in the grammar. "
    "compiled = within the limit of states; passing = compiled, all valid instances accepted and no other; unsound = "
    "an invalid instance accepted. ms = CPU time from the schema to edges over tokens; the vocabulary's tree is there."
)


def entries(data: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Schemas with `tests`, a list of `data` and `valid`: from one file of a list, or a folder of files of one each."""
    if data.is_file():
        yield from ((entry["name"], entry) for entry in json.loads(data.read_text(encoding="utf-8")))
        return
    for path in sorted(data.rglob("*.json")):
        entry = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(entry, dict) and "schema" in entry:
            yield path.stem, entry


def vocabulary_at(tokenizer: Path | None) -> Vocabulary:
    """By the file's ending; None: single bytes."""
    if tokenizer is None:
        return Vocabulary.from_bytes([bytes([byte]) for byte in range(256)])
    if tokenizer.name.startswith("tekken"):
        return Vocabulary.from_tekken(tokenizer)
    return (Vocabulary.from_huggingface if tokenizer.suffix == ".json" else Vocabulary.from_sentencepiece)(tokenizer)


def measured(name: str, entry: dict[str, Any], vocabulary: Vocabulary, closed: bool, max_states: int) -> Row:
    """What came of one schema."""
    begun = time.process_time()
    row: Row = {"name": name, "compiled": False, "passing": False, "unsound": 0, "missed": 0, "why": ""}
    try:
        grammar = compile_json_schema(entry["schema"], vocabulary, closed=closed, max_states=max_states)
        row |= {
            "ms": 1000 * (time.process_time() - begun),
            "states": grammar.Q,
            "edges": grammar.E,
            "bytes": grammar.nbytes,
        }
    except InvalidInput as error:
        return row | {"why": str(error), "seconds": time.process_time() - begun}
    row["notes"] = len(grammar.notes)
    single = {token[0]: i for i, token in enumerate(vocabulary.tokens) if token is not None and len(token) == 1}
    for test in entry.get("tests", ()):
        word = json.dumps(test["data"], ensure_ascii=False).encode(errors="surrogatepass")
        accepted = all(byte in single for byte in word) and grammar.accepts([single[byte] for byte in word])
        row["unsound"] += accepted and not test["valid"]
        row["missed"] += test["valid"] and not accepted
    return row | {"compiled": True, "passing": not row["unsound"] and not row["missed"]}


def run(
    data: Annotated[Path, Option(help="A folder of files with `schema` and `tests`, or one file of a list.")] = OWN,
    tokenizer: Annotated[Path | None, Option(help="tekken.json, tokenizer.json or .model; none: single bytes.")] = None,
    closed: Annotated[bool, Option(help="Objects hold no properties that are not declared.")] = True,
    max_states: Annotated[int, Option(min=1, help="Of a grammar.")] = MAX_STATES,
    limit: Annotated[int | None, Option(min=1, help="How many schemas, evenly over all; none: all.")] = None,
    minutes: Annotated[float, Option(min=0, help="Schemas at random instead, judged by jsonschema, so long.")] = 0,
    seed: Annotated[int, Option(min=0, help="Of those.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """JSON Schemas: compiled, passing, unsound; a small set of our own, any that are given by path, or at random."""
    if minutes:
        at_random = {"minutes": minutes, "seed": seed}
        with Run("soundness", soundness.METHOD, at_random, ("jsonschema",), out) as this:
            for row in soundness.rows(seed, minutes):
                this.rows.append(row)
                this.keep()
            print(soundness.shown(this.rows))
        return
    parameters = {
        "data": data.name,
        "tokenizer": tokenizer and tokenizer.name,
        "closed": closed,
        "max_states": max_states,
    }
    found = [*entries(data)]
    kept = found if limit is None or limit >= len(found) else [found[i * len(found) // limit] for i in range(limit)]
    vocabulary = vocabulary_at(tokenizer)
    assert vocabulary.trie.nodes
    with Run("schemas", METHOD, parameters, (), out) as this:
        for name, entry in kept:
            this.rows.append(measured(name, entry, vocabulary, closed, max_states))
        print(shown(this.rows))


def shown(rows: list[Row]) -> str:
    """The shares, the times, and the commonest reasons."""
    taken = [row["ms"] for row in rows if row["compiled"]] or [float("nan")]
    states = [row["states"] for row in rows if row["compiled"]] or [0]
    shares = [
        f"{100 * sum(bool(row[name]) for row in rows) / max(1, len(rows)):.1f}%" for name in ("compiled", "passing")
    ]
    head = ["schemas", "compiled", "passing", "unsound", "ms, median", "ms, 95th", "states, median"]
    line = [len(rows), *shares, sum(bool(row["unsound"]) for row in rows), f"{np.median(taken):.1f}"]
    reasons = Counter(row["why"][:90] for row in rows if row["why"]).most_common(8)
    text = table(head, [[*line, f"{np.percentile(taken, 95):.1f}", f"{np.median(states):.0f}"]])
    return "\n".join([text, *(f"{n:>5}  {why}" for why, n in reasons)])
