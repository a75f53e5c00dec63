"""Where a column begins to be suspected: each bar from below and from above, and what is excused beside the others."""

from __future__ import annotations

import pytest

from training.safeguards.leaks.columns import Known, ReadColumn
from training.safeguards.leaks.tried import Echo, Tried
from training.safeguards.leaks.verdict import all_echo, may_be_suspected, why_suspected

HEARD, NEITHER, OWN = Echo(1.0, 0.05), Echo(0.6, 0.05), Echo(0.3, 0.05)
NEARLY_ALL = "tells nearly all by itself"
MORE = "tells more than everything else together"
ECHO = "goes together with everything else as the outcome does, and no further"


def column(
    known: Known = Known.ALWAYS,
    *,
    alone: float = 0.7,
    without: float = 0.7,
    whole: float = 0.7,
    echo: Echo = NEITHER,
    one_sided: str = "",
    name: str = "fee",
    table: str = "customers",
) -> Tried:
    read = ReadColumn(name, table, known, (name,))
    return Tried(read, name, alone, alone, without, whole, 0.01, echo, one_sided)


@pytest.mark.parametrize(
    ("known", "alone", "without", "echo", "why"),
    [
        (Known.ALWAYS, 0.951, 0.951, OWN, NEARLY_ALL),
        (Known.ALWAYS, 0.949, 0.949, OWN, ""),
        (Known.DATED, 0.951, 0.90, OWN, NEARLY_ALL),
        (Known.DATED, 0.951, 0.902, OWN, ""),
        (Known.DATED, 0.949, 0.80, OWN, ""),
        (Known.STATED, 0.981, 0.93, OWN, NEARLY_ALL),
        (Known.STATED, 0.981, 0.932, OWN, ""),
        (Known.STATED, 0.979, 0.80, OWN, ""),
        (Known.ALWAYS, 0.901, 0.85, NEITHER, MORE),
        (Known.ALWAYS, 0.901, 0.852, NEITHER, ""),
        (Known.ALWAYS, 0.899, 0.80, NEITHER, ""),
        (Known.ALWAYS, 0.901, 0.85, OWN, ""),
        (Known.DATED, 0.901, 0.80, NEITHER, ""),
    ],
)
def test_who_tells_too_much_alone_is_suspected_from_its_bar_on(
    known: Known, alone: float, without: float, echo: Echo, why: str
) -> None:
    found = column(known, alone=alone, without=without, whole=max(alone, without), echo=echo)
    assert why_suspected(found, [], own_table="outcomes") == why


@pytest.mark.parametrize(
    ("known", "alone", "without", "whole", "echo", "why"),
    [
        (Known.ALWAYS, 0.751, 0.75, 0.771, HEARD, ECHO),
        (Known.ALWAYS, 0.751, 0.75, 0.769, HEARD, ""),
        (Known.ALWAYS, 0.751, 0.70, 0.70, HEARD, ECHO),
        (Known.ALWAYS, 0.749, 0.69, 0.80, HEARD, ""),
        (Known.ALWAYS, 0.751, 0.70, 0.80, NEITHER, ""),
        (Known.DATED, 0.801, 0.80, 0.841, HEARD, ECHO),
        (Known.DATED, 0.801, 0.80, 0.839, HEARD, ""),
        (Known.DATED, 0.799, 0.70, 0.85, HEARD, ""),
        (Known.STATED, 0.97, 0.70, 0.97, HEARD, ""),
    ],
)
def test_who_echoes_the_outcome_is_suspected_where_something_is_lost_without_it(
    known: Known, alone: float, without: float, whole: float, echo: Echo, why: str
) -> None:
    found = column(known, alone=alone, without=without, whole=whole, echo=echo)
    assert why_suspected(found, [], own_table="outcomes") == why
    echoing = [column(alone=0.7, echo=HEARD), column(alone=0.7, echo=HEARD)]
    assert why_suspected(found, echoing, own_table="outcomes") == ""


def test_what_is_known_of_one_side_alone_is_suspected_outside_of_the_table_of_the_outcome() -> None:
    said = "known for 20 who left and for 0 others"
    found = column(one_sided=said, table="contacts")
    assert why_suspected(found, [], own_table="purchases") == said
    assert why_suspected(found, [], own_table="contacts") == ""


def test_a_column_is_looked_at_beside_the_others_where_it_tells_enough_and_echoes() -> None:
    tried = [
        column(known, alone=alone, echo=echo)
        for known, alone, echo in (
            (Known.ALWAYS, 0.751, HEARD), (Known.ALWAYS, 0.749, HEARD), (Known.ALWAYS, 0.9, NEITHER),
            (Known.DATED, 0.801, HEARD), (Known.DATED, 0.799, HEARD), (Known.STATED, 0.99, HEARD),
        )
    ]  # fmt: skip
    assert [may_be_suspected(one) for one in tried] == [True, False, False, True, False, False]


@pytest.mark.parametrize(
    ("heard", "silent", "means_nothing"),
    [(0, 0, False), (1, 0, False), (2, 0, True), (1, 1, True), (1, 2, False), (2, 2, True), (2, 3, False)],
)  # fmt: skip
def test_an_echo_means_nothing_where_half_of_the_others_echo_too(
    heard: int, silent: int, means_nothing: bool
) -> None:
    telling = [column(alone=0.601, echo=HEARD)] * heard + [column(alone=0.601)] * silent
    assert all_echo(telling) is means_nothing
    nothing_told = [column(alone=0.599, echo=HEARD)] * 9
    whole_tables = [column(alone=0.7, echo=HEARD, name="contacts", table="contacts")] * 9
    assert all_echo([*telling, *nothing_told, *whole_tables]) is means_nothing
