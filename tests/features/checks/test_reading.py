"""Which months of a table are counted anew because the day has moved on."""

from __future__ import annotations

import pytest

from features.checks.accounts import PartAccount
from features.checks.reading import _future_moved
from features.vocabulary.time import Cutoff


@pytest.mark.parametrize(
    ("earliest", "latest", "before", "now", "is_moved"),
    [
        (10, 20, 5, 5, False),  # the day stands
        (10, 20, 15, 15, False),
        (10, 20, 5, 9, False),  # all rows lay in the future, and do still
        (10, 20, 5, 10, False),  # a row at the very second lies in it
        (10, 20, 5, 11, True),
        (10, 20, 20, 30, True),
        (10, 20, 21, 30, False),  # all rows had happened before
        (10, 20, 11, 5, True),  # an earlier day is asked for
        (10, 20, 30, 21, False),
        (10, 20, 15, None, True),  # no day is asked for any longer: nothing lies in the future
        (10, 20, None, 20, True),
        (10, 20, None, 21, False),
        (10, 20, None, None, False),
        (None, None, 5, 11, False),  # no row has a date
    ],
)
def test_a_month_is_counted_anew_where_a_row_of_it_has_left_or_entered_the_future(
    earliest: int | None, latest: int | None, before: int | None, now: int | None, is_moved: bool
) -> None:
    account = PartAccount(earliest=earliest, latest=latest)
    days = [None if one is None else Cutoff(one) for one in (before, now)]
    assert _future_moved(account, *days) is is_moved
