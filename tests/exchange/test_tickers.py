"""Tickers: the last of each market counts, and it is read when it is shown."""

from decimal import Decimal
import json

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.upbit.exchange.frames import parse
from custom_components.upbit.exchange.messages import Ticker, TickerFrame
from custom_components.upbit.exchange.tickers import Tickers


def ticker(**changed: object) -> bytes:
    """Return a ticker as the exchange sends it, with fields changed; `...` leaves one out."""
    fields = {
        "type": "ticker",
        "code": "KRW-BTC",
        "opening_price": 142000000,
        "trade_price": 142350000.5,
        "prev_closing_price": 141000000,
        "trade_timestamp": 1710146517000,
        "market_state": "ACTIVE",
        "timestamp": 1710146517259,
        "stream_type": "REALTIME",
        **changed,
    }
    given = {name: value for name, value in fields.items() if value is not ...}
    return json.dumps(given, separators=(",", ":")).encode()


def taken(*frames: bytes) -> Tickers:
    """Return tickers that were taken in and not read yet."""
    tickers = Tickers()
    for frame in frames:
        for message in parse(frame):
            assert isinstance(message, Ticker | TickerFrame)
            tickers.take(message)
    return tickers


def test_a_ticker_is_read_digit_for_digit_when_it_is_shown() -> None:
    """Not before: of ten that come in a second, one is shown."""
    frame = ticker().replace(b"142350000.5", b"142350000.1234567890123456789")
    (message,) = parse(frame)
    assert isinstance(message, TickerFrame)
    tickers = taken(frame)
    assert not tickers.prices
    assert not tickers.read()
    assert tickers.prices == {"KRW-BTC": Decimal("142350000.1234567890123456789")}
    assert tickers.closes == {"KRW-BTC": Decimal(141000000)}
    assert not tickers.delisted


@pytest.mark.parametrize(
    "frame",
    [
        ticker().replace(b",", b", "),
        b"[" + ticker() + b"]",
        ticker().decode(),
        (
            b'{"ty":"ticker","cd":"KRW-BTC","tp":142350000.5,"pcp":141000000,'
            b'"ms":"ACTIVE","tms":1710146517259}'
        ),
    ],
)
def test_a_ticker_of_another_form_is_read_at_once(frame: bytes | str) -> None:
    """With spaces, in a list, as text, with short names."""
    (message,) = parse(frame)
    assert message == Ticker(
        code="KRW-BTC",
        trade_price=Decimal("142350000.5"),
        prev_closing_price=Decimal(141000000),
        delisted=False,
        timestamp=1710146517259,
    )


def test_the_later_ticker_counts_whichever_came_first() -> None:
    """Read or not."""
    early = ticker(trade_price=1, timestamp=1710146517258)
    tickers = taken(ticker(), early)
    assert not tickers.read()
    assert tickers.prices == {"KRW-BTC": Decimal("142350000.5")}
    tickers.take(*parse(early))  # type: ignore[arg-type]  # a ticker
    assert not tickers.read()
    assert tickers.prices == {"KRW-BTC": Decimal("142350000.5")}


@pytest.mark.parametrize("is_read", [True, False])
def test_a_ticker_of_the_future_is_followed_by_whatever_comes(
    freezer: FrozenDateTimeFactory, is_read: bool
) -> None:
    """Its market had that price for ever; a clock here that is a little behind is no reason."""
    freezer.move_to("2024-03-11T08:41:57Z")
    for ahead, price in ((59_000, 1), (61_000, 2)):
        tickers = taken(ticker(trade_price=1, timestamp=1710146517000 + ahead))
        if is_read:
            tickers.read()
        tickers.take(*parse(ticker(trade_price=2)))  # type: ignore[arg-type]  # a ticker
        tickers.read()
        assert tickers.prices == {"KRW-BTC": Decimal(price)}


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (ticker(trade_price=...), "missing_field"),
        (ticker(trade_price=-1), "wrong_amount"),
        (ticker(trade_price=None), "wrong_amount"),
        (ticker(trade_price=True), "wrong_amount"),
        (ticker(prev_closing_price="many"), "wrong_amount"),
        (ticker()[:-1], "not_json"),
        (ticker().replace(b"142350000.5", b"NaN"), "not_json"),
        (ticker()[:-1] + b',"code":"KRW-ETH"}', "ambiguous"),
        (ticker()[:-1] + b',"timestamp":1}', "ambiguous"),
    ],
)
def test_a_ticker_that_cannot_be_read_leaves_the_price_as_it_was(
    frame: bytes, kind: str
) -> None:
    """The next one says it again."""
    tickers = taken(ticker(trade_price=5))
    tickers.read()
    for message in parse(frame):
        tickers.take(message)  # type: ignore[arg-type]  # it begins as a ticker does
    assert tickers.read() == [kind]
    assert tickers.prices == {"KRW-BTC": Decimal(5)}


def test_a_market_that_has_ended_is_told() -> None:
    """By its last ticker."""
    tickers = taken(ticker(market_state="DELISTED"))
    tickers.read()
    assert tickers.delisted == {"KRW-BTC"}


def answer(trade_price: int, timestamp: int) -> Ticker:
    """Return a ticker that was asked for."""
    return Ticker("KRW-BTC", Decimal(trade_price), Decimal(1), False, timestamp)


@pytest.mark.parametrize("is_read", [True, False])
def test_a_market_that_has_ended_does_not_begin_again_with_an_answer(
    is_read: bool,
) -> None:
    """Which does not say so; the stream does."""
    tickers = taken(ticker(market_state="DELISTED"))
    if is_read:
        tickers.read()
    assert not tickers.answered([answer(5, 1710146517260)], 1710146517261)
    assert tickers.prices == {"KRW-BTC": Decimal(5)}
    assert tickers.delisted == {"KRW-BTC"}
    tickers.take(*parse(ticker(timestamp=1710146517262)))  # type: ignore[arg-type]  # a ticker
    tickers.read()
    assert not tickers.delisted


def test_an_answer_leaves_a_later_ticker_and_those_of_other_markets() -> None:
    """They are read when they are shown."""
    tickers = taken(ticker(), ticker(code="KRW-ETH"))
    assert not tickers.answered([answer(5, 1710146517258)], 1710146517261)
    assert tickers.prices == {"KRW-BTC": Decimal("142350000.5")}
    assert tickers.new == {"KRW-ETH"}


def test_first_tickers_are_read_alone() -> None:
    """The others wait for their interval."""
    tickers = taken(ticker())
    tickers.read()
    for frame in (ticker(trade_price=5), ticker(code="KRW-ETH", trade_price=7)):
        tickers.take(*parse(frame))  # type: ignore[arg-type]  # a ticker
    assert not tickers.read(tickers.new)
    prices = {"KRW-BTC": Decimal("142350000.5"), "KRW-ETH": Decimal(7)}
    assert tickers.prices == prices
    assert not tickers.new
    assert not tickers.read()
    assert tickers.prices == prices | {"KRW-BTC": Decimal(5)}


def test_a_market_that_is_not_followed_any_longer_is_forgotten() -> None:
    """Read or not."""
    tickers = taken(ticker(), ticker(code="KRW-ETH"))
    tickers.read()
    tickers.take(*parse(ticker(timestamp=1710146517260)))  # type: ignore[arg-type]  # a ticker
    tickers.forget({"KRW-ETH"})
    assert not tickers.read()
    assert set(tickers.codes) == {"KRW-ETH"}
