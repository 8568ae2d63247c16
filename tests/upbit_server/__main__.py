"""Run the exchange as a process: `python -m tests.upbit_server --port P --control-port Q`."""

import argparse
import asyncio
import signal

from .control import Control
from .demo import Trader, furnish, furnish_much
from .server import UpbitServer

DEMO_ACCESS_KEY = "demo-access-key-of-the-simulated-account"
DEMO_SECRET_KEY = "demo-secret-key-of-the-simulated-account"


async def serve(options: argparse.Namespace) -> None:
    """Serve until a signal ends it."""
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, done.set)
    async with UpbitServer(options.port, options.seed) as exchange:
        exchange.keys.issue(
            access_key=options.access_key, secret_key=options.secret_key
        )
        furnish(exchange)
        furnish_much(exchange, options.coins)
        control = Control(exchange, options.control_port)
        await control.start()
        print(f"exchange on {exchange.origin}, control port {control.port}", flush=True)
        trading = None
        if options.trade_every:
            trader = Trader(exchange, options.seed)
            trading = asyncio.create_task(trader.run(options.trade_every))
        await done.wait()
        if trading:
            trading.cancel()
        await control.stop()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.upbit_server")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--control-port", type=int, required=True)
    parser.add_argument("--access-key", default=DEMO_ACCESS_KEY)
    parser.add_argument("--secret-key", default=DEMO_SECRET_KEY)
    parser.add_argument(
        "--coins", type=int, default=0, metavar="COUNT", help="made-up ones, on top"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--trade-every", type=float, default=0, metavar="SECONDS", help="0: never"
    )
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
