"""The server: who may ask, what is refused, what is sent along, and that nobody waits for others."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra web is not installed")
from starlette.testclient import TestClient

from vmdsolve.web.server import HEADERS, LOOPBACK, MOST_BYTES, application
from vmdsolve.web.workers import Busy, Gone, Workers

EASY = {"domain": "sudoku-4x4", "text": "1......2..4..3.."}
ENDLESS = {"domain": "sudoku", "text": "." * 81}  # to count its answers takes as long as one likes
LARGEST_PAGE = 200_000  # bytes, all files together


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(application(workers=3, seconds=2.0), base_url="http://localhost:8000") as made:
        yield made


def asked(client: TestClient, what: str, question: Any = EASY, **options: Any) -> Any:
    return client.post(f"/api/{what}", json=question, **options)


def test_the_page_is_small_and_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/").text
    names = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert {"page.js", "style.css", "icon.svg"} == set(names)
    sources = [path.read_text() for path in (files("vmdsolve.web") / "static").iterdir()]
    assert sum(map(len, sources)) < LARGEST_PAGE
    for source in sources:
        assert set(re.findall(r"https?://[^\s\"'`)]*", source)) <= {"http://www.w3.org/2000/svg"}
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source)
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son[a-z]+=", page)
    for name in {path.name for path in (files("vmdsolve.web") / "static").iterdir()}:
        assert client.get(f"/{name}").status_code == 200


@pytest.mark.parametrize("path", ["/", "/style.css", "/nothing"])
def test_every_file_has_the_headers_that_bar_others(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert "'unsafe" not in headers["Content-Security-Policy"]


def test_an_answer_has_these_headers_and_is_not_kept(client: TestClient) -> None:
    found = asked(client, "solve")
    assert found.json()["status"] == "SOLVED"
    assert {name: found.headers[name] for name in HEADERS} == HEADERS
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["content-type"] == "application/json"


def test_a_file_that_is_known_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/page.js").headers["etag"]
    again = client.get("/page.js", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 403),
        ({"host": "localhost.evil.example:8000"}, 403),
        ({"host": "127.0.0.1:8000"}, 200),
        ({"host": "[::1]:8000"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost:9999"}, 403),
        ({"origin": "http://localhost:8000"}, 200),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"content-type": "application/json; charset=utf-8"}, 200),
    ],
)
def test_only_the_page_itself_may_ask_and_only_in_json(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    headers = {"content-type": "application/json"} | headers
    found = client.post("/api/solve", content=json.dumps(EASY), headers=headers)
    assert found.status_code == status
    assert ("error" in found.json()) == (status != 200)


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"x" * (MOST_BYTES + 1), 413, "more than 1,048,576 bytes"),
        (b"{", 400, "cannot be read"),
        (b"[1]", 400, "wanted an object"),
        (b"[" * 500, 400, "cannot be read"),
        (b'{"text": "\xff"}', 400, "cannot be read"),
        (b'{"text": NaN}', 400, "cannot be read"),
        (json.dumps({"text": "\x1b[2J\x00<script>alert(1)</script>" * 9}).encode(), 422, ""),
        (json.dumps({"text": "1" * 1_000_000}).encode(), 422, ""),
        (json.dumps({"text": "11" + "." * 14}).encode(), 200, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_a_sentence(
    client: TestClient, content: bytes, status: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    found = client.post("/api/solve", content=content, headers={"content-type": "application/json"})
    assert found.status_code == status
    if status != 200:
        error = found.json()["error"]
        assert said in error
        assert len(error) < 2000
        assert "\x1b" not in error
        assert "Traceback" not in error
    assert "Traceback" not in caplog.text


def test_what_is_not_there_is_said(client: TestClient) -> None:
    assert client.get("/../pyproject.toml").status_code == 404
    assert client.get("/server.py").status_code == 404
    assert client.get("/api/solve").status_code == 405
    nobody = asked(client, "drink")
    assert nobody.status_code == 422
    assert "nobody answers drink; there are kinds" in nobody.json()["error"]


def test_what_takes_too_long_ends_in_time(client: TestClient) -> None:
    begun = time.perf_counter()
    found = asked(client, "count", ENDLESS).json()
    assert found.get("complete") is False or found.get("timeout")
    assert time.perf_counter() - begun < 30  # not for ever; the machine may be busy
    assert asked(client, "solve").json()["status"] == "SOLVED"


def test_the_names_of_loopback_are_those_of_this_machine() -> None:
    assert set(LOOPBACK) == {"127.0.0.1", "localhost", "[::1]"}


# Processes -------------------------------------------------------------------------------------------


async def _never() -> bool:
    return False


def test_a_quick_question_does_not_wait_for_slow_ones() -> None:
    async def both() -> tuple[dict[str, Any], list[bool]]:
        workers, over = Workers(3, 60.0), asyncio.Event()
        await workers.begin()

        async def gone() -> bool:
            return over.is_set()

        try:
            slow = [asyncio.create_task(workers.ask("count", ENDLESS, gone)) for _ in range(2)]
            await asyncio.sleep(0.1)
            quick = await workers.ask("solve", EASY, _never)
            at_work = [not task.done() for task in slow]
            over.set()
            assert all(isinstance(one, Gone) for one in await asyncio.gather(*slow, return_exceptions=True))
        finally:
            await workers.end()
        return quick, at_work

    quick, at_work = asyncio.run(both())
    assert quick["status"] == "SOLVED"
    assert at_work == [True, True]


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


async def _ended(process: int) -> bool:
    for _ in range(600):
        if not _is_there(process):
            return True
        await asyncio.sleep(0.05)
    return False


def test_where_nobody_waits_any_more_the_process_ends() -> None:
    async def alone() -> bool:
        workers, over = Workers(2, 60.0), asyncio.Event()
        await workers.begin()

        async def gone() -> bool:
            return over.is_set()

        try:
            task = asyncio.create_task(workers.ask("count", ENDLESS, gone))
            while not workers._busy:
                await asyncio.sleep(0.05)
            (at_work,) = workers._busy
            assert _is_there(at_work.process)
            over.set()
            with pytest.raises(Gone):
                await task
            return await _ended(at_work.process)
        finally:
            await workers.end()

    assert asyncio.run(alone())


def test_a_process_that_dies_is_replaced() -> None:
    async def killed() -> list[dict[str, Any]]:
        workers = Workers(1, 60.0)
        await workers.begin()
        try:
            task = asyncio.create_task(workers.ask("count", ENDLESS, _never))
            while not workers._busy:
                await asyncio.sleep(0.05)
            (at_work,) = workers._busy
            os.kill(at_work.process, signal.SIGKILL)
            return [await task, await workers.ask("solve", EASY, _never)]
        finally:
            await workers.end()

    ended, after = asyncio.run(killed())
    assert "ended" in ended["error"]
    assert after["status"] == "SOLVED"


def test_where_all_are_at_work_for_long_it_is_said() -> None:
    async def crowded() -> None:
        workers, over = Workers(1, 0.5), asyncio.Event()
        await workers.begin()

        async def gone() -> bool:
            return over.is_set()

        try:
            task = asyncio.create_task(workers.ask("count", ENDLESS, gone, 60.0))
            while not workers._busy:
                await asyncio.sleep(0.05)
            with pytest.raises(Busy):
                await workers.ask("solve", EASY, _never)
            over.set()
            with pytest.raises(Gone):
                await task
        finally:
            await workers.end()

    asyncio.run(crowded())


def test_all_processes_end_with_the_server() -> None:
    async def asked_and_ended() -> list[int]:
        workers = Workers(4, 60.0)
        await workers.begin()
        await asyncio.gather(*[workers.ask("solve", EASY, _never) for _ in range(3)])
        there = [worker.process for worker in workers._idle]
        await workers.end()
        return [process for process in there if not await _ended(process)]

    assert asyncio.run(asked_and_ended()) == []
