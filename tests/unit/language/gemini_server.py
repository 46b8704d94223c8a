"""A local server that speaks as much of the Gemini REST API as one `generateContent` call needs, faults included."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class GeminiServer:
    """Answers every call with `status` and `body`, after the `first` ones that are waiting; while `hangs`, with nothing
    until `release`. `asked` are the calls: path, headers, body."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.status = 200
        self.body: Any = {}
        self.first: list[tuple[int, Any]] = []
        self.hangs = False
        self.release = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def answers(self, text: str, finish: str = "STOP") -> None:
        """Say `text` as the model."""
        candidate = {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": finish, "index": 0}
        usage = {"promptTokenCount": 700, "candidatesTokenCount": 90, "totalTokenCount": 790}
        self.status, self.body = 200, {"candidates": [candidate], "usageMetadata": usage}

    def fails(self, status: int, name: str, retry: str = "") -> None:
        """Report an error as the API does, with a RetryInfo of so long where there is one."""
        info = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": retry}] if retry else []
        self.status, self.body = (
            status,
            {
                "error": {"code": status, "message": "no", "status": name, "details": info},
            },
        )

    def once(self) -> None:
        """What was set last is said to the next call only."""
        self.first.append((self.status, self.body))

    def close(self) -> None:
        """Let hanging calls go and stop."""
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                server.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, asked))
                if server.hangs:
                    server.release.wait(30)
                status, said = server.first.pop(0) if server.first else (server.status, server.body)
                body = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Keep quiet."""

        return Handler
