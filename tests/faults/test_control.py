"""Every fault of the matrix can be switched from outside."""

import json

from aiohttp import ClientSession

from tests.clock import Clock
from tests.upbit_server import UpbitServer
from tests.upbit_server.control import Control

from .table import FAULTS


async def test_every_fault_can_be_set_and_cleared_over_the_control_port(
    server: UpbitServer, clock: Clock
) -> None:
    """And does what it does there, too: frames travel, stamps are made."""
    control = Control(server, 0)
    await control.start()
    url = f"http://127.0.0.1:{control.port}/fault"
    async with ClientSession() as session:
        for fault in FAULTS:
            for faults in ({**fault.standing, **fault.once}, fault.cleared):
                body = json.dumps(faults).encode()
                async with session.post(url, data=body) as answer:
                    assert answer.status == 200, (fault.name, await answer.text())
                server.deposit("BTC", "0.1")
                await clock.advance(1)
            for name, value in fault.cleared.items():
                assert getattr(server.faults, name) == value
        async with session.post(url, json={"answer": "nonsense"}) as answer:
            assert answer.status == 400
    await control.stop()
