"""The streams of the simulated exchange: subscriptions, formats, error frames, and how frames travel."""

from collections.abc import Callable
from decimal import Decimal
import json
from typing import Any

import pytest

from .clock import Clock
from .trader import Trader
from .upbit_server import UpbitServer
from .upbit_server.wire import Value


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("no json", "WRONG_FORMAT"),
        ({"type": "myAsset"}, "WRONG_FORMAT"),
        ([{"type": "myAsset"}], "NO_TICKET"),
        ([{"ticket": "t"}], "NO_TYPE"),
        ([{"ticket": "t"}, {"type": "ticker"}], "INVALID_PARAM"),
        ([{"ticket": "t"}, {"type": "myAsset", "codes": ["KRW-BTC"]}], "WRONG_FORMAT"),
        (
            [{"ticket": "t"}, {"type": "myAsset", "is_only_snapshot": True}],
            "WRONG_FORMAT",
        ),
        ([{"ticket": "t"}, {"type": "myAsset"}, {"format": "XML"}], "WRONG_FORMAT"),
        ([{"ticket": "t"}, {"method": "STOP"}], "INVALID_PARAM"),
        (b"\xff\xfe", "WRONG_FORMAT"),
        ([{"ticket": "t"}, {"type": ["myAsset"]}], "WRONG_FORMAT"),
        ("[" * 100_000, "WRONG_FORMAT"),
    ],
    ids=lambda one: str(one)[:40],
)
async def test_a_wrong_message_is_answered_with_an_error_frame(
    trader: Trader, clock: Clock, message: Any, name: str
) -> None:
    """And the connection stays."""
    socket = await trader.listen()
    if isinstance(message, bytes):
        await socket.send_bytes(message)
    else:
        await socket.send_str(
            message if isinstance(message, str) else json.dumps(message)
        )
    await clock.settle()
    assert [frame["error"]["name"] for frame in trader.frames] == [name]
    assert not socket.closed


async def test_a_later_subscription_replaces_the_earlier_one(
    trader: Trader, clock: Clock
) -> None:
    """LIST_SUBSCRIPTIONS is how one learns it."""
    socket = await trader.listen({"type": "myAsset"}, {"type": "myOrder"})
    await socket.send_json([{"ticket": "u"}, {"type": "myOrder"}])
    await socket.send_json([{"ticket": "v"}, {"method": "LIST_SUBSCRIPTIONS"}])
    trader.server.deposit("BTC", "1")
    await clock.settle()
    assert trader.frames == [
        {"method": "LIST_SUBSCRIPTIONS", "result": [{"type": "myOrder"}], "ticket": "v"}
    ]


@pytest.mark.parametrize(
    ("form", "read"),
    [
        ("DEFAULT", lambda frame: frame["assets"][0]["balance"]),
        ("SIMPLE", lambda frame: frame["ast"][0]["b"]),
        ("JSON_LIST", lambda frame: frame[0]["assets"][0]["balance"]),
        ("SIMPLE_LIST", lambda frame: frame[0]["ast"][0]["b"]),
    ],
)
async def test_a_change_comes_in_each_format_with_every_digit(
    trader: Trader, clock: Clock, form: str, read: Callable[[Any], Decimal]
) -> None:
    """Only what changed, as a number."""
    await trader.listen({"type": "myAsset"}, {"format": form})
    await clock.settle()
    trader.server.deposit("KRW", "0.00000000000000000123")
    await clock.settle()
    (frame,) = trader.frames
    assert str(read(frame)) == "1000000.00000000000000000123"


async def test_a_silent_connection_is_cut_after_two_minutes_and_status_keeps_it(
    trader: Trader, clock: Clock
) -> None:
    """Without a close frame."""
    silent = await trader.listen({"type": "myAsset"})
    await clock.advance(119)
    assert not silent.closed
    await clock.advance(2)
    assert silent.closed
    assert silent.close_code == 1006
    kept = await trader.listen({"type": "myAsset"})
    await kept.send_str("PING")
    await clock.advance(301)
    assert not kept.closed
    assert trader.frames == [{"status": "UP"}] * 31


async def test_a_connection_that_talks_too_much_is_cut(
    trader: Trader, clock: Clock
) -> None:
    """Five messages a second."""
    socket = await trader.listen()
    for _ in range(6):
        await socket.send_str("PING")
    await clock.settle()
    assert socket.closed


