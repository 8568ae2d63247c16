"""A past for the sample account: what the recorder would know of its worth after a month."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
import time
from typing import Any, Final
from urllib.error import HTTPError

from aiohttp import ClientSession

from .run import NotStartedError, get

DAYS: Final = 30
STATISTIC: Final = "sensor.upbit_total_value"


def worth_of_sample(base: str, access: str, within: float = 30) -> float:
    """Wait for the first prices, and return what the account is worth, in won."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with suppress(HTTPError, ValueError):
            return float(get(base, f"/api/states/{STATISTIC}", access)["state"])
        time.sleep(0.1)
    raise NotStartedError(f"{STATISTIC} has no state.")


async def import_past(base: str, access: str, worth: float) -> None:
    """Import hourly statistics that walk, backwards from what the account is worth now, in won."""
    async with (
        ClientSession() as session,
        session.ws_connect(f"{base}/api/websocket") as socket,
    ):
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": access})
        await socket.receive_json()
        await socket.send_json(
            {
                "id": 1,
                "type": "recorder/import_statistics",
                "metadata": {
                    "has_sum": True,
                    "mean_type": 0,
                    "name": None,
                    "source": "recorder",
                    "statistic_id": STATISTIC,
                    "unit_of_measurement": "KRW",
                    "unit_class": None,
                },
                "stats": _walk(worth),
            }
        )
        answer = await socket.receive_json()
        assert answer["success"], answer


def _walk(worth: float) -> list[dict[str, Any]]:
    dice = Random(7)
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    values = [worth]
    for _ in range(DAYS * 24):
        values.append(values[-1] * (1 - dice.gauss(0.0003, 0.004)))
    values.reverse()
    return [
        {
            "start": (now - timedelta(hours=len(values) - number)).isoformat(),
            "state": round(value),
            "sum": round(value - values[0]),
        }
        for number, value in enumerate(values)
    ]
