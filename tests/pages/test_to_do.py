"""What to do for one customer: the arithmetic on their page can be done again with what stands in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.lifecycle.stages import LifecycleStatus
from serving.pages.customer.to_do_view import to_do_section
from serving.snapshot.reading import Snapshot
from training.reasons.languages.known import ENGLISH


def of(snapshot: Snapshot, cents: int, risk: float, *, refused: bool = False) -> Snapshot:
    """The scores, where the first of the ranking is slowing, brings so much and may leave so likely."""
    key = int(snapshot.ranking.customer_keys[0])
    kept = np.array(snapshot.value_if_kept_cents)
    status = np.array(snapshot.lifecycle_status)
    refusals = np.array(snapshot.has_refused_contact)
    kept[key], status[key], refusals[key] = cents, LifecycleStatus.SLOWING, int(refused)
    probability = np.array(snapshot.ranking.probability)
    probability[0] = risk
    return replace(
        snapshot,
        value_if_kept_cents=kept,
        lifecycle_status=status,
        has_refused_contact=refusals,
        ranking=replace(snapshot.ranking, probability=probability),
    )


def lines(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    found = to_do_section(snapshot, 0, "EUR", ENGLISH)
    assert found is not None
    return [(one.title, one.text, one.value) for one in found.lines]


def test_every_contact_stands_with_its_sum_the_one_that_gains_most_first(valued: Snapshot) -> None:
    # A call keeps 20 %, a letter 8 % and an e-mail 3 % of 0.5 x 0.5 x 200.00, less 5.00, 1.50 and 0.10.
    assert lines(of(valued, 20_000, 0.5)) == [
        (
            "Call",
            "20.0 % kept × 25.0 % leave and are not gone yet × €200 value if kept − €5.00",
            "+€5.00",
        ),
        (
            "Letter",
            "8.0 % kept × 25.0 % leave and are not gone yet × €200 value if kept − €1.50",
            "+€2.50",
        ),
        (
            "E-mail",
            "3.0 % kept × 25.0 % leave and are not gone yet × €200 value if kept − €0.10",
            "+€1.40",
        ),
    ]


def test_what_was_counted_of_leavers_stands_in_the_sum_and_is_said(valued: Snapshot) -> None:
    half = of(valued, 20_000, 0.5)
    actions = [{**one, "leaving": [0.4] * 7} for one in half.manifest["actions"]]
    counted = replace(half, manifest={**half.manifest, "actions": actions})
    found = to_do_section(counted, 0, "EUR", ENGLISH)
    assert found is not None
    # The sum: 3 % of a tenth of 200.00 is 60 cents, less 10.
    first = found.lines[0]
    assert first.text == (
        "3.0 % kept × 10.0 % leave and are not gone yet × €200 value if kept − €0.10"
    )
    assert first.value == "+€0.50"
    assert "counted for their status on past days" in found.note
    assert "past days" not in str(to_do_section(half, 0, "EUR", ENGLISH))


def test_where_no_contact_gains_nothing_comes_first_and_the_sums_say_why(valued: Snapshot) -> None:
    found = lines(of(valued, 100, 0.5))
    assert [(title, worth) for title, _, worth in found] == [
        ("Nothing", "€0"), ("E-mail", "−€0.09"), ("Letter", "−€1.48"), ("Call", "−€4.95"),
    ]  # fmt: skip
    assert found[0][1] == "No contact brings more than it costs."


def test_whoever_said_no_to_marketing_is_to_be_left_alone(valued: Snapshot) -> None:
    ((title, text, worth),) = lines(of(valued, 90_000, 0.9, refused=True))
    assert (title, worth) == ("Nothing", "") and text.startswith("They said no to marketing")


@pytest.mark.parametrize(
    "said", [{"means_leaving": False}, {"money_is_known": False}, {"actions": []}]
)
def test_nothing_is_said_where_nothing_can_be_done(
    valued: Snapshot, said: dict[str, object]
) -> None:
    other = replace(valued, manifest={**valued.manifest, **said})
    assert to_do_section(other, 0, "EUR", ENGLISH) is None


def test_a_chance_below_one_percent_is_shown_as_finely_as_its_sum_needs(valued: Snapshot) -> None:
    """One in four hundred is no 0.3 %: 0.25 % of 200.00 less 0.10 is 0.40."""
    half = of(valued, 20_000, 0.5)
    measured = [replace(one, kept_chances=(0.0025,) * len(LifecycleStatus)) for one in half.actions]
    said = {**half.manifest, "actions": [one.as_dict() for one in measured]}
    assert lines(replace(half, manifest=said))[0] == (
        "E-mail", "0.25 % kept × €200 value if kept − €0.10", "+€0.40"
    )  # fmt: skip
