"""What became of contacts, however it is told: kept once, and whoever asks not to be contacted any more is not from then on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from serving.campaigns.outcome_words import DO_NOT_CONTACT
from serving.ledger.campaigns import ContactOutcome
from serving.ledger.ledger import Ledger
from serving.ledger.privacy import AllIds


class StoredOutcomes(NamedTuple):
    """Of each outcome whether it is new, and how many customers object because of them who did not before."""

    is_new: list[bool]
    objections: int


def keep_outcomes(
    ledger: Ledger,
    outcomes: Sequence[ContactOutcome],
    *,
    at: int,
    ignore_case: bool = False,
    all_ids: AllIds = tuple,
) -> StoredOutcomes:
    """Keep what became of contacts, all or none; the same twice is once.

    Whoever is said not to be contacted any more objects, by all of their ids, and is withheld everywhere from then on.
    """
    is_new = ledger.campaigns.report(outcomes)
    objecting = sorted(_objecting(outcomes))
    if not objecting:
        return StoredOutcomes(is_new, 0)
    demands = [(one, True) for one in objecting]
    changed = ledger.privacy.decide(demands, at=at, ignore_case=ignore_case, all_ids=all_ids)
    return StoredOutcomes(is_new, sum(changed))


def _objecting(outcomes: Iterable[ContactOutcome]) -> set[str]:
    return {one.customer_id for one in outcomes if one.outcome == DO_NOT_CONTACT}
