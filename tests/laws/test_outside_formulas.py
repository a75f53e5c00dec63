"""What is shown of a customer can be recomputed from the published files and the raw rows, column by column.

Columns are taken from the code's own lists: a new one has no formula here yet, and fails until it has.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from serving.contract.row_messages import Value
from serving.exports.crm_shapes import FIELDS
from serving.exports.reasons import export_reasons
from serving.pages.churn_list import matching, matrix, sorts, totals
from serving.pages.contexts import ListRow
from serving.pages.files.table import COLUMNS
from serving.pages.list_query import ListQuery
from serving.pages.list_view import explanations_at, list_row
from tests.oracles.published import STAGES, STATUSES, TITLES, Published, euro, whole_euro
from tests.pages.customers import page_of
from tests.serving.calling import Service
from tests.serving.company import Company
from training.reasons.languages.known import language_of

Formula = Callable[[Published, int], Any]


@pytest.fixture(scope="module", params=["valued", "without a value model"])
def shown(
    request: pytest.FixtureRequest,
    demo_workspace: Company,
    valued_company: Company,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Published, Service, Company]]:
    """A company's files beside the service that shows them."""
    company = valued_company if request.param == "valued" else demo_workspace
    scores = company.workspace.scores.current
    assert scores is not None
    service = Service(company, tmp_path_factory.mktemp("ledger"))
    yield Published(scores, company.settings_path.parent), service, company
    service.close()


def cents(found: float) -> str:
    return f"{found / 100:.2f}"


def where_valued(formula: Formula) -> Formula:
    return lambda told, place: formula(told, place) if told.is_valued else ""


IN_THE_FILE: dict[str, Formula] = {
    "may_be_contacted": lambda told, place: "no" if told.has_refused(place) else "yes",
    "best_action": lambda told, place: told.best_action(place)[0],
    "net_gain": lambda told, place: f"{told.best_action(place)[1] / 100:.2f}",
    # No campaign has measured a contact of these companies.
    "group": lambda told, place: "",
    "rank": lambda told, place: str(place + 1),
    "customer_id": lambda told, place: told.customer(place),
    "risk_percent": lambda told, place: f"{100 * told.risk(place):.1f}",
    "base_percent": lambda told, place: f"{100 * told.manifest['base']:.1f}",
    "risk_before_percent": lambda told, place: (
        "" if told.moved_points(place) is None else f"{100 * told['risk_before'][place]:.1f}"
    ),
    "risk_change_points": lambda told, place: (
        "" if told.moved_points(place) is None else f"{told.moved_points(place):.1f}"
    ),
    "percentile": lambda told, place: f"{told['percentile'][place]:.0f}",
    "band": lambda told, place: told.band(place),
    "stage": lambda told, place: STAGES[told.of("stage", place)],
    "lifecycle_status": lambda told, place: STATUSES[told.of("lifecycle_status", place)],
    "spend_365d": lambda told, place: cents(told.spend_cents(place)),
    "spend_at_risk": lambda told, place: cents(
        told.risk(place) * max(told.spend_cents(place), 0)
    ),
    "expected_value": where_valued(lambda told, place: cents(told.of("value_cents", place))),
    "expected_value_low": where_valued(lambda told, place: cents(told.of("value_low_cents", place))),
    "expected_value_high": where_valued(lambda told, place: cents(told.of("value_high_cents", place))),
    "value_days": where_valued(lambda told, place: "90"),
    "value_at_risk": where_valued(lambda told, place: cents(told.at_risk_cents(place))),
    "currency": lambda told, place: "EUR",
    "last_order": lambda told, place: told.last_order(place).date().isoformat(),
    "model": lambda told, place: told.manifest["model_title"],
    "model_version": lambda told, place: told.manifest["model_version"],
    "known_before": lambda told, place: f"{told.cutoff:%-d %b %Y}",
}  # fmt: skip
POINTS = ("points_1", "points_2", "points_3")
IN_WORDS = {"reason_1": 0, "reason_2": 1, "reason_3": 2}
"""Sentences, which other tests hold to the facts: here they must stand where there is a reason, and nowhere else."""
WHY_VALUED = {"value_reason_1", "value_reason_1_money"}


