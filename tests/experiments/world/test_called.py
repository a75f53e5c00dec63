"""Simulated customers have names and addresses, for pages that show and find people by them."""

from __future__ import annotations

import numpy as np

from experiments.world.called import FIRST_NAMES, LAST_NAMES, emails, names


def test_neighbours_are_called_otherwise_and_every_pair_comes_before_one_is_repeated() -> None:
    pairs = len(FIRST_NAMES) * len(LAST_NAMES)
    found = names(np.arange(pairs + 1)).to_pylist()
    assert len(set(found)) == pairs == 4_200 and found[pairs] == found[0] == "Ada Adler"


def test_addresses_are_plain_letters_and_belong_to_one_customer_each() -> None:
    found = emails(np.arange(10_000)).to_pylist()
    assert len(set(found)) == 10_000
    assert all(one.isascii() and one == one.lower() for one in found)
    assert found[0] == "ada.adler.0@example.com"
