"""A past for the sample account: what the recorder would know of its worth and gain after a month."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
import time
from typing import Any, Final
from urllib.error import HTTPError

from aiohttp import ClientSession

from .run import NotStartedError, get

DAYS: Final = 30
VALUE: Final = "sensor.upbit_total_value"
PROFIT: Final = "sensor.upbit_profit_since_baseline"


def worth_of_sample(base: str, access: str, within: float = 30) -> float:
    """Wait for the first prices, and return what the account is worth, in won."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with suppress(HTTPError, ValueError):
            return float(get(base, f"/api/states/{VALUE}", access)["state"])
        time.sleep(0.1)
    raise NotStartedError(f"{VALUE} has no state.")


async def import_past(base: str, access: str, worth: float) -> None:
    """Import hourly statistics that walk, backwards from what the account is worth now, in won.

    The profit counts from now, as the baseline of a new account does.
    """
    walk = _walk(worth)
    past = {VALUE: walk, PROFIT: gains(walk)}
    async with (
        ClientSession() as session,
        session.ws_connect(f"{base}/api/websocket") as socket,
    ):
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": access})
        await socket.receive_json()
        for number, (statistic, values) in enumerate(past.items(), start=1):
            await socket.send_json(
                {
                    "id": number,
                    "type": "recorder/import_statistics",
                    "metadata": {
                        "has_sum": True,
                        "mean_type": 0,
                        "name": None,
                        "source": "recorder",
                        "statistic_id": statistic,
                        "unit_of_measurement": "KRW",
                        "unit_class": None,
                    },
                    "stats": hourly(values),
                }
            )
            answer = await socket.receive_json()
            assert answer["success"], answer


def _walk(worth: float) -> list[float]:
    dice = Random(7)
    values = [worth]
    for _ in range(DAYS * 24):
        values.append(values[-1] * (1 - dice.gauss(0.0003, 0.004)))
    values.reverse()
    return values


def gains(values: list[float]) -> list[float]:
    """Return what of worths was gained, had the rest come in evenly: nothing at either end.

    A recorder that begins at one end, or ends at the other, then sees no jump.
    """
    first, rise = values[0], values[-1] - values[0]
    return [
        value - first - rise * number / (len(values) - 1)
        for number, value in enumerate(values)
    ]


def hourly(values: list[float]) -> list[dict[str, Any]]:
    """Return statistics of the hours that end now.

    The sum ends at nothing, where the recorder begins its own: any other end would look like a loss.
    """
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return [
        {
            "start": (now - timedelta(hours=len(values) - number)).isoformat(),
            "state": round(value),
            "sum": round(value - values[-1]),
        }
        for number, value in enumerate(values)
    ]
