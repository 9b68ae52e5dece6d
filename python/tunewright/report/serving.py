"""The report over HTTP, on this machine alone, reading what a running study records."""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from tunewright.errors import StudyNotFoundError, TunewrightError
from tunewright.report.static import about_html, found_html
from tunewright.report.writing import content, render
from tunewright.storage import Storage, open_storage
from tunewright.study import Study
from tunewright.study.stored import StoredLedger

__all__ = ["Dashboard", "serve"]

_HOST = "127.0.0.1"
_REST = 5.0  # times what a page took to make, in which it is not made again


@dataclass
class _Followed:
    """One study, its latest page and when it may be made again."""

    study: Study
    revision: int = -1
    content: bytes = b""
    ready: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Dashboard:
    """A server of the studies in one file, bound to 127.0.0.1, that only reads.

    Args:
        storage: the path of the file, or a storage.
        port: to listen at; 0 takes any that is free.

    Use it as a context, or call :meth:`close`. Requests that name another host than this machine are refused, so that
    no page elsewhere can read a study through the reader's browser.
    """

    def __init__(self, storage: str | os.PathLike[str] | Storage, *, port: int = 8765) -> None:
        self._storage = open_storage(storage, readonly=True) if not isinstance(storage, Storage) else storage
        self._studies: dict[str, _Followed] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer((_HOST, port), _handler(self))
        self._server.daemon_threads = True
        self._server.socket.settimeout(1.0)  # a caller who hangs up between select and accept must not hold it up
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{_HOST}:{self._server.server_address[1]}/"

    @property
    def hosts(self) -> frozenset[str]:
        """What a request may call this machine."""
        port = self._server.server_address[1]
        return frozenset(f"{name}:{port}" for name in (_HOST, "localhost"))

    def start(self) -> Dashboard:
        """Answer in a thread of its own, if it does not yet."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._server.serve_forever, daemon=True, name="tunewright-dashboard")
            self._thread.start()
        return self

    def run(self) -> None:
        """Answer until interrupted."""
        self._server.serve_forever()

    def close(self) -> None:
        """Stop answering."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Dashboard:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- what is answered --------------------------------------------------------------------------

    def page(self, name: str | None) -> str:
        """The page of a study; without a name the only one's, or a list of those there are."""
        names = self._storage.names()
        if name is None and len(names) != 1:
            return _index(names)
        followed = self._followed(names[0] if name is None else name)
        with followed.lock:
            self._refresh(followed)
            return render(followed.study, live=True)

    def revision(self, name: str | None) -> int:
        """How far a study has come, as far as the page would show it now."""
        followed = self._followed(name or self._only())
        with followed.lock:
            if time.monotonic() >= followed.ready:
                self._refresh(followed)
            return followed.study.history.revision

    def content(self, name: str | None) -> bytes:
        """What the page needs to draw itself anew, as JSON."""
        followed = self._followed(name or self._only())
        with followed.lock:
            if followed.revision != followed.study.history.revision:
                began = time.monotonic()
                told = content(followed.study) | {
                    "found": found_html(followed.study),
                    "about": about_html(followed.study),
                }
                followed.content = json.dumps(told, ensure_ascii=False, allow_nan=False).encode("utf-8")
                followed.revision = followed.study.history.revision
                followed.ready = time.monotonic() + _REST * (time.monotonic() - began)
            return followed.content

    def _only(self) -> str:
        names = self._storage.names()
        if len(names) != 1:
            raise StudyNotFoundError(f"this file holds {len(names)} studies: say which, ?study=name")
        return names[0]

    def _followed(self, name: str) -> _Followed:
        with self._lock:
            if name not in self._studies:
                self._studies[name] = _Followed(Study.load(self._storage, name))
            return self._studies[name]

    @staticmethod
    def _refresh(followed: _Followed) -> None:
        if isinstance(followed.study.ledger, StoredLedger):
            followed.study.ledger.refresh()


def serve(storage: str | os.PathLike[str] | Storage, *, port: int = 8765) -> Dashboard:
    """A running :class:`Dashboard`; close it when done."""
    return Dashboard(storage, port=port).start()


def _index(names: list[str]) -> str:
    links = "".join(f'<li><a href="?study={quote(name)}">{escape(name)}</a></li>' for name in names)
    said = f"<ul>{links}</ul>" if names else "<p>This file holds no studies yet.</p>"
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"><title>Studies · tunewright</title></head>'
        f"<body><main><h1>Studies</h1>{said}</main></body></html>"
    )


def _handler(dashboard: Dashboard) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers GET and HEAD; everything else is refused by the base class."""

        server_version = "tunewright"
        sys_version = ""
        timeout = 30.0  # seconds for which a caller may say nothing

        def do_GET(self) -> None:
            """Answer one request."""
            if self.headers.get("Host") not in dashboard.hosts:
                self._answer(403, "text/plain", b"this dashboard answers to 127.0.0.1 and localhost alone\n")
                return
            asked = urlsplit(self.path)
            name = parse_qs(asked.query).get("study", [None])[0]
            try:
                status, kind, body = _answer(dashboard, asked.path, name)
            except StudyNotFoundError as error:
                status, kind, body = 404, "text/plain", f"{error}\n".encode()
            except TunewrightError as error:
                status, kind, body = 500, "text/plain", f"{error}\n".encode()
            self._answer(status, kind, body)

        do_HEAD = do_GET  # noqa: N815

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("X-Frame-Options", "DENY")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the terminal belongs to the command."""

    return Handler


def _answer(dashboard: Dashboard, path: str, name: str | None) -> tuple[int, str, bytes]:
    if path == "/":
        return 200, "text/html", dashboard.page(name).encode("utf-8")
    if path == "/revision":
        return 200, "application/json", json.dumps({"revision": dashboard.revision(name)}).encode()
    if path == "/content":
        return 200, "application/json", dashboard.content(name)
    return 404, "text/plain", b"there is nothing here; the page is at /\n"
