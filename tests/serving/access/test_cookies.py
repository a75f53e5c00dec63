"""Cookies by their names, and forms that are bound to them."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.access.cookies import (
    DEVICE_COOKIE,
    DOOR_COOKIE,
    PLAIN,
    SECURE,
    SESSION_COOKIE,
    form_token_of,
    is_form_token,
)


@pytest.mark.parametrize("cookie", [SESSION_COOKIE, DOOR_COOKIE, DEVICE_COOKIE])
def test_behind_tls_a_cookie_has_a_name_that_this_host_alone_can_set(cookie: str) -> None:
    assert PLAIN.name_of(cookie) == cookie
    assert SECURE.name_of(cookie) == f"__Host-{cookie}"
    both = {"cookie": f"{cookie}=tossed; __Host-{cookie}=own"}
    assert (PLAIN.read(both, cookie), SECURE.read(both, cookie)) == ("tossed", "own")
    assert SECURE.read({"cookie": f"{cookie}=tossed"}, cookie) is None
    assert SECURE.read({}, cookie) is None


def test_a_form_token_is_a_seal_by_the_secret_of_the_cookie() -> None:
    expected = hmac.new(b"secret", b"form", hashlib.sha256).hexdigest()
    assert form_token_of("secret") == expected and is_form_token(expected, "secret")


@given(secret=st.text(), other=st.text(), sent=st.text())
def test_nobody_makes_it_from_anything_else(secret: str, other: str, sent: str) -> None:
    assert is_form_token(form_token_of(secret), secret)
    assert not is_form_token(sent, secret)
    encoded = [one.encode("utf-8", "replace") for one in (secret, other)]
    assert is_form_token(form_token_of(other), secret) is (encoded[0] == encoded[1])
