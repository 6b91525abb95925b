"""The house that every test of the runner lives in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from context.subscription import HubLimits
from launcher.server.hub import RunnerLimits
from tests.launcher.hub.house import House


@pytest.fixture
async def house(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """A served hub; ``@pytest.mark.parametrize("house", [{...}], indirect=True)`` changes its numbers."""
    numbers: dict[str, Any] = dict(getattr(request, "param", {}))
    hub = {key: numbers.pop(key) for key in list(numbers) if key in HubLimits.__dataclass_fields__}
    seconds = {
        k: timedelta(seconds=v)
        if k in ("acknowledgement", "shell_first", "connect_within", "unreadable_frames_within")
        else v
        for k, v in hub.items()
    }
    async with House(HubLimits(**seconds), RunnerLimits(**numbers)).running() as served:
        yield served
