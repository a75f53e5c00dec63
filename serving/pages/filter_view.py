"""What a list can be narrowed to: the choices of each filter, and a chip for each that is set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields

import numpy as np

from features.declarations.feature import ReasonGroup
from serving.in_use.models_in_use import InUse
from serving.pages.attributes import attribute_label, declared_label
from serving.pages.churn_list import declared_texts, order_of, sorts
from serving.pages.contexts import AttributeFilter, Chip, Choice, FilterForm
from serving.pages.figures import offer_title
from serving.pages.list_query import (
    BANDS,
    CONSENTS,
    DECLARED,
    GROUPS,
    SIZES,
    STAGES,
    STATUSES,
    ListQuery,
)
from serving.snapshot.contact_groups import tells_groups
from training.actions.actions import NOTHING
from training.reasons.languages.catalogue import phrase

_ANY = {
    "band": phrase("Any risk"),
    "stage": phrase("Any stage"),
    "status": phrase("Any status"),
    "segment": phrase("Any segment"),
    "reason": phrase("Any reason"),
    "action": phrase("Anything"),
    "group": phrase("Any group"),
    "consent": phrase("May be contacted"),
}
_DAYS = {
    "silent": phrase("Silent for {days} days or more"),
    "tenure": phrase("Customer for {days} days or more"),
    "tenure_most": phrase("Customer for {days} days at most"),
}
_NOTHING_TO_DO = "nothing"


def filter_form(in_use: InUse, query: ListQuery, currency: str) -> FilterForm:
    """The filters that the scores in use allow, as a query has set them."""
    filters, snapshot, language = _Filters(in_use), in_use.snapshot, in_use.wording.language
    a_page = language.say("{size} a page")
    return FilterForm(
        chips=filters.chips(query),
        bands=filters.choices("band", query.band),
        stages=filters.choices("stage", query.stage),
        statuses=filters.choices("status", query.status),
        segments=filters.choices("segment", query.segment),
        groups=filters.choices("reason", query.reason),
        actions=filters.choices("action", query.action),
        contact_groups=filters.choices("group", query.group),
        consents=filters.choices("consent", query.consent),
        spend=_number(query.spend),
        currency=currency,
        value=_number(query.value),
        silent=_number(query.silent),
        tenure=_number(query.tenure),
        tenure_most=_number(query.tenure_most),
        declared=filters.declared(query),
        sorts=_choices(sorts(snapshot, language), order_of(snapshot, query)),
        sizes=_choices({str(size): a_page.format(size=size) for size in SIZES}, str(query.size)),
    )


def _number(asked: int) -> str:
    return str(asked) if asked else ""


def _choices(labels: Mapping[str, str], chosen: str) -> list[Choice]:
    return [Choice(value, label, value == chosen) for value, label in labels.items()]


class _Filters:
    def __init__(self, in_use: InUse) -> None:
        self._snapshot = in_use.snapshot
        self._language = in_use.wording.language
        self._labels: Mapping[str, Callable[[], dict[str, str]]] = {
            "band": lambda: self._said(BANDS),
            "stage": lambda: self._said(STAGES, "stage"),
            "status": lambda: self._said(STATUSES, "stage"),
            "segment": self._segments,
            "reason": self._groups,
            "action": self._actions,
            "group": self._contact_groups,
            "consent": self._consents,
        }

    def choices(self, name: str, chosen: str) -> list[Choice]:
        """The choices of one filter, not to ask for it first; none where there is nothing to choose."""
        labels = self._labels[name]()
        if not labels:
            return []
        return _choices({"": self._language.say(_ANY[name]), **labels}, chosen)

    def chips(self, query: ListQuery) -> list[Chip]:
        """A chip for each filter that is set, in the order of the query."""
        told = [(one.name, self._label(query, one.name)) for one in fields(query)]
        chips = [
            Chip(label, query.link(**{name: type(getattr(query, name))()}))
            for name, label in told
            if label
        ]
        known = declared_texts(self._snapshot)
        for name, text in query.declared:
            if text in known.get(name, ()):
                others = tuple(one for one in query.declared if one[0] != name)
                chips.append(Chip(self._said_of(name, text), query.link(declared=others)))
        return chips

    def declared(self, query: ListQuery) -> list[AttributeFilter]:
        """The choices of each attribute, not to ask for it first."""
        chosen, say = dict(query.declared), self._language.say
        return [
            AttributeFilter(
                attribute_label(name, self._language),
                f"{DECLARED}{name}",
                _choices(
                    {"": say("Any"), **{one: declared_label(one, self._language) for one in texts}},
                    chosen.get(name, ""),
                ),
            )
            for name, texts in declared_texts(self._snapshot).items()
        ]

    def _said_of(self, name: str, text: str) -> str:
        label, said = attribute_label(name, self._language), declared_label(text, self._language)
        return self._language.say("{attribute}: {declared}").format(attribute=label, declared=said)

    def _label(self, query: ListQuery, name: str) -> str:
        """What a filter that is set asks for; empty of one that is not, and of what is no filter."""
        asked, say = getattr(query, name), self._language.say
        if not asked:
            return ""
        if name in self._labels:
            return self._labels[name]().get(asked, "")
        if name == "jumped":
            return say("Risk up by 10 points or more")
        if name == "cell":
            value, _, risk = asked.partition("-")
            return say("Value {value}, risk {risk}").format(value=say(value), risk=say(risk))
        if name == "spend" and self._snapshot.money_is_known:
            return say("Spend from {amount} on").format(amount=self._language.count(asked))
        if name == "value" and self._snapshot.value_days:
            return say("Value from {amount} on").format(amount=self._language.count(asked))
        return say(_DAYS[name]).format(days=self._language.count(asked)) if name in _DAYS else ""

    def _said(self, labels: Mapping[str, str], context: str = "") -> dict[str, str]:
        return {value: self._language.say(label, context) for value, label in labels.items()}

    def _segments(self) -> dict[str, str]:
        said = self._snapshot.manifest["segments"]
        return {} if said is None else dict(said["names"])

    def _groups(self) -> dict[str, str]:
        titles = [ReasonGroup(**one) for one in self._snapshot.manifest["groups"]]
        return {one.name: self._language.title(one) for one in titles}

    def _actions(self) -> dict[str, str]:
        if not self._snapshot.acts:
            return {}
        titles = {one.name: self._language.say(one.title) for one in self._snapshot.actions}
        best = np.unique(self._snapshot.best_offer)
        for one in (self._snapshot.offers[int(place)] for place in best[best != NOTHING]):
            titles[str(one["offer_id"])] = offer_title(one, self._language)
        return titles | {_NOTHING_TO_DO: self._language.say("Nothing")}

    def _contact_groups(self) -> dict[str, str]:
        if not tells_groups(self._snapshot):
            return {}
        return self._said({word: one.title for word, one in GROUPS.items()})

    def _consents(self) -> dict[str, str]:
        return self._said(CONSENTS) if self._snapshot.has_refused_contact.any() else {}