def test_every_cell_of_the_file_is_what_the_files_and_rows_say(
    shown: tuple[Published, Service, Company],
) -> None:
    told, service, _ = shown
    content = service.browser().get("/churn.csv?sort=risk&consent=all").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert (
        set(COLUMNS) == {*IN_THE_FILE, *POINTS, *IN_WORDS, *WHY_VALUED} and len(rows) == told.judged
    )
    for place, row in enumerate(rows):
        for column, formula in IN_THE_FILE.items():
            assert row[column] == formula(told, place), (column, place)
        assert told.are_raising(place, [float(row[one]) for one in POINTS if row[one]]), place
        for column, rank in IN_WORDS.items():
            assert bool(row[column]) is (rank < len(told.raising(place)))
        amounts = _by_group(told, place)
        money, text = row["value_reason_1_money"], row["value_reason_1"]
        assert bool(money) is bool(text)
        assert not money or min(abs(100 * float(money) - one) for one in amounts) <= 100


def _by_group(told: Published, place: int) -> list[float]:
    """What each reason group adds to a customer's value, through all parts of the model."""
    if not told.is_valued:
        return []
    vector = told.of("vector_rows", place)
    return [float(one) for one in told["value_parts"][vector].astype(float).sum(axis=0)]


IN_A_CRM: dict[str, Formula] = {
    "risk_percent": lambda told, place: round(100 * told.risk(place), 1),
    "risk_band": lambda told, place: told.band(place),
    "risk_change_points": lambda told, place: told.moved_points(place),
    "expected_value_cents": lambda told, place: (
        told.of("value_cents", place) if told.is_valued else None
    ),
    "value_at_risk_cents": lambda told, place: pytest.approx(told.at_risk_cents(place), abs=0.501),
    "scored_at": lambda told, place: f"{told.cutoff:%Y-%m-%dT%H:%M:%SZ}",
    "model_version": lambda told, place: told.manifest["model_version"],
}


def test_every_field_of_a_crm_is_what_the_files_say(
    shown: tuple[Published, Service, Company], tmp_path: Path
) -> None:
    told, _, company = shown
    path = tmp_path / "bodies.jsonl"
    export_reasons(company.workspace, path, language_of("en"), currency="EUR", to="salesforce")
    records = [
        record for line in path.read_text("utf-8").splitlines() for record in json.loads(line)["records"]
    ]  # fmt: skip
    assert set(FIELDS) == {*IN_A_CRM, *IN_WORDS} and len(records) == told.judged
    for place, record in enumerate(records):
        plain = {name.removesuffix("__c").lower(): one for name, one in record.items()}
        assert plain["customer_number"] == told.customer(place)
        for field, formula in IN_A_CRM.items():
            assert plain[field] == formula(told, place), (field, place)


