"""The workspace contexts of a gateway as the hub's directory of topics."""

from __future__ import annotations

from launcher.oauth.model import GatewayState


class StateTopics:
    """A ``TopicDirectory`` over the gateway's state."""

    def __init__(self, state: GatewayState) -> None:
        self._state = state

    def session_of(self, topic: str) -> str | None:
        """The session whose workspace context this topic is."""
        context = self._state.contexts.get(topic)
        return None if context is None else context.sid
