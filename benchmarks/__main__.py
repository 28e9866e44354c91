"""`python -m benchmarks NAME [options]`; `--help` lists the names, and `NAME --help` its options."""

import typer

from . import accuracy, kernels, readme, solve, startup

app = typer.Typer(
    help="Measure vmdsolve; every run leaves a file in benchmarks/results.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for module in (accuracy, solve, kernels, startup, readme):
    app.command(module.__name__.rpartition(".")[2])(module.run)

if __name__ == "__main__":
    app(prog_name="python -m benchmarks")
