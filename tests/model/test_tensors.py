"""Files of tensors that strangers wrote: equal numbers or one sentence, whatever was done to the file."""

from __future__ import annotations

import json
import os
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from vmdsolve.domains import get
from vmdsolve.errors import ModelMismatch
from vmdsolve.model.about import about
from vmdsolve.model.checkpoint import load_model, load_tensors, save_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.native import load_native, native
from vmdsolve.model.tensors import MOST_TENSORS, opened
from vmdsolve.model.vmd import VMD

MODEL = VMD(ModelConfig.of(get("sudoku-4x4"), width=4, message=4, hidden=4, loops=2, latent=2), seed=1).eval()


@pytest.fixture(scope="module")
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "w.safetensors"


@pytest.fixture(scope="module")
def whole(path: Path) -> bytes:
    save_model(path, MODEL, {"puzzles": 3})
    return path.read_bytes()


def judged(path: Path, data: bytes) -> bool:
    """Whether the weights are those of MODEL, or are refused in one sentence."""
    path.write_bytes(data)
    return judged_whole(path) and judged_native(path)


def judged_whole(path: Path) -> bool:
    try:
        found = load_model(path).state_dict()
    except ModelMismatch as error:
        return is_sentence(error)
    wanted = MODEL.state_dict()
    return found.keys() == wanted.keys() and all(torch.equal(found[name], wanted[name]) for name in wanted)


def judged_native(path: Path) -> bool:
    try:
        found = load_native(path).kernel.weights
    except ModelMismatch as error:
        return is_sentence(error)
    wanted = native(MODEL.denoiser).weights
    return found.keys() == wanted.keys() and all(np.array_equal(found[name], wanted[name]) for name in wanted)


def is_sentence(error: Exception) -> bool:
    return 10 < len(str(error)) < 600 and "\n" not in str(error)


@pytest.mark.slow
@settings(deadline=None)
@given(data=st.data())
def test_a_flipped_bit_is_noticed_or_says_nothing_of_numbers(data: st.DataObject, path: Path, whole: bytes) -> None:
    changed, place = bytearray(whole), data.draw(st.integers(0, len(whole) - 1), "place")
    changed[place] ^= 1 << data.draw(st.integers(0, 7), "bit")
    assert judged(path, bytes(changed))


@given(data=st.data())
@settings(deadline=None)
def test_a_flipped_bit_in_what_it_says_or_holds_is_refused(data: st.DataObject, path: Path, whole: bytes) -> None:
    config = whole.index(b'"config":"') + 10
    said = [*range(config, whole.index(b'}"', config)), *range(8 + int.from_bytes(whole[:8], "little"), len(whole))]
    changed = bytearray(whole)
    changed[data.draw(st.sampled_from(said), "place")] ^= 1 << data.draw(st.integers(0, 7), "bit")
    path.write_bytes(changed)
    for load in (load_model, load_native):
        with pytest.raises(ModelMismatch):
            load(path)


@settings(deadline=None)
@given(data=st.data())
def test_what_is_cut_or_has_more_is_refused(data: st.DataObject, path: Path, whole: bytes) -> None:
    cut = data.draw(st.integers(0, len(whole) - 1), "length")
    for other in (whole[:cut], whole[cut:], whole + whole[cut:], whole[:cut] + whole[cut + 1 :]):
        if other != whole:
            path.write_bytes(other)
            for load in (load_model, load_native):
                with pytest.raises(ModelMismatch):
                    load(path)


NUMBERS = st.integers(-3, 40) | st.sampled_from([2**31, 2**62, 2**64, 10**30, True, 1.5, None, "1"])
ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "dtype": st.sampled_from(["F32", "F64", "BF16", "I64", "f32", "", None, ["F32"]]) | st.text(max_size=3),
        "shape": st.lists(NUMBERS, max_size=10) | NUMBERS,
        "data_offsets": st.lists(NUMBERS, max_size=3) | NUMBERS,
        "more": NUMBERS,
    },
)
METADATA = st.dictionaries(st.sampled_from(["format", "config", "recipe", "hash"]), st.text(max_size=9) | NUMBERS)
HEADERS = st.dictionaries(st.text(max_size=5), ENTRIES | NUMBERS, max_size=5)


