"""`sample text`, `solve text` and `eval text`: what they print, write and refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from helpers.commands import run, table
from helpers.texts import tiny

from vmdsolve.text.stored import save_text
from vmdsolve.text.vocabulary import Characters


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("text")
    save_text(folder / "weights.safetensors", tiny(V=4, L=8, block=4, latent=2), Characters(" abc"), {})
    return str(folder)


def test_samples_are_printed_as_they_are_and_counted(weights: str) -> None:
    done = run("sample", "text", "ab", "-n", "3", "--weights", weights, "--seed", "2")
    lines = done.stdout.splitlines()
    assert (done.exit_code, len(lines)) == (0, 3)
    assert all(line.startswith("ab") and len(line) <= 8 for line in lines)
    assert "3 of them not checked, for lack of rules" in done.stderr
    again = run("sample", "text", "ab", "-n", "3", "--weights", weights, "--seed", "2", "--json")
    told = [json.loads(line) for line in again.stdout.splitlines()]
    assert [one["text"] for one in told] == lines
    assert {(one["status"], one["nfe"]) for one in told} == {("UNCHECKED", 6)}


def test_open_tokens_of_arguments_and_files_are_filled(weights: str, tmp_path: Path) -> None:
    file, out = tmp_path / "open.txt", tmp_path / "filled.csv"
    file.write_text("a..b\nc.\nabc\n")
    done = run("solve", "text", "a.c", str(file), "--lines", "--weights", weights, "-o", str(out))
    assert done.exit_code == 1
    rows = table(out.read_text())
    assert [row["problem"] for row in rows] == ["a.c", "a..b", "c.", "abc"]
    assert [row["status"] for row in rows] == ["UNCHECKED"] * 3 + ["INVALID"]
    assert (rows[0]["solution"][0], rows[0]["solution"][2], len(rows[1]["solution"])) == ("a", "c", 4)
    assert "text 4 has no open token" in rows[3]["reason"]
    whole = run("solve", "text", str(file), "--weights", weights)
    assert (whole.exit_code, whole.stdout) == (1, "")
    assert "INVALID: text 1, behind open token 2, character 2 is '\\n'" in whole.stderr
    piped = run("solve", "text", "-", "--sign", "_", "--weights", weights, stdin="a_b\n")
    assert (piped.exit_code, len(piped.stdout)) == (0, 4)


def test_texts_are_of_what_is_asked_for(weights: str, tmp_path: Path) -> None:
    done = run("sample", "text", "-n", "4", "--regex", "(ab )*c", "--steps", "4", "--weights", weights)
    assert done.exit_code == 0
    assert all(re.fullmatch("(ab )*c", line) for line in done.stdout.splitlines())
    chosen = run("sample", "text", "a", "-n", "4", "--choice", "a b", "--choice", "acab", "--weights", weights)
    assert set(chosen.stdout.splitlines()) <= {"a b", "acab"}
    filled = run("solve", "text", "a....", "b..", "--regex", "(ab )*c?", "--weights", weights, "--json")
    assert [json.loads(line)["text"] for line in filled.stdout.splitlines()] == [None, None]
    filled = run("solve", "text", "a...", "b..", "--regex", "(ab )*c?", "--weights", weights, "--json")
    told = [json.loads(line) for line in filled.stdout.splitlines()]
    assert [(one["text"], one["status"]) for one in told] == [("ab c", "UNCHECKED"), (None, "UNSATISFIABLE")]
    assert filled.exit_code == 1
    schema = tmp_path / "schema.json"
    schema.write_text('{"enum": ["a"]}')
    refused = run("sample", "text", "--json-schema", str(schema), "--weights", weights)
    assert refused.exit_code == 2
    assert "no text that the vocabulary's tokens write" in refused.stderr
    both = run("sample", "text", "--regex", "a", "--choice", "a", "--weights", weights)
    assert (both.exit_code, "regex and choice are given" in both.stderr) == (2, True)


def test_texts_are_measured_by_token_and_character(weights: str, tmp_path: Path) -> None:
    file = tmp_path / "some.txt"
    file.write_text("ab ca\nbca\nc ab abc abc\n")
    done = run("eval", "text", str(file), "--lines", "--weights", weights, "--latents", "2", "--json")
    bound, close = map(json.loads, done.stdout.splitlines())
    assert (bound["measure"], close["measure"]) == ("NELBO", "importance")
    assert (bound["tokens"], bound["windows"], bound["over"], bound["rows"]) == (20, 4, "documents", 3)
    assert min(bound["nats_per_token"], close["nats_per_token"]) > 0
    assert bound["error"] > 0
    assert bound["latent"]["costs"] == pytest.approx(bound["latent"]["costs_at_once"]) != 0
    shown = run("eval", "text", str(file), "--lines", "--weights", weights)
    assert f"{bound['nats_per_token']:.4f} ± {bound['error']:.4f} nats" in shown.stdout
    assert "errors    over 3 documents" in shown.stdout
    assert re.search(r"\nlatent    (dead: )?costs \d\.\d{3} nats a block, saves -?\d", shown.stdout)
    file.write_text("ab ca")  # one window, of which no error is known
    alone = run("eval", "text", str(file), "--weights", weights).stdout
    assert "errors    none: there is one window\n" in alone
    assert not {"nan", "±"} & {*alone.split()}
    assert json.loads(run("eval", "text", str(file), "--weights", weights, "--json").stdout)["error"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("sample", "text", "--steps", "1"),
            "steps is 1; this model fills 8 cells in 2 blocks of 4, so wanted 2",
        ),
        (
            ("sample", "text", "a*b"),
            "the text, character 2 is '*', which is none of the 4 of the vocabulary; leave it out, or take "
            "one that has it; an open token is written '.'",
        ),
        (("sample", "text", "--order", "up"), "order is 'up'"),
        (("sample", "text", "-o", "out.xyz"), "out.xyz"),
        (("solve", "text", "a.", "--sign", "b"), "an open token is written 'b', which is a symbol"),
        (("eval", "text", "no-such-file"), "no such file: no-such-file"),
        (("sample", "text-8"), "is a model of text: its commands are `sample text`, `solve text` and `eval text`"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(weights: str, arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments, "--weights", weights)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_weights_that_are_not_there_are_told_with_how_to_make_them(tmp_path: Path) -> None:
    for name in (str(tmp_path / "none"), "x" * 300):
        done = run("sample", "text", "--weights", name)
        assert (done.exit_code, done.stdout) == (2, "")
        assert f"no weights of text at {name}; name some with --weights, or make them: train text FILE" in done.stderr


def test_texts_that_the_model_does_not_know_are_refused(weights: str, tmp_path: Path) -> None:
    for name, data, said in (
        ("other.txt", b"abz", "other.txt, character 3 is 'z'"),
        ("empty.txt", b"", "empty.txt is empty"),
        ("binary.txt", b"\xff\x00\xfe", "binary.txt"),
    ):
        file = tmp_path / name
        file.write_bytes(data)
        done = run("eval", "text", str(file), "--weights", weights)
        assert done.exit_code == 2
        assert said in done.stderr
    puzzles = run("eval", "text", str(tmp_path / "other.txt"), "--weights", str(tmp_path))
    assert "no weights at" in puzzles.stderr


@pytest.mark.parametrize("name", ["sample", "solve", "eval"])
def test_commands_of_two_words_explain_themselves(name: str) -> None:
    shown = run(name, "text", "--help")
    assert shown.exit_code == 0
    assert "--weights" in shown.stdout
    assert f"vmdsolve {name} text" in shown.stdout
