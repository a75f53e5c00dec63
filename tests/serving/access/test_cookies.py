"""Cookies by their names, and forms that are bound to them."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.company.settings.reading import settings_from
from features.company.settings.service import ServiceSettings
from features.vocabulary.errors import SettingsRefused
from serving.access.cookies import (
    DEVICE_COOKIE,
    DOOR_COOKIE,
    PLAIN,
    SECURE,
    SESSION_COOKIE,
    Cookies,
    cookies_for,
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


@pytest.mark.parametrize(
    ("address", "cookies", "leads_to"),
    [
        ("", PLAIN, "http://127.0.0.1:3000"),
        ("https://customers.example.com", SECURE, "https://customers.example.com"),
        ("https://customers.example.com:8443", SECURE, "https://customers.example.com:8443"),
    ],
)
def test_an_address_behind_tls_makes_cookies_secure_and_links_lead_there(
    address: str, cookies: Cookies, leads_to: str
) -> None:
    settings = ServiceSettings(public_address=address)
    assert cookies_for(settings) == cookies and settings.address == leads_to


@pytest.mark.parametrize(
    "address",
    [
        "http://a.example",
        "a.example",
        "https://",
        "https://a/b",
        "https://a\n",
        "https://u@a",
        "yes",
    ],
)
def test_an_address_is_one_of_https_and_nothing_behind_it(address: str) -> None:
    with pytest.raises(SettingsRefused, match=r"service\.public_address"):
        settings_from({"service": {"public_address": address}}, folder=Path())


def test_a_form_token_is_a_seal_by_the_secret_of_the_cookie() -> None:
    expected = hmac.new(b"secret", b"form", hashlib.sha256).hexdigest()
    assert form_token_of("secret") == expected and is_form_token(expected, "secret")


@given(secret=st.text(), other=st.text(), sent=st.text())
def test_nobody_makes_it_from_anything_else(secret: str, other: str, sent: str) -> None:
    assert is_form_token(form_token_of(secret), secret)
    assert not is_form_token(sent, secret)
    encoded = [one.encode("utf-8", "replace") for one in (secret, other)]
    assert is_form_token(form_token_of(other), secret) is (encoded[0] == encoded[1])
