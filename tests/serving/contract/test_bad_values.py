"""Every bad value has its documented code and the field it stands in; none is scored, and none is repeated."""

from __future__ import annotations

import json
from typing import Any

import pytest

from serving.access.problems import KINDS
from serving.snapshot.reading import Snapshot
from tests.serving.calling import Caller, Service

SECRET = "Zx9-Confidential"
JSON = {"content-type": "application/json"}
WHEN = '"2026-01-01T00:00:00Z"'

# A template with one hole for each place a value can stand in: its path, the pointer and the template.
TEXT = ("/v1/score", "/customer_id", '{{"customer_id": {}}}')
ROW_ID = ("/v1/score", "/rows/0/row_id", '{{"rows": [{{"customer_id": "1", "row_id": {}}}]}}')
FLAG = ("/v1/score", "/reasons", '{{"customer_id": "1", "reasons": {}}}')
LANGUAGE = ("/v1/score", "/language", '{{"customer_id": "1", "language": {}}}')
FEATURE = (
    "/v1/score",
    "/rows/0/vector/days_since_order",
    '{{"rows": [{{"vector": {{"days_since_order": {}}}}}]}}',
)
INSTANT = (
    "/v1/events",
    "/rows/0/contact/contacted_at",
    '{{"rows": [{{"customer_id": "1", "contact": {{"contacted_at": {}, "channel": "web", "kind": "visit"}}}}]}}',
)
CENTS = (
    "/v1/events",
    "/rows/0/purchase/amount_cents",
    '{{"rows": [{{"customer_id": "1", "purchase": {{"order_id": "1", "ordered_at": '
    + WHEN
    + ', "item_id": "1", "quantity": 1, "amount_cents": {}}}}}]}}',
)
QUANTITY = (
    "/v1/events",
    "/rows/0/purchase/quantity",
    '{{"rows": [{{"customer_id": "1", "purchase": {{"order_id": "1", "ordered_at": '
    + WHEN
    + ', "item_id": "1", "quantity": {}, "amount_cents": 1}}}}]}}',
)
DAY = ("/v1/changes", "/since", '{{"rows": [{{"customer_id": "1"}}], "since": {}}}')
COUNT = ("/v1/customer", "/events", '{{"customer_id": "1", "events": {}}}')
FORMAT = ("/v1/jobs", "/format", '{{"everybody": true, "format": {}}}')
OBJECTS = (
    "/v1/objections",
    "/rows/0/objects",
    '{{"rows": [{{"customer_id": "1", "objects": {}}}]}}',
)
ERASED = ("/v1/erasures", "/customer_ids/0", '{{"customer_ids": [{}]}}')
VERDICT = (
    "/v1/feedback",
    "/rows/0/verdict",
    '{{"rows": [{{"decision_id": "1", "group": "rhythm", "verdict": {}}}]}}',
)

