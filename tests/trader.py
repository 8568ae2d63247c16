"""A client of nobody's, which looks at the simulated exchange itself."""

import asyncio
from decimal import Decimal
import json
from typing import Any
from uuid import uuid4

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
import jwt

from .upbit_server import UpbitServer


class Trader:
    """Signs, asks, listens."""

    def __init__(self, server: UpbitServer, session: ClientSession) -> None:
        """Issue a key."""
        self.server = server
        self.session = session
        self.key = server.issue_key()
        self.frames: list[Any] = []
        self.sockets: list[ClientWebSocketResponse] = []
        self.tasks: list[asyncio.Task[None]] = []

    def token(self, algorithm: str = "HS256", **claims: str) -> dict[str, str]:
        """Return the header of a request."""
        payload = {"access_key": self.key.access_key, "nonce": str(uuid4())} | claims
        signed = jwt.encode(payload, self.key.secret_key, algorithm=algorithm)
        return {"Authorization": f"Bearer {signed}"}

    async def get(self, path: str, headers: dict[str, str] | None = None) -> Any:
        """Return status and body of an answer."""
        headers = self.token() if headers is None else headers
        async with self.session.get(
            f"{self.server.origin}/v1/{path}", headers=headers
        ) as answer:
            text = await answer.text()
            return answer.status, json.loads(
                text, parse_float=Decimal
            ) if text.startswith(("[", "{")) else text

    async def listen(
        self, *parts: dict[str, Any], public: bool = False
    ) -> ClientWebSocketResponse:
        """Connect, subscribe, and collect the frames."""
        path = "" if public else "/private"
        socket = await self.session.ws_connect(
            f"{self.server.origin}/websocket/v1{path}", headers=self.token()
        )

        async def collect() -> None:
            async for message in socket:
                assert message.type is WSMsgType.BINARY
                self.frames.append(json.loads(message.data, parse_float=Decimal))

        self.sockets.append(socket)
        self.tasks.append(asyncio.create_task(collect()))
        if parts:
            await socket.send_json([{"ticket": "t"}, *parts])
        return socket