NOTICE: dict[str, Value] = {
    "type": "announcement",
    "uuid": "a1",
    "category": "trading",
    "title": "A notice",
    "body": "More of it",
}


async def test_a_notice_reaches_whoever_wants_its_category(
    trader: Trader, clock: Clock
) -> None:
    """No scope is needed."""
    trader.key = trader.server.issue_key(scopes=[])
    await trader.listen({"type": "announcement", "categories": ["trading"]})
    await clock.settle()
    for category in ("event", "trading"):
        trader.server.private.announce({**NOTICE, "category": category})
    await clock.settle()
    assert trader.frames == [NOTICE]


async def test_a_notice_without_its_body_has_none(trader: Trader, clock: Clock) -> None:
    """For whoever subscribes without."""
    await trader.listen({"type": "announcement", "include_body": False})
    await clock.settle()
    trader.server.private.announce(NOTICE)
    await clock.settle()
    assert trader.frames == [{**NOTICE, "body": None}]


@pytest.mark.parametrize(
    ("fault", "value", "count"),
    [
        ("drop_types", ["announcement"], 0),
        ("drop_frames", True, 0),
        ("duplicate_frames", True, 2),
        ("first_use_silence", 300, 1),
    ],
)
async def test_notices_travel_as_other_frames_do(
    trader: Trader, clock: Clock, fault: str, value: object, count: int
) -> None:
    """They are lost and doubled; but no account's first minutes hold them up."""
    trader.server.fault(**{fault: value})
    await trader.listen({"type": "announcement"}, {"type": "myAsset"})
    await clock.settle()
    trader.server.private.announce(NOTICE)
    await clock.settle()
    assert len(trader.frames) == count


async def test_two_changes_can_share_a_millisecond_and_none_is_later_than_its_frame(
    trader: Trader, clock: Clock
) -> None:
    """Nobody promises that stamps are unique; asset_timestamp comes before timestamp."""
    await trader.listen({"type": "myAsset"})
    await clock.settle()
    for _ in range(20):
        trader.server.deposit("BTC", "1")
    await clock.settle()
    assert len({frame["asset_timestamp"] for frame in trader.frames}) == 1
    assert all(
        frame["asset_timestamp"] <= frame["timestamp"] for frame in trader.frames
    )


async def test_parts_of_one_type_are_one_subscription_of_all_their_codes(
    trader: Trader, server: UpbitServer, clock: Clock
) -> None:
    """As other people's clients subscribe: a part for each market."""
    parts = [{"type": "ticker", "codes": [code]} for code in ("KRW-BTC", "KRW-ETH")]
    await trader.listen(*parts, public=True)
    await clock.settle()
    assert [frame["code"] for frame in trader.frames] == ["KRW-BTC", "KRW-ETH"]


async def test_orders_of_other_markets_are_not_sent(
    trader: Trader, server: UpbitServer, clock: Clock
) -> None:
    """Codes on myOrder choose, and no codes are all of them."""
    await trader.listen({"type": "myOrder", "codes": ["KRW-BTC"]})
    await trader.listen({"type": "myOrder", "codes": []})
    await clock.settle()
    server.order("KRW-ETH", "ask", "0.1", "9000000")
    server.order("KRW-BTC", "ask", "0.1", "900000000")
    await clock.settle()
    codes = sorted(frame["code"] for frame in trader.frames)
    assert codes == ["KRW-BTC", "KRW-BTC", "KRW-ETH"]


async def test_subscriptions_are_listed_in_the_format_that_is_asked_for(
    trader: Trader, clock: Clock
) -> None:
    """With short names in SIMPLE."""
    socket = await trader.listen({"type": "myAsset"})
    for form in ("SIMPLE", "DEFAULT"):
        await socket.send_json(
            [{"ticket": "t"}, {"method": "LIST_SUBSCRIPTIONS"}, {"format": form}]
        )
    await clock.settle()
    assert trader.frames == [
        {"mthd": "LIST_SUBSCRIPTIONS", "rslt": [{"ty": "myAsset"}], "tckt": "t"},
        {
            "method": "LIST_SUBSCRIPTIONS",
            "result": [{"type": "myAsset"}],
            "ticket": "t",
        },
    ]
