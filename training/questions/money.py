"""What is asked about money where none is known: nothing can be learned, and that is said."""

from __future__ import annotations

from features.vocabulary.errors import ModelRefused


def no_money(wanted: str) -> ModelRefused:
    """The refusal to learn of ``wanted`` from purchases none of which says what was paid."""
    return ModelRefused(
        expected=wanted,
        found="an amount of 0 in every line of the purchases: there is nothing to learn of money",
        remedy="Name the column with what was paid as amount in [tables.purchases.columns] and ingest again.",
    )
