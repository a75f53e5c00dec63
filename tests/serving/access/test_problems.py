"""Every refusal by its word: one status, and a document that says no more than it must."""

from __future__ import annotations

import json

import pytest

from serving.access.problems import KINDS, FieldFault, Problem, Refusal, kind_for_status

STATUSES = {
    "invalid_json": 400,
    "unauthorized": 401,
    "signed_out": 401,
    "forbidden": 403,
    "not_permitted": 403,
    "no_account": 403,
    "stale_form": 403,
    "cross_site": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_slow": 408,
    "no_past": 409,
    "other_model": 409,
    "no_result": 409,
    "not_trained": 409,
    "repeat_under_way": 409,
    "replaced": 410,
    "body_too_large": 413,
    "unsupported_media_type": 415,
    "invalid_request": 422,
    "list_too_long": 422,
    "repeat_differs": 422,
    "head_too_large": 431,
    "too_many_requests": 429,
    "too_many_jobs": 429,
    "internal": 500,
    "not_ready": 503,
    "closing": 503,
    "not_recorded": 503,
    "ledger_damaged": 503,
    "timeout": 504,
}
BY_STATUS = {
    400: "invalid_json",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    429: "too_many_requests",
    431: "head_too_large",
    503: "not_ready",
    504: "timeout",
}


def test_every_kind_has_its_status_and_something_to_do() -> None:
    assert {code: kind.status for code, kind in KINDS.items()} == STATUSES
    assert all(kind.code == code and kind.title and kind.detail for code, kind in KINDS.items())


@pytest.mark.parametrize("status", [*range(400, 433), 499, *range(500, 506), 599])
def test_a_bare_status_stands_for_a_kind(status: int) -> None:
    """What has no kind of its own is the caller's fault below 500 and ours from there on."""
    other = "invalid_request" if status < 500 else "internal"
    assert kind_for_status(status).code == BY_STATUS.get(status, other)


def test_a_problem_is_a_document_with_a_name_for_its_kind_and_for_the_call() -> None:
    told = json.loads(Problem(KINDS["forbidden"], "c1").as_json())
    assert told == {
        "type": "urn:regulars:problem:forbidden",
        "title": "This key may not do that.",
        "status": 403,
        "detail": "Use a key with the scope this route needs.",
        "code": "forbidden",
        "correlation_id": "c1",
    }


def test_what_is_said_of_this_call_takes_the_place_of_what_is_usually_said() -> None:
    fault = FieldFault("/rows/0", "missing", "It must be given.")
    told = json.loads(Problem(KINDS["invalid_request"], "c1", "Only this.", (fault,)).as_json())
    assert (told["status"], told["detail"]) == (422, "Only this.")
    assert told["errors"] == [
        {"pointer": "/rows/0", "code": "missing", "message": "It must be given."}
    ]


def test_a_refusal_is_of_a_kind_that_is_known() -> None:
    refusal = Refusal("not_found", "No such job.")
    assert (refusal.kind.status, refusal.detail, refusal.errors) == (404, "No such job.", ())
    with pytest.raises(KeyError):
        Refusal("unheard_of")


def test_when_to_come_again_is_what_is_known_of_this_call_or_else_of_its_kind() -> None:
    assert Refusal("too_many_requests", come_again_seconds=7).come_again_seconds == 7
    assert Refusal("not_recorded").come_again_seconds in range(10, 91)
    assert Refusal("not_found").come_again_seconds is None
