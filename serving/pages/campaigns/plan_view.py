"""From a question to the page of a plan: the limits as they were asked, and what is expected within them."""

from __future__ import annotations

from datetime import UTC, datetime

from features.company.settings.reading import Settings
from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.time import Cutoff
from serving.campaigns.plannable import BUDGET, CUSTOMERS
from serving.campaigns.planning import PlannedPart
from serving.campaigns.plans.asking import PlanSummary, first_day, summary_now
from serving.campaigns.plans.reach import BEHAVIOUR, GroupReach
from serving.in_use.models_in_use import InUse
from serving.ledger.campaigns import Campaigns
from serving.pages.attributes import attribute_label, declared_label
from serving.pages.campaigns.contexts import (
    ContactChoice,
    PlanForm,
    PlannedLine,
    PlannedShare,
    PlanPage,
    ReachLine,
    ReachSection,
    StartForm,
)
from serving.pages.campaigns.curve_picture import curve_picture
from serving.pages.campaigns.plan_query import PlanQuery
from serving.pages.contexts import Choice
from serving.pages.figures import instant, model, out_of_date, percent, whole_money, width_of
from serving.pages.list_query import STATUSES
from serving.snapshot.reading import Snapshot
from training.actions.actions import MEASURED, TITLES, Action
from training.reasons.languages.catalogue import phrase

_MOST_GROUPS = 8
_FEWEST_EXPECTED = 5
_LIMITS = {
    BUDGET: phrase("One more unit of the budget would bring {amount}."),
    CUSTOMERS: phrase("One more customer would bring {amount}."),
}
_ONE_MORE = phrase("One more contact by {contact} would bring {amount}.")
_SHARES = {
    "reached": phrase("About to leave, and can be reached"),
    "gone": phrase("Gone already, or beyond reach"),
    "stays": phrase("Stay anyway"),
}


def starts_of(snapshot: Snapshot, query: PlanQuery, at: int) -> Cutoff:
    """The first day of a plan: the one asked for, unless it is before that of the scores."""
    usual = first_day(snapshot, at=at)
    asked = query.first_day
    return usual if asked is None or asked.seconds < snapshot.cutoff_seconds else asked


def plan_page(
    in_use: InUse,
    settings: Settings,
    campaigns: Campaigns,
    query: PlanQuery,
    at: int,
    start: StartForm | None = None,
) -> PlanPage:
    """The page of a plan with the form that starts it; ``at`` is now."""
    snapshot, language = in_use.snapshot, in_use.wording.language
    company = settings.company.name
    notice = out_of_date(snapshot, at, settings.service.scores_last_days, language)
    if not snapshot.actions:
        lacking = language.say(
            "Nothing can be planned: the scores know no contact. See [actions] of the settings, then run “regulars score”."
        )
        return PlanPage(company, notice, lacking)
    limits = query.limits(
        [one.name for one in snapshot.actions], settings.campaign.hold_out_percent
    )
    starts = starts_of(snapshot, query, at)
    found = summary_now(campaigns, snapshot, limits, starts)
    return _PlanWords(in_use, settings, query).page(found, starts, notice, start)


