"""Names resolved for :mod:`launcher.upstream.outbound`: exactly the addresses that were checked are connected to."""

from __future__ import annotations

import asyncio
import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from launcher.upstream.outbound import AddressRule, OutboundFailed


class CheckedResolver(AbstractResolver):
    """Resolves a name and gives its addresses only if every one of them may be connected to."""

    def __init__(self, rule: AddressRule) -> None:
        self._rule = rule

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """All addresses; raises ``OutboundFailed`` when one of them is not to be reached."""
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
        addresses = [(kind, str(address[0])) for kind, _, _, _, address in found]
        if not addresses or not all(self._rule.allows(address) for _, address in addresses):
            raise OutboundFailed("the address is not a public one")
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)
            for kind, address in addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""
