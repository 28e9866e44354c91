"""The command `web`."""

from __future__ import annotations

import socket
from typing import Annotated

import typer
from typer import Option

from ..errors import InvalidInput
from ..extras import want

__all__ = ["web"]


def web(
    host: Annotated[str, Option(help="Listen here; 127.0.0.1 is this machine alone.")] = "127.0.0.1",
    port: Annotated[int, Option(min=0, max=65_535, help="And at this port; 0: any that is free.")] = 8000,
    names: Annotated[
        str, Option(help="Names by which browsers may ask for the page, besides --host; with commas.")
    ] = "",
    workers: Annotated[int, Option(min=1, max=256, help="Processes that answer, at most.")] = 12,
    time_limit: Annotated[float, Option(min=0.1, max=600.0, help="Seconds that one answer may take.")] = 10.0,
    browser: Annotated[bool, Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Open a page in the browser, on which puzzles are drawn, solved, explained and made.

    All of it is answered by this machine; the page loads nothing from elsewhere. Needs the extra web:
    pip install 'vmdsolve[web]'.
    """
    want("starlette", "the command web")
    want("uvicorn", "the command web")
    import uvicorn

    from ..web.server import LOOPBACK, application

    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(kind) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            raise InvalidInput(
                f"{host} port {port}: {error.strerror}; name another with --port, or 0 for any"
            ) from error
        shown = f"[{host}]" if kind == socket.AF_INET6 else host
        address = f"http://{shown}:{listening.getsockname()[1]}/"
        hosts = {
            shown,
            *(LOOPBACK if host in ("127.0.0.1", "::1", "localhost") else ()),
            *filter(None, names.replace(" ", "").split(",")),
        }
        app = application(hosts, workers=workers, seconds=time_limit)

        class Server(uvicorn.Server):
            """One that says where it is when it is there."""

            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                typer.echo(f"the page is at {address} (Ctrl-C ends it)", err=True)
                if browser:
                    typer.launch(address)

        config = uvicorn.Config(
            app, log_level="error", access_log=False, server_header=False, timeout_graceful_shutdown=1
        )
        Server(config).run([listening])
