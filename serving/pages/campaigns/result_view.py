"""What a campaign brought, as its measurement stands in the ledger, in the words of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from features.lifecycle.stages import LifecycleStatus
from serving.ledger.campaigns import FrozenCampaign
from serving.pages.campaigns.campaign_contexts import ResultLine, ResultSection
from serving.pages.figures import percent, whole_money
from training.actions.actions import TITLES
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language

_MONEY = {
    "margin": phrase("Margin within the window"),
    "spend": phrase("Spend within the window"),
}
_WASTED = {
    "sure_things_cents": phrase("On sure things, who stay anyway"),
    "lost_causes_cents": phrase("On lost causes, who leave anyway"),
    "made_worse_cents": phrase("On those it drove away"),
    "total_cents": phrase("In all"),
}
_CONTAMINATION = {
    "contacted_anyway": phrase(
        "{count} customers were held out and spoken to all the same; they count as held out."
    ),
    "reported_too_early": phrase("{count} customers have an outcome from before the first day."),
    "in_another_campaign": phrase(
        "{count} customers were in another campaign of that time as well."
    ),
}


def result_section(
    campaign: FrozenCampaign, currency: str, language: Language
) -> ResultSection | None:
    """The measured result; None before a campaign is measured."""
    if campaign.result is None:
        return None
    return _Result(campaign.result, currency, language).section()


class _Result:
    """What is said of one result."""

    def __init__(self, result: Mapping[str, Any], currency: str, language: Language) -> None:
        self._result, self._currency, self._language = result, currency, language

    def section(self) -> ResultSection:
        """The whole of it."""
        result, say = self._result, self._language.say
        net = result["net_cents"]
        proven = say("It brought {net} net, {between} at 95%.")
        unsure = say("It brought {net} net, {between} at 95%: chance alone may explain it.")
        said = (proven if net["low"] > 0 else unsure).format(
            net=self._money(net["mean"]), between=self._between(net)
        )
        return ResultSection(
            sentence=said,
            lines=self._lines(),
            wasted=[
                self._estimate(say(label), result["wasted"][name])
                for name, label in _WASTED.items()
            ],
            remarks=self._remarks(),
            unprofitable=self._unprofitable(),
        )

    def _lines(self) -> list[ResultLine]:
        result, say = self._result, self._language.say
        bought, spend = result["bought"], result["spend_cents"]
        gain = result["expected_gain_cents"]
        customers = ResultLine(
            say("Customers who bought because of it"),
            self._few(bought["mean"]),
            say("{low} to {high}").format(
                low=self._few(bought["low"]), high=self._few(bought["high"])
            ),
            self._few(result["expected_kept"]),
        )
        return [
            customers,
            self._estimate(say(_MONEY[result["money_kind"]]), result["money_cents"]),
            self._estimate(say("What keeping them brings"), result["retained_cents"], gain + spend),
            ResultLine(say("Spent on contacts"), self._money(spend), "", self._money(spend)),
            self._estimate(say("Net"), result["net_cents"], gain),
        ]

    def _remarks(self) -> list[str]:
        result, language = self._result, self._language
        contaminated = result["contamination"]
        said = [
            language.say(
                "In the window {share} of the {contacted} contacted bought; without a contact {without} would have, by {held_out} held out."
            ).format(
                share=percent(result["share_bought"], language),
                without=percent(result["share_bought_untreated"], language),
                contacted=language.count(result["contacted"]),
                held_out=language.count(result["held_out"]),
            ),
            language.say("What was known before took {share} of the noise out.").format(
                share=percent(result["variance_explained"], language)
            ),
        ]
        for name, text in _CONTAMINATION.items():
            if contaminated[name]:
                count = language.count(contaminated[name])
                said.append(language.say(text).format(count=count))
        return said

    def _unprofitable(self) -> str:
        found = self._result["wasted"]["unprofitable"]
        if not found:
            return ""
        groups = "; ".join(self._group(str(one)) for one in found)
        return self._language.say("Not again next time: {groups}.").format(groups=groups)

    def _group(self, name: str) -> str:
        """A contact and a status as the measurement names them, such as "call, at risk"."""
        action, _, status = name.partition(", ")
        titles = {one.word.replace("_", " "): one.title for one in LifecycleStatus}
        contact = self._language.say(TITLES[action]) if action in TITLES else action
        of_status = self._language.say(titles[status], "stage") if status in titles else status
        return f"{contact}, {of_status[:1].lower()}{of_status[1:]}"

    def _estimate(
        self, label: str, found: Mapping[str, float], planned: float | None = None
    ) -> ResultLine:
        expected = "" if planned is None else self._money(planned)
        return ResultLine(label, self._money(found["mean"]), self._between(found), expected)

    def _between(self, found: Mapping[str, float]) -> str:
        return self._language.say("{low} to {high}").format(
            low=self._money(found["low"]), high=self._money(found["high"])
        )

    def _money(self, cents: float) -> str:
        return whole_money(round(cents), self._currency, self._language)

    def _few(self, customers: float) -> str:
        return self._language.written(f"{customers:,.1f}").replace("-", "−")