@pytest.mark.slow
@settings(deadline=None)
@given(header=HEADERS, metadata=METADATA | NUMBERS, data=st.binary(max_size=64))
@example(header={}, metadata={"format": "vmdsolve-2"}, data=b"")
@example(header={"a": {"dtype": "F32", "shape": [2**33] * 8, "data_offsets": [0, 4]}}, metadata={}, data=b"1234")
def test_a_hostile_header_is_refused_in_a_sentence(header: Any, metadata: Any, data: bytes, path: Path) -> None:
    text = json.dumps({"__metadata__": metadata, **header}).encode()
    assert judged(path, len(text).to_bytes(8, "little") + text + data)


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 2**64 - 1))
def test_bytes_that_are_no_header_are_refused(path: Path, data: bytes, length: int) -> None:
    assert judged(path, data)
    assert judged(path, len(data).to_bytes(8, "little") + data)
    assert judged(path, length.to_bytes(8, "little") + data)


@pytest.mark.slow
def test_headers_are_bounded_before_memory_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    empty = {f"t{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(MOST_TENSORS + 1)}
    deep = b'{"a":' * 10**5
    cases = {
        "16,385 tensors, wanted 16,384 at most": json.dumps(empty).encode(),
        "lists or objects more than 64 deep": deep,
        "bytes, wanted 4,194,304 at most": b" " * (5 << 20),
    }
    for text, header in cases.items():
        path.write_bytes(len(header).to_bytes(8, "little") + header)
        tracemalloc.start()
        with pytest.raises(ModelMismatch, match=text):
            about(path)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
        tracemalloc.stop()
    huge = b'{"a":{"dtype":"F32","shape":[4194304,1024],"data_offsets":[0,17179869184]}}'
    with path.open("wb") as stream:
        stream.write(len(huge).to_bytes(8, "little") + huge)
        stream.truncate(8 + len(huge) + (1 << 34))  # on disk it takes nothing
    with pytest.raises(ModelMismatch, match="weights have 8,589,934,592 at most"):
        about(path)


def test_weights_that_do_not_fit_are_refused_before_a_number_is_read(tmp_path: Path) -> None:
    config, entry = (
        json.dumps(MODEL.config.to_json()),
        '{"dtype":"F32","shape":[1073741824],"data_offsets":[0,4294967296]}',
    )
    text = f'{{"__metadata__":{{"format":"vmdsolve-2","config":{config}}},"a":{entry}}}'.encode()
    path = tmp_path / "w.safetensors"
    with path.open("wb") as stream:
        stream.write(len(text).to_bytes(8, "little") + text)
        stream.truncate(8 + len(text) + (1 << 32))
    tracemalloc.start()
    with pytest.raises(ModelMismatch, match="it lacks denoiser"):
        load_model(path)
    assert tracemalloc.get_traced_memory()[1] < 40 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("kind", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_all_types_are_read_as_the_library_reads_them(kind: torch.dtype, tmp_path: Path) -> None:
    shapes = [(), (3,), (2, 0, 4), (1, 2, 3)]
    tensors = {f"t{i}": torch.randn(shape).to(kind) for i, shape in enumerate(shapes)}
    said = {"format": "vmdsolve-2", "config": MODEL.config.to_json()}
    save_file(tensors, tmp_path / "a", said)
    ours, theirs = load_tensors(tmp_path / "a")[0], load_file(tmp_path / "a")
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) and ours[name].dtype == kind for name in ours)


def test_numbers_that_float32_does_not_hold_are_refused(tmp_path: Path) -> None:
    tensors = {name: tensor.double() for name, tensor in MODEL.state_dict().items()}
    tensors["denoiser.readout.bias"][:] = 1e300
    save_file(tensors, tmp_path / "a", {"format": "vmdsolve-2", "config": MODEL.config.to_json()})
    with pytest.raises(ModelMismatch, match=r"holds NaN or infinity in denoiser\.readout\.bias"):
        load_model(tmp_path / "a")


def test_what_is_no_plain_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero"), tmp_path / "gone", tmp_path / "a\0b"):
        with pytest.raises(ModelMismatch, match="no weights at"):
            about(path)


def test_a_file_that_shrinks_while_it_is_open_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    save_file({"t": torch.zeros(1 << 20)}, path, {"format": "vmdsolve-2"})
    with opened(path) as file:
        os.truncate(path, 1 << 20)
        with pytest.raises(ModelMismatch, match="is not a whole safetensors file: it ends within t"):
            file.bytes_of("t")
