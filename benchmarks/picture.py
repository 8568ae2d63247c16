"""A picture of how the cost grows, drawn as SVG."""

from math import log10
from typing import Final

from .growth import ACCOUNTS, CURRENCIES
from .table import Figures

WIDTH: Final = 640
HEIGHT: Final = 360
LEFT: Final = 64
RIGHT: Final = 120
TOP: Final = 60
BOTTOM: Final = 52

LOWEST: Final = 0.01
HIGHEST: Final = 100.0
"""Percent of a processor at the ends of the axis, which is logarithmic."""

COLOURS: Final = ("#2a78d6", "#1baf7a", "#c96f00")

TEXTS: Final = {
    "en": (
        "Processor time by currencies held and frames a second",
        "currencies held",
        "% of one core",
        ("1 account's worth", "10 accounts'", "100 accounts'"),
    ),
    "ko": (
        "보유 화폐 수와 초당 메시지 수에 따른 처리 시간",
        "보유 화폐",
        "코어 하나의 %",
        ("계정 1개분", "10개분", "100개분"),
    ),
}


def picture(figures: Figures, language: str) -> str:
    """Return the curves of a growth table as SVG."""
    title, across, up, labels = TEXTS[language]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        '<g font-family="sans-serif" font-size="12" fill="#333">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="22" font-size="14">{title}</text>',
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 12}" text-anchor="end">{across}</text>',
        f'<text x="12" y="{TOP - 16}">{up}</text>',
    ]
    for exponent in range(-2, 3):
        y = _y(10.0**exponent)
        parts.append(
            f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**exponent:g}</text>'
        )
    parts += [
        f'<text x="{_x(currencies):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">'
        f"{currencies}</text>"
        for currencies in CURRENCIES
    ]
    for accounts, label, colour in zip(ACCOUNTS, labels, COLOURS, strict=True):
        points = [
            (_x(currencies), _y(figures[f"load_{currencies}_{accounts}"].value))
            for currencies in CURRENCIES
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
            for x, y in points
        ]
        x, y = points[-1]
        parts.append(
            f'<text x="{x + 8:.1f}" y="{y + 4:.1f}" fill="{colour}">{label}</text>'
        )
    return "\n".join((*parts, "</g>", "</svg>", ""))


def _x(currencies: int) -> float:
    share = log10(currencies / CURRENCIES[0]) / log10(CURRENCIES[-1] / CURRENCIES[0])
    return LEFT + 12 + share * (WIDTH - LEFT - RIGHT - 24)


def _y(percent: float) -> float:
    share = log10(max(percent, LOWEST) / LOWEST) / log10(HIGHEST / LOWEST)
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
