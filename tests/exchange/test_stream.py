"""A stream that is kept: proved, never in a hurry, never given up."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from itertools import pairwise

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.upbit.exchange.auth import Credentials
from custom_components.upbit.exchange.cooldown import Cooldown
from custom_components.upbit.exchange.endpoint import Endpoint
from custom_components.upbit.exchange.errors import (
    Banned,
    CannotConnect,
    InvalidKey,
    KeyRefused,
    RateLimited,
    UpbitError,
)
from custom_components.upbit.exchange.messages import Message, MyAsset, UnknownFrame
from custom_components.upbit.exchange.stream import Stream
from custom_components.upbit.exchange.transport import Transport
from tests.clock import Clock
from tests.upbit_server import UpbitServer


class Witness:
    """A listener that writes down what it hears."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.connects = 0
        self.standing: list[tuple[str, ...]] = []
        self.lost: list[UpbitError] = []
        self.messages: list[Message] = []
        self.refused: list[str] = []
        self.breaks = False
        self.breaks_when_lost = False

    def stream_connected(self) -> None:
        """Count."""
        self.connects += 1

    def stream_stands(self, types: tuple[str, ...]) -> None:
        """Note the types."""
        self.standing.append(types)

    def stream_lost(self, error: UpbitError) -> None:
        """Note why, and perhaps break."""
        self.lost.append(error)
        if self.breaks_when_lost:
            raise RuntimeError("a fault of the listener")

    def message_received(self, message: Message) -> None:
        """Note the message, or break."""
        if self.breaks:
            raise RuntimeError("a fault of the listener")
        self.messages.append(message)

    def frame_refused(self, kind: str) -> None:
        """Note the kind."""
        self.refused.append(kind)

    @property
    def changes(self) -> list[MyAsset]:
        """The frames of the account."""
        return [one for one in self.messages if isinstance(one, MyAsset)]


type Start = Callable[..., Stream]


@pytest.fixture
async def witness() -> Witness:
    """Return a listener."""
    return Witness()


@pytest.fixture
async def start(
    session: ClientSession, server: UpbitServer, witness: Witness, clock: Clock
) -> AsyncGenerator[Start]:
    """Return what starts a stream whose backoff is always as long as it can be."""
    tasks: list[asyncio.Task[None]] = []

    def begin(types: tuple[str, ...] = ("myAsset",), scopes: object = None) -> Stream:
        key = server.issue_key() if scopes is None else server.issue_key(scopes=scopes)  # type: ignore[arg-type]  # a set of scopes
        endpoint = Endpoint.of_origin(server.origin)
        stream = Stream(
            Transport(session, endpoint, Cooldown()),
            endpoint.private_stream,
            Credentials(key.access_key, key.secret_key),
            [{"type": kind} for kind in types],
            witness,
            jitter=lambda _, longest: longest,
        )
        tasks.append(asyncio.create_task(stream.run()))
        return stream

    yield begin
    for task in tasks:
        task.cancel()
    await clock.settle()
    assert all(task.done() for task in tasks)
    assert not server.connections


def handshakes(server: UpbitServer) -> list[float]:
    """Return when each handshake was asked for."""
    return [one.time for one in server.requests if "websocket" in one.path]


