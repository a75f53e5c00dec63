"""A chance of an order is one number: whoever asks, for whatever days, in an answer, a list, a file or a page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from click.testing import CliRunner

from regulars.main import main
from serving.in_use.models_in_use import InUse, ModelsInUse
from serving.items.all_customers import tables_of
from serving.items.lists import Wishes
from serving.items.recommending import order_chances_of
from serving.scores.score import Status
from serving.scores.subject import Subject
from tests.serving.calling import Service
from tests.serving.company import Company
from training.families.items.words import ENGLISH

DAYS = (1, 7, 30, 45, 60, 90, 91, 180, 365)
COMPANIES = ("valued_company", "drugstore", "recommending_company")
"""One that is scored, one that recommends, and one that does both."""
BOTH = "recommending_company"


@pytest.fixture(scope="module")
def services(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Service]]:
    found = {
        name: Service(request.getfixturevalue(name), tmp_path_factory.mktemp("ledger"))
        for name in COMPANIES
    }
    yield found
    for service in found.values():
        service.close()


@pytest.fixture(scope="module")
def both(services: dict[str, Service]) -> InUse:
    found = services[BOTH].models_in_use.in_use
    assert found is not None
    return found


def listed(models_in_use: ModelsInUse) -> list[dict[str, Any]]:
    """Everybody's five items, a line an item."""
    found, in_use = models_in_use.recommending, models_in_use.in_use
    assert found is not None
    by_churn = order_chances_of(None if in_use is None else in_use.scorer, found)
    keys = np.arange(len(found.customer_ids))
    tables = tables_of(found, keys, Wishes(5), ENGLISH, 1, by_churn=by_churn)
    rows: list[dict[str, Any]] = pa.concat_tables(tables).to_pylist()
    return rows


@pytest.mark.parametrize("name", ["valued_company", BOTH])
def test_a_risk_of_silence_and_the_next_order_are_one_and_longer_is_never_less_likely(
    services: dict[str, Service], name: str
) -> None:
    in_use = services[name].models_in_use.in_use
    assert in_use is not None and in_use.scorer.bundle.question.kind == "inactivity"
    ids = list(in_use.snapshot.customer_ids)
    scores = in_use.scorer.score_ids(ids, with_reasons=False)
    subjects = [Subject(one) for one in ids]
    chances = {days: in_use.scorer.order_chances(subjects, days) for days in DAYS}
    judged = 0
    for place, score in enumerate(scores):
        told = [chances[days][place] for days in DAYS]
        if score.status is not Status.OK:
            assert told == [None] * len(DAYS) and score.next_order is None
            continue
        judged += 1
        assert score.probability is not None and score.next_order is not None
        known = [one for one in told if one is not None]
        assert len(known) == len(DAYS) and all(0 <= one <= 1 for one in known)
        assert all(sooner <= later + 1e-12 for sooner, later in pairwise(known))
        silent = dict(score.next_order.silent)
        assert silent[90] == pytest.approx(score.probability, abs=1e-12)
        for days, silence in silent.items():
            assert 1 - silence == pytest.approx(known[DAYS.index(days)], abs=1e-12)
        dates = (score.next_order.earliest, score.next_order.expected, score.next_order.latest)
        shown = [one for one in dates if one is not None]
        assert shown == sorted(shown)
        # By the day by which half have ordered within the horizon, the risk of silence is at most a half.
        assert (score.next_order.expected is None) == (score.probability > 0.5)
    assert judged > 200


@pytest.mark.parametrize("name", ["drugstore", BOTH])
def test_no_item_is_likelier_than_an_order_that_could_hold_it(
    services: dict[str, Service], name: str
) -> None:
    models_in_use = services[name].models_in_use
    in_use, sources = models_in_use.in_use, set()
    said: dict[str, float] = {}
    if in_use is not None:
        everybody = list(in_use.snapshot.customer_ids)
        for score in in_use.scorer.score_ids(everybody, with_reasons=False):
            if score.next_order is not None:
                said[score.customer_id] = 1 - dict(score.next_order.silent)[30]
    for row in listed(models_in_use):
        order, source = row["order_probability"], row["order_probability_from"]
        sources.add(source)
        if order is None:
            assert source is row["probability"] is None and row["times_bought"] == 0
            continue
        both = order * row["probability_if_ordering"]
        assert row["probability"] == pytest.approx(both, abs=1e-12) and row["probability"] <= order
        if row["customer_id"] in said:
            assert source == "churn"
            assert order == pytest.approx(said[row["customer_id"]], abs=1e-12)
        else:
            assert source == "recommendations"
    assert sources >= ({"churn", "recommendations"} if name == BOTH else {"recommendations"})
    assert name == BOTH or "churn" not in sources


