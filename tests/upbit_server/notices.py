"""Notices of the exchange.

Source: https://docs.upbit.com/kr/reference/websocket-announcement.
"""

from datetime import datetime
import time
from uuid import uuid4

from .keys import SEOUL
from .wire import Value


def notice(
    title: str, category: str = "notice", url: str = "", body: str = ""
) -> dict[str, Value]:
    """Return the frame of a notice that is published now."""
    now = time.time()
    listed = datetime.fromtimestamp(now, SEOUL).isoformat(timespec="seconds")
    return {
        "type": "announcement",
        "uuid": str(uuid4()),
        "category": category,
        "event_type": "CREATED",
        "title": title,
        "url": url,
        "body": body,
        "first_listed_at": listed,
        "listed_at": listed,
        "timestamp": int(now * 1000),
        "stream_type": "REALTIME",
    }
