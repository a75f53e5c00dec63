"""All campaigns as a page: where each stands, what was planned and what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from features.company.settings.reading import Settings
from features.vocabulary.time import DAY_SECONDS
from serving.campaigns.states import CampaignState, due_at, state_of
from serving.in_use.models_in_use import InUse
from serving.ledger.campaign_counts import ContactCounts
from serving.ledger.campaigns import FrozenCampaign
from serving.ledger.ledger import Ledger
from serving.pages.campaigns.campaign_contexts import CampaignLine, CampaignsPage
from serving.pages.figures import instant, whole_money
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language

CAMPAIGNS_PAGE = "/campaigns"
KINDS = {
    CampaignState.PLANNED: "planned",
    CampaignState.RUNNING: "running",
    CampaignState.WAITING: "waiting",
    CampaignState.DUE: "due",
    CampaignState.MEASURED: "measured",
}
_STATES = {
    CampaignState.PLANNED: phrase("Planned, begins on {starts}"),
    CampaignState.RUNNING: phrase("Running until {due}"),
    CampaignState.WAITING: phrase("Waiting for data up to {due}"),
    CampaignState.DUE: phrase("Can be measured"),
    CampaignState.MEASURED: phrase("Measured on {measured}"),
}
_WITHOUT = phrase("Without measurement")


def campaigns_page(in_use: InUse, settings: Settings, ledger: Ledger, at: int) -> CampaignsPage:
    """The list; ``at`` is now."""
    language, currency = in_use.wording.language, settings.company.currency
    counts, found = ledger.campaign_counts.of_all(), ledger.campaigns.all()
    until = in_use.snapshot.cutoff_seconds
    said = language.plural("{count} campaign", "{count} campaigns", len(found))
    return CampaignsPage(
        company=settings.company.name,
        sentence=said.format(count=language.count(len(found)))
        if found
        else language.say("No campaign was started yet."),
        campaigns=[
            _line(one, counts.get(one.campaign_id, ()), language, currency, at=at, until=until)
            for one in found
        ],
    )


def campaign_link(campaign: FrozenCampaign) -> str:
    """The page of a campaign, by its id: its name may say anything, and stays out of addresses."""
    return f"{CAMPAIGNS_PAGE}/{campaign.campaign_id}"


def state_said(
    campaign: FrozenCampaign, language: Language, *, at: int, until: int
) -> tuple[str, str]:
    """Where a campaign stands, as a word for the style and in words; ``until`` is how far data go."""
    state = state_of(campaign, at=at, data_until=until)
    said = language.say(_STATES[state]).format(
        starts=instant(campaign.starts_at, language),
        due=instant(due_at(campaign), language),
        measured=instant((campaign.measured_at or 0) // DAY_SECONDS * DAY_SECONDS, language),
    )
    is_over = state in (CampaignState.WAITING, CampaignState.DUE)
    if is_over and not campaign.is_measurable:
        said = language.say(_WITHOUT)
    return KINDS[state], said


def _line(
    one: FrozenCampaign,
    counts: Sequence[ContactCounts],
    language: Language,
    currency: str,
    *,
    at: int,
    until: int,
) -> CampaignLine:
    kind, state = state_said(one, language, at=at, until=until)
    measured = between = ""
    if one.result is not None:
        net = one.result["net_cents"]
        low, mean, high = (
            whole_money(round(net[name]), currency, language) for name in ("low", "mean", "high")
        )
        measured, between = mean, language.say("{low} to {high}").format(low=low, high=high)
    return CampaignLine(
        name=one.name,
        link=campaign_link(one),
        goal=one.goal,
        owner=one.owner,
        kind=kind,
        state=state,
        starts=instant(one.starts_at, language),
        contacted=language.count(sum(each.contacted for each in counts)),
        held_out=language.count(sum(each.held_out for each in counts)),
        planned=whole_money(sum(each.gain_cents for each in counts), currency, language),
        measured=measured,
        between=between,
    )
