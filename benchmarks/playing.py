"""Frames that are taken in as from the network, without one."""

from collections.abc import Sequence
from contextlib import suppress

from aiohttp import WSMessage, WSMsgType

from custom_components.upbit.exchange.connection import (
    Connection,
    Refusals,
    StreamListener,
)
from custom_components.upbit.exchange.errors import CannotConnect


class Played:
    """A socket on which some frames have arrived already, and which then is closed."""

    close_code = 1000

    def __init__(self, frames: Sequence[bytes]) -> None:
        """Take the frames."""
        self._messages = iter(
            [
                *(WSMessage(WSMsgType.BINARY, frame, None) for frame in frames),
                WSMessage(WSMsgType.CLOSED, None, None),
            ]
        )

    async def receive(self) -> WSMessage:
        """Return the next frame."""
        return next(self._messages)


async def play(frames: Sequence[bytes], listener: StreamListener) -> None:
    """Let a connection take frames in, as it does when they come from the network."""
    socket = Played(frames)
    connection = Connection(socket, listener, Refusals())  # type: ignore[arg-type]  # what of a socket is used
    with suppress(CannotConnect):
        await connection.listen()
