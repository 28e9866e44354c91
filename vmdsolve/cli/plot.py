"""The command `plot`: pictures for study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from ..errors import InvalidInput
from .shared import Device

__all__ = ["plot"]

RESULTS, PICTURES = (".json", ".jsonl"), (".png", ".svg", ".pdf")


def plot(
    what: Annotated[
        list[str],
        Argument(metavar="WHAT", help="Runs' folders; files of results; with --latent a model.", show_default=False),
    ],
    output: Annotated[
        Path | None,
        Option("-o", "--output", help="A .png, .svg or .pdf (default RUN/curve.png); with --latent a folder."),
    ] = None,
    latent: Annotated[bool, Option("--latent", help="What z says in a model; WHAT as for `diagnose`.")] = False,
    n: Annotated[int, Option("-n", min=1, help="Boards that --latent looks at.")] = 512,
    examples: Annotated[
        Path | None, Option(help="With --latent: the file that it learned from, where it lies elsewhere now.")
    ] = None,
    device: Device = None,
) -> None:
    """Draw pictures for study, labelled with model and domain.

    Of runs' folders: loss, what is solved or likely, and the latent's KL over the puzzles seen; a run may still be at
    it. Of files of results, as `vmdsolve eval --json` prints them: the share solved over network evaluations and over
    block applications. With --latent, of a domain, a run's folder or weights: KL by dimension, information, classes in
    use, what z explains, its embedding and traversals, a .png each. Needs matplotlib: pip install 'vmdsolve[plots]'.
    """
    if latent:
        _latent(what, output, examples, n, device)
        return
    if examples is not None:
        raise InvalidInput(f"--examples is {examples}, which is for --latent: leave it out")
    results = [one for one in what if Path(one).suffix in RESULTS]
    if output is None and (len(what) > 1 or results):
        many = f"{len(what)} {'files' if results else 'runs'}" if len(what) > 1 else "a file of results"
        raise InvalidInput(f"{many} go{'es' * (len(what) == 1)} into one picture: name its file with -o")
    if results and len(results) < len(what):
        raise InvalidInput("runs and results are pictures of their own: plot them apart")
    if results:
        from ..measure.curves import draw_results, read_results

        assert output is not None
        rows = [{"file": Path(one).stem, **row} for one in what for row in read_results(Path(one))]
        typer.echo(f"wrote {draw_results(rows, output)}", err=True)
        return
    from ..train.curve import draw_curves, read_log, title_of

    curves: dict[str, Any] = {}
    for folder in what:
        curves[folder], left_out = read_log(Path(folder))
        if left_out:
            typer.echo(f"{folder}: {left_out} lines of the log cannot be read and are left out", err=True)
    title = title_of([Path(folder) for folder in what])
    typer.echo(f"wrote {draw_curves(curves, output or Path(what[0]) / 'curve.png', title=title)}", err=True)


def _latent(what: list[str], output: Path | None, examples: Path | None, n: int, device: str | None) -> None:
    from ..extras import want
    from .diagnose import look

    if len(what) != 1:
        raise InvalidInput(f"--latent is of one model; got {len(what)}: {', '.join(what)}")
    if output is not None and output.suffix in PICTURES:
        raise InvalidInput(f"--latent draws several pictures; {output} is a file's name: name a folder with -o")
    want("matplotlib", "plot")
    look(what[0], examples=examples, n=n, device=device, plots=output or Path(f"{Path(what[0]).stem}-latent"))
