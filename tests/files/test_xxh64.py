"""The hash of shards and journals is XXH64: as plain Python, written after its specification, has it."""

from __future__ import annotations

from hashlib import file_digest
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from vmdsolve import _native

P1, P2, P3 = 11400714785074694791, 14029467366897019727, 1609587929392839161
P4, P5, WORD = 9650029242287828579, 2870177450012600261, 2**64 - 1


def rotated(x: int, n: int) -> int:
    return (x << n | x >> (64 - n)) & WORD


def mixed(total: int, word: int) -> int:
    return rotated((total + word * P2) & WORD, 31) * P1 & WORD


def reference(data: bytes, seed: int) -> int:
    out, stripes = (seed + P5) & WORD, len(data) // 32 * 32
    if stripes:
        sums = [(seed + more) & WORD for more in (P1 + P2, P2, 0, -P1)]
        for at in range(0, stripes, 32):
            sums = [mixed(one, int.from_bytes(data[at + 8 * i :][:8], "little")) for i, one in enumerate(sums)]
        out = sum(rotated(one, n) for one, n in zip(sums, (1, 7, 12, 18), strict=True)) & WORD
        for one in sums:
            out = ((out ^ mixed(0, one)) * P1 + P4) & WORD
    out = (out + len(data)) & WORD
    for at in range(stripes, len(data) - 7, 8):
        out = (rotated(out ^ mixed(0, int.from_bytes(data[at : at + 8], "little")), 27) * P1 + P4) & WORD
    rest = data[len(data) - len(data) % 8 :]
    if len(rest) >= 4:
        out = (rotated(out ^ int.from_bytes(rest[:4], "little") * P1 & WORD, 23) * P2 + P3) & WORD
        rest = rest[4:]
    for byte in rest:
        out = rotated(out ^ byte * P5 & WORD, 11) * P1 & WORD
    out = (out ^ out >> 33) * P2 & WORD
    out = (out ^ out >> 29) * P3 & WORD
    return out ^ out >> 32


@given(st.lists(st.binary(max_size=100), max_size=5), st.integers(0, WORD))
def test_it_is_that_of_the_specification_in_however_many_pieces(pieces: list[bytes], seed: int) -> None:
    hash_ = _native.XXH64(seed)
    for piece in pieces:
        hash_.update(memoryview(piece))
    wanted = reference(b"".join(pieces), seed)
    assert (hash_.digest(), hash_.hexdigest()) == (wanted.to_bytes(8, "big"), f"{wanted:016x}")


@given(st.binary(max_size=1000))
def test_files_are_hashed_by_it_as_by_those_of_the_library(data: bytes) -> None:
    assert file_digest(BytesIO(data), _native.XXH64).hexdigest() == f"{reference(data, 0):016x}"


def test_one_bit_makes_another_hash() -> None:
    data = bytearray(100)
    seen = {reference(bytes(data), 0)}
    for bit in range(800):
        data[bit // 8] ^= 1 << bit % 8
        one = _native.XXH64()
        one.update(data)
        seen.add(int.from_bytes(one.digest(), "big"))
        data[bit // 8] ^= 1 << bit % 8
    assert len(seen) == 801
