"""The demo: a real Home Assistant on a lively sample account. scripts/demo runs it."""

import argparse
import asyncio
from contextlib import ExitStack
import os
from pathlib import Path
import shutil
import signal
import sys
import time

from homeassistant.const import RESTART_EXIT_CODE

from tests.upbit_server.__main__ import DEMO_ACCESS_KEY, DEMO_SECRET_KEY

from .past import import_past, worth_of_sample
from .run import (
    ROOT,
    NotStartedError,
    process,
    require_free,
    wait_for_port,
    wait_until_running,
)
from .seed import seed

DEFAULT_CONFIG = ROOT / ".cache" / "demo"


def options() -> argparse.Namespace:
    """Read the command line."""
    korean = os.environ.get("LANG", "").startswith("ko")
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--control-port", type=int, default=8124)
    parser.add_argument("--exchange-port", type=int, default=8125)
    parser.add_argument(
        "--config",
        type=Path,
        default=DEFAULT_CONFIG,
        help="folder of the configuration; one that has content is used as it is",
    )
    parser.add_argument(
        "--language", choices=("en", "ko"), default="ko" if korean else "en"
    )
    parser.add_argument(
        "--trade-every", type=float, default=3, metavar="SECONDS", help="0: never"
    )
    parser.add_argument(
        "--without-account",
        action="store_true",
        help="leave it to you to add the integration",
    )
    return parser.parse_args()


def main() -> int:
    """Run the demo until Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # A shell lets what it starts in the background ignore it, and whoever sends it means it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chosen = options()
    try:
        with ExitStack() as stack:
            run(chosen, stack)
    except NotStartedError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    return 0


def run(chosen: argparse.Namespace, stack: ExitStack) -> None:
    """Start everything, say where it is, and watch over it."""
    own_keys = {
        name: os.environ.get(f"UPBIT_{name.upper()}", "")
        for name in ("access_key", "secret_key")
    }
    real = all(own_keys.values())
    if real:
        account = own_keys | {"region": os.environ.get("UPBIT_REGION", "kr")}
        require_free(chosen.port)
    else:
        account = {
            "access_key": DEMO_ACCESS_KEY,
            "secret_key": DEMO_SECRET_KEY,
            "region": "kr",
            "api_host": f"http://127.0.0.1:{chosen.exchange_port}",
        }
        require_free(chosen.port, chosen.control_port, chosen.exchange_port)
    config: Path = chosen.config.resolve()
    if config == DEFAULT_CONFIG:
        shutil.rmtree(config, ignore_errors=True)
    new = not (config / ".storage").exists()
    if new:
        seed(
            config,
            port=chosen.port,
            language=chosen.language,
            account=None if chosen.without_account else account,
        )
    if not real:
        exchange = stack.enter_context(
            process(
                "tests.upbit_server",
                f"--port={chosen.exchange_port}",
                f"--control-port={chosen.control_port}",
                f"--trade-every={chosen.trade_every}",
                log=config / "exchange.log",
            )
        )
        wait_for_port(chosen.control_port, exchange)
    told = False
    while True:
        with process(
            "homeassistant",
            f"--config={config}",
            "--skip-pip",
            log=config / "home-assistant.out",
        ) as home:
            base = f"http://127.0.0.1:{chosen.port}"
            access = wait_until_running(base, home)
            if new and not real and not chosen.without_account:
                asyncio.run(import_past(base, access, worth_of_sample(base, access)))
                new = False
            if not told:
                print(f"Home Assistant: {base}", flush=True)
                if not real:
                    control = f"http://127.0.0.1:{chosen.control_port}"
                    print(f"Control port:   {control}", flush=True)
                print("Ctrl-C ends it.", flush=True)
                told = True
            while home.poll() is None:
                time.sleep(0.5)
        if home.returncode != RESTART_EXIT_CODE:
            break
    raise NotStartedError(f"Home Assistant ended with {home.returncode}.")


if __name__ == "__main__":
    sys.exit(main())
