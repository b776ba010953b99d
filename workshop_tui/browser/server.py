"""Serves the class to browsers of this machine: textual-serve with a door, a page, and classes that end in order."""

import asyncio
import contextlib
import logging
import shlex
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

import aiohttp_jinja2
from aiohttp import WSCloseCode, web
from aiohttp.typedefs import Handler
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager
from textual_serve.server import Server

from workshop_tui.browser import DRIVER
from workshop_tui.browser.door import Door
from workshop_tui.errors import log_defect

END_SECONDS = 10.0
"""How long the classes in open tabs may take to write everything down when the server ends."""

HEARTBEAT_SECONDS = 15.0
"""How often a tab is asked whether it is still there."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Tab(AppService):
    """One tab's class: a process of its own."""

    def __init__(self, command: str, websocket: web.WebSocketResponse, downloads: DownloadManager) -> None:
        async def close() -> None:
            await websocket.close()

        super().__init__(
            command,
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=close,
            download_manager=downloads,
        )

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        # What this server's own terminal is says nothing about the browser.
        found = super()._build_environment(width, height)
        kept = {name: value for name, value in found.items() if name not in ("TMUX", "STY", "LINES")}
        browser = {"TERM_PROGRAM": "browser", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        return kept | browser | {"TEXTUAL_DRIVER": DRIVER}

    async def on_data(self, payload: bytes) -> None:
        # The class goes on painting while it ends; what nobody takes from its pipe would hold it up.
        with contextlib.suppress(ConnectionError):
            await super().on_data(payload)

    async def run(self) -> None:
        try:
            await super().run()
        except asyncio.CancelledError:
            # Where the class ends at once, textual-serve waits for a task that it has cancelled before its first step.
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
        await self.remote_close()  # also where the class did not open: the tab says so


class ClassServer(Server):
    """Serves one learner's class; each tab has a process of its own, of which the first writes."""

    def __init__(self, command: Sequence[str], door: Door, log: Path) -> None:
        """Prepare it.

        Args:
            command: What opens the class.
            door: Who is let in.
            log: The folder for what goes wrong here.
        """
        folder = Path(__file__).parent
        super().__init__(  # pyright: ignore[reportUnknownMemberType]  (its paths are of an unknown kind)
            f"exec {shlex.join(command)}", "127.0.0.1", door.port, "workshop-tui", templates_path=folder
        )
        self._door = door
        self._log = log
        self._open: set[web.WebSocketResponse] = set()
        self._ending = asyncio.Lock()
        """Held while a tab's class writes everything down and leaves."""

    async def serve_until_stopped(self, listening: socket.socket) -> None:
        """Serve until ctrl+c, SIGTERM, or the terminal is closed.

        Args:
            listening: A socket that listens already.
        """
        logging.getLogger("aiohttp").addHandler(logging.NullHandler())  # strangers may send anything
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop.set)
        # No log of requests: the first one's address has the token in it.
        runner = web.AppRunner(await self.make_app(), access_log=None, shutdown_timeout=END_SECONDS)
        await runner.setup()
        try:
            await web.SockSite(runner, listening).start()
            await stop.wait()
        finally:
            await runner.cleanup()

    async def make_app(self) -> web.Application:
        """Return what answers requests."""
        app = await self._make_app()
        app.middlewares.extend((self._door.check, self._keep_defects))
        app.on_response_prepare.append(_add_headers)
        return app

    @web.middleware
    async def _keep_defects(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except Exception:
            return web.Response(
                status=500, text=f"Something went wrong here. What happened is in {log_defect(self._log)}\n"
            )

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing; the command does."""

    async def on_shutdown(self, app: web.Application) -> None:
        """Close all tabs; their classes end then."""
        await asyncio.gather(*(each.close(code=WSCloseCode.GOING_AWAY) for each in self._open))

    async def handle_index(self, request: web.Request) -> web.Response:
        """Answer with the page; its addresses are those under which the browser reaches it, through a tunnel too."""
        return aiohttp_jinja2.render_template("page.html", request, {"host": request.host})

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run a class for as long as its tab is there."""
        websocket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS)
        await websocket.prepare(request)
        tab = Tab(self.command, websocket, self.download_manager)
        self._open.add(websocket)
        try:
            # A page that is loaded again: the notebook is free when the class of before has left.
            async with self._ending:
                await tab.start(_cells(request, "width", 80), _cells(request, "height", 24))
            await self._process_messages(websocket, tab)
        finally:
            self._open.discard(websocket)
            async with self._ending:
                await tab.stop()
        return websocket


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


def _cells(request: web.Request, name: str, usual: int) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= 4 else usual
