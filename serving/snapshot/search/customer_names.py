"""What customers are called, by the newest tables: told beside their number on the pages, and found by any part of it."""

from __future__ import annotations

from collections.abc import Iterator

from features.store.customers.contact_details import (
    NO_CONTACT_DETAILS,
    ContactDetail,
    ContactDetails,
)
from serving.snapshot.search.searched_texts import SearchedTexts


class CustomerNames:
    """Names and e-mail addresses of a store's customers."""

    def __init__(self, details: ContactDetails = NO_CONTACT_DETAILS) -> None:
        self._details = details
        # Of a million names it takes two seconds, which no search shall wait for.
        self._texts = SearchedTexts(details.names), SearchedTexts(details.emails)

    def of(self, customer_id: str) -> ContactDetail:
        """What a customer is called and where they are written to, each empty where it is not known."""
        return self._details.find(customer_id)

    def holding(self, text: str) -> Iterator[str]:
        """The numbers of customers whose name or address holds every word of a text, the likest first; some come twice."""
        names, emails = self._texts
        for places in (
            names.beginning_with(text),
            emails.beginning_with(text),
            names.holding(text),
            emails.holding(text),
        ):
            for place in places:
                yield self._details.customer_ids[place]


NO_NAMES = CustomerNames()
