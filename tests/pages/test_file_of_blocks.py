"""The list's file is made of whole columns; here it is written anew, one customer after the other."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from features.vocabulary.cells import BYTE_ORDER_MARK, harmless
from serving.in_use.models_in_use import InUse
from serving.pages.churn_list import matching
from serving.pages.customer.value_view import shown_value_explanation
from serving.pages.figures import group_at, instant
from serving.pages.files.download import csv_parts
from serving.pages.files.table import COLUMNS, first_reasons
from serving.pages.list_query import ListQuery
from serving.pages.list_view import explanations_at
from serving.scores.score import band
from serving.snapshot.earlier_risks import points_risen
from tests.serving.calling import Service
from tests.serving.company import Company
from training.families.value.reasons.explanation import StoredShares, explain_value
from training.families.value.reasons.first import SharesOfMany, first_raising
from training.reasons.explanation import Explanation
from training.reasons.languages.known import language_of


@pytest.fixture(scope="module", params=["valued", "without a value model"])
def in_use(
    request: pytest.FixtureRequest,
    demo_workspace: Company,
    valued_company: Company,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[InUse]:
    is_valued = request.param == "valued"
    service = Service(
        valued_company if is_valued else demo_workspace, tmp_path_factory.mktemp("ledger")
    )
    found = service.models_in_use.in_use
    assert found is not None
    yield found
    service.close()


def line(in_use: InUse, place: int, explanation: Explanation) -> list[str]:
    """The cells of one customer, each reckoned by itself."""
    snapshot, ranking = in_use.snapshot, in_use.snapshot.ranking
    key, risk = int(ranking.customer_keys[place]), float(ranking.probability[place])
    here, before = slice(place, place + 1), float(ranking.risk_before[place])
    risen = points_risen(ranking.probability[here], ranking.risk_before[here])[0]
    standing, spend = snapshot.standing(key), int(snapshot.spend_cents[key])
    assert standing is not None
    value, why = snapshot.value_of(key), shown_value_explanation(in_use, key)
    worth = [""] * 7
    if value is not None and why is not None:
        at_risk = float(snapshot.at_risk_cents(np.array([place]))[0])
        worth[:3] = [f"{value[f'{one}_cents'] / 100:.2f}" for one in ("expected", "low", "high")]
        worth[3:5] = [str(value["horizon_days"]), f"{at_risk / 100:.2f}"]
        if why.reasons and why.reasons[0].direction == "raises":
            worth[5:] = [why.reasons[0].text, f"{why.reasons[0].shown_cents / 100:.2f}"]
    reasons = [
        cell for one in explanation.raising[:3] for cell in (one.text, f"{one.shown_points:.1f}")
    ]
    last_order, best = snapshot.last_order(key), int(snapshot.best_action[place])
    return [
        *(str(place + 1), snapshot.customer_ids[key], f"{100 * risk:.1f}", f"{100 * snapshot.base:.1f}"),
        *(["", ""] if np.isnan(before) else [f"{100 * before:.1f}", f"{risen:.1f}"]),
        *(f"{ranking.percentile[place]:.0f}", band(float(ranking.percentile[place]))),
        *(one.word for one in standing),
        *(f"{spend / 100:.2f}", f"{max(spend, 0) * risk / 100:.2f}", *worth, "EUR"),
        "" if last_order is None else last_order.isoformat(),
        *(*reasons, *[""] * (6 - len(reasons))),
        *(str(snapshot.manifest[f"model_{one}"]) for one in ("title", "version")),
        *(instant(snapshot.cutoff_seconds), "no" if snapshot.has_refused_contact[key] else "yes"),
        *("nothing" if best < 0 else snapshot.actions[best].name, f"{snapshot.net_gain_cents[place] / 100:.2f}"),
        group_at(snapshot, place).lower(),
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["en", "de"])
def test_the_file_is_to_the_byte_what_is_told_of_each_customer_alone(
    in_use: InUse, code: str
) -> None:
    spoken = replace(in_use, wording=in_use.wording.in_language(language_of(code)))
    query = ListQuery(sort="risen", consent="all")
    places = matching(spoken.snapshot, query)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for place, explanation in zip(places.tolist(), explanations_at(spoken, places), strict=True):
        writer.writerow([harmless(one) for one in line(spoken, place, explanation)])
    written = b"".join(csv_parts(spoken, query, "EUR", at_once=100)).decode("utf-8")
    assert written == BYTE_ORDER_MARK + text.getvalue()


def test_nobody_has_a_reason_for_a_value_in_no_block(in_use: InUse) -> None:
    texts, cents = first_reasons(in_use, np.empty(0, np.int32))
    assert texts == [] and cents.tolist() == []


def test_the_first_reason_of_many_values_is_that_of_each_alone(valued_service: Service) -> None:
    in_use = valued_service.models_in_use.in_use
    assert in_use is not None
    generator, values = np.random.default_rng(7), in_use.values[:300]
    wording, many = in_use.scorer.value_wording, len(values)
    by_part = generator.normal(0.0, 3_000.0, (many, 2, len(wording.groups)))
    groups = np.arange(len(wording.groups))
    leading = np.array([np.flatnonzero(wording.group_of == one)[0] for one in groups])
    shares = SharesOfMany(
        np.maximum(0, 9_000 + by_part.sum(axis=(1, 2)) - 55.5).astype(np.int64),
        9_000.25,
        by_part,
        np.tile(leading, (many, 1)),
        np.where(generator.random(many) < 0.2, -55.5, 0.0),
    )
    units = np.where(np.arange(many) % 2, 100, 1)
    texts, cents = first_raising(shares, values, wording, units)
    for row in range(many):
        alone = StoredShares(
            expected_cents=int(shares.expected_cents[row]),
            base_cents=shares.base_cents,
            part_names=("chance", "amount"),
            by_part=by_part[row],
            leading=leading.tolist(),
            limit_cents=float(shares.limit_cents[row]),
        )
        found = explain_value(alone, values[row], wording, unit_cents=int(units[row])).reasons
        first = found[0] if found and found[0].direction == "raises" else None
        expected = ("", 0) if first is None else (first.text, first.shown_cents)
        assert (texts[row], cents[row]) == expected
    assert 50 < sum(bool(one) for one in texts) < many
