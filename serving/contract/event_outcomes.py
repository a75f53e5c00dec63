"""Events that tell what became of a campaign's contact: whose campaign it is, and that it is kept there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from serving.campaigns.outcomes import keep_outcomes
from serving.contract.event_messages import ContactOutcomeEvent, EventRow
from serving.in_use.models_in_use import ModelsInUse
from serving.ledger.campaigns import CampaignMembership, ContactOutcome


def stored_outcomes(
    models_in_use: ModelsInUse, rows: Sequence[EventRow], *, at: int
) -> list[bool | None]:
    """Keep the outcomes that some events tell; of each whether it is new, None where no campaign has such a contact.

    A customer is known by any of their ids. What was told of somebody erased meanwhile is told of nobody: their contacts are gone with them.
    """
    ids = {row.customer_id: models_in_use.all_ids_of([row.customer_id]) for row in rows}
    memberships: dict[str, list[CampaignMembership]] = {}
    for one in models_in_use.ledger.campaigns.of_customers(
        {two for some in ids.values() for two in some}
    ):
        memberships.setdefault(one.customer_id, []).append(one)
    found = [
        _outcome(row, (one for two in ids[row.customer_id] for one in memberships.get(two, ())), at)
        for row in rows
    ]
    is_new = iter(
        keep_outcomes(
            models_in_use.ledger,
            [one for one in found if one is not None],
            at=at,
            ignore_case=models_in_use.ignores_case,
            all_ids=models_in_use.all_ids_of,
        ).is_new
    )
    return [None if one is None else next(is_new) for one in found]


def _outcome(
    row: EventRow, memberships: Iterable[CampaignMembership], at: int
) -> ContactOutcome | None:
    """The outcome as it is kept; None where the customer is in no campaign that the event can mean, or in several."""
    event = row.event
    assert isinstance(event, ContactOutcomeEvent)
    meant = [one for one in memberships if _is_meant(one, row.decision_id, event.campaign)]
    if len({one.campaign_id for one in meant}) != 1:
        return None
    [one, *_] = meant
    happened_at = row.happened_seconds
    return ContactOutcome(one.campaign_id, one.customer_id, happened_at, event.outcome, at)


def _is_meant(one: CampaignMembership, decision_id: str | None, campaign: str | None) -> bool:
    """Whether an event means this contact: by its decision, by the name or the id of its campaign, or by both."""
    if decision_id is not None and decision_id != one.decision_id:
        return False
    return campaign is None or campaign in (one.campaign_id, one.name)
