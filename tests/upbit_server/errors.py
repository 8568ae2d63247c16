"""The errors of the exchange, by the names that its documentation gives them."""

from aiohttp import web


class ApiError(Exception):
    """An answer `{"error": {"name", "message"}}` with its status."""

    def __init__(self, status: int, name: str, message: str) -> None:
        """Name the error."""
        super().__init__(name)
        self.status = status
        self.name = name
        self.message = message

    def response(self) -> web.Response:
        """Return the answer."""
        return web.json_response(
            {"error": {"name": self.name, "message": self.message}}, status=self.status
        )


class Limited(Exception):
    """Too many requests: 429, or 418 with the seconds of a ban."""

    def __init__(self, banned_for: float | None = None) -> None:
        """Remember the ban."""
        super().__init__()
        self.banned_for = banned_for

    def response(self) -> web.Response:
        """Return the answer, in plain text as the exchange does."""
        if self.banned_for is None:
            return web.Response(status=429, text="Too many API requests.")
        seconds = int(self.banned_for)
        return web.Response(
            status=418, text=f"Your requests are blocked for {seconds} seconds."
        )
