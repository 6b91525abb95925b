"""The loop's thread as a list of calls: a test answers each when it likes, and nothing leaves the process."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from types import CoroutineType
from typing import Any, cast

from shell.timeline.session_timeline import SessionTimeline


@dataclass
class Call:
    """One coroutine that a controller wanted to run; ``name`` is the function's."""

    name: str
    arguments: dict[str, Any]
    done: Callable[[Any], None] | None
    failed: Callable[[BaseException], None] | None


class Api:
    """Any method is a coroutine function that records nothing and is never awaited."""

    def __getattr__(self, name: str) -> Callable[..., CoroutineType[Any, Any, None]]:
        async def call(*given: Any, **named: Any) -> None:
            raise AssertionError("no call is awaited here")

        def made(*given: Any, **named: Any) -> CoroutineType[Any, Any, None]:
            work = cast("CoroutineType[Any, Any, None]", call(*given, **named))
            work.__name__ = name
            return work

        return made


class Posts(Api):
    """As much of the hub's posts as runs on the GUI thread."""

    def __init__(self) -> None:
        self._made = 0

    def new_event_id(self) -> str:
        self._made += 1
        return f"event-{self._made}"


class FakeServices:
    """Stands for ``Services``."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.workspace: Any = Api()
        self.records: Any = Api()
        self.posts = Posts()
        self.connection: Any = Api()
        self.base_url = "http://127.0.0.1:1"
        self.ended = False
        self.timeline = SessionTimeline()
        self.now = 0.0

    def language(self) -> str:
        return "nb"

    def style(self) -> str:
        return "dark"

    def monotonic(self) -> float:
        return self.now

    def post(self, call: Callable[[], None]) -> None:
        call()

    def run(
        self,
        work: Coroutine[Any, Any, Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> Future[Any]:
        assert isinstance(work, CoroutineType)
        frame = work.cr_frame
        self.calls.append(Call(work.__name__, dict(frame.f_locals) if frame else {}, done, failed))
        work.close()
        return Future()

    def named(self, name: str) -> list[Call]:
        """Every call of this name so far."""
        return [call for call in self.calls if call.name == name]
