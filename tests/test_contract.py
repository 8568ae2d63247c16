"""What the store's and core's own checkers would say, without a network: manifest, texts, icons, pictures."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
import struct
from typing import Any

from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.upbit.account_sensors import (
    ACCOUNT_SENSORS,
    KEY_EXPIRY,
    MOMENTS,
    OPEN_ORDERS,
)
from custom_components.upbit.binary_sensor import CONNECTION, LEVEL, WARNING
from custom_components.upbit.button import REFRESH
from custom_components.upbit.currency_sensors import CURRENCY_SENSORS
from custom_components.upbit.event import ACTIVITY, ALERT, NOTICE
from custom_components.upbit.exchange.endpoint import REGIONS
from custom_components.upbit.exchange.errors import (
    BY_NAME,
    Banned,
    CannotConnect,
    IpNotAllowed,
    error_of,
)
from custom_components.upbit.failures import error_key
from custom_components.upbit.portfolio.activity import Kind
from custom_components.upbit.portfolio.alerts import Condition, Measure

ROOT = Path(__file__).parents[1]
INTEGRATION = ROOT / "custom_components" / "upbit"
LANGUAGES = ("en", "ko")


def read(name: str) -> Any:
    """Return a JSON file of the integration."""
    return json.loads((INTEGRATION / name).read_text())


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Return every text of a translation by its path."""
    if isinstance(value, str):
        yield path, value
        return
    for key, one in value.items():
        yield from texts(one, f"{path}.{key}".lstrip("."))


TEXTS = {
    language: dict(texts(read(f"translations/{language}.json")))
    for language in LANGUAGES
}


def test_the_manifest_has_the_keys_of_a_custom_integration_in_order() -> None:
    """Domain and name first, then by alphabet."""
    manifest = read("manifest.json")
    keys = list(manifest)
    assert keys == ["domain", "name", *sorted(keys[2:])]
    assert manifest["domain"] == INTEGRATION.name
    assert manifest["requirements"] == []
    assert manifest["iot_class"] == "cloud_push"
    assert manifest["integration_type"] == "service"
    assert manifest["config_flow"] is True
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    for needed in ("codeowners", "documentation", "issue_tracker"):
        assert manifest[needed]
    assert f'version = "{manifest["version"]}"' in (ROOT / "pyproject.toml").read_text()


def test_the_store_finds_what_it_asks_for() -> None:
    """A name and the smallest Home Assistant."""
    hacs = json.loads((ROOT / "hacs.json").read_text())
    assert hacs["name"] == "Upbit"
    assert hacs["homeassistant"] == "2026.10.0"


def test_every_text_is_there_in_both_languages() -> None:
    """And none is left in the other one."""
    assert TEXTS["en"].keys() == TEXTS["ko"].keys()
    korean = re.compile("[가-힣]")
    for path, text in TEXTS["ko"].items():
        # The exchange itself calls them so.
        assert korean.search(text) or text in ("Access Key", "NFT", "Secret Key"), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_hold_neither_markup_nor_addresses(language: str) -> None:
    """Home Assistant's own checker refuses them."""
    for path, text in TEXTS[language].items():
        assert text == text.strip(), path
        assert not re.search(r"<[a-z/]", text), path
        assert "://" not in text, path
        assert not re.search(r"'\{\w+\}'", text), path


def test_placeholders_are_the_same_in_both_languages() -> None:
    """One that is missing shows as an error."""
    for path, text in TEXTS["en"].items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(
            re.findall(r"\{\w+\}", TEXTS["ko"][path])
        ), path


def test_every_entity_has_a_name_and_an_icon() -> None:
    """The total is named by its currency's device, an alert's entities by the alert's."""
    icons = read("icons.json")["entity"]
    sensors = (
        *MOMENTS,
        *ACCOUNT_SENSORS,
        *CURRENCY_SENSORS,
        KEY_EXPIRY,
        OPEN_ORDERS,
    )
    named = {("sensor", sensor.translation_key) for sensor in sensors}
    named |= {
        ("binary_sensor", CONNECTION.translation_key),
        ("binary_sensor", WARNING.translation_key),
        ("button", REFRESH.translation_key),
        ("event", ACTIVITY.translation_key),
        ("event", NOTICE.translation_key),
    }
    by_device = {
        ("binary_sensor", LEVEL.translation_key),
        ("event", ALERT.translation_key),
        ("sensor", "currency"),
    }
    for platform, key in named | by_device:
        assert icons[platform][key]["default"].startswith("mdi:")
        assert (f"entity.{platform}.{key}.name" in TEXTS["en"]) == (
            (platform, key) in named
        )
    assert sum(map(len, icons.values())) == len(named | by_device)


