"""Measure everything and print the table: `scripts/bench [--json FILE] [--readme]`."""

import argparse
import asyncio
from dataclasses import asdict
from importlib.metadata import version
import json
import os
from pathlib import Path
import platform
import subprocess
import sys
from typing import Final

from .groups import GROUPS, Figure
from .idle import CONNECTIONS
from .picture import picture
from .table import Figures, as_json, growth_table, table

ROOT: Final = Path(__file__).parents[1]

READMES: Final = {"en": "README.md", "ko": "README.ko.md"}
PICTURES: Final = {"en": "images/cost.svg", "ko": "images/cost.ko.svg"}

BEGIN: Final = "<!-- benchmarks: written by scripts/bench --readme -->"
END: Final = "<!-- benchmarks end -->"


def main() -> None:
    """Read the options, measure and tell."""
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    parser.add_argument(
        "--readme",
        action="store_true",
        help="write tables and pictures into the READMEs",
    )
    parser.add_argument(
        "--only", action="append", choices=[*GROUPS, "idle"], help="measure a part"
    )
    parser.add_argument("--group", choices=GROUPS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.group:
        rows = asyncio.run(_group(options.group))
        print(json.dumps([asdict(row) for row in rows]))
        return
    figures = _measured(options.only or [*GROUPS, "idle"])
    about = _about()
    print(f"\n{about['machine']}; {about['versions']}\n")
    print(table(figures))
    if "load_3_1" in figures:
        print(f"\n{growth_table(figures)}")
    if options.json:
        options.json.write_text(json.dumps(as_json(figures, about), indent=2) + "\n")
    if options.readme:
        _write_readmes(figures, about)


async def _group(name: str) -> list[Figure]:
    return await GROUPS[name]()


def _measured(names: list[str]) -> Figures:
    """Measure each group in a process of its own; the idle account is watched meanwhile."""
    figures = []
    idle = None
    if "idle" in names:
        idle = _start("-m", "benchmarks.idle"), _start("-m", "benchmarks.idle", "alone")
    for name in names:
        if name in GROUPS:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            rows = json.loads(_output(_start("-m", "benchmarks", "--group", name)))
            figures += [Figure(**row) for row in rows]
    if idle:
        print("measuring: idle", file=sys.stderr, flush=True)
        together, alone = (json.loads(_output(process)) for process in idle)
        woken = (together - alone) / CONNECTIONS
        figures.append(Figure("idle", "", woken, woken, woken, 1))
    return {figure.key: figure for figure in figures}


def _start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def _output(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate()
    if process.returncode:
        sys.exit(f"{process.args!r} failed")
    return output.splitlines()[-1]


def _about() -> dict[str, str]:
    """Describe the machine and what runs on it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(
            line.partition(":")[2].strip()
            for line in lines
            if line.startswith(("model name", "Model"))
        )
    except OSError, StopIteration:
        model = platform.machine()
    return {
        "machine": f"{model}, {os.cpu_count()} × {platform.machine()}, {platform.system()}",
        "versions": f"Python {platform.python_version()}, "
        f"Home Assistant {version('homeassistant')}, aiohttp {version('aiohttp')}",
    }


def _write_readmes(figures: Figures, about: dict[str, str]) -> None:
    """Put tables between the two comments of each README, and draw the pictures."""
    for language, name in READMES.items():
        (ROOT / PICTURES[language]).write_text(picture(figures, language))
        readme = ROOT / name
        before, _, rest = readme.read_text().partition(BEGIN)
        _, _, after = rest.partition(END)
        body = "\n\n".join(
            (
                BEGIN,
                table(figures, language),
                growth_table(figures, language),
                f"{about['machine']}; {about['versions']}.",
                END,
            )
        )
        readme.write_text(before + body + after)


if __name__ == "__main__":
    main()
