"""The fields of an offer as they are published: shares, cents and instants."""

from __future__ import annotations

from typing import Any

import pytest

from features.vocabulary.tables import ColumnKind
from serving.nightly.offers.catalogue import _plain


@pytest.mark.parametrize(
    ("kind", "value", "published"),
    [
        *[(kind, None, None) for kind in ColumnKind],
        *[(ColumnKind.NUMBER, one, one / 1_000) for one in (0, 1, 150, -150, 1_000)],
        *[(ColumnKind.MONEY, one, one) for one in (0, 1, -1, 250)],
        (ColumnKind.INSTANT, 0, "1970-01-01T00:00:00Z"),
        (ColumnKind.INSTANT, -1, "1969-12-31T23:59:59Z"),
        (ColumnKind.INSTANT, 1_767_225_599, "2025-12-31T23:59:59Z"),
        (ColumnKind.TEXT, "tea", "tea"),
    ],
)
def test_a_field_is_published_in_the_units_of_the_contract(
    kind: ColumnKind, value: Any, published: Any
) -> None:
    found = _plain(kind, value)
    assert found == published and type(found) is type(published)
