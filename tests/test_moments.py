"""Moments in ms of the epoch."""

from datetime import UTC, datetime, timedelta, timezone

from homeassistant.core import HomeAssistant
from hypothesis import example, given, strategies as st
import pytest

from custom_components.upbit.moments import ms


@given(st.integers(-(10**13), 10**14))
@example(32_733)
@example(17_565_455_121_870)
def test_a_moment_keeps_its_millisecond(expected: int) -> None:
    """As a float, it lost one now and then."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=expected)
    assert ms(moment) == expected


@pytest.mark.parametrize(
    ("moment", "hours"),
    [
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))), -9),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5))), 5),
    ],
)
def test_a_moment_may_lie_beyond_the_calendar_of_utc(
    moment: datetime, hours: int
) -> None:
    """By as many hours as its zone is from there."""
    assert ms(moment) == ms(moment.replace(tzinfo=UTC)) + hours * 3_600_000


async def test_a_moment_without_a_zone_is_local_time(hass: HomeAssistant) -> None:
    """That of Home Assistant."""
    await hass.config.async_set_time_zone("Asia/Seoul")
    assert ms(datetime(1970, 1, 1, 9)) == 0
