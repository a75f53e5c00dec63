"""A small shop trains from its files: a model in use, and in the terminal what its figures rest on."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.commands.shop import line, stops_on, write_shop
from tests.commands.test_refusals import run

CUSTOMERS = 120


def irregular() -> list[str]:
    """Everybody buys after twelve days or so until they stop; a dozen customers leave in each stretch of thirty days."""
    generator = np.random.default_rng(8)
    bought = set()
    for customer in range(CUSTOMERS):
        day = float(generator.uniform(0, 20))
        while day < stops_on(customer):
            bought.add((customer, int(day)))
            day += 1 + float(generator.exponential(11))
    return [line(customer, day) for customer, day in sorted(bought)]


def test_the_terminal_says_that_it_was_tested_on_other_customers_and_how_open_the_level_is(
    tmp_path: Path,
) -> None:
    settings = write_shop(tmp_path, irregular())
    assert run(settings, "ingest").exit_code == 0
    trained = run(settings, "train", "churn")
    assert trained.exit_code == 0, trained.output
    said = " ".join(trained.output.split())
    assert (
        "A small company: pooled over 6 cutoffs and tested on other customers, not on later days."
        in said
    )
    assert "comes next, 90% of the time: reckon with the range." in said
    assert "level, all cutoffs together" in said
