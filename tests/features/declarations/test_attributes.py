"""What customers declared, as features: by hand, at every edge, and what must never be one."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.behaviour.groups import PROFILE
from features.declarations.attributes import (
    DeclaredFlag,
    DeclaredNumber,
    DeclaredSince,
    DeclaredText,
)
from features.declarations.feature import Declaration, declare
from features.declarations.values import Value
from features.plan.plan import plan_of, standard_plan
from features.store.pack import Attributes, Pack, open_pack, write_pack
from features.store.packing import digest_beside
from features.vectors.vectors import build_vectors
from features.vocabulary.errors import PlanRefused
from features.vocabulary.protected import is_protected, reason_against
from tests.builders import Profile, at, order, pack_of

BOUGHT = {name: [order("2026-01-01")] for name in ("anna", "bert", "carl", "dora")}
COMPANY = pack_of(
    BOUGHT,
    profiles={
        #                region   segment      registered    member since  referrals
        "anna": Profile("north", "private", "2025-12-22", "2026-01-31", 2),
        "bert": Profile("south", "business", "2026-02-01", None, 1_000),
        "carl": Profile(None, "private", None, "2026-02-02T12:00:00", 0),
        # dora is not in the table of customers at all
    },
)
CUTOFF = at("2026-02-01")


def column(pack: Pack, name: str, cutoff: str = "2026-02-01") -> list[float]:
    vectors = build_vectors(pack, standard_plan(pack), [at(cutoff)])
    return [float(one) for one in vectors.column(name)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("region_is_north", [1, 0, math.nan, math.nan]),
        ("region_is_south", [0, 1, math.nan, math.nan]),
        ("segment_is_private", [1, 0, 1, math.nan]),
        # bert registered at the second of the cutoff itself, so that is not seen
        ("days_since_registration", [41, math.nan, math.nan, math.nan]),
        ("days_since_joining", [1, math.nan, math.nan, math.nan]),
        ("referrals_declared", [2, 20, 0, math.nan]),
    ],
)
def test_the_profile_of_four_customers_by_hand(name: str, expected: list[float]) -> None:
    assert column(COMPANY, name) == pytest.approx(expected, nan_ok=True)


def test_an_instant_is_seen_from_the_second_after_it_on() -> None:
    later = column(COMPANY, "days_since_registration", "2026-02-01T00:00:01")

    assert later[1] == pytest.approx(1 / 86_400)


def test_a_row_that_becomes_known_later_says_nothing_before() -> None:
    pack = pack_of(
        {"anna": BOUGHT["anna"], "bert": BOUGHT["bert"]},
        profiles={
            "anna": Profile("north", registered="2025-12-01", known="2026-02-01"),
            "bert": Profile("north", registered="2025-12-01", known="2026-01-31T23:59:59"),
        },
    )

    assert column(pack, "region_is_north") == pytest.approx([math.nan, 1], nan_ok=True)
    assert column(pack, "days_since_registration") == pytest.approx([math.nan, 62], nan_ok=True)


def test_attributes_of_some_customers_at_several_cutoffs_stand_in_the_right_rows() -> None:
    vectors = build_vectors(
        COMPANY,
        standard_plan(COMPANY),
        [at("2026-02-01"), at("2026-02-11")],
        customers=np.array([2, 0], np.int32),
    )

    assert vectors.column("days_since_joining").tolist() == pytest.approx(
        [1, 11, math.nan, 8.5], nan_ok=True
    )


def test_a_text_that_too_few_share_is_another_text_and_not_a_missing_one() -> None:
    attributes = Attributes({"region": np.array([0, -2, -1, 0])}, {"region": ["north"]})
    pack = replace(pack_of(BOUGHT), attributes=attributes)

    assert column(pack, "region_is_north") == pytest.approx([1, 0, math.nan, 1], nan_ok=True)


def test_only_the_twelve_texts_most_customers_share_have_features() -> None:
    regions = {f"c{n:02d}": Profile(f"r{n % 14:02d}") for n in range(27)}  # r13 has one, r00 two
    pack = pack_of({name: [order("2026-01-01")] for name in regions}, profiles=regions)

    names = [one for one in standard_plan(pack).feature_names if one.startswith("region_is_")]

    # Thirteen regions are shared by two: the last of the alphabet is left out, and the lone one.
    assert names == [f"region_is_r{number:02d}" for number in range(12)]


def test_further_attributes_become_features_by_their_kind() -> None:
    attributes = Attributes(
        columns={
            "newsletter": np.array([1, 0, -1, 1]),
            "household_milli": np.array([4_000, 1_500, np.iinfo(np.int64).min, 0]),
            "moved_seconds": np.array([CUTOFF.seconds - 86_400, CUTOFF.seconds, 0, 0]),
        }
    )
    pack = replace(pack_of(BOUGHT), attributes=attributes)

    assert column(pack, "newsletter_declared") == pytest.approx([1, 0, math.nan, 1], nan_ok=True)
    assert column(pack, "household_declared") == pytest.approx([4, 1.5, math.nan, 0], nan_ok=True)
    assert column(pack, "days_since_moved_declared")[:2] == pytest.approx(
        [1, math.nan], nan_ok=True
    )


def test_consents_and_protected_attributes_are_no_features() -> None:
    nobody = np.zeros(4, np.int64)
    names = ("marketing_consent", "profiling_consent", "gender", "age_milli", "birth_seconds")
    pack = replace(pack_of(BOUGHT), attributes=Attributes(dict.fromkeys(names, nobody)))

    assert standard_plan(pack).feature_names == standard_plan(pack_of(BOUGHT)).feature_names


@pytest.mark.parametrize(
    "name",
    ["gender", "Age", "age_group", "dateOfBirth", "ethnicity", "religion", "health_status",
     "disability", "sexual orientation", "trade_union", "nationality", "geschlecht", "âge"],
)  # fmt: skip
def test_a_protected_attribute_is_refused_by_its_name_with_the_reason(name: str) -> None:
    with pytest.raises(PlanRefused, match="is a protected attribute: nobody is to be treated by"):
        DeclaredNumber(name)


@pytest.mark.parametrize("name", ["region", "average_order", "message", "usage", "segment"])
def test_a_name_that_only_contains_such_a_word_is_not_refused(name: str) -> None:
    assert not is_protected(name) and not reason_against(name)


def test_a_consent_is_refused_with_the_reason() -> None:
    with pytest.raises(PlanRefused, match="who may be scored and contacted"):
        DeclaredFlag("marketing_consent")


def asking(value: Value) -> Declaration:
    return declare(
        "x", value, meaning="X.", unit="days", group=PROFILE, said="{value}", missing="Missing."
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (DeclaredSince("registred_seconds"), 'Did you mean "registered_seconds"'),
        (DeclaredSince("region"), '"region" to be a number'),
        (DeclaredText("referrals_milli", "two"), '"referrals_milli" to be a text'),
    ],
)
def test_an_attribute_that_is_absent_or_of_another_kind_is_refused(
    value: Value, message: str
) -> None:
    with pytest.raises(PlanRefused, match=message):
        plan_of([asking(value)], COMPANY)


def test_attributes_come_last_and_alone_they_make_a_plan_too() -> None:
    plan = plan_of([asking(DeclaredSince("registered_seconds"))], COMPANY)

    vectors = build_vectors(COMPANY, plan, [CUTOFF])

    assert vectors.column("days_since_x").tolist() == pytest.approx(
        [41, math.nan, math.nan, math.nan], nan_ok=True
    )
    standard = standard_plan(COMPANY)
    assert [one.group for one in standard.features[-len(standard.declared) :]] == ["profile"] * 7
    assert all(one.actionable == "context" for one in standard.features[-7:])


def test_the_hash_covers_what_is_asked_of_an_attribute() -> None:
    def hashed(value: Value) -> str:
        return plan_of([asking(value)], COMPANY).hash

    assert hashed(DeclaredText("region", "north")) != hashed(DeclaredText("region", "south"))
    assert hashed(DeclaredNumber("referrals_milli", 0, 20)) != hashed(
        DeclaredNumber("referrals_milli", 0, 30)
    )


@pytest.mark.parametrize("known", [None, "2026-01-01"])
def test_attributes_are_written_and_opened_with_the_pack(tmp_path: Path, known: str | None) -> None:
    profiles = {"anna": Profile("north", "private", "2025-12-22", None, 2, known)}
    pack = pack_of(BOUGHT, profiles=profiles)
    write_pack(pack, tmp_path)

    opened = open_pack(tmp_path)

    assert opened.attributes.dictionaries == {"region": ["north"], "segment": ["private"]}
    assert (opened.attributes.known is not None) == (known is not None)
    assert digest_beside(opened) == digest_beside(pack)
    assert opened.streams.keys() == pack.streams.keys()
    for name, stream in pack.streams.items():
        again = opened.streams[name]
        assert np.array_equal(again.offsets, stream.offsets)
        assert np.array_equal(again.seconds, stream.seconds)
        assert (again.known is None) == (stream.known is None)
        if again.known is not None and stream.known is not None:
            assert np.array_equal(again.known, stream.known)
        assert again.columns.keys() == stream.columns.keys()
        assert all(np.array_equal(again.columns[key], stream.columns[key]) for key in again.columns)
        assert {key: list(texts) for key, texts in again.dictionaries.items()} == {
            key: list(texts) for key, texts in stream.dictionaries.items()
        }
    assert column(opened, "days_since_registration") == pytest.approx(
        column(pack, "days_since_registration"), nan_ok=True
    )


def test_the_digest_covers_every_attribute() -> None:
    def digest(profile: Profile) -> str:
        return digest_beside(pack_of(BOUGHT, profiles={"anna": profile}))

    plain = Profile("north", "private", "2025-12-22", None, 2)
    changed = [
        replace(plain, region="south"),
        replace(plain, segment=None),
        replace(plain, registered="2025-12-23"),
        replace(plain, referrals=3),
        replace(plain, known="2026-01-01"),
    ]
    assert len({digest(one) for one in [plain, *changed]}) == 6
