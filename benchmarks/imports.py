"""What it costs to import the integration, once everything of others that it uses is loaded."""

import json
import os
from pathlib import Path
import subprocess
import sys
from typing import Final

from .measuring import Spread

PACKAGE: Final = "custom_components.upbit"

ROOT: Final = Path(__file__).parents[1]

MODULES: Final = sorted(
    ".".join(
        (
            PACKAGE,
            *path.relative_to(ROOT / "custom_components/upbit").with_suffix("").parts,
        )
    ).removesuffix(".__init__")
    for path in (ROOT / "custom_components/upbit").rglob("*.py")
)

CHILD: Final = """
import importlib, json, sys, time
def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) * 1024
others, ours = json.loads(sys.argv[1])
import homeassistant.bootstrap
for name in others:
    importlib.import_module(name)
before, began = resident(), time.thread_time()
for name in ours:
    importlib.import_module(name)
seconds, held = time.thread_time() - began, resident() - before
loaded = [name for name in sys.modules if not name.startswith("custom_components") and name != "__main__"]
print(json.dumps([seconds, held, loaded]))
"""


# Compiled once and kept, as Home Assistant does, whatever this process was told.
_ENVIRONMENT: Final = {
    **{
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONDONTWRITEBYTECODE"
    },
    "PYTHONPYCACHEPREFIX": str(ROOT / ".cache/bytecode"),
}


def imports(turns: int) -> tuple[Spread, Spread]:
    """Return seconds and bytes that importing every module of the integration costs, compiled before."""
    others = [
        name
        for name in _child([], MODULES)[2]
        if name.partition(".")[0] in ("homeassistant", "aiohttp", "yarl", "jwt")
    ]
    measured = [_child(others, MODULES) for _ in range(turns)]
    return Spread.of([one[0] for one in measured]), Spread.of(
        [float(one[1]) for one in measured]
    )


def _child(others: list[str], ours: list[str]) -> tuple[float, int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, json.dumps([others, ours])],
        cwd=ROOT,
        env=_ENVIRONMENT,
        capture_output=True,
        check=True,
        text=True,
    )
    seconds, held, loaded = json.loads(done.stdout)
    return seconds, held, loaded
