"""`python -m benchmarks NAME [options]`; `--help` lists the names, and `NAME --help` its options."""

import typer

from .accuracy import run as accuracy
from .canvas import run as canvas
from .deadlines import run as deadlines
from .denoise import run as denoise
from .exact import run as exact
from .gpu import run_denoise, run_kernels
from .instances import run as instances
from .kernels import run as kernels
from .overhead import run as overhead
from .page import run as page
from .plan import run as plan
from .readme import run as readme
from .schemas import run as schemas
from .shares import run as shares
from .soak.run import run as soak
from .solve import run as solve
from .specialised import run as specialised
from .startup import run as startup
from .streaming import run as streaming
from .study.ablation import run as ablation
from .study.beside import run as beside
from .study.breed import run as breed
from .study.chances import run as chances
from .study.curve import run as curve
from .study.fewsteps import run as text_steps
from .study.gaps import run as gaps
from .study.generate import run as generate
from .study.guided import run as guided
from .study.latin5 import run as latin5
from .study.lists import run as lists
from .study.loops import run as loops
from .study.many.colouring import run as colouring
from .study.many.grids9 import run as grids9
from .study.many.queens import run as queens
from .study.many.squares import run as squares
from .study.picture import run as picture
from .study.plots import run as plots
from .study.synthetic import run as synthetic
from .study.testtime import run as testtime
from .study.text import run as text
from .study.text_speed import run as text_speed
from .study.universal import run as universal
from .training import run as training
from .validity import run as validity

app = typer.Typer(
    help="Measure vmdsolve; every run leaves a file in benchmarks/results.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("accuracy")(accuracy)
app.command("ablation")(ablation)
app.command("beside")(beside)
app.command("breed")(breed)
app.command("canvas")(canvas)
app.command("chances")(chances)
app.command("curve")(curve)
app.command("exact")(exact)
app.command("schemas")(schemas)
app.command("shares")(shares)
app.command("soak")(soak)
app.command("solve")(solve)
app.command("guided")(guided)
app.command("instances")(instances)
app.command("kernels")(kernels)
app.command("denoise")(denoise)
app.command("gpu-kernels")(run_kernels)
app.command("gpu-denoise")(run_denoise)
app.command("training")(training)
app.command("validity")(validity)
app.command("specialised")(specialised)
app.command("startup")(startup)
app.command("streaming")(streaming)
app.command("plan")(plan)
app.command("deadlines")(deadlines)
app.command("page")(page)
app.command("latin5")(latin5)
app.command("lists")(lists)
app.command("loops")(loops)
app.command("synthetic")(synthetic)
app.command("gaps")(gaps)
app.command("generate")(generate)
app.command("overhead")(overhead)
app.command("testtime")(testtime)
app.command("text")(text)
app.command("text-steps")(text_steps)
app.command("text-speed")(text_speed)
app.command("universal")(universal)
app.command("queens")(queens)
app.command("colouring")(colouring)
app.command("grids9")(grids9)
app.command("squares")(squares)
app.command("picture")(picture)
app.command("plots")(plots)
app.command("readme")(readme)

if __name__ == "__main__":
    app(prog_name="python -m benchmarks")
