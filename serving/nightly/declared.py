"""What customers declared that a list may be narrowed by: texts and answers of yes or no, and nothing protected."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from features.store.pack import Pack
from features.vocabulary.arrays import MISSING_CODE
from features.vocabulary.protected import LAWFUL, reason_against
from serving.snapshot.columns import CustomerAttributes

MOST_TEXTS = 100
"""Who has more different texts is found by a search, and by no list of choices."""
_ANSWERS = ("no", "yes")


@dataclass(frozen=True)
class DeclaredAttributes(CustomerAttributes):
    """The codes with the texts they stand for, by attribute."""

    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def as_manifest(self) -> list[dict[str, object]]:
        """The attributes as the manifest lists them."""
        return [{"name": name, "texts": list(texts)} for name, texts in self.texts.items()]


def declared_attributes(pack: Pack, cutoff_seconds: int) -> DeclaredAttributes:
    """The attributes of everybody that are no consent and not protected, known before a cutoff.

    What a company calls lawful is lawful to learn from, and not to pick customers by.
    """
    attributes = pack.attributes
    texts, codes = dict[str, tuple[str, ...]](), list[NDArray[np.int16]]()
    for name, column in sorted(attributes.columns.items()):
        known = tuple(attributes.dictionaries.get(name, _ANSWERS))
        is_number = name not in attributes.dictionaries and name.endswith(("_seconds", "_milli"))
        if is_number or reason_against(name) or name.startswith(LAWFUL):
            continue
        if 1 < len(known) <= MOST_TEXTS:
            texts[name] = known
            codes.append(np.asarray(column).astype(np.int16))
    found = np.full((pack.customers, len(texts)), MISSING_CODE, np.int16)
    for place, column_codes in enumerate(codes):
        found[:, place] = column_codes
    if attributes.known is not None:
        found[np.asarray(attributes.known) >= cutoff_seconds] = MISSING_CODE
    return DeclaredAttributes(found, texts)