IN_THE_LIST: dict[str, Formula] = {
    "rank": lambda told, place: f"{place + 1:,}",
    "customer_id": lambda told, place: told.customer(place),
    "name": lambda told, place: told.called(place),
    "standing": lambda told, place: (
        f"{STAGES[told.of('stage', place)].capitalize().replace('_', '-')}, "
        f"{STATUSES[told.of('lifecycle_status', place)].replace('_', ' ')}"
    ),
    "risk": lambda told, place: f"{round(100 * told.risk(place), 1):.1f} %",
    "risk_width": lambda told, place: f"{100 * told.risk(place):.2f}%",
    "moved": lambda told, place: (
        "" if told.moved_points(place) is None
        else f"{told.moved_points(place):+.1f}".replace("-", "−")
    ),
    "has_jumped": lambda told, place: (told.moved_points(place) or 0.0) >= 10.0,
    "band": lambda told, place: told.band(place),
    "value": lambda told, place: whole_euro(
        told.of("value_cents", place) if told.is_valued else told.spend_cents(place)
    ),
    "value_between": where_valued(lambda told, place: " to ".join(
        whole_euro(100 * round(told.of(f"value_{end}_cents", place) / 100)) for end in ("low", "high")
    )),
    "at_risk": lambda told, place: whole_euro(told.at_risk_cents(place)),
    "action": lambda told, place: TITLES[told.best_action(place)[0]],
    "group": lambda told, place: "",
    "net_gain": lambda told, place: (
        f"+{whole_euro(told.best_action(place)[1])}" if told.best_action(place)[1] else ""
    ),
    "refusal": lambda told, place: "No marketing" if told.has_refused(place) else "",
    "last_order": lambda told, place: f"{told.last_order(place):%-d %b %Y}",
    "ago": lambda told, place: days_ago(math.floor(
        (told.cutoff - told.last_order(place)).total_seconds() / 86_400 + 1e-3
    )),
}  # fmt: skip


