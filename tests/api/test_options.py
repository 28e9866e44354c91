"""The one table of options, and what is made of it or must agree with it."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import vmdsolve
from vmdsolve import InvalidInput, cli, hints, kernels, sample, solve, solve_batch
from vmdsolve.api import options as table
from vmdsolve.api.option import table_of, type_text
from vmdsolve.api.options import Options
from vmdsolve.cli.solve import UNASKED
from vmdsolve.domains import get

CALLS = {
    vmdsolve.solve: table.SolveOptions,
    vmdsolve.solve_batch: table.BatchOptions,
    vmdsolve.sample: table.SampleOptions,
    vmdsolve.generate: table.GenerateOptions,
    vmdsolve.check: table.CheckOptions,
    vmdsolve.count_solutions: table.CountOptions,
    vmdsolve.enumerate_solutions: table.EnumerateOptions,
    vmdsolve.candidates: table.CandidatesOptions,
    vmdsolve.estimate_solutions: table.EstimateOptions,
    vmdsolve.hint: table.HintOptions,
    vmdsolve.explain: table.HintOptions,
    vmdsolve.grade: table.HintOptions,
    hints.walkthrough: table.HintOptions,
}
COMMANDS = {
    "solve": table.BatchOptions,
    "sample": table.SampleOptions,
    "generate": table.GenerateOptions,
    "check": table.CheckOptions,
    "count": table.CountingOptions,
    "hint": table.HintOptions,
    "explain": table.HintOptions,
    "eval": table.EvalOptions,
}
NOT_ON_COMMANDS = {"invalid", "progress"}  # commands report, and show progress on a terminal
# A default is the same everywhere, but for these; options.py says why.
DIFFER = {"latents": {None, 8, 1}, "time_limit": {None, 10.0}, "limit": {2, None}}
EVERY_KIND = tuple(dict.fromkeys((*CALLS.values(), *COMMANDS.values())))


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_calls_have_the_options_of_the_table(call: Any) -> None:
    shown = {p.name: p.default for p in inspect.signature(call).parameters.values() if p.kind is p.KEYWORD_ONLY}
    assert shown == {name: option.default for name, option in table_of(CALLS[call]).items()}
    assert "{options}" not in call.__doc__
    for name in shown:
        assert name in call.__doc__, f"{call.__name__} does not say what {name} is"


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_have_the_options_of_the_table(name: str) -> None:
    command = cli.command_of(name)
    shown = {param.name: param for param in command.params}
    missing = NOT_ON_COMMANDS
    for option, said in table_of(COMMANDS[name]).items():
        if option in missing:
            assert option not in shown
            continue
        if option == "trace":  # there it is a file
            assert shown[option].opts == ["--trace"]
            continue
        assert shown[option].default == said.default
        more = UNASKED if (name, option) == ("solve", "time_limit") else ""
        assert shown[option].help == said.help + more
        assert "--" + (said.flag or option).replace("_", "-") in shown[option].opts


def test_an_option_has_one_default_but_where_the_table_says_why() -> None:
    defaults: dict[str, set[Any]] = {}
    for kind in EVERY_KIND:
        for name, option in table_of(kind).items():
            defaults.setdefault(name, set()).add(option.default)
    assert {name: found for name, found in defaults.items() if len(found) > 1} == DIFFER


@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.__name__)
def test_defaults_pass_their_own_check_and_helps_are_sentences(kind: Any) -> None:
    Options(kind)
    for name, option in table_of(kind).items():
        assert option.help.endswith("."), name
        assert len(option.help) < 110, name


def test_the_page_lists_the_options_of_solve() -> None:
    text = (Path(__file__).parents[2] / "docs" / "solving.md").read_text(encoding="utf-8")
    rows = [
        f"| `{name}` | `{option.default!r}` | {option.help} |" for name, option in table_of(table.SolveOptions).items()
    ]
    wanted = "\n".join(["| option | default | what |", "|---|---|---|", *rows])
    assert wanted in text, f"docs/solving.md should hold\n{wanted}"


def test_types_are_told_in_words() -> None:
    said = {name: type_text(table.BatchOptions, name) for name in table_of(table.BatchOptions)}
    assert said["latents"] == "int | None"
    assert said["seed"] == "int"
    assert said["bf16"] == "bool | None"
    assert said["model"] == "str | PathLike[str] | VMD | None"


def test_orders_are_those_of_the_kernels() -> None:
    assert set(table.ORDERS) == set(kernels.ORDERS)
    for alias, order in kernels.ALIASES.items():
        assert Options(order=alias).order == order


def test_the_table_is_read_without_numpy_and_torch() -> None:
    code = (
        "import sys, vmdsolve.api.options as o; o.Options(); o.Options(o.SampleOptions, device='cpu')\n"
        "print(sorted({'numpy', 'torch', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# What is refused, before any work -----------------------------------------------------------------------

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"method": "magic"}, "method is 'magic'; wanted one of vmd, vmd-only, search"),
    ({"latents": 0}, "latents is 0; wanted a whole number from 1 to 65,536"),
    ({"steps": 2.5}, "steps is 2.5; wanted a whole number from 1 to 65,536"),
    ({"order": "bogus"}, "order is 'bogus'; wanted one of random, top_prob, margin, entropy"),
    ({"seed": -1}, "seed is -1; wanted a whole number from 0 to 18,446,744,073,709,551,615"),
    ({"time_limit": "3"}, "time_limit is '3'; wanted seconds, 0 or more, or None"),
    ({"threads": -1}, "threads is -1; wanted a whole number from 0 to 1,024"),
    ({"threads": "a"}, "threads is 'a'; wanted a whole number from 0 to 1,024"),
    ({"bf16": "yes"}, "bf16 is 'yes'; wanted True or False"),
    ({"model": 3}, "model is 3; wanted a file of weights, or a model"),
    ({"model": "gone.safetensors"}, "no weights at gone.safetensors"),
    ({"device": "abacus"}, "device is 'abacus'; wanted auto, cpu, cuda, or one GPU of several, as in cuda:1"),
    ({"device": torch.device("meta")}, "device is device(type='meta'); wanted auto, cpu"),
    ({"trace": 1}, "trace is 1; wanted True or False"),
]
SOLVE_ALONE: list[tuple[dict[str, Any], str]] = [
    ({"unique": "no"}, "unique is 'no'; wanted True or False"),
    ({"domain": "chess"}, "unknown domain 'chess'"),
    ({"domain": 9}, "domain is 9; wanted the name of a domain, or a Domain"),
]
BATCH_ALONE: list[tuple[dict[str, Any], str]] = [
    ({"batch_size": 0}, "batch_size is 0; wanted a whole number, 1 or more"),
    ({"invalid": "skip"}, "invalid is 'skip'; wanted one of raise, report"),
    ({"progress": 3}, "progress is 3; wanted True or False"),
]
SAMPLE_ALONE: list[tuple[dict[str, Any], str]] = [
    ({"temperature": float("inf")}, "temperature is inf; wanted a number, 0 or more"),
    ({"n": -1}, "n is -1; wanted a whole number from 0 to 2,147,483,648"),
    ({"given": "1"}, "needs 16 cells"),
]


def named(values: list[tuple[dict[str, Any], str]]) -> Any:
    return pytest.mark.parametrize(("given", "text"), values, ids=[str(given) for given, _ in values])


@named(WRONG + SOLVE_ALONE)
def test_solve_refuses_what_cannot_be_though_propagation_would_do(given: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        solve("1......2..4..3..", **given)
    assert str(refused.value).startswith(text)


@named(WRONG + SOLVE_ALONE + BATCH_ALONE)
def test_a_batch_refuses_at_the_call_and_takes_nothing(given: dict[str, Any], text: str) -> None:
    problems = iter(["." * 16])
    with pytest.raises(InvalidInput) as refused:
        solve_batch(problems, **given)
    assert str(refused.value).startswith(text)
    assert next(problems)


@pytest.mark.parametrize("problems", [None, 5])
def test_what_is_no_batch_is_refused_in_words(problems: Any) -> None:
    with pytest.raises(InvalidInput, match=f"a batch is a list of problems, got {problems}"):
        solve_batch(problems)


@pytest.mark.parametrize("call", [vmdsolve.generate, vmdsolve.sample, vmdsolve.get_domain], ids=lambda c: c.__name__)
def test_what_is_no_domain_is_refused_in_words(call: Any) -> None:
    with pytest.raises(InvalidInput, match="domain is 7; wanted the name of a domain, or a Domain"):
        call(7)


@named(WRONG + SAMPLE_ALONE)
def test_sample_refuses_at_the_call(given: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(text)):
        sample("sudoku-4x4", **given)


@named(
    [
        ({"limit": 0}, "limit is 0; wanted a whole number, 1 or more"),
        ({"limit": 1.5}, "limit is 1.5; wanted a whole number, 1 or more"),
        ({"limit": 10**30}, "nobody counts further than 4,611,686,018,427,387,904"),
        ({"time_limit": True}, "time_limit is True; wanted seconds"),
        (
            {"time_limit": timedelta(seconds=3)},
            "or None; of a timedelta, .total_seconds",
        ),
        ({"domain": 5}, "domain is 5; wanted the name of a domain, or a Domain"),
        ({"domain": "chess"}, "unknown domain 'chess'"),
    ]
)
def test_counting_and_enumerating_refuse_at_the_call(given: dict[str, Any], text: str) -> None:
    for call in (vmdsolve.count_solutions, vmdsolve.enumerate_solutions):
        with pytest.raises(InvalidInput, match=text):
            call("." * 16, **given)


@named(
    [
        ({"first": -1}, "first is -1"),
        ({"first": 10**30}, "first is 10{30}; wanted a whole number from 0 to"),
        ({"clues": 0.5}, "clues is 0.5"),
        ({"density": 0}, "density is 0; wanted a number above 0, at most 1"),
        ({"size": "9"}, "size is '9'"),
        ({"harder": -1}, "harder is -1"),
        ({"n": 1.5}, "n is 1.5"),
        ({"time_limit": -1}, "time_limit is -1"),
        ({"harder": 1, "clues": 3}, "harder is 1; wanted 0, unless"),
    ]
)
def test_generating_refuses_at_the_call(given: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        vmdsolve.generate("latin-4", **given)


def test_hints_refuse_at_the_call() -> None:
    for call in (vmdsolve.hint, vmdsolve.explain, hints.walkthrough):
        with pytest.raises(InvalidInput, match="time_limit is nan"):
            call("." * 16, time_limit=float("nan"))
        with pytest.raises(InvalidInput, match="unknown domain 'chess'"):
            call("." * 16, domain="chess")
        with pytest.raises(InvalidInput, match="domain is 7; wanted the name of a domain, or a Domain"):
            call("." * 16, domain=7)


def test_a_misspelt_option_is_named_with_what_was_meant() -> None:
    with pytest.raises(TypeError, match=r"there is no option 'latent'; did you mean 'latents'\?$"):
        solve("." * 16, latent=3)
    with pytest.raises(TypeError, match=r"there is no option 'colour'$"):
        solve_batch([], colour="red")


# Devices, domains, orders -----------------------------------------------------------------------------


@pytest.mark.parametrize("device", [None, "auto", "cpu", torch.device("cpu"), torch.device("cpu", 0)])
def test_devices_are_taken_in_every_form(device: Any) -> None:
    assert Options(device=device).device == (None if device in (None, "auto") else "cpu")
    assert solve("1......2..4..3..", method="vmd-only", device=device, latents=2)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
@pytest.mark.parametrize("device", ["cuda", "cuda:1", torch.device("cuda", 2)])
def test_a_gpu_that_is_not_there_is_refused_where_it_matters(device: Any) -> None:
    with pytest.raises(InvalidInput, match=r"device is 'cuda.*', and torch finds 0 GPUs here; use cpu, or auto"):
        solve("1......2..4..3..", device=device)
    assert solve("1......2..4..3..", device=device, method="search")


def test_one_gpu_of_several_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert Options(device="cuda:1").device == "cuda:1"
    with pytest.raises(InvalidInput, match="device is 'cuda:2', and torch finds 2 GPUs here"):
        Options(device="cuda:2")


@pytest.mark.parametrize("call", [vmdsolve.hint, vmdsolve.explain, vmdsolve.count_solutions], ids=lambda c: c.__name__)
def test_a_domain_may_be_named_or_given(call: Any) -> None:
    assert call("12......" * 2, domain=get("sudoku-4x4")) == call("12......" * 2, domain="sudoku-4x4")


def test_an_alias_of_an_order_behaves_as_the_order() -> None:
    for alias, order in kernels.ALIASES.items():
        for method in ("vmd", "vmd-only"):
            one, other = (solve("." * 16, order=name, method=method, latents=8, trace=True) for name in (alias, order))
            assert one == other
            assert one.trace is not None
            assert other.trace is not None
            assert np.array_equal(one.trace.values, other.trace.values)
