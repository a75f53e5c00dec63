"""What several pages answer with: a page, the fields of a form, and cookies."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request, Response

from serving.access.cookies import Cookies
from serving.access.request_body import form_fields

HTML = "text/html; charset=utf-8"
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def html(text: str, status: int = 200) -> Response:
    """A page."""
    return Response(text, status_code=status, media_type=HTML)


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a form, each with its first value."""
    return form_fields(await request.body())


def with_cookie(
    answer: Response, request: Request, cookie: str, value: str, seconds: int
) -> Response:
    """An answer that leaves a cookie which no script reads and no other site sends."""
    cookies: Cookies = request.state.cookies
    answer.set_cookie(
        cookies.name_of(cookie),
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="strict",
        secure=cookies.is_secure or request.url.scheme == "https",
    )
    return answer


def without_cookie(answer: Response, request: Request, cookie: str) -> Response:
    """An answer that takes a cookie back."""
    cookies: Cookies = request.state.cookies
    answer.delete_cookie(
        cookies.name_of(cookie),
        path="/",
        httponly=True,
        samesite="strict",
        secure=cookies.is_secure,
    )
    return answer
