"""Which currencies a text names: by their codes, and by the names that the exchange gives them."""

from collections.abc import Iterable, Mapping
import re
from typing import Final

ALONE: Final = 3
"""Letters from which a code counts where it stands alone; a shorter one has to stand in brackets."""


def mentioned(
    text: str, currencies: Iterable[str], names: Mapping[str, str]
) -> tuple[str, ...]:
    """Return those of `currencies` that a text names, sorted.

    `names` are names of currencies by code, where they are no words of the text's language. Of two
    names of which one begins the other (이더리움, 이더리움클래식) only the longer one counts where it
    stands.
    """
    wanted = set(currencies)
    found = {code for code in wanted if _has_code(text, code)}
    for code, name in sorted(names.items(), key=lambda item: -len(item[1])):
        if len(name) > 1 and name in text:
            text = text.replace(name, " ")
            if code in wanted:
                found.add(code)
    return tuple(sorted(found))


def _has_code(text: str, code: str) -> bool:
    escaped = re.escape(code)
    pattern = (
        rf"(?<![A-Za-z0-9]){escaped}(?![A-Za-z0-9])"
        if len(code) >= ALONE
        else rf"\({escaped}\)"
    )
    return re.search(pattern, text) is not None
