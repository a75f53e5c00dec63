"""How much a call asks for, seen without reading it."""

from __future__ import annotations

import orjson
import pytest

from serving.access.problems import ProblemAnswer
from serving.access.routes import Route
from serving.access.work import work_of

SCORE = Route("/v1/score", "score", ("POST",))


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        (b"", 1),
        (b'{"customer_id": "1"}', 1),
        (b'{"rows": [{"customer_id": "1"}, {"customer_id": "2"}]}', 2),
        # However a name is spelled, a row begins with a bracket.
        (b'{"rows": [{"customer\\u005fid": "1"}, {"customer\\u005fid": "2"}]}', 2),
        (b"no json", 1),
    ],
)
def test_rows_are_counted_by_the_brackets_they_begin_with(body: bytes, rows: int) -> None:
    assert work_of(SCORE, body).rows == rows


class OneRow:
    """Terms of a caller who asks about one customer at a time."""

    media_type, waits_a_second = "application/json", 1

    def customers(self, path: str, body: bytes) -> list[object]:
        return []

    def rows(self, body: bytes) -> int:
        return 1

    def refusal(self, problem: ProblemAnswer) -> tuple[int, object]:
        return problem["status"], problem


def test_who_calls_in_other_terms_has_the_rows_they_count() -> None:
    route = Route("/hook", "score", ("POST",), terms=OneRow())
    assert work_of(route, b'{"a": {"b": {"c": {}}}}').rows == 1
    assert work_of(SCORE, b'{"a": {"b": {"c": {}}}}').rows == 3


def test_rows_with_events_behaviour_or_a_word_about_reasons_are_of_their_own_kinds() -> None:
    bodies = [b'{"rows": []}', b'{"events": 1}', b'{"vector": 1, "reasons": false}']
    assert [work_of(SCORE, one).kind[1:] for one in bodies] == [
        (),
        ('"events"',),
        ('"vector"', '"reasons"'),
    ]


def test_a_few_rows_are_light_and_many_are_not() -> None:
    def asked(rows: int, **further: object) -> bytes:
        return orjson.dumps({"rows": [{"customer_id": "1", **further}] * rows})

    assert [work_of(SCORE, asked(rows)).is_light for rows in (1, 3, 4, 200)] == [
        True,
        True,
        False,
        False,
    ]
    assert work_of(Route("/v1/version", "score"), b"").is_light
    dear = Route("/v1/item-customers", "score", ("POST",), row_seconds=0.5)
    assert not work_of(dear, b'{"item_id": "1"}').is_light


def test_a_password_is_tried_by_the_form_and_not_by_asking_for_its_page() -> None:
    route = Route("/sign-in", None, ("GET", "POST"), body="form", tries_password=True)
    asked, tried = work_of(route, b""), work_of(route, b"name=anna")
    assert (asked.tries_password, tried.tries_password) == (False, True)
    assert asked.kind != tried.kind and asked.is_light
