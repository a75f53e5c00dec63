"""The encoding of a file of texts: where the first byte lies that is not UTF-8."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.sources.files import _first_byte_outside_utf8

LATIN = " (it looks like Windows-1252 or Latin-1)"
GOOD = "a;b\nMüller;1\n€;2\n".encode()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", None),
        (GOOD, None),
        (b"\xef\xbb\xbf" + GOOD, None),
        (b"a;b\nM\xfcller;1\n", (2, LATIN)),
        (GOOD + b"\xff\n", (4, LATIN)),
        # The last letter of a file is cut off, or is one of another encoding.
        (GOOD + b"caf\xe9", (4, LATIN)),
        (GOOD + "€".encode()[:2], (4, LATIN)),
        ("a;b\n".encode("utf-16"), (1, " (it looks like UTF-16)")),
        (b"\xfe\xff" + "a;b\n".encode("utf-16-be"), (1, " (it looks like UTF-16)")),
    ],
)
def test_the_first_byte_of_another_encoding_is_found_in_blocks_of_any_size(
    tmp_path: Path, content: bytes, found: tuple[int, str] | None
) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(content)
    assert _first_byte_outside_utf8(file) == found
    for at_once in {1, 2, 3, len(content) - 1, len(content), len(content) + 1} - {0, -1}:
        assert _first_byte_outside_utf8(file, at_once=at_once) == found, at_once
