"""HTTP around the answers: the page's own files, and one POST a question. All is checked before it is worked on.

Only a page of this very server may ask (`Host`, `Origin`), only in JSON, no more than a megabyte; what comes back is
JSON, of which the page makes text, never markup. No answer is kept, nothing is written.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..errors import InvalidInput
from ..plain import clean, cut
from ..untrusted import loads
from .workers import Busy, Gone, Workers

__all__ = ["LOOPBACK", "application"]

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
MOST_BYTES = 1 << 20  # of a question
KINDS_SECONDS = 300.0  # that a busy machine may take to tell what kinds of puzzles there are
TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def application(hosts: Iterable[str] = LOOPBACK, *, workers: int = 12, seconds: float = 10.0) -> Starlette:
    """The page as an ASGI application.

    Parameters
    ----------
    hosts
        names under which it may be asked, without the port; others are refused, so that no other site's page can ask
    workers
        processes that answer, at most
    seconds
        that one answer may take

    Examples
    --------
    >>> [route.path for route in application().routes]
    ['/', '/{name}', '/api/{asked}']
    """
    of = _Page(frozenset(hosts), workers, seconds)
    return Starlette(
        routes=[
            Route("/", of.file, methods=["GET"]),
            Route("/{name}", of.file, methods=["GET"]),
            Route("/api/{asked}", of.asked, methods=["POST"]),
        ],
        lifespan=of.lifespan,
    )


class _Page:
    def __init__(self, hosts: frozenset[str], workers: int, seconds: float) -> None:
        self.hosts, self.most, self.seconds = hosts, workers, seconds
        self.files = {path.name: path.read_bytes() for path in (files(__package__) / "static").iterdir()}
        self.kinds: asyncio.Task[Any]  # the same for everybody: asked for once, at the beginning
        self.workers: Workers

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        del app
        self.workers = Workers(self.most, self.seconds)
        await self.workers.begin()
        self.kinds = asyncio.create_task(self.workers.ask("kinds", {}, _never, KINDS_SECONDS))
        yield
        self.kinds.cancel()
        await self.workers.end()

    async def file(self, request: Request) -> Response:
        if (refused := self._foreign(request)) is not None:
            return refused
        name = request.path_params.get("name", "index.html")
        content = self.files.get(name)
        if content is None:
            return _refused(404, f"there is no {clean(cut(name, 60))} here")
        tag = f'"{hashlib.blake2b(content, digest_size=8).hexdigest()}"'
        headers = {**HEADERS, "ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=TYPES[name.rpartition(".")[2]], headers=headers)

    async def asked(self, request: Request) -> Response:
        if (refused := self._foreign(request)) is not None:
            return refused
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return _refused(415, "a question is JSON; wanted the content type application/json")
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                return _refused(413, f"a question has more than {MOST_BYTES:,} bytes; wanted fewer")
        try:
            question = loads(body, MOST_BYTES)
            if not isinstance(question, dict):
                raise InvalidInput(f"the question is a {type(question).__name__}; wanted an object of JSON")
        except ValueError as error:
            return _refused(400, f"the question cannot be read: {clean(cut(str(error)))}")
        return await self._answered(request, question)

    async def _answered(self, request: Request, question: dict[str, Any]) -> Response:
        asked = request.path_params["asked"]
        try:
            if asked == "kinds":
                found = await asyncio.shield(self.kinds)
            else:
                found = await self.workers.ask(asked, question, request.is_disconnected)
        except Busy:
            return _refused(503, "all processes are at work; try again in a moment")
        except Gone:
            return _refused(499, "nobody waits for this any more")
        return _answer(found, 500 if found.get("bug") else 422 if "error" in found else 200)

    def _foreign(self, request: Request) -> Response | None:
        """Why another site's page, or one under a name that is not ours, gets nothing."""
        host = request.headers.get("host", "")
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if name not in self.hosts:
            return _refused(403, f"this page goes by {', '.join(sorted(self.hosts))}, not by {clean(cut(name, 60))}")
        origin = request.headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            return _refused(403, "only this page itself may ask")
        return None


async def _never() -> bool:
    return False


def _answer(found: Any, status: int = 200) -> Response:
    content = json.dumps(found, ensure_ascii=True, separators=(",", ":"))
    headers = {**HEADERS, "Cache-Control": "no-store"}
    return Response(content, status, media_type="application/json", headers=headers)


def _refused(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status, headers={**HEADERS, "Cache-Control": "no-store"})
