"""A gateway as a process of its own: run as a module it is the child, imported it is the parent."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import subprocess
import sys
import threading
from typing import Any

from launcher.server.serve import serve
from tests.fakes.clock import MovedClock


def main() -> None:
    """The child: one JSON line in, JSON lines out, until standard input ends."""
    configuration = json.loads(sys.stdin.buffer.readline())
    asyncio.run(_run(configuration, socket.socket(fileno=configuration["listeners"][0])))


async def _run(configuration: dict[str, Any], listener: socket.socket) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def watch() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(ended.set)

    def say(message: dict[str, Any]) -> None:
        sys.stdout.buffer.write(json.dumps(message).encode() + b"\n")
        sys.stdout.buffer.flush()

    threading.Thread(target=watch, daemon=True).start()
    await serve(
        configuration,
        listener,
        say,
        ended,
        clock=MovedClock(),
        new_id=lambda: secrets.token_urlsafe(24),
        random_bytes=secrets.token_bytes,
    )


class GatewayProcess:
    """The parent's side: starts the child on an inherited socket and keeps its sealed records."""

    def __init__(self, configuration: dict[str, Any], listener: socket.socket) -> None:
        self._configuration = configuration
        self._listener = listener
        self.records: dict[str, str] = {}
        self.ready: dict[str, Any] = {}
        self.errors = ""

    def start(self) -> None:
        """Start and wait for the ready line."""
        number = self._listener.fileno()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.gateway_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[number],
        )
        assert self.process.stdin is not None
        records = [{"key": key, "sealed": sealed} for key, sealed in self.records.items()]
        given = {**self._configuration, "listeners": [number], "records": records}
        self.process.stdin.write(json.dumps(given).encode() + b"\n")
        self.process.stdin.flush()
        is_ready = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(is_ready,), daemon=True)
        self._reader.start()
        assert is_ready.wait(20)
        assert self.ready, self.process.communicate()[1]

    def close_input(self) -> int:
        """End of input; the exit code. Raises TimeoutExpired when the child lives on for two seconds."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = self.process.wait(2)
        self._finish()
        return code

    def kill(self) -> None:
        """As ``kill -9``."""
        self.process.kill()
        self.process.wait(5)
        assert self.process.stdin is not None
        self.process.stdin.close()
        self._finish()

    def _finish(self) -> None:
        self._reader.join(5)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.errors += self.process.stderr.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()

    def _read(self, is_ready: threading.Event) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message = json.loads(line)
            if message["type"] == "ready":
                self.ready = message
                is_ready.set()
            elif message["sealed"] is None:
                self.records.pop(message["key"], None)
            else:
                self.records[message["key"]] = message["sealed"]
        is_ready.set()


if __name__ == "__main__":
    main()
