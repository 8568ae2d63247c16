"""Where a client's lookup of the exchange's name leads: to this machine, or nowhere."""

import socket
from typing import override

from aiohttp.abc import AbstractResolver, ResolveResult

from .faults import Faults


class Names(AbstractResolver):
    """A resolver that knows one address for every name."""

    def __init__(self, faults: Faults) -> None:
        """Fail while the exchange's faults say so."""
        self._faults = faults
        self.families: list[socket.AddressFamily] = []
        """The kinds of addresses that were asked for, one each time."""

    @override
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        """Return the address; raises `OSError` as a failed lookup does."""
        self.families.append(family)
        if self._faults.lookup_fails:
            raise OSError(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    @override
    async def close(self) -> None:
        """Hold nothing that could be closed."""

    async def real_close(self) -> None:
        """Do what Home Assistant asks of its own resolver, which is as little."""
