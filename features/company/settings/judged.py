"""What people have judged of single columns, where the data alone cannot tell."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from features.company.settings.declared import CLOSED, NamedTexts, table_of


@dataclass(frozen=True, config=CLOSED)
class FairnessSettings:
    """Which protected attributes a model may read, and why."""

    lawful: NamedTexts = table_of(
        "Protected attributes of the table of customers that the law lets the company judge by, such as age, "
        "each with the reason; without it none is read, and `regulars ingest` must run again after it."
    )


@dataclass(frozen=True, config=CLOSED)
class LeakSettings:
    """Which columns are known before the outcome although they tell so much of it."""

    known_before: NamedTexts = table_of(
        "Columns that tell much of the outcome and are known before it, such as contract or "
        '"contacts.topic", each with who says so and why; without it no model that reads them is used.'
    )
