"""A real HTTP server that speaks the small part of the hub's API that a download needs."""

import contextlib
import hashlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "someone/some-flux"


class Hub(ThreadingHTTPServer):
    """Serves one folder as the repository `NAME`.

    Args:
        folder: What is served; `.safetensors` files as large ones.
    """

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.gated = False
        self.refuse = 0
        """Status code for every file, with the hub's header for a gated repository."""
        self.cut_after = 0
        """The next large file's connection is cut after so many bytes, once."""
        self.pause = 0.0
        """Seconds between two pieces of a large file."""
        self.asked: list[tuple[str, str, str]] = []
        """Method, path and range of each request."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def large_requests(self) -> list[tuple[str, str]]:
        """Path and range of each large file that was asked for."""
        return [(path.split(COMMIT)[1], what) for method, path, what in self.asked if self._is_large(method, path)]

    def _is_large(self, method: str, path: str) -> bool:
        return method == "GET" and path.endswith(".safetensors")

    def entries(self) -> list[tuple[str, Path]]:
        return [(str(p.relative_to(self.folder)), p) for p in sorted(self.folder.rglob("*")) if p.is_file()]


@contextlib.contextmanager
def serve(folder: Path):
    """Run a hub until the block ends."""
    hub = Hub(folder)
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self._answer(body=False)

    def do_GET(self):
        self._answer(body=True)

    def _answer(self, *, body):
        hub, path = self.server, unquote(urlsplit(self.path).path)
        hub.asked.append((self.command, path, self.headers.get("Range", "")))
        if path.startswith(f"/api/models/{NAME}/tree/"):
            self._json([self._tree(name, file) for name, file in hub.entries()])
        elif re.fullmatch(rf"/api/models/{NAME}(/revision/\w+)?", path):
            siblings = [self._sibling(name, file) for name, file in hub.entries()]
            gated = "manual" if hub.gated else False
            card = {"license": "apache-2.0"}
            self._json({"id": NAME, "sha": COMMIT, "gated": gated, "siblings": siblings, "cardData": card})
        elif found := re.fullmatch(rf"/{NAME}/resolve/\w+/(.+)", path):
            self._file(hub.folder / found[1], body)
        else:
            self._plain(404, {"X-Error-Code": "RepoNotFound"})

    def _file(self, file, body):
        hub = self.server
        if hub.refuse:
            self._plain(hub.refuse, {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access is restricted."})
            return
        if not file.is_file():
            self._plain(404, {"X-Error-Code": "EntryNotFound"})
            return
        content = file.read_bytes()
        first = int(re.match(r"bytes=(\d+)-", self.headers.get("Range", "bytes=0-"))[1])
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - first))
        self.send_header("ETag", f'"{_content(file)}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if not body:
            return
        large = file.suffix == ".safetensors"
        sent = first
        with contextlib.suppress(ConnectionError):
            while sent < len(content):
                piece = content[sent : sent + 200_000]
                self.wfile.write(piece)
                sent += len(piece)
                if large and hub.pause:
                    time.sleep(hub.pause)
                if large and hub.cut_after and sent >= hub.cut_after:
                    hub.cut_after = 0
                    self.close_connection = True
                    return

    def _sibling(self, name, file):
        entry = {"rfilename": name, "size": file.stat().st_size, "blobId": _content(file)[:40]}
        if file.suffix == ".safetensors":
            entry["lfs"] = {"sha256": _content(file), "size": file.stat().st_size, "pointerSize": 134}
        return entry

    def _tree(self, name, file):
        entry = {"type": "file", "path": name, "size": file.stat().st_size, "oid": _content(file)[:40]}
        if file.suffix == ".safetensors":
            entry["lfs"] = {"oid": _content(file), "size": file.stat().st_size, "pointerSize": 134}
        return entry

    def _json(self, value):
        content = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _plain(self, status, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _content(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
