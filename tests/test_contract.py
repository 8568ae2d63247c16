"""What the store's and core's own checkers would say, without a network: manifest, texts, icons, pictures."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
import struct
from typing import Any

import pytest

from custom_components.upbit.binary_sensor import CONNECTION
from custom_components.upbit.exchange.endpoint import REGIONS
from custom_components.upbit.exchange.errors import (
    BY_NAME,
    Banned,
    CannotConnect,
    IpNotAllowed,
    error_of,
)
from custom_components.upbit.failures import error_key
from custom_components.upbit.sensor import MOMENTS, total_description

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
        # The exchange itself calls its keys so.
        assert korean.search(text) or text in ("Access Key", "Secret Key"), path


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
    """The total is named by its currency's device."""
    icons = read("icons.json")["entity"]
    named = {("binary_sensor", CONNECTION.translation_key)}
    named |= {("sensor", moment.translation_key) for moment in MOMENTS}
    for platform, key in named:
        assert TEXTS["en"][f"entity.{platform}.{key}.name"]
        assert icons[platform][key]["default"].startswith("mdi:")
    key = total_description("BTC").translation_key
    assert icons["sensor"][key]["default"].startswith("mdi:")
    assert sum(map(len, icons.values())) == len(named) + 1


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
