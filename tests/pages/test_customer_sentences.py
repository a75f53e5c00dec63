"""What a customer's page says around the figures: the rank, the sum, the next segment, and what is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from serving.pages.customer.customer_view import _beside, _fact_line, _rank, _sum
from serving.pages.figures import customer_link
from serving.pages.list_query import ListQuery
from serving.snapshot.segments import CustomerSegment
from tests.oracles.published import Published
from tests.pages.customers import page_of
from tests.serving.calling import Service
from training.reasons.explanation import Explanation
from training.reasons.languages.known import ENGLISH, language_of
from training.reasons.wording import Fact

SEGMENT = CustomerSegment(1, "Gardeners", 2, "Cooks", 0.5, (), 0.5)


@pytest.mark.parametrize(
    ("neighbour", "lead", "begins"),
    [
        ("", 0.5, ""),
        ("", 0.05, ""),
        ("Cooks", 0.5, "The next nearest is “Cooks”."),
        ("Cooks", 0.1, "The next nearest is “Cooks”."),
        ("Cooks", 0.0999, "Almost as near is “Cooks”."),
        ("Cooks", 0.0, "Almost as near is “Cooks”."),
    ],
)
def test_a_segment_stands_beside_its_neighbour_where_it_has_one(
    neighbour: str, lead: float, begins: str
) -> None:
    said = _beside(replace(SEGMENT, neighbour=neighbour, lead=lead), ENGLISH)
    assert said.startswith(begins) and bool(said) is bool(neighbour)


def test_a_rank_counts_from_one() -> None:
    assert _rank(1_233, 5_000, 75, ENGLISH) == (
        "Number 1,234 of 5,000 by risk; higher than 75 % of the customers the model learned from."
    )


def test_what_is_added_bears_its_sign() -> None:
    found = Explanation(0.25, 0.225, (), 2.5, 25.0, 22.5, 2.5, 0)
    assert _sum(found, ENGLISH) == "22.5 + 2.5 = 25.0"
    less = found._replace(shown_other=-2.5, shown_probability=20.0)
    assert _sum(less, ENGLISH) == "22.5 − 2.5 = 20.0"
    assert _sum(less, language_of("de")) == "22,5 − 2,5 = 20,0"


@pytest.mark.parametrize(
    ("text", "typical", "fact_peers", "peers", "value", "beside"),
    [
        ("9", "7", "gold", "gold", "9", "7"),
        ("9", "7", "", "gold", "9", "7 (all)"),
        ("9", "7", "", "", "9", "7"),
        ("9", "", "", "gold", "9", ""),
        ("", "7", "", "", "unknown", "7"),
    ],
)
def test_a_fact_stands_beside_what_is_typical_of_those_it_says(
    text: str, typical: str, fact_peers: str, peers: str, value: str, beside: str
) -> None:
    fact = Fact("orders", "Orders.", "orders", 9.0, text, 7.0, typical, fact_peers)
    line = _fact_line(fact, peers, ENGLISH)
    assert (line.meaning, line.value, line.typical) == ("Orders", value, beside)


def test_links_lead_to_the_customer_before_and_after_where_there_is_one(
    valued_service: Service, published: Published
) -> None:
    in_use = valued_service.models_in_use.in_use
    assert in_use is not None
    settings, last = valued_service.models_in_use.settings, published.judged - 1
    everybody = ListQuery(sort="risk", consent="all")
    pages = [page_of(in_use, settings, place, everybody) for place in (0, 1, last - 1, last)]
    links = [(one.previous, one.following) for one in pages]
    assert links == [
        ("", customer_link(in_use, 1, everybody)),
        (customer_link(in_use, 0, everybody), customer_link(in_use, 2, everybody)),
        (customer_link(in_use, last - 2, everybody), customer_link(in_use, last, everybody)),
        (customer_link(in_use, last - 1, everybody), ""),
    ]
    alone = page_of(in_use, settings, 1)
    assert (alone.previous, alone.following, alone.back) == ("", "", "/churn")
    assert pages[0].customer_id == published.customer(0)
    assert pages[0].standing.startswith(f"Number 1 of {published.judged}")
    assert pages[3].standing.startswith(f"Number {published.judged} of {published.judged}")
