"""A demo of its own on free ports, and a browser; pictures of each step are kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
import shutil
import signal
import socket
import subprocess
import time
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
import pytest

from tests.instance.run import ROOT, get, post, token

PICTURES = ROOT / ".cache" / "pictures"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Demo:
    """A demo that runs: its address, its control port's, and a token."""

    base: str
    control: str
    exchange: str
    access: str

    def act(self, path: str, **body: Any) -> None:
        """Let something happen on the exchange."""
        post(f"{self.control}/{path}", body)

    def state(self, entity_id: str) -> Any:
        """Return a state as Home Assistant's API tells it."""
        return get(self.base, f"/api/states/{entity_id}", self.access)

    def states(self) -> dict[str, Any]:
        """Return every state by its entity's id."""
        states = get(self.base, "/api/states", self.access)
        return {state["entity_id"]: state for state in states}

    def call_alone(self, action: str, **data: Any) -> None:
        """Call an action that answers nothing."""
        path = f"/api/services/{action.replace('.', '/')}"
        post(f"{self.base}{path}", data, self.access)

    def call(self, action: str, **data: Any) -> Any:
        """Call an action of Home Assistant; return what it answers."""
        path = f"/api/services/{action.replace('.', '/')}"
        return post(f"{self.base}{path}?return_response", data, self.access)

    def ledger(self) -> Any:
        """Return what the exchange holds."""
        return get(self.control, "/ledger", "")


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports: list[int] = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@contextmanager
def running_demo(config: Path, *options: str) -> Iterator[Demo]:
    """Run scripts/demo as a person would, and end it with Ctrl-C."""
    port, control, exchange = free_ports(3)
    arguments: list[str | Path] = [
        ROOT / "scripts" / "demo",
        f"--port={port}",
        f"--control-port={control}",
        f"--exchange-port={exchange}",
        f"--config={config}",
        *options,
    ]
    running = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert running.stdout
    try:
        printed = [running.stdout.readline() for _ in range(2)]
        assert printed[0].split() == ["Home", "Assistant:", f"http://127.0.0.1:{port}"]
        assert printed[1].split()[-1] == f"http://127.0.0.1:{control}"
        base = f"http://127.0.0.1:{port}"
        yield Demo(
            base,
            f"http://127.0.0.1:{control}",
            f"http://127.0.0.1:{exchange}",
            token(base),
        )
    finally:
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=60) == 0
    for number in (port, control, exchange):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", number)) != 0, "something still runs"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS)
        )
        yield chromium
        chromium.close()


@contextmanager
def page_of(
    browser: Browser, demo: Demo, locale: str = "en-US", width: int = 1280
) -> Iterator[Page]:
    """Return a page whose texts are in a language."""
    context = browser.new_context(
        locale=locale,
        viewport={"width": width, "height": 900},
        timezone_id="Asia/Seoul",
        base_url=demo.base,
    )
    context.set_default_timeout(30_000)
    try:
        yield context.new_page()
    finally:
        context.close()


def keep(page: Page, name: str) -> None:
    """Keep a picture of what is to be seen."""
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


def eventually(check: Any, within: float) -> float:
    """Wait until something holds; return the seconds it took, or fail."""
    began = time.monotonic()
    while not check():
        assert time.monotonic() - began < within, f"not so within {within} s"
        time.sleep(0.02)
    return time.monotonic() - began


def complaints(config: Path) -> list[str]:
    """Return what the log says about this integration that is more than information."""
    written = (config / "home-assistant.log").read_text().splitlines()
    return [
        line
        for line in written
        if "upbit" in line
        and (" WARNING " in line or " ERROR " in line)
        and "has not been tested by Home Assistant" not in line
    ]