class _PlanWords:
    """What is said of a plan."""

    def __init__(self, in_use: InUse, settings: Settings, query: PlanQuery) -> None:
        self._snapshot, self._settings, self._query = in_use.snapshot, settings, query
        self._language = in_use.wording.language

    def page(
        self, found: PlanSummary, starts: Cutoff, notice: str, start: StartForm | None
    ) -> PlanPage:
        """The whole page."""
        language, totals = self._language, found.totals
        return PlanPage(
            company=self._settings.company.name,
            notice=notice,
            lacking="",
            form=self._form(found, starts),
            sentence=self._sentence(found),
            is_empty=not found.customers,
            contacted=self._customers(totals.customers),
            considered=language.say("of {count} customers").format(
                count=language.count(found.considered)
            ),
            spend=self._money(totals.spend_cents),
            spend_cents=str(round(totals.spend_cents)),
            kept=self._few(totals.kept),
            gain=self._money(totals.gain_cents),
            gain_cents=str(round(totals.gain_cents)),
            gain_between=language.say("{low} to {high}").format(
                low=self._money(totals.gain_low_cents), high=self._money(totals.gain_high_cents)
            ),
            shares=self._shares(found),
            lines=[self._contact(one, part) for one, part in found.by_contact],
            statuses=[self._status(one, part) for one, part in found.by_status],
            curve=curve_picture(found, self._query, self._currency, language),
            prices=self._prices(found),
            power=f"{language.sentence(found.answer.said(language))}.",
            verdict=self._verdict(found),
            is_measurable=found.answer.is_possible,
            start=start if found.customers else None,
            reach=self._reach(found),
            model=model(self._snapshot, language),
            as_of=instant(self._snapshot.cutoff_seconds, language),
        )

    @property
    def _currency(self) -> str:
        return self._settings.company.currency

    def _money(self, cents: float) -> str:
        return whole_money(round(cents), self._currency, self._language)

    def _customers(self, customers: float) -> str:
        return self._language.count(round(customers))

    def _few(self, customers: float) -> str:
        """A number of customers of whom even a tenth of one counts."""
        return self._language.written(f"{customers:,.1f}")

    def _form(self, found: PlanSummary, starts: Cutoff) -> PlanForm:
        query, language, settings = self._query, self._language, self._settings
        most_cents = max(found.curve[-1].spend_cents, 100.0)
        return PlanForm(
            currency=self._currency,
            budget=_number(query.budget),
            slider_most=str(-(-round(most_cents) // 100)),
            most=_number(query.most),
            hold_out=str(found.limits.hold_out_percent),
            days=str(query.days or settings.churn.horizon_days),
            starts=_day(starts.seconds),
            earliest=_day(self._snapshot.cutoff_seconds),
            contacts=[
                ContactChoice(
                    value=one.name,
                    label=language.say(TITLES[one.name]),
                    note=self._each(one),
                    is_chosen=not found.limits.actions or one.name in found.limits.actions,
                    capacity=_number(query.capacities.get(one.name)),
                    usual=_number(one.capacity_customers or None),
                )
                for one in self._snapshot.actions
            ],
            statuses=[
                Choice(word, language.say(title, "stage"), word in query.statuses)
                for word, title in STATUSES.items()
            ],
        )

    def _each(self, one: Action) -> str:
        return self._language.say("{cost}, {source}").format(
            cost=self._language.money(one.cost_cents, self._currency),
            source=self._source(one),
        )

    def _source(self, one: Action) -> str:
        is_measured = one.source == MEASURED
        return self._language.say("measured") if is_measured else self._language.say("assumed")

    def _sentence(self, found: PlanSummary) -> str:
        language, totals = self._language, found.totals
        considered = language.count(found.considered)
        if not found.customers:
            return language.say(
                "It pays to contact nobody of {considered} customers within these limits."
            ).format(considered=considered)
        return language.say(
            "It pays to contact {contacted} of {considered} customers for {spend}: expected is a net gain of {gain}."
        ).format(
            contacted=self._customers(totals.customers),
            considered=considered,
            spend=self._money(totals.spend_cents),
            gain=self._money(totals.gain_cents),
        )

    def _shares(self, found: PlanSummary) -> list[PlannedShare]:
        totals, shares, begin = found.totals, list[PlannedShare](), 0.0
        if not totals.customers:
            return []
        parts = (totals.leavers_reached, totals.gone_anyway, totals.staying_anyway)
        for (kind, label), customers in zip(_SHARES.items(), parts, strict=True):
            share = customers / totals.customers
            shares.append(
                PlannedShare(
                    kind,
                    self._language.say(label),
                    self._customers(customers),
                    width_of(begin),
                    width_of(share),
                )
            )
            begin += share
        return shares

    def _contact(self, one: Action, part: PlannedPart) -> PlannedLine:
        return self._line(self._language.say(TITLES[one.name]), self._source(one), part)

    def _status(self, one: LifecycleStatus, part: PlannedPart) -> PlannedLine:
        return self._line(self._language.say(one.title, "stage"), "", part)

    def _line(self, label: str, note: str, part: PlannedPart) -> PlannedLine:
        return PlannedLine(
            label,
            note,
            self._customers(part.customers),
            self._money(part.spend_cents),
            self._few(part.kept),
            self._money(part.gain_cents),
        )

    def _prices(self, found: PlanSummary) -> list[str]:
        """What one more of each limit brings that holds something back; a unit of the budget is a whole one of the currency."""
        language, said = self._language, list[str]()
        for name, price in found.prices.items():
            cents = price * (100 if name == BUDGET else 1)
            if cents < 1:
                continue
            amount = language.money(round(cents), self._currency)
            if name in _LIMITS:
                said.append(language.say(_LIMITS[name]).format(amount=amount))
            else:
                contact = language.say(TITLES[name])
                said.append(language.say(_ONE_MORE).format(contact=contact, amount=amount))
        return said

    def _verdict(self, found: PlanSummary) -> str:
        answer, say = found.answer, self._language.say
        if not found.customers:
            return ""
        if not answer.is_possible:
            return say(
                "It could never be measured: contact more customers, hold more of them out, or start it without measurement."
            )
        if not answer.finds_what_is_expected:
            return say("One such campaign alone will hardly tell; several together do.")
        return say("An effect as large as the planned one would be found.")

    def _reach(self, found: PlanSummary) -> list[ReachSection]:
        sections: dict[str, list[GroupReach]] = {}
        for one in found.reach:
            sections.setdefault(one.attribute, []).append(one)
        return [
            ReachSection(
                self._attribute(name),
                [self._group(one, found.customers) for one in some[:_MOST_GROUPS]],
            )
            for name, some in sections.items()
        ]

    def _attribute(self, name: str) -> str:
        if name == BEHAVIOUR:
            return self._language.say("Segment by behaviour")
        return attribute_label(name, self._language)

    def _group(self, one: GroupReach, customers: int) -> ReachLine:
        language, ratio = self._language, one.share_planned / one.share_considered
        times = language.say("{times} times").format(times=language.written(f"{ratio:.1f}"))
        return ReachLine(
            group=declared_label(one.group, language),
            considered=percent(one.share_considered, language),
            planned=percent(one.share_planned, language),
            considered_width=width_of(one.share_considered),
            planned_width=width_of(one.share_planned),
            # By lot alone so few would be far from their share as well.
            ratio=times if customers * one.share_considered >= _FEWEST_EXPECTED else "–",
        )


def _number(asked: int | None) -> str:
    return "" if asked is None else str(asked)


def _day(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
