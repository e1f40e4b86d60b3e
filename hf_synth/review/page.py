"""Judging in the browser: one page, served to this machine alone.

The server is that of the standard library: one page and three requests need no web framework, which would be the
largest dependency of the package.
"""

from __future__ import annotations

import json
import secrets
import threading
import webbrowser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import typer

from hf_synth.errors import ConfigError, HfSynthError
from hf_synth.markdown import show_hidden
from hf_synth.review.judgements import VERDICTS
from hf_synth.review.outcome import tell_outcome
from hf_synth.review.session import Session, name_meaning, split_slots
from hf_synth.schema import Utterance

PAGE = Path(__file__).with_name("page.html")
HOST = "127.0.0.1"
LONGEST = 65536  # bytes of a request


def judge_in_browser(session: Session, port: int = 0, open_browser: bool = True) -> None:
    """Serve the page until the person leaves it with `q`, or Ctrl-C.

    Args:
        session: The rows and the judgements so far.
        port: Where to serve; 0 takes a free port.
        open_browser: Open the page, too.

    Raises:
        ConfigError: The port is taken.
    """
    try:
        server = ReviewServer(session, port)
    except OSError as error:
        raise ConfigError(f"port {port}: {error}", hint="Choose another --port, or 0 for a free one.") from None
    with server:
        typer.echo(f"Page     {server.url}\n         Ctrl-C or q in the page leaves; all judgements are kept")
        if open_browser:
            webbrowser.open(server.url)
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            typer.echo()


class ReviewServer(ThreadingHTTPServer):
    """The page of one session.

    Other machines cannot reach it. Other pages in the same browser can neither guess the token nor, under a name of
    their own that leads here, pass the check of the Host header.

    Args:
        session: The rows and the judgements so far.
        port: Where to serve; 0 takes a free port.
    """

    daemon_threads = True

    def __init__(self, session: Session, port: int = 0) -> None:
        super().__init__((HOST, port), Handler)
        self.session = session
        self.token = secrets.token_urlsafe(24)
        self.lock = threading.Lock()

    @property
    def hosts(self) -> tuple[str, str]:
        """Names that a browser may call this server by."""
        return f"{HOST}:{self.server_port}", f"localhost:{self.server_port}"

    @property
    def url(self) -> str:
        """The address of the page, with its token."""
        return f"http://{HOST}:{self.server_port}/?token={self.token}"


class Handler(BaseHTTPRequestHandler):
    """Answers the page's requests: the page itself, its rows, a judgement, the end."""

    server: ReviewServer
    timeout = 30  # seconds; a browser opens connections that it may never use

    def do_GET(self) -> None:
        """Send the page or its rows."""
        address = urlsplit(self.path)
        token = parse_qs(address.query).get("token", [""])[0]
        if address.path == "/" and self._admit(token):
            nonce = secrets.token_urlsafe(16)
            page = PAGE.read_text(encoding="utf-8").replace("NONCE", nonce)
            self._answer(200, page, "text/html", f"; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'")
        elif address.path == "/rows" and self._admit():
            with self.server.lock:
                self._answer_json(describe_session(self.server.session))
        elif address.path not in ("/", "/rows"):
            self._answer(404, "no such page")

    def do_POST(self) -> None:
        """Keep a judgement, or end the session."""
        if not self._admit():
            return
        try:
            length = int(self.headers.get("Content-Length", ""))
            if not 0 <= length <= LONGEST:
                raise ValueError("too long")
            values = json.loads(self.rfile.read(length))
            if self.path == "/judge":
                self._judge(*(values[name] for name in ("row", "verdict", "note")))
            elif self.path == "/finish":
                self._finish()
            else:
                self._answer(404, "no such page")
        except (ValueError, KeyError, TypeError):
            self._answer(400, "expected a judgement in JSON")
        except HfSynthError as error:
            self._answer(400, str(error))
        except OSError as error:
            self._answer(500, f"cannot be written ({error})")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal shows the address and the outcome."""

    def _admit(self, token: str = "") -> bool:
        given = token or self.headers.get("X-Review-Token", "")
        if self.headers.get("Host") not in self.server.hosts:
            self._answer(403, "this page is for the machine it runs on")
        elif not secrets.compare_digest(given.encode(), self.server.token.encode()):
            self._answer(403, "open the address that hf-synth review says, with its token")
        else:
            return True
        return False

    def _judge(self, row: str, verdict: str, note: str) -> None:
        if not all(isinstance(value, str) for value in (row, verdict, note)):
            raise ValueError("expected texts")
        with self.server.lock:
            self.server.session.judge(row, verdict, note)
            said = self.server.session.judgements[row]
        self._answer_json({"verdict": said.verdict, "note": said.note})

    def _finish(self) -> None:
        with self.server.lock:
            review, session = self.server.session.finish(), self.server.session
        lines = [f"{session.judged} of {len(session.items)} rows are judged; all of it is kept."]
        lines += tell_outcome(review) if review else []
        self._answer_json({"lines": [*lines, "You can close this page."]})
        self.server.shutdown()

    def _answer_json(self, values: Any) -> None:
        self._answer(200, json.dumps(values), "application/json")

    def _answer(self, status: int, text: str, kind: str = "text/plain", policy: str = "") -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": f"{kind}; charset=utf-8",
            "Content-Length": str(len(body)),
            "Content-Security-Policy": "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            f"frame-ancestors 'none'{policy}",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def describe_session(session: Session) -> dict[str, Any]:
    """What the page shows: names, rows with their seeds, and what was said so far.

    Args:
        session: The rows and the judgements so far.

    Returns:
        JSON-like values; hidden characters of foreign texts are escapes that can be seen.
    """
    return {
        "name": show_hidden(session.manifest.name),
        "reviewer": session.reviewer,
        "verdicts": VERDICTS,
        "slots": list(map(show_hidden, session.slots)),
        "rows": [
            {
                "key": item.key,
                "made": _describe(item.row.utterance),
                "seeds": list(map(_describe, item.seeds)),
                "said": {"verdict": said.verdict, "note": said.note}
                if (said := session.judgements.get(item.key))
                else None,
            }
            for item in session.items
        ],
    }


def _describe(utterance: Utterance) -> dict[str, Any]:
    parts = [{"text": show_hidden(words), "slot": show_hidden(slot)} for words, slot in split_slots(utterance)]
    return {"label": show_hidden(name_meaning(utterance)), "parts": parts}
