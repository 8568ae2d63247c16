"""The table of the figures, in English and Korean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .groups import RATIO, Figure
from .growth import ACCOUNTS, CURRENCIES

type Figures = Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Row:
    """What a figure is called, and the most that it is to be, in its unit."""

    key: str
    en: str
    ko: str
    goal: float | None


ROWS: Final = (
    Row(
        "frame",
        "A frame that moves one currency, from its bytes to the states written, 300 currencies held"
        " ÷ decoding it and writing the same states bare",
        "화폐 300종을 보유할 때, 한 화폐가 바뀌었다는 메시지를 받아 상태를 기록하기까지"
        " ÷ 디코딩 + 같은 상태의 단순 기록",
        2.0,
    ),
    Row(
        "held",
        "The same, 300 currencies held ÷ 3 held",
        "위와 같음, 300종 보유 ÷ 3종 보유",
        1.2,
    ),
    Row(
        "complete",
        "A frame of 300 rows of which one changed ÷ decoding it and writing what changed bare",
        "300종이 모두 담겼으나 하나만 바뀐 메시지 ÷ 디코딩 + 바뀐 상태의 단순 기록",
        3.0,
    ),
    Row(
        "ticker",
        "A price that is taken in ÷ `orjson.loads` of it",
        "시세 하나를 받아들이기 ÷ `orjson.loads`",
        2.5,
    ),
    Row(
        "writing",
        "Writing 300 new prices ÷ as many bare writes",
        "새 시세 300건 기록 ÷ 같은 수의 단순 기록",
        1.5,
    ),
    Row(
        "set_up",
        "Set-up with 300 currencies ÷ adding as many bare entities and devices",
        "300종 계정의 설정 ÷ 같은 수의 단순 엔티티와 기기 추가",
        1.5,
    ),
    Row(
        "memory",
        "Memory a currency ÷ that of the same entities bare",
        "화폐 하나의 메모리 ÷ 같은 단순 엔티티의 메모리",
        1.5,
    ),
    Row(
        "import_time",
        "Import on top of Home Assistant's own",
        "Home Assistant 위에 더해지는 불러오기 시간",
        60,
    ),
    Row(
        "import_memory",
        "Memory of that import",
        "불러오기에 드는 메모리",
        5,
    ),
    Row(
        "idle",
        "Wake-ups of an idle account, a minute and connection (aiohttp's own heartbeat of 30 s would make 4)",
        "변동 없는 계정이 이벤트 루프를 깨우는 횟수(연결당, 분당; aiohttp의 30초 하트비트라면 4회)",
        5,
    ),
    Row(
        "recorder",
        "Stored by the recorder a day, 20 currencies, default options ÷ a poll once a minute",
        "20종, 기본 옵션에서 하루에 레코더가 저장하는 양 ÷ 1분마다 폴링할 때",
        None,
    ),
    Row(
        "official_sdk",
        "A frame from the socket to the state written ÷ to the callback of the official SDK",
        "메시지가 소켓에서 상태로 기록되기까지 ÷ 공식 SDK의 콜백에 닿기까지",
        1.0,
    ),
    Row(
        "ccxt_pro",
        "The same ÷ to the return of ccxt.pro's `watch_balance`",
        "위와 같음 ÷ ccxt.pro의 `watch_balance`가 돌려주기까지",
        1.0,
    ),
)


def table(figures: Figures, language: str = "en") -> str:
    """Return the table, in Markdown."""
    heads = {
        "en": ("Cost ÷ floor", "Measured", "Spread", "Ours / floor", "Goal"),
        "ko": ("비용 ÷ 하한", "측정값", "사분위 범위", "실측 / 하한", "목표"),
    }[language]
    lines = [_line(heads), _line(("---", *["---:"] * 4))]
    lines += [
        _line(_cells(row, figures[row.key], language))
        for row in ROWS
        if row.key in figures
    ]
    return "\n".join(lines)


def growth_table(figures: Figures, language: str = "en") -> str:
    """Return the table of how the cost grows, in Markdown."""
    heads = {
        "en": ("Currencies held", "1 account's worth", "10", "100"),
        "ko": ("보유 화폐", "계정 1개분", "10", "100"),
    }[language]
    lines = [_line(heads), _line(["---:"] * 4)]
    for currencies in CURRENCIES:
        loads = [figures[f"load_{currencies}_{accounts}"] for accounts in ACCOUNTS]
        lines.append(_line((f"{currencies}", *(f"{one.value:.2g} %" for one in loads))))
    return "\n".join(lines)


def _cells(row: Row, figure: Figure, language: str) -> tuple[str, ...]:
    met = row.goal is None or figure.value <= row.goal
    value = _number(figure.value, figure.unit)
    return (
        row.ko if language == "ko" else row.en,
        value if met else f"**{value}**",
        f"{figure.low:.2f}–{figure.high:.2f}" if figure.runs > 1 else "–",
        _pair(figure),
        "–" if row.goal is None else f"≤ {_number(row.goal, figure.unit)}",
    )


def _pair(figure: Figure) -> str:
    if figure.ours is None or figure.floor is None:
        return "–"
    decimals = 0 if figure.ours >= 100 else 1
    return f"{figure.ours:.{decimals}f} / {figure.floor:.{decimals}f} {figure.of}"


def _number(value: float, unit: str) -> str:
    digits = f"{value:.2f}" if value < 10 else f"{value:.0f}"
    return f"{digits} {unit}" if unit else digits


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def as_json(figures: Figures, about: Mapping[str, str]) -> dict[str, object]:
    """Return what `--json` writes."""
    goals = {row.key: row.goal for row in ROWS}
    return {
        "about": dict(about),
        "figures": [
            {
                "key": figure.key,
                "unit": "ratio" if figure.unit == RATIO else figure.unit,
                "median": figure.value,
                "low_quartile": figure.low,
                "high_quartile": figure.high,
                "runs": figure.runs,
                "goal": goals.get(figure.key),
                "ours": figure.ours,
                "floor": figure.floor,
                "unit_of_both": figure.of,
            }
            for figure in figures.values()
        ],
    }
