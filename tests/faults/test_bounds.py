"""Secrets and bounds: nothing that was written holds a key, and what is too long costs little."""

import asyncio
from collections.abc import AsyncGenerator
import json
import tracemalloc
from typing import Any
import zlib

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.upbit.const import CONF_ACCESS_KEY, CONF_SECRET_KEY
from custom_components.upbit.diagnostics import async_get_config_entry_diagnostics
from custom_components.upbit.exchange.cooldown import Cooldown
from custom_components.upbit.exchange.endpoint import Endpoint
from custom_components.upbit.exchange.errors import CannotConnect
from custom_components.upbit.exchange.rest import UpbitMarket
from custom_components.upbit.exchange.transport import MOST_ANSWERED, Transport
from tests.clock import Clock
from tests.upbit_server import UpbitServer

STORM: tuple[dict[str, object], ...] = (
    {"answer": "401"},
    {"answer": "403 scope"},
    {"answer": "500"},
    {"answer": "truncated"},
    {"answer": None, "close": 1006, "stall_handshake": True},
    {"stall_handshake": False, "redirect": "http://127.0.0.1:9/"},
    {"redirect": None, "mangle": "not UTF-8"},
    {"mangle": "huge", "send_error": "INVALID_AUTH"},
    {"mangle": None, "answer_error": "INVALID_PARAM", "reset": True},
    {"answer_error": None, "refuse_connections": True},
    {"refuse_connections": False, "lookup_fails": True},
    {"lookup_fails": False, "answer": "418 for 200 s"},
    {"answer": None},
)
"""Faults one after the other, each of which has words of its own."""

WORDS: tuple[str, ...] = (
    "jwt_verification",
    "out_of_scope",
    "status 500",
    "ClientPayloadError",
    "ClientConnectorError",
    "ClientConnectorDNSError",
    "too many requests",
    "Upbit cannot be reached",
)
"""What they have to leave in the log for the search to mean something."""


async def test_no_key_and_no_token_is_in_anything_that_was_written(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Logs at debug level, states, diagnostics, registries, files, repairs, texts of exceptions."""
    caplog.set_level("DEBUG")
    written: list[str] = []
    hass.bus.async_listen("*", lambda event: written.append(repr(event.as_dict())))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(30)
    for number, faults in enumerate(STORM, 1):
        server.fault(**faults)
        server.deposit("XRP", str(number))
        await clock.advance(70)
    await clock.advance(400)
    written += [repr(state.as_dict()) for state in hass.states.async_all()]
    written += [repr(issue) for issue in ir.async_get(hass).issues.values()]
    written += [repr(flow) for flow in hass.config_entries.flow.async_progress()]
    written.append(repr(await async_get_config_entry_diagnostics(hass, entry)))
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()
    # The entry itself is where Home Assistant keeps the keys.
    files = {
        name: one for name, one in hass_storage.items() if "config_entries" not in name
    }
    assert any(name.startswith("upbit") for name in files)
    written.append(json.dumps(files))
    for record in caplog.records:
        written.append(record.getMessage())
        if record.exc_info and record.exc_info[1]:
            written += [repr(one) for one in _chain(record.exc_info[1])]
    everything = "\n".join(written)
    secrets = {entry.data[CONF_ACCESS_KEY], entry.data[CONF_SECRET_KEY]}
    tokens = {one.authorization for one in server.requests if one.authorization}
    assert len(tokens) > 20
    for token in tokens:
        # Of header, claims and signature the last two say something.
        secrets |= set(token.removeprefix("Bearer ").split(".")[1:])
    assert not [word for word in WORDS if word not in everything]
    assert not [secret for secret in secrets if secret in everything]


def _chain(error: BaseException) -> list[BaseException]:
    """Return an exception and what led to it."""
    found = [error]
    while (cause := found[-1].__cause__ or found[-1].__context__) is not None:
        found.append(cause)
    return found


async def test_nothing_but_get_leaves_the_process(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A day of everything that the integration does by itself, and what its owner can ask for."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(30)
    order = server.order("KRW-BTC", "bid", "0.001", "100000000")
    await clock.advance(10)
    server.cancel(order)
    await hass.services.async_call("upbit", "refresh", {}, blocking=True)
    server.fault(close=1006)
    await clock.advance(3700)
    assert {one.method for one in server.requests} == {"GET"}
    assert len({one.path for one in server.requests}) > 5
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()


@pytest.fixture
async def market(socket_enabled: None, clock: Clock) -> AsyncGenerator[UpbitMarket]:
    """Run a server that answers without an end, and as much as it likes; return a client of it."""

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        try:
            while True:
                await answer.write(b" " * 65_536)
        except ConnectionError:
            return answer

    packer = zlib.compressobj(wbits=31)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(200))
    packed += packer.flush()

    async def bomb(_: web.Request) -> web.Response:
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    app = web.Application()
    app.router.add_get("/v1/market/all", endless)
    app.router.add_get("/v1/ticker", bomb)
    async with (
        TestServer(app, host="127.0.0.1", access_log=None) as server,
        ClientSession() as session,
    ):
        endpoint = Endpoint.of_origin(str(server.make_url("/")))
        yield UpbitMarket(Transport(session, endpoint, Cooldown()))


@pytest.mark.parametrize("kind", ["endless", "bomb"])
async def test_an_answer_without_an_end_costs_no_more_than_its_bound(
    market: UpbitMarket, kind: str
) -> None:
    """Nor does one that is small until it is unpacked: 200 MB of blanks in 200 kB."""
    tracemalloc.start()
    asked = market.markets() if kind == "endless" else market.tickers(["KRW-BTC"])
    with pytest.raises(CannotConnect, match="too long"):
        await asked
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * MOST_ANSWERED


async def test_a_frame_of_ten_megabytes_costs_no_memory_and_no_connection(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It is gone as soon as it is refused, and the connection stays."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(30)
    frame = b'{"x":"' + b"y" * 10_000_000 + b'"}'
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    refused = entry.runtime_data.coordinator.refused_frames
    for count in range(1, 6):
        server.fault(send_raw=frame)
        while refused["too_large"] < count:
            await asyncio.sleep(0)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused == {"too_large": 5}
    assert len(server.connections) == 1
    assert after - before < 1_000_000
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()


async def test_a_flood_leaves_everybody_else_a_turn(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Frames that are there already are handed out without a pause: a read holds thousands of them."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(30)
    frames = entry.runtime_data.coordinator.connection_log.frames
    server.fault(flood=5_000)
    most = 0
    while (before := frames["Status"]) < 5_000:
        await asyncio.sleep(0)
        most = max(most, frames["Status"] - before)
    assert most <= 60
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()
