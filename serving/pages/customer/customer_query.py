"""What the link of a customer's page asks for: whose it is, which list led there, and what of it is to be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

import numpy as np

from serving.pages.churn_list import is_by_risk, matching_places, order_keys
from serving.pages.figures import CUSTOMER_PAGE
from serving.pages.list_query import ListQuery
from serving.snapshot.reading import Snapshot

_LONGEST_LIST = 1_000
_MOST_DIGITS = 6


@dataclass(frozen=True)
class CustomerQuery:
    """What a link asks for; anything it cannot mean is taken as not asked.

    ``who`` is the customer's name in addresses. ``came_from`` is the list that led there, None for a page that was
    opened by itself. ``since`` is the day a change is told from, ``show`` the kind of events and ``page`` which of them.
    """

    who: str = ""
    came_from: ListQuery | None = None
    since: str = ""
    show: str = ""
    page: int = 1

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> CustomerQuery:
        """Read a link's parameters; of the list nothing is taken over but what a list can mean."""
        came_from, page = parameters.get("from"), parameters.get("page", "")
        is_number = page.isascii() and page.isdecimal() and len(page) <= _MOST_DIGITS
        return cls(
            who=parameters.get("who", ""),
            came_from=None if came_from is None else _list_of(came_from),
            since=parameters.get("since", ""),
            show=parameters.get("show", ""),
            page=max(1, int(page)) if is_number else 1,
        )

    def parameters(self) -> dict[str, str]:
        """The link's parameters, without those that say nothing."""
        said = {
            "who": self.who,
            "since": self.since,
            "show": self.show,
            "page": str(self.page) if self.page > 1 else "",
        }
        asked = {name: value for name, value in said.items() if value}
        if self.came_from is not None:
            asked["from"] = urlencode(self.came_from.parameters())
        return asked

    def link(self, part: str, **changes: object) -> str:
        """A link to a part of this page with some things changed."""
        asked = replace(self, **changes)  # type: ignore[arg-type]
        return f"{CUSTOMER_PAGE}?{urlencode(asked.parameters())}#{part}"


@dataclass(frozen=True)
class ListPlace:
    """Where a customer stands in the list one came from, and the places in the ranking of those beside them."""

    index: int
    previous: int | None
    following: int | None


def place_in_list(snapshot: Snapshot, query: ListQuery, position: int) -> ListPlace | None:
    """Where somebody stands in a list; None of whom it does not show.

    The list is not sorted for it: who stands beside them is the nearest by what it is sorted by.
    """
    kept = matching_places(snapshot, query)
    if position < 0 or not kept[position]:
        return None
    places = np.arange(snapshot.judged)
    if is_by_risk(snapshot, query):
        keys = (-places if query.rising else places).astype(np.float64)
    else:
        # NaN comes last in a list, as nothing does that has a number.
        keys = order_keys(snapshot, query)
        keys = np.where(np.isnan(keys), np.inf, keys)
    own = keys[position]
    is_before = kept & ((keys < own) | ((keys == own) & (places < position)))
    is_behind = kept & ~is_before
    is_behind[position] = False
    before, behind = np.flatnonzero(is_before), np.flatnonzero(is_behind)
    # Of equals the last one before stands nearest, and the first one behind.
    previous = before[len(before) - 1 - np.argmax(keys[before][::-1])] if len(before) else None
    following = behind[np.argmin(keys[behind])] if len(behind) else None
    return ListPlace(
        len(before),
        None if previous is None else int(previous),
        None if following is None else int(following),
    )


def _list_of(query_string: str) -> ListQuery:
    """The list of a query string."""
    return ListQuery.parse(dict(parse_qsl(query_string[:_LONGEST_LIST])))
