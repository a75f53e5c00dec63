"""The cookies of browsers: how they are called and sent, and how a form proves that it was drawn for its sender."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from features.company.settings.service import ServiceSettings
from serving.access.request_body import form_fields

SESSION_COOKIE = "regulars_session"
DOOR_COOKIE = "regulars_door"
"""Of a browser at the sign-in page, before it has a session."""
FORM_TOKEN = "form_token"
"""The field of every form that names the browser it was drawn for."""
DEVICE_COOKIE = "regulars_device"
"""Of a browser that signed in to an account before."""
_HOST_ONLY = "__Host-"
_FILE_FORM_TOKEN = re.compile(rb'name="form_token"\r\n\r\n([0-9a-f]{1,64})\r\n')


@dataclass(frozen=True)
class Cookies:
    """How cookies are called and sent: where ``is_secure``, over HTTPS alone and by names no other host can set."""

    is_secure: bool = False

    def name_of(self, cookie: str) -> str:
        """The name a cookie is sent by; a browser takes one that begins with ``__Host-`` from this very host alone."""
        return f"{_HOST_ONLY}{cookie}" if self.is_secure else cookie

    def read(self, headers: Mapping[str, str], cookie: str) -> str | None:
        """What a browser presents, or None."""
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self.name_of(cookie))
        except CookieError:
            return None
        return None if morsel is None else morsel.value


PLAIN = Cookies()
"""Those of a service without HTTPS, on the machine itself."""
SECURE = Cookies(is_secure=True)
"""Those of a service behind a proxy with TLS."""


def cookies_for(settings: ServiceSettings) -> Cookies:
    """How cookies are called and sent by a company's settings."""
    return SECURE if settings.is_behind_tls else PLAIN


def form_token_of(secret: str) -> str:
    """What a form carries that was drawn for a browser: nobody makes it without the secret of its cookie.

    >>> form_token_of("a") == form_token_of("a") != form_token_of("b")
    True
    """
    return hmac.new(secret.encode("utf-8", "replace"), b"form", hashlib.sha256).hexdigest()


def is_form_token(sent: str, secret: str) -> bool:
    """Whether a form was drawn for the browser with this secret; told in the same time whatever was sent."""
    return hmac.compare_digest(sent.encode("utf-8", "replace"), form_token_of(secret).encode())


def form_token_in(body: bytes, kind: str) -> str:
    """What a form carries as its token, be it a plain one or, of the kind ``file``, one with a file among its fields; empty without any.

    >>> form_token_in(b"q=tea&form_token=ab", "form")
    'ab'
    >>> form_token_in(b'--x\\r\\nContent-Disposition: form-data; name="form_token"\\r\\n\\r\\nab\\r\\n--x--', "file")
    'ab'
    """
    if kind != "file":
        return form_fields(body).get(FORM_TOKEN, "")
    found = _FILE_FORM_TOKEN.search(body)
    return "" if found is None else found[1].decode()
