"""A file comes out of the body of a form as it went in, to the byte."""

from __future__ import annotations

import httpx
from hypothesis import given
from hypothesis import strategies as st

from serving.pages.files.upload import uploaded_file


def body_of(content: bytes, name: str, field: str = "list") -> tuple[bytes, str]:
    request = httpx.Request(
        "POST", "http://own.test", files={field: (name, content)}, data={"other": "word"}
    )
    return request.read(), request.headers["content-type"]


@given(st.binary(max_size=2_000) | st.text("\r\n\0-a", max_size=60).map(str.encode))
def test_whatever_bytes_were_sent_come_out(content: bytes) -> None:
    assert uploaded_file(*body_of(content, "liste für Anna.xlsx"), "list") == (
        "liste für Anna.xlsx",
        content,
    )


@given(st.binary(max_size=300), st.text(st.characters(max_codepoint=255), max_size=60))
def test_what_is_no_such_body_has_no_file(content: bytes, content_type: str) -> None:
    assert (
        uploaded_file(content, content_type.replace("\n", " ").replace("\r", " "), "list") is None
    )


def test_a_field_of_another_name_is_not_taken() -> None:
    assert uploaded_file(*body_of(b"x", "a.csv", "another"), "list") is None
    assert uploaded_file(*body_of(b"x", "a.csv"), "other") is None