def test_an_answer_a_file_and_who_would_take_an_item_say_the_same_of_a_customer(
    services: dict[str, Service],
    recommending_company: Company,
    both: InUse,
    tmp_path: Path,
) -> None:
    service = services[BOTH]
    service.begin(tmp_path)
    caller = service.caller("score")
    settings = ["--settings", str(recommending_company.settings_path)]
    file = tmp_path / "lists.parquet"
    words = ["recommend", str(file), "--count", "3", *settings]
    assert CliRunner().invoke(main, words).exit_code == 0
    written = parquet.read_table(file).to_pylist()
    ids = list(both.snapshot.customer_ids)[::25]
    question = {"rows": [{"customer_id": one} for one in ids], "count": 3}
    answer = caller.post("/v1/recommendations", json=question)
    assert answer.status_code == 200, answer.text
    names = ("probability", "probability_if_ordering", "text", "item_id")
    kinds = set()
    for row in answer.json()["rows"]:
        mine = [one for one in written if one["customer_id"] == row["customer_id"]]
        assert len(mine) == len(row["items"]), row["status"]
        for one, item in zip(mine, row["items"], strict=True):
            assert [one[name] for name in names] == pytest.approx([item[name] for name in names])
            assert one["order_probability"] == pytest.approx(row["order_probability"], abs=1e-12)
            assert one["order_probability_from"] == row["order_probability_from"]
            kinds.add(row["order_probability_from"])
    assert kinds >= {"churn", "recommendations"}
    item = written[0]["item_id"]
    takers = caller.post("/v1/item-customers", json={"item_id": item, "count": 1_000}).json()
    by_id = {one["customer_id"]: one for one in takers["customers"]}
    for one in written:
        if one["item_id"] == item and one["customer_id"] in by_id:
            taker = by_id[one["customer_id"]]
            for name in ("probability", "probability_if_ordering", "order_probability"):
                assert taker[name] == pytest.approx(one[name], abs=1e-12)


def test_what_was_told_counts_for_the_score_and_for_the_list_alike(
    services: dict[str, Service], both: InUse, tmp_path: Path
) -> None:
    service = services[BOTH]
    service.begin(tmp_path)
    caller = service.caller("score", "events")
    customer = both.snapshot.customer_ids[int(both.snapshot.ranking.customer_keys[0])]
    found = service.models_in_use.recommending
    assert found is not None
    bought = {
        "order_id": "told",
        "ordered_at": f"{found.as_of.instant:%Y-%m-%dT%H:%M:%SZ}",
        "item_id": found.bundle.catalogue.ids[0],
        "quantity": 1,
        "amount_cents": 900,
    }
    row = {"customer_id": customer, "events": {"purchases": [bought]}}

    def asked(**row: Any) -> tuple[float, float]:
        score = caller.post("/v1/score", json={"rows": [row], "reasons": False}).json()
        (answered,) = score["rows"]
        silent = {one["days"]: one["probability"] for one in answered["next_order"]["silent"]}
        lists = caller.post("/v1/recommendations", json={"rows": [row], "count": 1}).json()
        return 1 - silent[30], lists["rows"][0]["order_probability"]

    before, with_call = asked(customer_id=customer), asked(**row)
    event = {"rows": [{"customer_id": customer, "purchase": bought}]}
    assert caller.post("/v1/events", json=event).status_code == 200
    kept = asked(customer_id=customer)
    for by_score, by_list in (before, with_call, kept):
        assert by_score == pytest.approx(by_list, abs=1e-12)
    assert with_call == pytest.approx(kept) and with_call[0] > before[0]