def test_every_event_type_and_choice_has_its_words() -> None:
    """As the logbook and the forms show them."""
    for description in (ACTIVITY, ALERT, NOTICE):
        for kind in description.event_types or ():
            path = f"entity.event.{description.translation_key}.state_attributes"
            assert TEXTS["en"][f"{path}.event_type.state.{kind}"]
    for name, options in (
        ("alert_measure", Measure),
        ("alert_condition", Condition),
        ("kinds", Kind),
    ):
        for option in options:
            assert TEXTS["en"][f"selector.{name}.options.{option.value}"]


@pytest.mark.parametrize("name", ["services", "triggers", "conditions"])
def test_what_the_automation_editor_offers_has_words_and_icons(name: str) -> None:
    """Each action, trigger and condition, with each of its fields."""
    offered = parse_yaml((INTEGRATION / f"{name}.yaml").read_text())
    icons = read("icons.json")[name]
    assert isinstance(offered, dict)
    offered = {key: one for key, one in offered.items() if not key.startswith(".")}
    assert offered.keys() == icons.keys()
    for key, one in offered.items():
        assert TEXTS["en"][f"{name}.{key}.name"]
        assert TEXTS["en"][f"{name}.{key}.description"]
        for field in one.get("fields", {}):
            assert TEXTS["en"][f"{name}.{key}.fields.{field}.name"]


@pytest.mark.parametrize(("language", "exchange"), [("en", "Upbit"), ("ko", "업비트")])
def test_a_search_for_the_exchange_finds_triggers_and_conditions(
    language: str, exchange: str
) -> None:
    """The editor looks into names and descriptions, and not at whose they are."""
    described = {
        path: text
        for path, text in TEXTS[language].items()
        if re.fullmatch(r"(triggers|conditions)\.\w+\.description", path)
    }
    assert len(described) == 6
    for path, text in described.items():
        assert exchange in text, path


def test_each_problem_of_an_alert_has_its_sentence() -> None:
    """Whatever the form refuses."""
    source = (INTEGRATION / "portfolio" / "alerts.py").read_text()
    problems = re.findall(r'return "\w+", "(\w+)"', source)
    assert problems
    for problem in problems:
        assert TEXTS["en"][f"config_subentries.alert.error.{problem}"]


def test_every_failure_has_its_sentence_in_the_form_and_in_a_failed_set_up() -> None:
    """What the sentence names, the code gives."""
    failures = [error_of(name, "203.0.113.9") for name in BY_NAME]
    for failure in (
        *failures,
        Banned(),
        Banned(600.0),
        IpNotAllowed(),
        CannotConnect(),
    ):
        assert failure
        key, placeholders = error_key(failure)
        for path in (f"config.error.{key}", f"exceptions.{key}.message"):
            for text in (TEXTS["en"][path], TEXTS["ko"][path]):
                assert set(re.findall(r"\{(\w+)\}", text)) == set(placeholders)


def test_every_field_and_region_is_described() -> None:
    """In the form's own words."""
    for path in TEXTS["en"]:
        if ".data." in path:
            assert path.replace(".data.", ".data_description.") in TEXTS["en"], path
    for region in REGIONS:
        assert TEXTS["en"][f"selector.region.options.{region}"]


@pytest.mark.parametrize(
    ("name", "height"),
    [
        ("icon.png", 256),
        ("icon@2x.png", 512),
        ("logo.png", 128),
        ("logo@2x.png", 256),
        ("dark_logo.png", 128),
        ("dark_logo@2x.png", 256),
    ],
)
def test_brand_pictures_have_their_sizes(name: str, height: int) -> None:
    """As the collection of brands asks for."""
    content = (INTEGRATION / "brand" / name).read_bytes()
    assert content.startswith(b"\x89PNG")
    width, measured = struct.unpack(">II", content[16:24])
    assert measured == height
    assert width == height if "icon" in name else width > height


def test_nothing_but_get_is_ever_asked_for() -> None:
    """Read-only by construction."""
    asking = re.compile(r"\.(post|put|delete|patch|request)\(|METH_(POST|PUT|DELETE)")
    for path in INTEGRATION.rglob("*.py"):
        assert not asking.search(path.read_text()), path.name


def test_each_script_says_its_one_job_first() -> None:
    """In its first comment."""
    for script in (ROOT / "scripts").iterdir():
        first, second = script.read_text().splitlines()[:2]
        assert first.startswith("#!"), script.name
        assert re.match(r"# [A-Z].*[.:]", second), script.name
        assert script.stat().st_mode & 0o100, script.name
