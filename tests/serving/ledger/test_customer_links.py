"""A customer's name in addresses: kept by the database alone, and nobody reads a number out of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving.ledger.customer_links import LONGEST_NAME, CustomerLinks
from serving.ledger.ledger import Ledger
from tests.holding import files_holding

CUSTOMERS = ("1", "anna", "Ännchen", "0012", "12345", "a/b?c=d&e#f", "x" * 200, "\U0001f600" * 200)


def names(path: Path) -> list[str]:
    ledger = Ledger(path)
    found = [ledger.links.name(one) for one in CUSTOMERS]
    ledger.close()
    return found


def test_a_name_is_the_same_after_every_start_and_in_a_copy_and_another_elsewhere(
    tmp_path: Path,
) -> None:
    first = names(tmp_path / "ledger.db")
    assert names(tmp_path / "ledger.db") == first and len(set(first)) == len(CUSTOMERS)
    (tmp_path / "copy.db").write_bytes((tmp_path / "ledger.db").read_bytes())
    assert names(tmp_path / "copy.db") == first
    assert not set(names(tmp_path / "other.db")) & set(first)
    assert files_holding(tmp_path, "anna") == []


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_a_name_leads_to_its_customer_and_holds_no_number(customer: str) -> None:
    links = CustomerLinks(bytes(range(32)))
    name = links.name(customer)
    assert links.customer(name) == customer and len(name) <= LONGEST_NAME
    assert name.replace("-", "").replace("_", "").isalnum() and name.isascii()
    assert len(customer) < 3 or customer not in name


@pytest.mark.parametrize("name", ["", "anna", "=", "AAAA", "ä", "\0", "a b", "x" * 5_000, "A" * 32])
def test_what_was_not_made_here_is_nobodys(name: str) -> None:
    assert CustomerLinks(bytes(range(32))).customer(name) is None


def test_a_changed_name_is_nobodys() -> None:
    links = CustomerLinks(bytes(range(32)))
    name = links.name("anna")
    # The last letter of a name may stand for bits that nothing reads.
    for place, letter in enumerate(name[:-1]):
        other = "B" if letter == "A" else "A"
        assert links.customer(name[:place] + other + name[place + 1 :]) is None
    assert links.customer(name[:-1]) is None and links.customer(f"{name}AAAA") is None
    assert CustomerLinks.passing().customer(name) is None
