"""What the company did is told apart, and never passes for what the customer did."""

from __future__ import annotations

import math
from dataclasses import fields

import pytest

from features.behaviour import declarations
from features.behaviour.contacts import contacts
from features.behaviour.groups import INTEREST, OUTREACH, SERVICE
from features.behaviour.outreach import of_the_company, outreach
from features.declarations import Condition, Count, Events, Value, windowed
from features.lifecycle.stages import Stage, lifecycle
from features.plan.dictionary import full_plan
from features.plan.plan import plan_of, standard_plan
from features.store.pack import Attributes
from features.vectors.vectors import build_vectors
from features.vocabulary.errors import PlanRefused
from features.vocabulary.time import Window
from tests.builders import Event, at, contact, order, pack_of

CUTOFF = "2026-03-01"
HISTORY: list[Event] = [
    order("2025-12-01"),
    contact("2026-01-20", "visit"),
    contact("2026-02-20", "inquiry", "phone"),
]
MADE: list[Event] = [
    contact("2025-12-15", "letter", "post"),  # 76 days before
    contact("2026-02-09", "call", "phone"),  # 20 days before, and 11 before the question
    contact("2026-02-10", "visit", "store", direction="outbound"),  # a visit to the customer
    contact("2026-02-28", "complaint", "phone", direction="outbound"),  # about their complaint
]


def of_anna(history: list[Event]) -> dict[str, float]:
    pack = pack_of({"anna": history, "bert": [*HISTORY, *MADE]})
    vectors = build_vectors(pack, standard_plan(pack), [at(CUTOFF)])
    return {name: float(vectors.column(name)[0]) for name in vectors.feature_names}


def test_what_the_company_did_to_one_customer_by_hand() -> None:
    found = of_anna([*HISTORY, *MADE])

    expected = {
        "outbound_contacts_count_30d": 3,
        "outbound_contacts_count_90d": 4,
        "outbound_contacts_count_365d": 4,
        "days_since_outbound_contact": 1,
        "outbound_contacts_answered_90d": 2 / 4,
        "outbound_contact_answered_days": 1 - 9,  # nobody has come back since the day before
        "outbound_contact_call_count_90d": 1,
        "outbound_contact_letter_count_365d": 1,
        "outbound_contact_channel_phone_count_90d": 2,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-6)


def test_no_contact_of_the_company_moves_a_feature_of_the_customer() -> None:
    without, among = of_anna(HISTORY), of_anna([*HISTORY, *MADE])
    ours = of_the_company(without)

    assert {one for one in without if not _same(without[one], among[one])} <= ours
    assert among["contacts_count_30d"] == 1 and among["contacts_count_lifetime"] == 2
    assert among["days_since_contact"] == 9 and among["contact_visit_count_lifetime"] == 1
    assert "complaints_count_lifetime" not in among  # no customer of the company has complained


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def test_a_customer_who_was_only_called_has_no_contacts_and_is_no_prospect() -> None:
    pack = pack_of({"anna": MADE, "bert": HISTORY})
    vectors = build_vectors(pack, standard_plan(pack), [at(CUTOFF)])
    stages = lifecycle(vectors, Attributes()).stage.tolist()

    assert vectors.column("contacts_count_90d").tolist() == [0, 2]
    assert math.isnan(vectors.column("days_since_contact")[0])
    assert stages == [Stage.SUSPECT, Stage.FIRST_TIME]


def test_a_question_asked_makes_a_prospect_and_one_of_the_company_does_not() -> None:
    asked = [
        contact("2026-02-01", "inquiry"),
        contact("2026-02-01", "inquiry", direction="outbound"),
    ]
    pack = pack_of({f"c{place}": [one] for place, one in enumerate(asked)})
    vectors = build_vectors(pack, standard_plan(pack), [at(CUTOFF)])

    assert lifecycle(vectors, Attributes()).stage.tolist() == [Stage.PROSPECT, Stage.SUSPECT]


def test_every_feature_that_reads_contacts_says_whose() -> None:
    for one in full_plan().declarations:
        for events in _events(one.value):
            if events.stream == "contacts":
                ours = Condition("direction", "=", "outbound") in events.where
                theirs = Condition("direction", "=", "inbound") in events.where
                assert ours or theirs, one.feature.name
                assert not (ours and one.feature.group != OUTREACH.name), one.feature.name


def test_features_of_the_company_are_known_by_their_names_and_stand_in_their_own_group() -> None:
    features = full_plan().features
    ours = {one.name for one in features if one.group == OUTREACH.name}

    assert of_the_company(one.name for one in features) == ours != frozenset()
    assert {one.said_as for one in features if one.name in ours} == {"comparison"}
    groups = {one.feature.group for one in contacts(pack_of({"anna": [*HISTORY, *MADE]}))}
    assert groups == {INTEREST.name, SERVICE.name}


def _events(value: Value) -> list[Events]:
    found = [getattr(value, one.name) for one in fields(value)]
    mine = [one for one in found if isinstance(one, Events)]
    return mine + [one for part in value.parts() for one in _events(part)]


def test_where_nobody_was_contacted_nothing_is_told_of_it() -> None:
    assert outreach(pack_of({"anna": HISTORY})) == ()
    assert outreach(pack_of({"anna": [order("2026-01-01")]})) == ()


def test_kinds_and_channels_of_the_company_alone_are_none_of_the_customers() -> None:
    names = {one.feature.name for one in declarations(pack_of({"anna": [*HISTORY, *MADE]}))}

    assert "contact_call_count_90d" not in names and "contact_channel_post_count_90d" not in names
    assert "outbound_contact_inquiry_count_90d" not in names
    assert {"contact_visit_count_90d", "outbound_contact_visit_count_90d"} <= names


def test_a_store_of_before_is_refused_with_what_to_run() -> None:
    pack = pack_of({"anna": HISTORY}, without=("direction",))

    with pytest.raises(PlanRefused, match="without directions") as refused:
        standard_plan(pack)
    assert "regulars ingest" in str(refused.value)


def test_a_plan_of_before_is_computed_as_it_was() -> None:
    pack = pack_of({"anna": [*HISTORY, *MADE]})
    (before,) = windowed(
        "contacts",
        Count(Events("contacts")),
        meaning="",
        unit="count",
        group=INTEREST,
        said="{value} contacts {window}",
        missing="",
        windows=(Window(90),),
    )

    found = build_vectors(pack, plan_of([before], pack), [at(CUTOFF)])
    assert found.column("contacts_count_90d").tolist() == [6]  # whoever made them
