"""The dashboard strategy: served where there is a frontend, and in step with the sensors."""

import re
from unittest.mock import AsyncMock, Mock, patch

from homeassistant.core import HomeAssistant
import pytest

from custom_components.upbit.account_sensors import (
    ACCOUNT_SENSORS,
    KEY_EXPIRY,
    MOMENTS,
    OPEN_ORDERS,
)
from custom_components.upbit.binary_sensor import CONNECTION
from custom_components.upbit.button import REFRESH
from custom_components.upbit.currency_sensors import CURRENCY_SENSORS
from custom_components.upbit.dashboard import MODULE, async_register_strategy
from tests.instance.past import gains, hourly

SOURCE = MODULE.read_text()


def listed(name: str) -> list[str]:
    """Return the strings of a list in the module."""
    found = re.search(rf"const {name} = (?:new Set\()?\[(.*?)\]", SOURCE, re.DOTALL)
    assert found
    return re.findall(r'"(\w+)"', found[1])


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_the_module_is_served_once_with_its_version(hass: HomeAssistant) -> None:
    """So that a browser takes a new one after an update."""
    hass.config.components |= {"frontend", "http"}
    served = AsyncMock()
    hass.http = Mock(async_register_static_paths=served)
    with patch("custom_components.upbit.dashboard.add_extra_js_url") as added:
        await async_register_strategy(hass)
    ((path,),) = served.await_args_list[0].args
    assert path.url_path == "/upbit/strategy.js"
    assert path.path == str(MODULE)
    assert re.fullmatch(
        r"/upbit/strategy\.js\?v=\d+\.\d+\.\d+", added.call_args.args[1]
    )


async def test_without_a_frontend_nothing_is_served(hass: HomeAssistant) -> None:
    """As in tests, and on a server without a face."""
    with patch("custom_components.upbit.dashboard.add_extra_js_url") as added:
        await async_register_strategy(hass)
    added.assert_not_called()


def test_the_module_names_sensors_that_exist() -> None:
    """By their translation keys."""
    sums = {sensor.translation_key for sensor in ACCOUNT_SENSORS}
    parts = {sensor.translation_key for sensor in CURRENCY_SENSORS}
    others = {
        one.translation_key
        for one in (*MOMENTS, CONNECTION, KEY_EXPIRY, OPEN_ORDERS, REFRESH)
    }
    assert {*listed("SUMS"), "total_value"} == sums - {"currencies"}
    assert {*listed("PARTS"), "value"} == parts
    assert set(listed("CONNECTION")) == others | {"currencies"}


def test_the_module_has_every_word_in_both_languages() -> None:
    """The user's language chooses."""
    words = [
        re.findall(
            r"^    (\w+):",
            SOURCE.partition(f"  {code}: {{")[2].partition("\n  },")[0],
            re.MULTILINE,
        )
        for code in ("en", "ko")
    ]
    assert words[0] == words[1]
    assert len(words[0]) > 5


def test_the_past_of_the_demo_ends_where_the_recorder_begins() -> None:
    """A sum that began anew from another end was a loss of the whole month on the day of the demo."""
    hours = hourly([70.0, 110.0, 100.0])
    assert [hour["state"] for hour in hours] == [70, 110, 100]
    assert [hour["sum"] for hour in hours] == [-30, 10, 0]


def test_the_gains_of_the_demo_begin_at_nothing_too() -> None:
    """The first day of the month had all of its loss, otherwise."""
    gained = gains([70.0, 110.0, 100.0])
    assert gained == [0, 25, 0]
    assert [hour["sum"] for hour in hourly(gained)] == [0, 25, 0]