def days_ago(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'} ago" if days else "less than a day ago"


def test_every_figure_of_the_list_and_of_a_page_is_what_the_files_and_rows_say(
    shown: tuple[Published, Service, Company],
) -> None:
    told, service, _ = shown
    in_use = service.models_in_use.in_use
    assert in_use is not None
    assert {one.name for one in fields(ListRow)} == {*IN_THE_LIST, "link", "reasons"}
    places = np.arange(told.judged)
    for place, explanation in zip(places.tolist(), explanations_at(in_use, places), strict=True):
        row = list_row(in_use, place, explanation, "EUR")
        for field, formula in IN_THE_LIST.items():
            assert getattr(row, field) == formula(told, place), (field, place)
        assert len(row.reasons) == len(told.raising(place))
    for place in (0, told.judged // 2, told.judged - 1):
        found = page_of(in_use, service.models_in_use.settings, place)
        for field in ("risk", "band", "last_order", "ago"):
            assert getattr(found, field) == IN_THE_LIST[field](told, place), field
        assert found.at_risk == euro(told.at_risk_cents(place))
        assert found.spend == euro(told.spend_cents(place))
        assert found.value == where_valued(lambda told, at: euro(told.of("value_cents", at)))(
            told, place
        )


IN_AN_ANSWER: dict[str, Formula] = {
    "spend_365d_cents": lambda told, place: told.spend_cents(place),
    "currency": lambda told, place: "EUR",
    "expected_cents": lambda told, place: told.of("value_cents", place),
    "low_cents": lambda told, place: told.of("value_low_cents", place),
    "high_cents": lambda told, place: told.of("value_high_cents", place),
    "if_kept_cents": lambda told, place: told.of("value_if_kept_cents", place),
    "at_risk_cents": lambda told, place: pytest.approx(told.at_risk_cents(place), abs=0.501),
    "horizon_days": lambda told, place: told.manifest["value"]["horizon_days"],
    "base_cents": lambda told, place: round(told.manifest["value_base_cents"]),
    "limit_cents": lambda told, place: pytest.approx(
        float(told["value_limit"][told.of("vector_rows", place)]), abs=1
    ),
}
WITHOUT_A_VALUE_MODEL = {"spend_365d_cents", "currency"}


def test_every_amount_of_an_answer_is_what_the_files_and_rows_say(
    shown: tuple[Published, Service, Company],
) -> None:
    told, service, _ = shown
    costs = {"cost_to_serve_cents", "net_cents"}
    assert set(Value.__annotations__) == {*IN_AN_ANSWER, "reasons", "other_cents", *costs}
    places = range(0, told.judged, 5)
    question = [{"customer_id": told.customer(place)} for place in places]
    rows = service.caller("score").score(rows=question)["rows"]
    for place, row in zip(places, rows, strict=True):
        value = row["value"]
        best = row["best_action"]
        assert (best["name"], best["net_gain_cents"]) == told.best_action(place)
        if best["name"] != "nothing":
            kept = best["chance_kept"] * best["if_kept_cents"]
            assert best["net_gain_cents"] == pytest.approx(kept - best["cost_cents"], abs=0.51)
            assert best["source"] == "assumed"
        told_fields = set(IN_AN_ANSWER) if told.is_valued else WITHOUT_A_VALUE_MODEL
        assert set(value) - {"reasons", "other_cents"} == told_fields
        for field in told_fields:
            assert value[field] == IN_AN_ANSWER[field](told, place), (field, place)
        if told.is_valued:
            added = sum(one["cents"] for one in value["reasons"])
            assert (
                value["base_cents"] + added + value["limit_cents"] + value["other_cents"]
                == value["expected_cents"]
            )


SORTED_BY: dict[str, Formula] = {
    "risk": lambda told, place: told.risk(place),
    "risen": lambda told, place: told.moved_points(place),
    "value": lambda told, place: told.of("value_cents", place),
    "spend": lambda told, place: told.spend_cents(place),
    "at_risk": lambda told, place: told.at_risk_cents(place),
    "gain": lambda told, place: told.best_action(place)[1],
    "last_seen": lambda told, place: -told.last_order(place).timestamp(),
}


def test_every_order_of_the_list_runs_by_what_it_says(
    shown: tuple[Published, Service, Company],
) -> None:
    told, service, _ = shown
    in_use = service.models_in_use.in_use
    assert in_use is not None
    offered = set(sorts(in_use.snapshot))
    assert offered == {*SORTED_BY} - {"spend" if told.is_valued else "value"}
    for sort in offered:
        for is_rising in (False, True):
            order = matching(
                in_use.snapshot, ListQuery(sort=sort, rising=is_rising, consent="all")
            ).tolist()
            assert sorted(order) == list(range(told.judged))
            weights = [SORTED_BY[sort](told, place) for place in order]
            known = [one for one in weights if one is not None]
            assert weights[: len(known)] == known, "who has no figure stands last"
            assert known == sorted(known, reverse=not is_rising), sort


def test_totals_and_matrix_are_the_sums_of_their_customers(
    shown: tuple[Published, Service, Company],
) -> None:
    told, service, _ = shown
    in_use = service.models_in_use.in_use
    assert in_use is not None
    some = list(range(0, told.judged, 3))
    found = totals(in_use.snapshot, np.array(some))
    risks = [told.risk(place) for place in some]
    spread = 1.959964 * math.sqrt(sum(risk * (1 - risk) for risk in risks))
    assert found.customers == len(some) and found.expected == pytest.approx(sum(risks))
    assert (found.low, found.high) == pytest.approx((sum(risks) - spread, sum(risks) + spread))
    lost = sum(told.at_risk_cents(place) for place in some)
    assert found.at_risk_cents == pytest.approx(lost, abs=0.51)
    gains = [told.best_action(place)[1] for place in some]
    assert found.net_gain_cents == sum(gains)
    assert found.to_contact == sum(1 for one in gains if one)
    cells, counted = told.cells() if told.is_valued else [], 0
    for one in matrix(in_use.snapshot):
        inside = [place for place, name in enumerate(cells) if name == (one.value, one.risk)]
        kept = sum(told.of("value_if_kept_cents", place) for place in inside)
        assert (one.customers, one.if_kept_cents) == (len(inside), kept)
        lost = sum(told.at_risk_cents(place) for place in inside)
        assert one.at_risk_cents == pytest.approx(lost, abs=0.51)
        asked = ListQuery(cell=f"{one.value}-{one.risk}", sort="risk", consent="all")
        assert matching(in_use.snapshot, asked).tolist() == inside
        counted += len(inside)
    assert counted == (told.judged if told.is_valued else 0)