LONG = json.dumps("9" * 201)
MILLION = json.dumps("9" * 900_000)
NOT_TEXTS: list[tuple[str, str | None]] = [
    ("null", None), ("true", "string_type"), ("1.5", "string_type"), ("9007199254740992.0", "string_type"),
    ("NaN", "string_type"), ("-Infinity", "string_type"), ("1e400", "string_type"),
    ("[]", "string_type"), ("{}", "string_type"),
    ('""', "string_too_short"), (LONG, "string_too_long"), (MILLION, "string_too_long"),
]  # fmt: skip
NO_IDS: list[tuple[str, str | None]] = [
    ('" "', "string_too_short"), ('"\u00a0\u200b"', "string_too_short"),
]  # fmt: skip
NOT_NUMBERS: list[tuple[str, str | None]] = [
    ("NaN", "finite_number"), ("Infinity", "finite_number"), ("-Infinity", "finite_number"),
    ("1e400", "finite_number"), ('"1"', "float_type"), ("true", "float_type"),
    ("[]", "float_type"), ("{}", "float_type"), ('""', "float_type"),
]  # fmt: skip
NOT_INSTANTS: list[tuple[str, str | None]] = [
    ("0", "instant_type"), ("1767225600", "instant_type"), ("1.5", "instant_type"), ("null", "instant_type"),
    ("true", "instant_type"), ("[]", "instant_type"), ('""', "datetime_from_date_parsing"),
    ('"yesterday"', "datetime_from_date_parsing"), ('"2026-02-30T00:00:00Z"', "datetime_from_date_parsing"),
    ('"2026-13-01T00:00:00Z"', "datetime_from_date_parsing"), ('"2026-01-01T25:00:00Z"', "datetime_from_date_parsing"),
    ('"2026-01-01T00:00:00"', "timezone_aware"), ('"2026-01-01"', "timezone_aware"),
    ('"0001-01-01T00:00:00Z"', "instant_range"), ('"9999-12-31T00:00:00Z"', "instant_range"),
    ('"1969-12-31T23:59:59Z"', "instant_range"), ('"2200-01-01T00:00:00Z"', "instant_range"),
]  # fmt: skip
NOT_CENTS: list[tuple[str, str | None]] = [
    ("1.5", "int_type"), ("NaN", "int_type"), ("1e400", "int_type"), ('"1"', "int_type"),
    ("true", "int_type"), ("null", "int_type"), ("99999999999999", "less_than_equal"),
    ("-99999999999999", "greater_than_equal"), ("9223372036854775808", None), ("[]", "int_type"),
]  # fmt: skip
NOT_DAYS: list[tuple[str, str | None]] = [
    ("0", "day_type"), ("1767225600", "day_type"), ("null", "day_type"), ("true", "day_type"),
    ('""', "date_from_datetime_parsing"), ('"2026-02-30"', "date_from_datetime_parsing"),
    ('"30.1.2026"', "date_from_datetime_parsing"), ('"2026-01-01T12:00:00Z"', "date_from_datetime_inexact"),
    ('"9999-12-31"', "not_earlier"), ("[]", "day_type"),
]  # fmt: skip
NOT_FLAGS: list[tuple[str, str | None]] = [
    ("1", "bool_type"), ("0", "bool_type"), ('"true"', "bool_type"), ("null", "bool_type"),
    ("NaN", "bool_type"), ("[]", "bool_type"),
]  # fmt: skip
NOT_COUNTS: list[tuple[str, str | None]] = [
    ("-1", "greater_than_equal"), ("201", "less_than_equal"), ("1.5", "int_type"), ('"5"', "int_type"),
    ("true", "int_type"), ("NaN", "int_type"), ("1e400", "int_type"), ("null", "int_type"),
]  # fmt: skip
NOT_WORDS: list[tuple[str, str | None]] = [
    ('"fr"', "literal_error"), ('"EN"', "literal_error"), ("1", "literal_error"), ("[]", "literal_error"),
]  # fmt: skip


def _table() -> list[tuple[str, str, str, str | None]]:
    """Path, pointer, body and code of every bad value."""
    places: list[tuple[tuple[str, str, str], list[tuple[str, str | None]]]] = [
        (TEXT, [one for one in NOT_TEXTS if one[1] is not None] + NO_IDS),
        (ROW_ID, [one for one in NOT_TEXTS if one[1] is not None]),
        (ERASED, [one if one[1] else (one[0], "string_type") for one in NOT_TEXTS] + NO_IDS),
        (FEATURE, NOT_NUMBERS),
        (QUANTITY, [*NOT_NUMBERS, ("1e10", "less_than_equal"), ("null", "float_type")]),
        (INSTANT, NOT_INSTANTS),
        (CENTS, NOT_CENTS),
        (DAY, NOT_DAYS),
        (FLAG, NOT_FLAGS),
        (OBJECTS, NOT_FLAGS),
        (COUNT, NOT_COUNTS),
        (LANGUAGE, NOT_WORDS),
        (FORMAT, [*NOT_WORDS, ("null", "literal_error"), ('"xlsx"', "literal_error")]),
        (VERDICT, [*NOT_WORDS, ("null", "literal_error")]),
    ]
    return [
        (path, pointer, template.format(value), code)
        for (path, pointer, template), values in places
        for value, code in values
    ]


BAD = _table()


@pytest.fixture
def everybody(service: Service) -> Caller:
    return service.caller("score", "events", "privacy")


def test_the_table_is_long_enough() -> None:
    assert len(BAD) >= 120


