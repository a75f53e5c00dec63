"""Starting a campaign from the page of its plan: the same freezing as on the command line, refused in words."""

from __future__ import annotations

from collections.abc import Iterable

from features.vocabulary.errors import UsageRefused
from serving.campaigns.freezing import CampaignTerms, start
from serving.campaigns.plans.asking import plan_now
from serving.in_use.models_in_use import InUse, ModelsInUse
from serving.pages.campaigns.contexts import StartForm
from serving.pages.campaigns.plan_query import PlanQuery
from serving.pages.campaigns.plan_view import starts_of
from training.reasons.languages.catalogue import phrase

LONGEST_NAME = 100
_LONGEST_GOAL = 500
_UNNAMED = phrase("Give the campaign a name.")
_USED = phrase("A campaign of this name exists already: give it another one.")
_UNANSWERABLE = phrase(
    "Its hold-out could never tell what it brings: contact more customers, hold more of them out, or tick “without measurement”."
)
_NOBODY = phrase("It pays to contact nobody within these limits.")


def start_form(
    query: PlanQuery, sent: Iterable[tuple[str, str]] = (), fault: str = ""
) -> StartForm:
    """The form that starts a plan, with what somebody has filled in before."""
    said = dict(sent)
    return StartForm(
        fields=[*query.parameters()],
        name=said.get("name", "").strip()[:LONGEST_NAME],
        goal=said.get("goal", "").strip()[:_LONGEST_GOAL],
        owner=said.get("owner", "").strip()[:LONGEST_NAME],
        is_without_measurement="without_measurement" in said,
        fault=fault,
    )


def started(models_in_use: ModelsInUse, in_use: InUse, query: PlanQuery, form: StartForm) -> str:
    """Freeze the plan under the name of the form; its id, or raises ``StartRefused``."""
    settings, ledger, snapshot = models_in_use.settings, models_in_use.ledger, in_use.snapshot
    if not form.name:
        raise StartRefused(_UNNAMED)
    if ledger.campaigns.hold_out_percent(form.name) is not None:
        raise StartRefused(_USED)
    at = models_in_use.now()
    limits = query.limits(
        [one.name for one in snapshot.actions], settings.campaign.hold_out_percent
    )
    first = starts_of(snapshot, query, at)
    plan = plan_now(ledger.campaigns, snapshot, limits, first)
    if not plan.customers:
        raise StartRefused(_NOBODY)
    days = query.days or settings.churn.horizon_days
    terms = CampaignTerms(form.name, form.goal, form.owner, first, days)
    try:
        found = start(
            ledger,
            snapshot,
            plan,
            terms,
            without_measurement=form.is_without_measurement,
            at=at,
        )
    except UsageRefused:
        # The lot may leave an arm too small that was large enough by expectation.
        raise StartRefused(_UNANSWERABLE) from None
    return found.campaign.campaign_id


class StartRefused(Exception):
    """A campaign that cannot be started as it stands; its argument says why, in English as the catalogue has it."""
