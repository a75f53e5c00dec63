"""The file of the list: every cell of a line is what stands published, and money is in units with two decimals."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from serving.in_use.models_in_use import InUse
from serving.ledger.privacy import Withheld
from serving.pages.files.download import csv_parts
from serving.pages.files.table import COLUMNS
from serving.pages.list_query import ListQuery
from serving.snapshot.columns import UNKNOWN
from serving.snapshot.reading import Snapshot
from tests.oracles.published import STAGES, STATUSES, Published
from tests.serving.calling import Service

BY_RISK = ListQuery(sort="risk", consent="all")


@pytest.fixture
def in_use(valued_service: Service) -> InUse:
    found = valued_service.models_in_use.in_use
    assert found is not None
    return found


def content(in_use: InUse, query: ListQuery | None = None, *, at_once: int = 500) -> str:
    parts = csv_parts(in_use, query or BY_RISK, "EUR", at_once=at_once)
    return b"".join(parts).decode("utf-8")


def lines(in_use: InUse, query: ListQuery | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content(in_use, query).removeprefix("\ufeff"))))


def over(in_use: InUse, snapshot: Snapshot) -> InUse:
    """The same in use, where the scores are others."""
    return replace(in_use, snapshot=snapshot)


def one_decimal(share: float) -> str:
    return f"{100 * share:.1f}"


def test_every_cell_is_the_published_figure(in_use: InUse, published: Published) -> None:
    found = lines(in_use)
    assert len(found) == published.judged and list(found[0]) == list(COLUMNS)
    compared = 0
    for place in range(0, published.judged, 13):
        row = found[place]
        assert row["rank"] == str(place + 1) and row["customer_id"] == published.customer(place)
        assert row["risk_percent"] == one_decimal(published.risk(place))
        assert row["base_percent"] == one_decimal(published.manifest["base"])
        moved = published.moved_points(place)
        compared += moved is not None
        assert row["risk_change_points"] == ("" if moved is None else f"{moved:.1f}")
        before = float(published["risk_before"][place])
        assert row["risk_before_percent"] == ("" if moved is None else one_decimal(before))
        assert row["percentile"] == f"{published['percentile'][place]:.0f}"
        assert row["band"] == published.band(place)
        assert row["stage"] == STAGES[published.of("stage", place)]
        assert row["lifecycle_status"] == STATUSES[published.of("lifecycle_status", place)]
        spend = published.spend_cents(place)
        assert row["spend_365d"] == f"{spend / 100:.2f}"
        assert row["spend_at_risk"] == f"{max(spend, 0) * published.risk(place) / 100:.2f}"
        for name, column in (
            ("expected_value", "value_cents"),
            ("expected_value_low", "value_low_cents"),
            ("expected_value_high", "value_high_cents"),
        ):
            assert row[name] == f"{published.of(column, place) / 100:.2f}"
        assert row["value_at_risk"] == f"{published.at_risk_cents(place) / 100:.2f}"
        assert (row["value_days"], row["currency"]) == ("90", "EUR")
        assert row["last_order"] == published.last_order(place).date().isoformat()
        assert row["model_version"] == published.manifest["model_version"]
        assert row["model"] == published.manifest["model_title"]
        name, gain = published.best_action(place)
        assert (row["best_action"], row["net_gain"]) == (name, f"{gain / 100:.2f}")
        assert row["may_be_contacted"] == ("no" if published.has_refused(place) else "yes")
        points = [float(row[f"points_{one}"]) for one in (1, 2, 3) if row[f"points_{one}"]]
        assert published.are_raising(place, points)
        assert all(bool(row[f"reason_{one}"]) == (one <= len(points)) for one in (1, 2, 3))
    assert compared > 5
    assert {one["value_reason_1_money"] == "" for one in found} == {True, False}
    assert all(
        float(one["value_reason_1_money"]) > 0 for one in found if one["value_reason_1_money"]
    )


def test_who_gave_back_more_than_they_spent_has_nothing_at_risk(in_use: InUse) -> None:
    snapshot = in_use.snapshot
    keys, spend = snapshot.ranking.customer_keys[:3], np.array(snapshot.spend_cents)
    spend[keys] = [-5_000, 0, 20_010]
    found = lines(over(in_use, replace(snapshot, spend_cents=spend)))[:3]
    assert [one["spend_365d"] for one in found] == ["-50.00", "0.00", "200.10"]
    lost = f"{200.10 * float(snapshot.ranking.probability[2]):.2f}"
    assert [one["spend_at_risk"] for one in found] == ["0.00", "0.00", lost]


def test_a_cell_of_what_is_not_known_is_empty(in_use: InUse) -> None:
    snapshot, keys = in_use.snapshot, in_use.snapshot.ranking.customer_keys[:2]
    value, day = np.array(snapshot.value_cents), np.array(snapshot.last_order_day)
    value[keys[0]], day[keys] = UNKNOWN, [-1, 0]
    before = np.array(snapshot.ranking.risk_before)
    before[:2] = [np.nan, 0.0]
    made = replace(
        snapshot,
        value_cents=value,
        last_order_day=day,
        ranking=replace(snapshot.ranking, risk_before=before),
    )
    first, second = lines(over(in_use, made))[:2]
    money = (
        *("expected_value", "expected_value_low", "expected_value_high", "value_days"),
        *("value_at_risk", "value_reason_1", "value_reason_1_money"),
    )
    assert {first[name] for name in money} == {""} and "" not in {second[one] for one in money[:5]}
    assert (first["last_order"], second["last_order"]) == ("", "1970-01-01")
    assert (first["risk_before_percent"], first["risk_change_points"]) == ("", "")
    assert second["risk_before_percent"] == "0.0"
    assert second["risk_change_points"] == second["risk_percent"]


def test_the_file_is_made_for_spreadsheets(in_use: InUse) -> None:
    text = content(in_use)
    assert text.startswith("\ufeffrank,customer_id,risk_percent,") and text.count("\ufeff") == 1
    assert text.endswith("\r\n") and text.count("\r\n") == in_use.snapshot.judged + 1
    for size in (1, in_use.snapshot.judged - 1, in_use.snapshot.judged):
        assert content(in_use, at_once=size) == text
    nobody = content(in_use, ListQuery(spend=10**9))
    assert nobody == text.split("\r\n")[0] + "\r\n"


def test_who_is_withheld_is_in_no_line_and_the_others_keep_their_ranks(in_use: InUse) -> None:
    everybody = lines(in_use)
    first, third = everybody[0]["customer_id"], everybody[2]["customer_id"]
    withheld = Withheld(frozenset({first}), frozenset({third}))
    masked = over(in_use, in_use.snapshot.without(withheld))
    assert lines(masked) == [everybody[1], *everybody[3:]]


def test_whoever_objects_while_the_file_is_sent_is_in_no_later_part(in_use: InUse) -> None:
    ids = [row["customer_id"] for row in lines(in_use)]
    said = iter([Withheld(), Withheld(frozenset({ids[0], ids[12]}), frozenset({ids[14]}))])
    now = [Withheld()]

    def withheld() -> Withheld:
        now[0] = next(said, now[0])
        return now[0]

    parts = csv_parts(in_use, BY_RISK, "EUR", withheld=withheld, at_once=10)
    text = b"".join(parts).decode("utf-8").removeprefix("\ufeff")
    sent = [row["customer_id"] for row in csv.DictReader(io.StringIO(text))]
    assert sent == [one for one in ids if one not in (ids[12], ids[14])]
    everybody = Withheld(frozenset(ids))
    (heading,) = csv_parts(in_use, BY_RISK, "EUR", withheld=lambda: everybody)
    assert heading.count(b"\n") == 1
