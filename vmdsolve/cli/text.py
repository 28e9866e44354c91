"""The commands `sample text`, `solve text` and `eval text`: what models of text are asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from ..errors import InvalidInput
from ..extras import want_torch
from ..orders import ORDERS
from .output import Json, say
from .shared import Device, Output, device_of, kept

if TYPE_CHECKING:
    from ..problem import Solution
    from ..text.model import TextModel
    from ..text.vocabulary import Vocabulary

__all__ = ["evaluate_text", "sample_text", "solve_text"]

STDIN = "-"
USED = 32  # windows at which what z costs and saves is looked at
DEAD = 0.01  # nats a block; so little is told by none
MOST = 1 << 26  # bytes of a file of texts to be filled
Weights = Annotated[Path, Option("--weights", help="File of weights of text, or a folder with them.")]
Steps = Annotated[int | None, Option(help="T, network evaluations; at least one a block (default one a token).")]
Order = Annotated[
    str, Option(help=f"Which cells are filled first: {', '.join(ORDERS)}.", autocompletion=lambda: ORDERS)
]
Temperature = Annotated[float, Option(min=0, help="1: the model's own law; 0: its likeliest symbols.")]
Draw = Annotated[str | None, Option(help="z: once a block, or each_step (default as the model was trained).")]
Threshold = Annotated[
    float | None, Option(help="Cells at least so sure are filled at once, beyond a step's share (default none).")
]
Remask = Annotated[str, Option(help="least: a step opens the least certain cells again; none.")]
Rate = Annotated[float, Option(help="Share of the filled cells that a step opens again.")]
Sign = Annotated[
    str | None, Option(help="What stands for an open token (default . or, if that is a symbol, ?, *, ...).")
]
Seed = Annotated[int, Option(min=0, max=2**64 - 1, help="The same seed gives the same results, whatever the batch.")]
Limit = Annotated[float | None, Option(min=0, help="Seconds for all of it (default no limit).")]
Regex = Annotated[
    str | None, Option("--regex", help="Texts are to match it from end to end: the notation is in docs/grammars.md.")
]
Schema = Annotated[
    str | None,
    Option("--json-schema", help="Texts are to be JSON that it allows: a file, - for standard input, or JSON."),
]
Choice = Annotated[list[str] | None, Option("--choice", help="Texts are to be this, or another --choice.")]
RUN = Path("runs/text")
FILES = (".txt", ".text", ".json", ".jsonl", ".csv", ".tsv", ".md", ".gz", ".xz", ".bz2", ".zst")  # of no text as such


def sample_text(
    text: Annotated[
        str | None,
        Argument(help="To go on with, or with open tokens to fill: a file, - for standard input, or the text."),
    ] = None,
    n: Annotated[int, Option("-n", min=1, help="How many.")] = 1,
    length: Annotated[
        int | None, Option(min=1, help="Tokens of each (default a window; of a grammar any that some text has).")
    ] = None,
    weights: Weights = RUN,
    steps: Steps = None,
    order: Order = "random",
    temperature: Temperature = 1.0,
    threshold: Threshold = None,
    draw: Draw = None,
    remask: Remask = "none",
    rate: Rate = 0.2,
    sign: Sign = None,
    regex: Regex = None,
    json_schema: Schema = None,
    choice: Choice = None,
    seed: Seed = 0,
    device: Device = None,
    time_limit: Limit = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Draw texts from a model of text, a line each as they are, or with --json an object a line.

    Nothing is checked, for text has no rules. With as many steps as tokens, in random order and at temperature 1, the
    texts follow the model's law; fewer steps are quicker, and cells that are filled together agree as far as z says.
    With --regex, --json-schema or --choice every text is one of those, in any number of steps.
    """
    from ..text.sampling import sample

    model, vocabulary = _loaded(weights, device)
    given = "" if text is None else _whole(text)
    drawn = sample(
        model, vocabulary, n, given=given, sign=sign, length=length, seed=seed, time_limit=time_limit, steps=steps,
        order=order, temperature=temperature, threshold=threshold, draw=draw, remask=remask, rate=rate, regex=regex,
        json_schema=_schema(json_schema), choice=choice or None,
    )  # fmt: skip
    _told(((given, one) for one in drawn), n, output, as_json)


