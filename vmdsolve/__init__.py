"""vmdsolve: constraint solving and structured generation with variational masked diffusion.

>>> import vmdsolve
>>> vmdsolve.solve("1......2..4..3..").text
'1234341221434321'

Names are loaded when first used: `import vmdsolve` imports neither torch nor NumPy.
"""

from importlib import import_module

TYPE_CHECKING = False  # typing's own would have to be loaded, and Ctrl-C meets whoever loads long before any command

if TYPE_CHECKING:
    from ._version import __version__ as __version__
    from .api.candidates import Candidates as Candidates
    from .api.candidates import candidates as candidates
    from .api.check import check as check
    from .api.columns import BatchSolver as BatchSolver
    from .api.convert import convert as convert
    from .api.cpmpy import from_cpmpy as from_cpmpy
    from .api.cpmpy import to_cpmpy as to_cpmpy
    from .api.dimacs import Dimacs as Dimacs
    from .api.dimacs import to_dimacs as to_dimacs
    from .api.estimate import Estimate as Estimate
    from .api.estimate import estimate_solutions as estimate_solutions
    from .api.exact import Count as Count
    from .api.exact import count_solutions as count_solutions
    from .api.exact import enumerate_solutions as enumerate_solutions
    from .api.generate import generate as generate
    from .api.graded import Generated as Generated
    from .api.pictures import save_picture as save_picture
    from .api.proving import Certificate as Certificate
    from .api.proving import Verdict as Verdict
    from .api.proving import check_proof as check_proof
    from .api.sample import sample as sample
    from .api.solve import as_done as as_done
    from .api.solve import solve as solve
    from .api.solve import solve_batch as solve_batch
    from .api.watch import Watched as Watched
    from .api.watch import watch as watch
    from .domains import Domain as Domain
    from .domains import get as get_domain
    from .errors import InvalidInput as InvalidInput
    from .errors import InvalidProblem as InvalidProblem
    from .errors import MissingExtra as MissingExtra
    from .errors import ModelMismatch as ModelMismatch
    from .errors import VmdsolveError as VmdsolveError
    from .hints.explain import Explanation as Explanation
    from .hints.explain import explain as explain
    from .hints.grade import Grade as Grade
    from .hints.grade import grade as grade
    from .hints.hint import hint as hint
    from .hints.result import Hint as Hint
    from .measure.accuracy import Accuracy as Accuracy
    from .measure.accuracy import evaluate as evaluate
    from .model.about import domain_of as domain_of
    from .model.checkpoint import load_model as load_model
    from .model.checkpoint import save_model as save_model
    from .model.vmd import VMD as VMD
    from .problem import OPEN as OPEN
    from .problem import Problem as Problem
    from .problem import Rules as Rules
    from .problem import Solution as Solution
    from .problem import Status as Status
    from .problem import Violation as Violation
    from .sampler.plan import Plan as Plan
    from .sampler.predictor import Predictor as Predictor
    from .train.recipe import Recipe as Recipe
    from .train.trainer import Trainer as Trainer

_WHERE = {
    "Accuracy": "measure.accuracy",
    "BatchSolver": "api.columns",
    "Candidates": "api.candidates",
    "Certificate": "api.proving",
    "Count": "api.exact",
    "Dimacs": "api.dimacs",
    "Domain": "domains",
    "Estimate": "api.estimate",
    "Explanation": "hints.explain",
    "Generated": "api.graded",
    "Grade": "hints.grade",
    "Hint": "hints.result",
    "InvalidInput": "errors",
    "InvalidProblem": "errors",
    "MissingExtra": "errors",
    "ModelMismatch": "errors",
    "OPEN": "problem",
    "Plan": "sampler.plan",
    "Predictor": "sampler.predictor",
    "Problem": "problem",
    "Recipe": "train.recipe",
    "Rules": "problem",
    "Solution": "problem",
    "Status": "problem",
    "Trainer": "train.trainer",
    "VMD": "model.vmd",
    "Verdict": "api.proving",
    "Violation": "problem",
    "Watched": "api.watch",
    "VmdsolveError": "errors",
    "__version__": "_version",
    "as_done": "api.solve",
    "candidates": "api.candidates",
    "check": "api.check",
    "check_proof": "api.proving",
    "convert": "api.convert",
    "count_solutions": "api.exact",
    "domain_of": "model.about",
    "enumerate_solutions": "api.exact",
    "estimate_solutions": "api.estimate",
    "evaluate": "measure.accuracy",
    "explain": "hints.explain",
    "from_cpmpy": "api.cpmpy",
    "generate": "api.generate",
    "get_domain": "domains",
    "grade": "hints.grade",
    "hint": "hints.hint",
    "load_model": "model.checkpoint",
    "sample": "api.sample",
    "save_model": "model.checkpoint",
    "save_picture": "api.pictures",
    "solve": "api.solve",
    "solve_batch": "api.solve",
    "to_cpmpy": "api.cpmpy",
    "to_dimacs": "api.dimacs",
    "watch": "api.watch",
}
_BARE = (
    f"vmdsolve is taken from its sources in {__path__[0]}, which hold no compiled part: start Python in another "
    "folder, or install these sources by `pip install -e .`"
)

__all__ = [
    "OPEN",
    "VMD",
    "Accuracy",
    "BatchSolver",
    "Candidates",
    "Certificate",
    "Count",
    "Dimacs",
    "Domain",
    "Estimate",
    "Explanation",
    "Generated",
    "Grade",
    "Hint",
    "InvalidInput",
    "InvalidProblem",
    "MissingExtra",
    "ModelMismatch",
    "Plan",
    "Predictor",
    "Problem",
    "Recipe",
    "Rules",
    "Solution",
    "Status",
    "Trainer",
    "Verdict",
    "Violation",
    "VmdsolveError",
    "Watched",
    "__version__",
    "as_done",
    "candidates",
    "check",
    "check_proof",
    "convert",
    "count_solutions",
    "domain_of",
    "enumerate_solutions",
    "estimate_solutions",
    "evaluate",
    "explain",
    "from_cpmpy",
    "generate",
    "get_domain",
    "grade",
    "hint",
    "load_model",
    "sample",
    "save_model",
    "save_picture",
    "solve",
    "solve_batch",
    "to_cpmpy",
    "to_dimacs",
    "watch",
]


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module 'vmdsolve' has no attribute {name!r}")
    try:
        module = import_module(f".{_WHERE[name]}", __name__)
    except ModuleNotFoundError as error:
        if error.name == "vmdsolve._native":
            raise ImportError(_BARE) from error
        if error.name != "torch":
            raise
        from .errors import MissingExtra

        raise MissingExtra(f"vmdsolve.{name} needs torch: pip install 'vmdsolve[torch]'") from error
    value = getattr(module, "get" if name == "get_domain" else name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