async def test_a_subscription_stands_once_the_exchange_lists_it(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """There is no other acknowledgement."""
    start()
    await clock.settle()
    assert witness.standing == [("myAsset",)]
    server.deposit("BTC", "0.1")
    await clock.settle()
    assert len(witness.changes) == 1


async def test_a_subscription_that_is_not_listed_is_no_connection(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """Nor is one whose question is not answered."""
    server.fault(forget_types=["myAsset"])
    start()
    await clock.settle()
    assert not witness.standing
    assert [type(error) for error in witness.lost] == [CannotConnect]
    server.fault(forget_types=(), ignore_list=True)
    await clock.advance(4)
    assert not witness.standing
    await clock.advance(10)
    assert str(witness.lost[-1]) == "no answer to LIST_SUBSCRIPTIONS"
    server.fault(ignore_list=False)
    await clock.advance(20)
    assert witness.standing == [("myAsset",)]


async def test_a_missing_scope_costs_its_own_type_only(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """The first goes alone then, and the others join one by one."""
    start(("myAsset", "myOrder", "announcement"), scopes=["자산조회"])
    await clock.advance(5)
    assert witness.standing == [("myAsset", "announcement")]
    assert len(handshakes(server)) == 1
    server.deposit("BTC", "0.1")
    await clock.settle()
    assert len(witness.changes) == 1


async def test_a_last_type_that_is_refused_leaves_the_others_subscribed(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """They are asked for once more, since what is refused may have replaced them."""
    server.fault(refuse_types=["announcement"])
    start(("myAsset", "myOrder", "announcement"))
    await clock.advance(5)
    assert witness.standing == [("myAsset", "myOrder")]


async def test_a_refusal_that_ends_the_connection_is_remembered_by_the_next(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """All at once, then one by one, then without the type that was refused: three connections."""
    server.fault(close_on_error=True)
    start(("myAsset", "myOrder", "announcement"), scopes=["자산조회"])
    await clock.advance(20)
    assert witness.standing == [("myAsset", "announcement")]
    assert len(handshakes(server)) == 3
    server.fault(close=1001)
    await clock.advance(20)
    assert witness.standing == [("myAsset", "announcement")] * 2
    assert len(handshakes(server)) == 4


async def test_a_type_that_was_refused_is_asked_for_again_after_a_day(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """A region may come to have it."""
    server.fault(refuse_types=["announcement"])
    start(("myAsset", "announcement"))
    await clock.advance(24 * 3600 + 60)
    server.fault(refuse_types=[])
    server.fault(close=1001)
    await clock.advance(5)
    assert witness.standing == [("myAsset",), ("myAsset", "announcement")]


async def test_a_subscription_can_be_changed_while_it_stands(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """On the same connection, and kept on the next."""
    stream = start()
    await clock.advance(10)
    stream.change([{"type": "myAsset"}, {"type": "myOrder"}])
    await clock.settle()
    (connection,) = server.connections
    assert set(connection.subscriptions) == {"myAsset", "myOrder"}
    assert len(handshakes(server)) == 1
    server.fault(close=1001)
    await clock.advance(5)
    assert witness.standing[-1] == ("myAsset", "myOrder")


async def test_a_change_while_a_subscription_is_under_way_is_made_good(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """As soon as it stands."""
    server.fault(ignore_list=True)
    stream = start()
    await clock.advance(1)
    stream.change([{"type": "myOrder"}])
    server.fault(ignore_list=False)
    await clock.advance(15)
    (connection,) = server.connections
    assert set(connection.subscriptions) == {"myOrder"}


async def test_a_key_that_may_not_subscribe_is_refused(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """An error frame says so; it is tried again, at the longest backoff."""
    start(scopes=[])
    await clock.advance(1000)
    assert {type(error) for error in witness.lost} == {InvalidKey}
    assert not witness.standing
    assert len(handshakes(server)) == 1 + 1000 // 120


async def test_a_key_refused_at_the_handshake_is_tried_every_two_minutes(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """It is never given up: its owner may mend it."""
    server.fault(refuse_handshake=401)
    start()
    await clock.advance(1000)
    assert {type(error) for error in witness.lost} == {InvalidKey}
    assert len(handshakes(server)) == 1 + 1000 // 120
    server.fault(refuse_handshake=None)
    await clock.advance(121)
    assert witness.standing


async def test_an_error_frame_on_a_standing_stream_ends_it(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """One with a name that nobody knows does not."""
    start()
    await clock.settle()
    server.fault(send_error="SOMETHING_NEW")
    await clock.settle()
    assert not witness.lost
    server.fault(send_error="INVALID_AUTH")
    await clock.settle()
    assert [type(error) for error in witness.lost] == [InvalidKey]


@pytest.mark.parametrize(
    ("status", "kind"), [(429, RateLimited), (418, Banned), (503, CannotConnect)]
)
async def test_a_refused_handshake_is_told_by_its_status(
    start: Start,
    server: UpbitServer,
    witness: Witness,
    clock: Clock,
    status: int,
    kind: type[UpbitError],
) -> None:
    """Limits without a time are waited out for the longest backoff."""
    server.fault(refuse_handshake=status)
    start()
    await clock.advance(119)
    assert {type(error) for error in witness.lost} == {kind}
    assert (len(handshakes(server)) == 1) == (status != 503)


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1011])
async def test_however_connections_end_there_is_at_most_one_a_second(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock, code: int
) -> None:
    """And ever fewer: a clean close in a loop once made a client connect 5,425 times in 3 s."""
    start()
    for _ in range(600):
        server.fault(close=code)
        await clock.advance(1)
    moments = handshakes(server)
    assert all(later - one >= 0.999 for one, later in pairwise(moments))
    # After 1, 2, 4, ..., 64, 120, 120, ... seconds.
    assert len(moments) == 11


async def test_a_connection_that_stood_for_a_minute_starts_the_backoff_anew(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """So a server that restarts is back within a second."""
    server.fault(refuse_handshake=503)
    start()
    await clock.advance(300)
    server.fault(refuse_handshake=None)
    await clock.advance(200)
    server.fault(close=1006)
    await clock.advance(1.01)
    assert len(witness.standing) == 2


async def test_pings_keep_an_idle_connection_for_hours(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """The exchange would close it after 120 s."""
    start()
    await clock.advance(4 * 3600)
    assert not witness.lost
    assert len(witness.standing) == 1


async def test_a_mute_connection_is_lost_by_its_pongs(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """Within a minute."""
    start()
    await clock.settle()
    server.fault(mute=True)
    await clock.advance(60)
    assert witness.lost
    assert str(witness.lost[0]) == "no pong"


async def test_a_subscription_that_was_forgotten_is_found_out(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """Pongs go on; the question every five minutes does not lie."""
    start()
    await clock.advance(100)
    (connection,) = server.connections
    connection.subscriptions.clear()
    await clock.advance(201)
    assert len(witness.lost) == 1
    await clock.advance(2)
    assert len(witness.standing) == 2


async def test_a_subscription_that_was_forgotten_in_part_is_found_out(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """Each type has to be listed, not just any."""
    start(("myAsset", "myOrder"))
    await clock.advance(100)
    (connection,) = server.connections
    del connection.subscriptions["myAsset"]
    await clock.advance(201)
    assert len(witness.lost) == 1


async def test_a_renewal_comes_again_at_once_and_only_once(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """Politely: a second after the last connect."""
    stream = start()
    await clock.advance(100)
    stream.renew()
    stream.renew()
    await clock.advance(3)
    assert [str(error) for error in witness.lost] == ["renewed"]
    assert len(witness.standing) == 2


async def test_a_listener_that_breaks_does_not_end_the_stream(
    start: Start,
    server: UpbitServer,
    witness: Witness,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is logged, and the stream is renewed for what was not taken."""
    start()
    await clock.settle()
    witness.breaks = True
    server.deposit("BTC", "0.1")
    await clock.settle()
    witness.breaks = False
    await clock.advance(5)
    assert len(witness.standing) == 2
    assert "unexpected error" in caplog.text


async def test_a_listener_that_breaks_when_a_connection_is_lost_does_not_end_the_stream(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """The next connection comes all the same."""
    start()
    await clock.settle()
    witness.breaks_when_lost = True
    server.fault(close=1001)
    await clock.advance(5)
    assert len(witness.standing) == 2


async def test_a_redirected_handshake_goes_nowhere(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """Not even without the token: whoever answers there would be believed."""
    seen: list[str] = []

    async def other(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=404)

    app = web.Application()
    app.router.add_get("/{path:.*}", other)
    # The access log cannot be written while time stands still.
    async with TestServer(app, host="127.0.0.1", access_log=None) as elsewhere:
        server.fault(redirect=str(elsewhere.make_url("/websocket/v1/private")))
        start()
        await clock.settle()
    assert not seen
    assert [str(error) for error in witness.lost] == ["status 302 without JSON"]


async def test_a_frame_that_cannot_be_read_leaves_the_connection_alone(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """Nor does one of an unknown type, or a sign of life that nobody asked for."""
    start()
    await clock.settle()
    server.fault(send_raw="{")
    server.fault(send_raw=b'{"type": "other"}')
    server.fault(send_raw='{"status": "UP"}')
    server.deposit("BTC", "0.1")
    await clock.settle()
    assert witness.refused == ["not_json"]
    assert UnknownFrame("other") in witness.messages
    assert len(witness.changes) == 1
    assert not witness.lost


async def test_no_server_is_waited_for(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """The name of the error is all that is told of it."""
    await server.__aexit__()
    start()
    await clock.advance(10)
    assert {str(error) for error in witness.lost} == {"ClientConnectorError"}
    await server.__aenter__()
    await clock.advance(20)
    assert witness.standing


async def test_all_types_go_in_one_message_with_a_ticket(
    start: Start,
    server: UpbitServer,
    witness: Witness,
    clock: Clock,
) -> None:
    """A later subscription would replace the earlier one."""
    start(("myAsset", "myOrder"))
    await clock.settle()
    (connection,) = server.connections
    assert set(connection.subscriptions) == {"myAsset", "myOrder"}
    assert len(handshakes(server)) == 1


async def test_a_ping_of_the_server_is_answered(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """As any client must."""
    start()
    await clock.settle()
    (connection,) = server.connections
    await connection.socket.ping(b"are you there")
    await clock.settle()
    assert connection.pongs == 1
    assert not witness.lost


async def test_a_change_does_not_end_the_wait_for_a_pong(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """A change of the subscription cut it short, and the connection with it."""
    stream = start()
    await clock.settle()
    server.fault(no_pongs=True)
    await clock.advance(32)
    stream.change([{"type": "myAsset"}, {"type": "myOrder"}])
    await clock.settle()
    assert not witness.lost
    server.fault(no_pongs=False)
    server.deposit("BTC", "1")
    await clock.advance(1)
    (connection,) = server.connections
    assert set(connection.subscriptions) == {"myAsset", "myOrder"}


async def test_a_refusal_that_is_over_is_no_reason_for_what_comes_later(
    start: Start, server: UpbitServer, witness: Witness, clock: Clock
) -> None:
    """A subscription that the server forgot was taken for a refused key, since a scope was missing earlier."""
    start(("myAsset", "myOrder", "announcement"), scopes=["자산조회"])
    await clock.advance(5)
    assert witness.standing == [("myAsset", "announcement")]
    server.fault(lose_subscriptions=True)
    await clock.advance(310)
    assert witness.lost
    assert not isinstance(witness.lost[-1], KeyRefused)
