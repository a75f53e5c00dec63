"""How far a campaign is: it begins, runs, waits for the data of its window, and can be measured."""

from __future__ import annotations

from enum import StrEnum

from features.vocabulary.time import DAY_SECONDS
from serving.ledger.campaigns import FrozenCampaign


class CampaignState(StrEnum):
    """Where a campaign stands."""

    PLANNED = "planned"
    RUNNING = "running"
    WAITING = "waiting for data"
    DUE = "can be measured"
    MEASURED = "measured"


def due_at(campaign: FrozenCampaign) -> int:
    """The instant by which everything in the window of a campaign has happened."""
    return campaign.starts_at + campaign.window_days * DAY_SECONDS


def state_of(campaign: FrozenCampaign, *, at: int, data_until: int) -> CampaignState:
    """Where a campaign stands at an instant, with data up to ``data_until``."""
    if campaign.measured_at is not None:
        return CampaignState.MEASURED
    if data_until >= due_at(campaign):
        return CampaignState.DUE
    if at < campaign.starts_at:
        return CampaignState.PLANNED
    return CampaignState.RUNNING if at < due_at(campaign) else CampaignState.WAITING
