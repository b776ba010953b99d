"""A real Chromium without a window, driven by its own debugging protocol: opens pages, types, reads and looks."""

import asyncio
import base64
import itertools
import os
import shutil
import signal
import subprocess
from pathlib import Path

import aiohttp
import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
COPY = """
(() => {
    const data = new DataTransfer();
    const copied = new ClipboardEvent("copy", { clipboardData: data, bubbles: true });
    document.querySelector(".xterm-helper-textarea").dispatchEvent(copied);
    return data.getData("text/plain");
})()
"""
KEYS = {"Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, "")}


class Chromium:
    """A browser with one tab at a time."""

    def __init__(self, folder: Path, size: tuple[int, int] = (1000, 620)) -> None:
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if program is None:
            pytest.skip("no Chromium is installed")
        self._profile = folder / "chromium"
        self._size = size
        # Its sandbox wants no root, and CI is root; the pages are this test's own.
        self._process = subprocess.Popen(
            [
                *(program, "--headless=new", "--no-sandbox", "--remote-debugging-port=0", "--disable-dev-shm-usage"),
                *("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-first-run", "--disable-sync"),
                *("--disable-background-networking", "--disable-component-update"),
                *(f"--user-data-dir={self._profile}", f"--window-size={size[0]},{size[1]}", "about:blank"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> "Chromium":
        told = self._profile / "DevToolsActivePort"
        async with asyncio.timeout(60):
            while not (told.exists() and told.read_text().count("\n")):
                await asyncio.sleep(0.1)
        self._base = f"http://127.0.0.1:{told.read_text().split()[0]}"
        self._http = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    async def open(self, address: str) -> None:
        """Open an address in a new tab, the one that is typed into from now on."""
        async with self._http.put(f"{self._base}/json/new?about:blank") as answer:
            self._tab = await answer.json()
        self._link = await self._http.ws_connect(self._tab["webSocketDebuggerUrl"], max_msg_size=0)
        await self._ask("Page.enable")
        await self._ask("Page.navigate", url=address)

    async def close_tab(self) -> None:
        """Close the tab."""
        await self._link.close()
        async with self._http.get(f"{self._base}/json/close/{self._tab['id']}") as answer:
            assert answer.status == 200

    async def evaluate(self, script: str) -> object:
        """Return what a script in the page gives."""
        answer = await self._ask("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    async def reload(self) -> None:
        """Load the page again, as F5 does."""
        await self._ask("Page.reload")

    async def type(self, *keys: str) -> None:
        """Press keys: characters, names of `KEYS`, or with ctrl: `C-u`."""
        for key in keys:
            control, key = key.startswith("C-"), key.removeprefix("C-")
            code, text = KEYS.get(key, (ord(key[0].upper()), key))
            named = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 2 if control else 0}
            await self._ask("Input.dispatchKeyEvent", type="keyDown", text="" if control else text, **named)
            await self._ask("Input.dispatchKeyEvent", type="keyUp", **named)

    async def screen(self) -> str:
        """Return what stands in the page's terminal, as a person marks and copies it: it is drawn, not written."""
        width, height = self._size
        shift = {"modifiers": 8, "button": "left", "buttons": 1, "clickCount": 1}
        await self._ask("Input.dispatchMouseEvent", type="mousePressed", x=2, y=2, **shift)
        await self._ask("Input.dispatchMouseEvent", type="mouseMoved", x=width - 2, y=height - 2, **shift)
        await self._ask("Input.dispatchMouseEvent", type="mouseReleased", x=width - 2, y=height - 2, **shift)
        return str(await self.evaluate(COPY))

    async def wait_until(self, script: str, seconds: float = 60) -> None:
        """Wait until a script in the page gives something true."""
        async with asyncio.timeout(seconds):
            while not await self.evaluate(script):
                await asyncio.sleep(0.1)

    async def wait_for(self, text: str, seconds: float = 60) -> str:
        """Wait until a text stands in the page's terminal."""
        try:
            async with asyncio.timeout(seconds):
                while text not in (shown := await self.screen()):
                    await asyncio.sleep(0.2)
                return shown
        except TimeoutError:
            raise AssertionError(f"'{text}' did not appear within {seconds} s:\n{await self.screen()}") from None

    async def shoot(self, path: Path) -> None:
        """Write a picture of the page."""
        answer = await self._ask("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(answer["data"]))

    async def _ask(self, method: str, **params: object) -> dict:
        number = next(self._numbers)
        await self._link.send_json({"id": number, "method": method, "params": params})
        while (answer := await self._link.receive_json(timeout=60)).get("id") != number:
            pass
        assert "error" not in answer, answer
        return answer["result"]
