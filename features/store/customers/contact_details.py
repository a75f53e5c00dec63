"""What customers are called and where they are written to: for finding and greeting them, and read by nothing that learns.

It stands in a folder of its own beside the pack, so that neither features nor bundles nor exports can hold any of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.store.pack import TextColumn, incomplete_refused, mapped_array
from features.vocabulary.tables import CONTACT_DETAILS, CUSTOMER_EMAIL, CUSTOMER_ID, CUSTOMER_NAME

CONTACT_FOLDER = "contact_details"
_COLUMNS = (CUSTOMER_ID, *CONTACT_DETAILS)


@dataclass(frozen=True)
class ContactDetail:
    """One customer's name and e-mail address, each empty where it is not known."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class ContactDetails:
    """Those of all customers of whom any is known, by their ids in order; ``names`` and ``emails`` stand beside them.

    >>> known = ContactDetails.of({"C1": ContactDetail("Anna Berg", "anna@example.com")})
    >>> known.find("C1").name, known.find("C2").name
    ('Anna Berg', '')
    """

    customer_ids: TextColumn
    names: TextColumn
    emails: TextColumn

    @classmethod
    def of(cls, details: Mapping[str, ContactDetail]) -> ContactDetails:
        """Pack the details of some customers."""
        ids = sorted(details)
        return cls(
            TextColumn.of(ids),
            TextColumn.of([details[one].name for one in ids]),
            TextColumn.of([details[one].email for one in ids]),
        )

    def __len__(self) -> int:
        return len(self.customer_ids)

    def find(self, customer_id: str) -> ContactDetail:
        """What is known of a customer."""
        place = self.customer_ids.find(customer_id) if len(self) else -1
        if place < 0:
            return ContactDetail()
        return ContactDetail(self.names[place], self.emails[place])

    def columns(self) -> dict[str, TextColumn]:
        """The columns by the names of the table's own."""
        return {
            CUSTOMER_ID: self.customer_ids,
            CUSTOMER_NAME: self.names,
            CUSTOMER_EMAIL: self.emails,
        }


NO_CONTACT_DETAILS = ContactDetails.of({})


def write_contact_details(details: ContactDetails, folder: Path) -> None:
    """Write them into a folder of their own."""
    folder.mkdir(parents=True)
    for name, column in details.columns().items():
        np.save(folder / f"{name}.offsets.npy", column.offsets)
        np.save(folder / f"{name}.content.npy", column.content)


def open_contact_details(folder: Path) -> ContactDetails:
    """Those of a folder, mapped, none where it is not there; ``WorkspaceRefused`` where it is damaged."""
    if not folder.is_dir():
        return NO_CONTACT_DETAILS
    with incomplete_refused("complete names of the customers in the workspace"):
        return ContactDetails(*(_column(folder, name) for name in _COLUMNS))


def _column(folder: Path, name: str) -> TextColumn:
    return TextColumn(
        mapped_array(folder / f"{name}.offsets.npy"), mapped_array(folder / f"{name}.content.npy")
    )
