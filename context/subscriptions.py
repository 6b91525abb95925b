"""All subscriptions of one topic, in the order in which they came; found by endpoint, by grant, or as the shell's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from context.subscription import Subscription


class Subscriptions:
    """A thousand of them cost an answer of one no more than a handful does."""

    def __init__(self) -> None:
        self._all: dict[str, Subscription] = {}
        self._of_grant: dict[str, list[Subscription]] = {}
        self._shells: list[Subscription] = []

    def __iter__(self) -> Iterator[Subscription]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, endpoint: str) -> bool:
        return endpoint in self._all

    def get(self, endpoint: str) -> Subscription | None:
        return self._all.get(endpoint)

    def of_grant(self, grant_id: str) -> Sequence[Subscription]:
        """Those of one grant, connected or not."""
        return self._of_grant.get(grant_id, ())

    def is_connected(self, grant_id: str) -> bool:
        """Whether the grant has a live channel."""
        return any(subscription.connected for subscription in self.of_grant(grant_id))

    def connected(self) -> list[Subscription]:
        return [subscription for subscription in self if subscription.connected]

    def connected_shells(self) -> list[Subscription]:
        return [subscription for subscription in self._shells if subscription.connected]

    def add(self, subscription: Subscription) -> None:
        """One more; its endpoint is new."""
        self._all[subscription.endpoint] = subscription
        self._of_grant.setdefault(subscription.grant_id, []).append(subscription)
        if subscription.is_shell:
            self._shells.append(subscription)

    def remove(self, subscription: Subscription) -> None:
        """One that was added."""
        del self._all[subscription.endpoint]
        left = self._of_grant[subscription.grant_id]
        left.remove(subscription)
        if not left:
            del self._of_grant[subscription.grant_id]
        if subscription.is_shell:
            self._shells.remove(subscription)
