"""A home: the newest Home Assistant as a process, on a simulated exchange that outlives it."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
import socket
import subprocess
import time
from typing import Any, Final
from urllib.error import URLError

from tests.instance.run import ROOT, get, post, wait_until_running
from tests.instance.seed import seed
from tests.upbit_server.__main__ import DEMO_ACCESS_KEY, DEMO_SECRET_KEY

ENTRIES: Final = ".storage/core.config_entries"
"""Where Home Assistant keeps the keys."""

SECRETS: Final = (
    DEMO_ACCESS_KEY.encode(),
    DEMO_SECRET_KEY.encode(),
    # How the claims of a token begin, which name the key.
    b64encode(b'{"access_key":"'),
)

NEWEST: Final = ROOT / ".venv-newest" / "bin" / "python"

CONFIGURATION: Final = """\
homeassistant:
  auth_providers:
    - type: trusted_networks
      trusted_networks: [127.0.0.1]
      allow_bypass_login: true
"""
"""As little as there can be: a home starts in seconds."""


def free_ports(count: int) -> list[int]:
    """Return ports on which nothing listens."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@dataclass
class Home:
    """A configuration and, while it runs, its process."""

    config: Path
    port: int
    running: subprocess.Popen[Any] | None = None
    access: str = ""

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def begin(self) -> None:
        """Start the process; it is not waited for."""
        assert NEWEST.exists(), "scripts/setup newest makes what this needs"
        with (self.config / "output.log").open("ab") as output:
            self.running = subprocess.Popen(
                [
                    NEWEST,
                    "-m",
                    "tests.homes.garbage",
                    f"--config={self.config}",
                    "--skip-pip",
                ],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start(self) -> None:
        """Start the process, and wait until Home Assistant runs."""
        self.begin()
        assert self.running
        self.access = wait_until_running(self.base, self.running)

    def kill(self) -> None:
        """Take its power away."""
        assert self.running
        self.running.kill()
        self.running.wait()
        self.running = None

    def stop(self) -> None:
        """End it as its owner does."""
        if self.running:
            self.running.terminate()
            assert self.running.wait(timeout=60) == 0
            self.running = None

    def states(self) -> dict[str, Any]:
        """Return every state by its entity's id."""
        states = get(self.base, "/api/states", self.access)
        return {state["entity_id"]: state for state in states}

    def holding_secrets(self) -> set[str]:
        """Return the files of its configuration that hold a key or a token, whatever they are."""
        files = (one for one in self.config.rglob("*") if one.is_file())
        return {
            str(one.relative_to(self.config))
            for one in files
            if any(secret in one.read_bytes() for secret in SECRETS)
        }

    def answer(self, action: str, **data: Any) -> Any:
        """Return what an action answers."""
        path = f"/api/services/{action.replace('.', '/')}?return_response"
        return post(f"{self.base}{path}", data, self.access)["service_response"]


@contextmanager
def home(
    config: Path, exchange: str, extra: str = "", *, with_account: bool = True
) -> Iterator[Home]:
    """Seed a home with an account of the exchange at an origin; `extra` is more of its configuration."""
    (port,) = free_ports(1)
    account = {
        "access_key": DEMO_ACCESS_KEY,
        "secret_key": DEMO_SECRET_KEY,
        "region": "kr",
        "api_host": exchange,
    }
    seed(
        config,
        port=port,
        language="en",
        account=account if with_account else None,
    )
    (config / "configuration.yaml").write_text(CONFIGURATION + extra)
    one = Home(config, port)
    try:
        yield one
    finally:
        if one.running:
            one.kill()


def eventually[T](look: Callable[[], T], within: float, what: str) -> T:
    """Return what `look` returns as soon as that is something; fail after some seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with suppress(URLError, ConnectionError, TimeoutError):
            if found := look():
                return found
        time.sleep(0.2)
    raise AssertionError(f"not within {within} s: {what}")
