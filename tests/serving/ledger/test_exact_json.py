"""What was sent is read to the last digit, and by the quick reader wherever that loses none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from serving.ledger.exact_json import read_exactly

ANYTHING = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(some.characters(codec="utf-8")),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(some.characters(codec="utf-8")), inner),
    max_leaves=9,
)  # fmt: skip


@given(ANYTHING)
def test_what_was_written_is_read_as_it_is_with_all_digits_of_its_numbers(said: Any) -> None:
    assert read_exactly(json.dumps(said).encode()) == said


@pytest.mark.parametrize(
    "body", [b"", b"[", b"\xff", b"{]", b"[" * 100_000, b"[" * 100_000 + b"1" * 20]
)
def test_what_is_no_json_is_told_so(body: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)):
        read_exactly(body)


def test_numbers_of_twenty_digits_stay_two() -> None:
    first, other = (read_exactly(b'{"a": 1234567890123456789%d}' % last) for last in (0, 1))
    assert first != other and other == {"a": 12345678901234567891}
