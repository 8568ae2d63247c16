"""Frames: every digit arrives, and what cannot be read is refused whole."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
import json

from hypothesis import given, strategies as st
import pytest

from custom_components.upbit.exchange.errors import UnreadableFrame
from custom_components.upbit.exchange.fields import SHORT_NAMES
from custom_components.upbit.exchange.frames import parse
from custom_components.upbit.exchange.messages import (
    Asset,
    ErrorFrame,
    MyAsset,
    Status,
    Subscriptions,
    UnknownFrame,
)
from custom_components.upbit.exchange.numbers import END_OF_TIME, amount, load, moment
from tests.upbit_server.wire import dump, plain, shortened

AMOUNTS = st.builds(
    lambda whole, decimals: Decimal(f"{whole}.{decimals}"),
    st.integers(0, 10**30 - 1),
    st.text("0123456789", min_size=1, max_size=30),
)
CODES = st.from_regex(r"[A-Z0-9]{1,10}", fullmatch=True)
ROWS = st.lists(st.tuples(CODES, AMOUNTS, AMOUNTS), max_size=5)


def frame_of(rows: list[tuple[str, Decimal, Decimal]]) -> dict[str, object]:
    """Return a frame with its long names."""
    return {
        "type": "myAsset",
        "asset_uuid": "e635f223",
        "assets": [
            {"currency": code, "balance": balance, "locked": locked}
            for code, balance, locked in rows
        ],
        "asset_timestamp": 1710146517259,
        "timestamp": 1710146517267,
        "stream_type": "REALTIME",
    }


def text_of(**changed: object) -> str:
    """Return a frame of one row as JSON, with fields changed; `...` leaves one out."""
    frame = frame_of([("BTC", Decimal(1), Decimal(0))])
    row: dict[str, object] = {"currency": "BTC", "balance": 1, "locked": 0}
    for name, value in changed.items():
        target = row if name in row else frame
        if value is ...:
            del target[name]
        else:
            target[name] = value
    if "assets" not in changed:
        frame["assets"] = [row]
    return json.dumps(frame)


@given(rows=ROWS, simple=st.booleans(), listed=st.booleans(), binary=st.booleans())
def test_every_digit_arrives_in_every_format(
    rows: list[tuple[str, Decimal, Decimal]], simple: bool, listed: bool, binary: bool
) -> None:
    """DEFAULT, SIMPLE and their lists, as text and as bytes."""
    frame = frame_of(rows)
    value = shortened(frame) if simple else frame  # type: ignore[arg-type]  # a dict of JSON values
    text = dump([value] if listed else value)  # type: ignore[list-item, arg-type]  # as above
    (message,) = parse(text.encode() if binary else text)
    assert message == MyAsset(
        assets=tuple(Asset(*row) for row in rows),
        asset_timestamp=1710146517259,
        timestamp=1710146517267,
    )
    assert [plain(asset.balance) for asset in message.assets] == [
        plain(balance) for _, balance, _ in rows
    ]


def test_exponents_strings_and_integers_are_amounts() -> None:
    """All three were seen or are allowed by the format."""
    (message,) = parse(text_of(balance="0.10", locked=3).replace("3}", "1e-8}"))
    assert isinstance(message, MyAsset)
    assert message.assets == (Asset("BTC", Decimal("0.10"), Decimal("1E-8")),)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "not_json"),
        ("{", "not_json"),
        ("[" * 100_000, "not_json"),
        (b"\xff\xfe\x00", "not_json"),
        (text_of(balance=float("nan")), "not_json"),
        (text_of(balance=float("inf")), "not_json"),
        ("3", "not_an_object"),
        ("[[]]", "not_an_object"),
        ("{}", "no_type"),
        (text_of(type=1), "wrong_type"),
        (text_of(assets={}), "wrong_type"),
        (text_of(assets=[1]), "not_an_object"),
        (text_of(balance=...), "missing_field"),
        (text_of(asset_timestamp=...), "missing_field"),
        (text_of(currency="B" * 500), "wrong_currency"),
        (text_of(currency="B" * 21), "wrong_currency"),
        (text_of(currency=""), "wrong_currency"),
        (text_of(currency="BT C"), "wrong_currency"),
        (text_of(currency=7), "wrong_type"),
        (text_of(balance=-1), "wrong_amount"),
        (text_of(balance=True), "wrong_amount"),
        (text_of(balance=None), "wrong_amount"),
        (text_of(balance="NaN"), "wrong_amount"),
        (text_of(balance=" 1"), "wrong_amount"),
        (text_of(balance="1_0"), "wrong_amount"),
        (text_of(balance="many"), "wrong_amount"),
        (text_of(balance=10**30), "wrong_amount"),
        (text_of(balance="0." + "0" * 30 + "1"), "wrong_amount"),
        (text_of(timestamp=1.5), "wrong_timestamp"),
        (text_of(timestamp=10**15), "wrong_timestamp"),
        (" " * 1_048_577, "too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_with_one_word(
    text: str | bytes, kind: str
) -> None:
    """The word never holds what was sent."""
    with pytest.raises(UnreadableFrame) as refused:
        parse(text)
    assert refused.value.kind == kind
    assert str(refused.value) == kind


@given(st.data())
def test_a_damaged_frame_is_refused_or_still_holds_amounts(data: st.DataObject) -> None:
    """Nothing in between, and no other exception."""
    text = text_of()
    at = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:at] + data.draw(st.text(max_size=4)) + text[at + 1 :]
    try:
        messages = parse(damaged)
    except UnreadableFrame:
        return
    for message in messages:
        if isinstance(message, MyAsset):
            for asset in message.assets:
                assert asset.balance.is_finite()
                assert asset.balance >= 0


def test_other_frames_are_told_apart() -> None:
    """Answers, errors, signs of life, and types that nobody reads here."""
    listed = '{"method": "LIST_SUBSCRIPTIONS", "result": [{"type": "myAsset"}], "ticket": "t"}'
    assert parse(listed) == (Subscriptions(("myAsset",), "t"),)
    assert parse('{"method": "LIST_SUBSCRIPTIONS", "result": []}') == (
        Subscriptions((), None),
    )
    assert parse('{"method": "OTHER"}') == (UnknownFrame("OTHER"),)
    error = '{"error": {"name": "WRONG_FORMAT", "message": "no"}}'
    assert parse(error) == (ErrorFrame("WRONG_FORMAT", "no"),)
    assert parse('{"status": "UP"}') == (Status(),)
    assert parse('{"type": "candle", "anything": 1}') == (UnknownFrame("candle"),)


def test_an_unknown_field_is_ignored() -> None:
    """The exchange adds fields without notice."""
    (message,) = parse(text_of(new_field={"a": [1]}))
    assert isinstance(message, MyAsset)


def test_short_names_are_unambiguous() -> None:
    """A SIMPLE frame could not be read otherwise."""
    assert len(set(SHORT_NAMES.values())) == len(SHORT_NAMES)


def test_a_zero_with_a_great_exponent_is_a_plain_zero() -> None:
    """It would be printed with forty digits."""
    assert str(amount(load("0E+40"))) == "0"
    assert str(amount(load("1E+3"))) == "1000"


def test_a_moment_is_a_whole_number_of_milliseconds() -> None:
    """As an integer or as a float without a fraction."""
    assert moment(load("1710146517259.0")) == 1710146517259


@pytest.mark.parametrize("hours", [-12, 14])
def test_the_last_moment_is_in_the_calendar_of_every_time_zone(hours: int) -> None:
    """East of UTC the year 10,000 has come by then, which no calendar here has."""
    last = moment(load(str(END_OF_TIME - 1)))
    zone = timezone(timedelta(hours=hours))
    assert datetime.fromtimestamp(last / 1000, zone).year == 9999
    with pytest.raises(ValueError, match="not a moment"):
        moment(load(str(END_OF_TIME)))


def test_a_row_that_says_the_same_again_is_the_row_that_was_there() -> None:
    """It is not checked again, and keeps its text."""
    known: dict[str, Asset] = {}
    (first,) = parse(text_of(balance="0.50"), known)
    (again,) = parse(text_of(balance=0.5), known)
    (other,) = parse(text_of(balance=0.6), known)
    assert isinstance(first, MyAsset)
    assert isinstance(again, MyAsset)
    assert isinstance(other, MyAsset)
    assert again.assets[0] is first.assets[0]
    assert other.assets == (Asset("BTC", Decimal("0.6"), Decimal(0)),)


@pytest.mark.parametrize("balance", [True, [1], {}, "one"])
def test_what_is_no_amount_is_refused_however_well_its_currency_is_known(
    balance: object,
) -> None:
    """True is 1 to Python."""
    known: dict[str, Asset] = {}
    parse(text_of(balance=1), known)
    with pytest.raises(UnreadableFrame):
        parse(text_of(balance=balance), known)