@pytest.mark.parametrize(
    ("path", "pointer", "body", "code"),
    BAD,
    ids=[f"{one[0]}{one[1]} {one[2][-60:-4]}"[:90] for one in BAD],
)
def test_a_bad_value_is_named_and_never_taken(
    everybody: Caller, path: str, pointer: str, body: str, code: str | None
) -> None:
    answer = everybody.post(path, content=body.encode(), headers=JSON)
    assert answer.status_code == 422, answer.text
    fault = answer.json()["errors"][0]
    assert fault["pointer"] == pointer
    assert code is None or fault["code"] == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"), (b"nul", "invalid_json"), (b"{", "invalid_json"), (b"\xff\xfe{}", "invalid_json"),
        (b"{'customer_id': '1'}", "invalid_json"), (b'{"customer_id": "1"} x', "invalid_json"),
        (b'{"customer_id": "\\ud800"}', "invalid_json"), (b'{"customer_id": "\xed\xa0\x80"}', "invalid_json"),
        (b"[" * 100_000, "invalid_json"), (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "invalid_json"),
        (b"\x00", "invalid_json"), (b'\xef\xbb\xbf{"customer_id": "1"}', "invalid_json"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/v1/score", "/v1/events", "/v1/erasures"])
def test_a_body_that_is_no_json_is_refused(
    everybody: Caller, path: str, body: bytes, code: str
) -> None:
    answer = everybody.post(path, content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (KINDS[code].status, code)


@pytest.mark.parametrize("body", ["null", "true", "1", '"x"', "[]"])
@pytest.mark.parametrize(
    "path",
    ["/v1/score", "/v1/customer", "/v1/changes", "/v1/what-if", "/v1/jobs", "/v1/events",
     "/v1/feedback", "/v1/objections", "/v1/erasures", "/v1/offers", "/v1/similar-items"],
)  # fmt: skip
def test_a_body_that_is_no_object_is_refused(everybody: Caller, path: str, body: str) -> None:
    answer = everybody.post(path, content=body.encode(), headers=JSON)
    assert answer.status_code == 422 and answer.json()["errors"][0]["code"] == "model_type"


@pytest.mark.parametrize(
    "path",
    ["/v1/score", "/v1/customer", "/v1/changes", "/v1/what-if", "/v1/jobs", "/v1/events",
     "/v1/feedback", "/v1/objections", "/v1/erasures", "/v1/erasures/status", "/v1/offers",
     "/v1/recommendations", "/v1/similar-items", "/v1/item-customers"],
)  # fmt: skip
def test_an_unknown_field_is_named_and_its_value_is_not(everybody: Caller, path: str) -> None:
    answer = everybody.post(path, json={"no_such_field": SECRET})
    assert answer.status_code == 422
    codes = {one["pointer"]: one["code"] for one in answer.json()["errors"]}
    assert codes["/no_such_field"] == "extra_forbidden" and SECRET not in answer.text


@pytest.mark.parametrize(
    "customer",
    ["\u202e17841", "👩‍🚀", "e\u0301", " 17841 ", "17841\n", "../../etc/passwd", "%2e%2e", "'; DROP TABLE decisions; --",
     "<script>alert(1)</script>", "=1+1", "http://169.254.169.254/", "a" * 200, "\ufeff1", "NULL", "nan"],
)  # fmt: skip
def test_a_strange_customer_number_is_a_customer_nobody_knows(
    everybody: Caller, customer: str
) -> None:
    row = everybody.score(customer_id=customer)["rows"][0]
    kept = {"\u202e17841": "17841", "e\u0301": "\u00e9", " 17841 ": "17841", "17841\n": "17841"}
    known_as = (kept | {"\ufeff1": "1"}).get(customer, customer)
    assert row == {"row_id": None, "customer_id": known_as, "status": "unknown_id", "warnings": []}


@pytest.mark.parametrize(
    "value", [one[0] for one in (*NOT_TEXTS, *NO_IDS)], ids=lambda one: one[:20]
)
def test_a_customer_number_that_is_none_spoils_its_own_row_and_no_other(
    everybody: Caller, snapshot: Snapshot, value: str
) -> None:
    known = json.dumps(snapshot.customer_ids[3])
    alone = everybody.score(customer_id=snapshot.customer_ids[3])["rows"][0]
    body = f'{{"rows": [{{"customer_id": {known}}}, {{"row_id": 7, "customer_id": {value}}}]}}'
    answer = everybody.post("/v1/score", content=body.encode(), headers=JSON)
    assert answer.status_code == 200, answer.text
    sound, bad = answer.json()["rows"]
    assert {**sound, "decision_id": ""} == {**alone, "decision_id": ""}
    assert (bad["row_id"], bad["customer_id"], bad["status"]) == ("7", None, "error")
    assert [one["code"] for one in bad["warnings"]] == ["invalid_customer_id"]
    assert "probability" not in bad and "decision_id" not in bad


def test_of_a_field_that_is_given_twice_the_last_counts(
    everybody: Caller, snapshot: Snapshot
) -> None:
    body = '{"customer_id": "1", "customer_id": ' + json.dumps(snapshot.customer_ids[3]) + "}"
    answer = everybody.post("/v1/score", content=body.encode(), headers=JSON)
    assert answer.json()["rows"][0]["customer_id"] == snapshot.customer_ids[3]


@pytest.mark.parametrize("value", ["1e38", "-1e38", "3.5e38", "1e308", "-0.0", "5e-324"])
def test_an_extreme_number_is_held_to_what_was_seen_and_scored(
    everybody: Caller, value: str
) -> None:
    body = '{"rows": [{"vector": {"days_since_order": ' + value + ', "orders_count_lifetime": 9}}]}'
    answer: Any = everybody.post("/v1/score", content=body.encode(), headers=JSON)
    row = answer.json()["rows"][0]
    assert row["status"] in ("degraded", "not_eligible")
    assert "probability" not in row or 0 < row["probability"] < 1
