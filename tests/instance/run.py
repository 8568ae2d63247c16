"""The processes of an instance: the simulated exchange, Home Assistant, and the wait until both serve."""

from collections.abc import Iterator
from contextlib import contextmanager
import json
from pathlib import Path
import socket
import subprocess
import sys
import time
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[2]


class NotStartedError(Exception):
    """A process that should run does not; the text says why in a sentence."""


def require_free(*ports: int) -> None:
    """Raise `NotStartedError` if something listens on one of the ports already."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise NotStartedError(f"Port {port} is taken.") from error


@contextmanager
def process(
    *arguments: str, log: Path | None = None, python: str | Path = sys.executable
) -> Iterator[subprocess.Popen[Any]]:
    """Run a Python module, of this environment unless told otherwise; end it at the end of the block."""
    with (log or Path("/dev/null")).open("ab") as output:
        # A session of its own: Ctrl-C reaches only whoever started it, who then ends it in order.
        running = subprocess.Popen(
            [python, "-m", *arguments],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(timeout=30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def token(base: str) -> str:
    """Return an access token of the instance's one user, who needs no password from loopback."""
    flow = post(
        f"{base}/auth/login_flow",
        {
            "client_id": f"{base}/",
            "handler": ["trusted_networks", None],
            "redirect_uri": f"{base}/?auth_callback=1",
        },
    )
    form = urlencode(
        {
            "grant_type": "authorization_code",
            "code": flow["result"],
            "client_id": f"{base}/",
        }
    )
    with urlopen(Request(f"{base}/auth/token", form.encode()), timeout=10) as answer:
        granted: str = json.load(answer)["access_token"]
        return granted


def post(url: str, body: Any, access: str = "") -> Any:
    """Post JSON to a port of this machine, and return what it answers."""
    headers = {"Content-Type": "application/json"}
    if access:
        headers["Authorization"] = f"Bearer {access}"
    request = Request(url, json.dumps(body).encode(), headers)
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)


def get(base: str, path: str, access: str) -> Any:
    """Get a resource of the instance."""
    request = Request(base + path, headers={"Authorization": f"Bearer {access}"})
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)


def wait_until_running(
    base: str, running: subprocess.Popen[Any], within: float = 180
) -> str:
    """Wait until Home Assistant has started, and return an access token."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if running.poll() is not None:
            raise NotStartedError(f"Home Assistant ended with {running.returncode}.")
        try:
            access = token(base)
            while get(base, "/api/config", access)["state"] != "RUNNING":
                time.sleep(0.2)
        except URLError, ConnectionError, TimeoutError, KeyError:
            time.sleep(0.2)
        else:
            return access
    raise NotStartedError(f"Home Assistant did not start within {within:.0f} s.")


def wait_for_port(
    port: int, running: subprocess.Popen[Any], within: float = 30
) -> None:
    """Wait until a process listens on its port."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline and running.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise NotStartedError(f"Nothing listens on port {port}.")