def solve_text(
    inputs: Annotated[
        list[str], Argument(metavar="INPUT", help="Files, - for standard input, or texts with open tokens.")
    ],
    lines: Annotated[
        bool, Option("--lines", help="Every line of a file is a text; else the whole file is one.")
    ] = False,
    weights: Weights = RUN,
    steps: Steps = None,
    order: Order = "margin",
    temperature: Temperature = 0.0,
    threshold: Threshold = None,
    draw: Draw = None,
    remask: Remask = "none",
    rate: Rate = 0.2,
    sign: Sign = None,
    regex: Regex = None,
    json_schema: Schema = None,
    choice: Choice = None,
    seed: Seed = 0,
    device: Device = None,
    time_limit: Limit = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Fill the open tokens of texts, as the model finds likeliest, the surest first. What comes back is UNCHECKED.

    A text that the model cannot read has the status INVALID and its reason. With --regex, --json-schema or --choice
    what is filled makes the whole text one of those; a text for which that cannot be is UNSATISFIABLE.
    """
    from ..text.sampling import complete

    model, vocabulary = _loaded(weights, device)
    texts = [text for one in inputs for text in (_lines(one) if lines else [_whole(one)])]
    filled = complete(
        model, vocabulary, texts, sign=sign, seed=seed, time_limit=time_limit, steps=steps, order=order,
        temperature=temperature, threshold=threshold, draw=draw, remask=remask, rate=rate, regex=regex,
        json_schema=_schema(json_schema), choice=choice or None,
    )  # fmt: skip
    _told(zip(texts, filled, strict=True), len(texts), output, as_json)


def evaluate_text(
    files: Annotated[list[str], Argument(help="Text, jsonl, npy or parquet, packed or not; patterns.")],
    weights: Weights = RUN,
    field: Annotated[str, Option(help="Of jsonl and parquet, what the documents are (default text).")] = "",
    lines: Annotated[bool, Option("--lines", help="Every line of a text file is a document.")] = False,
    n: Annotated[int | None, Option("-n", min=1, help="Windows, spread evenly (default all).")] = None,
    times: Annotated[int, Option(min=1, help="Masks a window, for the NELBO.")] = 8,
    latents: Annotated[
        int, Option(min=0, help="K of the importance-weighted bound, which takes K evaluations a cell; 0: not asked.")
    ] = 0,
    at_once: Annotated[
        int, Option(min=1, help="Cells that a step writes, each by itself given z: the bound of texts written so.")
    ] = 1,
    seed: Seed = 0,
    device: Device = None,
    as_json: Json = False,
    nll: Annotated[bool, Option("--nll", help="As of puzzles; of text it is what is measured.", hidden=True)] = False,
) -> None:
    """Measure how likely a model finds texts: exactly left to right, else by bounds; with its error over documents.

    Documents are cut into windows that see nothing of each other. Of a single document the error is over windows.
    """
    from ..api.progress import bar
    from ..text.corpus import Windows, prepare
    from ..text.evaluation import evaluate
    from ..text.likelihood import latent_use
    from ..text.sources import Files, files_of

    del nll
    model, vocabulary = _loaded(weights, device)
    corpus = prepare(Files(files_of(files), field, lines, vocabulary.reads), vocabulary)
    windows = Windows(corpus, model.config.length, corpus.stretches())
    with bar("windows", None) as watch:
        how = {"times": times, "latents": latents, "seed": seed, "at_once": at_once}
        found = evaluate(model, vocabulary, windows, most=n, watch=watch, **how)
    use: dict[str, float] = {}
    if model.config.latent:
        used = latent_use(model, windows.disjoint_tokens(min(n or USED, USED)), seed=seed)
        names = ("costs", "saves", "costs_at_once", "saves_at_once")
        use = dict(zip(names, (float(nats.mean()) for one in used for nats in one), strict=True))
    written = f", {at_once} cells a step" * (at_once > 1)
    for one in found:
        told = {
            "nats_per_token": one.tokens.per_cell, "error": one.tokens.error, "perplexity": one.tokens.perplexity,
            "bits_per_character": one.characters.bits, "bits_error": one.bits_error,
        }  # fmt: skip
        rows = len(one.tokens.nats)
        counts = {"windows": one.windows, "tokens": one.tokens.count, "over": one.over, "rows": rows}
        if as_json:
            figures = {name: value if isfinite(value) else None for name, value in told.items()}
            typer.echo(json.dumps({"measure": one.name, **figures, **counts, "latent": use or None, "seed": seed}))
            continue
        close = {
            "importance": f"importance-weighted bound, K = {latents}{written}",
            "NELBO": f"NELBO, {times} masks a window{written}",
        }
        say((
            ("measure", close.get(one.name, one.name)),
            ("texts", f"{one.tokens.count:,} tokens, {one.windows:,} windows"),
            ("errors", f"over {rows:,} {one.over}" if rows > 1 else "none: there is one window"),
            ("token", f"{_figure(one.tokens.per_cell, one.tokens.error)} nats, perplexity {told['perplexity']:.3f}"),
            ("character", f"{_figure(one.characters.bits, one.bits_error)} bits"),
        ))  # fmt: skip
    if not use or as_json:
        return
    dead = "dead: " * (use["costs_at_once"] < DEAD)
    say((
        ("latent", f"{dead}costs {use['costs']:.3f} nats a block, saves {use['saves']:.3f}"),
        ("at once", f"costs {use['costs_at_once']:.3f}, saves {use['saves_at_once']:.3f}, of one evaluation a block"),
    ))  # fmt: skip


def _figure(value: float, error: float) -> str:
    """With its error, where there is one."""
    return f"{value:.4f} ± {error:.4f}" if isfinite(error) else f"{value:.4f}"


def _loaded(weights: Path, device: str | None) -> tuple[TextModel, Vocabulary]:
    """A model of text on its device, and its vocabulary."""
    want_torch("text")
    from ..files.opening import is_file
    from ..text.stored import load_text

    if not is_file(str(weights)):  # nor a folder
        raise InvalidInput(f"no weights of text at {weights}; name some with --weights, or make them: train text FILE")
    model, vocabulary = load_text(weights)
    return model.to(device_of(device)), vocabulary


def _schema(argument: str | None) -> str | None:
    """The JSON of a schema: what its file, or standard input, holds, or the argument itself."""
    return None if argument is None else _whole(argument)


def _whole(argument: str) -> str:
    """The text that an argument is, or that its file or standard input holds; the last end of line is none of it."""
    return "\n".join(_lines(argument))


def _lines(argument: str) -> list[str]:
    """The lines of a file or of standard input; of an argument that is a text, this text."""
    from ..files.opening import UNREADABLE, encoding_of, is_file, opened

    if argument != STDIN and not is_file(argument):
        if Path(argument).suffix.lower() in FILES and not any(map(str.isspace, argument)):
            raise InvalidInput(f"no such file: {argument}; a text of that name can come by standard input")
        return [argument]
    try:
        with opened(argument) as (raw, _):
            encoding, data = encoding_of(raw), raw.read(MOST + 1)
        text: str = data.decode(encoding)
    except (*UNREADABLE, UnicodeDecodeError) as error:
        raise InvalidInput(f"{argument} cannot be read as text: {error}") from error
    if len(data) > MOST:
        raise InvalidInput(f"{argument} has over {MOST >> 20} MiB; texts to be filled are far shorter")
    lines = text.removesuffix("\n").split("\n")
    return [line.removesuffix("\r") for line in lines]


def _told(found: Iterable[tuple[str, Solution]], n: int, output: Path | None, as_json: bool) -> None:
    """Print or write what came of texts; the exit code says whether there is something of all."""
    from ..api.progress import counted
    from ..files.rows import Row, Tally, alone, kind_of, write_rows

    tally = Tally()

    def rows() -> Iterator[Row]:
        for asked, one in counted(found, "texts", n):
            cost = one.nfe, round(one.seconds, 6)
            row = Row(asked, one.text, str(one.status), one.method, None, *cost, one.reason)
            tally.add(row)
            yield row

    if output is not None and output != Path(STDIN):
        kind_of(output)  # refuse what cannot be written before any work
        with alone(output), kept(rows(), "texts") as done:
            write_rows(done, output)
    else:
        for row in rows():
            if as_json:
                cost = {"nfe": row.nfe, "seconds": row.seconds}
                told = {"text": row.solution, "status": row.status, **cost, "reason": row.reason or None}
                typer.echo(json.dumps(told, ensure_ascii=False))
            elif row.solution is not None:
                typer.echo(row.solution)
            else:
                typer.echo(f"{row.status}: {row.reason or 'the time limit ran out'}", err=True)
    typer.echo(str(tally), err=True)
    raise typer.Exit(0 if tally.all_solved else 1)
