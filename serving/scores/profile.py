"""What a customer declared, as the company wrote it; of protected attributes those alone that it calls lawful."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from features.store.pack import Pack
from features.vocabulary.arrays import MISSING_CODE, MISSING_NUMBER, RARE_CODE

Declared = str | float | bool | None


def profile(pack: Pack, key: int) -> dict[str, Declared]:
    """A customer's attributes by name; None where nothing was declared, instants as dates.

    A text that fewer than ten customers share is told apart by nothing here and reads ``other``.
    """
    attributes, found = pack.attributes, dict[str, Declared]()
    for name, column in sorted(attributes.columns.items()):
        value = int(column[key])
        if name in attributes.dictionaries:
            found[name] = _text(attributes.dictionaries[name], value)
        elif name.endswith("_seconds"):
            missing = value == MISSING_NUMBER
            day = None if missing else str(datetime.fromtimestamp(value, UTC).date())
            found[name.removesuffix("_seconds") + "_on"] = day
        elif name.endswith("_milli"):
            number = None if value == MISSING_NUMBER else value / 1_000
            found[name.removesuffix("_milli")] = number
        else:
            found[name] = None if value == MISSING_CODE else bool(value)
    return found


def _text(texts: Sequence[str], code: int) -> str | None:
    if code == RARE_CODE:
        return "other"
    return None if code == MISSING_CODE else texts[code]
