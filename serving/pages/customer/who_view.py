"""Who a customer is: what they agreed to, since when they buy, what they declared, and why they may have no score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from features.vocabulary.time import DAY_SECONDS
from serving.in_use.models_in_use import InUse
from serving.pages.attributes import attribute_label
from serving.pages.customer.contexts import Badge, WhoLine
from serving.scores.profile import Declared, profile
from serving.scores.score import Status
from serving.scores.timeline import TimelineEntry
from serving.snapshot.reading import Snapshot
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language

# The words the list says of all of them, said of one.
_NO_SCORE = {
    Status.NOT_ELIGIBLE: phrase(
        "No score: this customer is not among those the question is about."
    ),
    Status.INSUFFICIENT_DATA: phrase("No score: this customer has no known purchase."),
    Status.NO_CONSENT: phrase("No score: this customer declined to be scored."),
}
_OTHERWISE = phrase("No score: the scores in use do not have this customer.")
_CONSENTS = {
    "marketing_consent": {
        True: phrase("Agreed to marketing"),
        False: phrase("Said no to marketing"),
        None: phrase("Consent to marketing unknown"),
    },
    "profiling_consent": {
        True: phrase("Agreed to being scored"),
        False: phrase("Declined to be scored"),
        None: phrase("Consent to being scored unknown"),
    },
}
_KINDS = {True: "yes", False: "no", None: "unknown"}


def status_of(snapshot: Snapshot, key: int) -> Status:
    """What these scores say of a customer; who objects has declined."""
    if snapshot.customer_ids[key] in snapshot.withheld.objected:
        return Status.NO_CONSENT
    return Status(int(snapshot.status[key]))


def no_score(status: Status, language: Language) -> str:
    """Why a customer has no score; empty where there is one."""
    return "" if status == Status.OK else language.say(_NO_SCORE.get(status, _OTHERWISE))


def declared_of(in_use: InUse, key: int) -> Mapping[str, Declared]:
    """What a customer declared; nothing where the store holds other data than the scores were made from."""
    return {} if in_use.past is None else profile(in_use.past.pack, key)


def badges(declared: Mapping[str, Declared], language: Language) -> list[Badge]:
    """What the customer agreed to or said no to, as far as the company's table asks."""
    found = []
    for name, words in _CONSENTS.items():
        if name in declared:
            answer = declared[name]
            agreed = None if answer is None else bool(answer)
            found.append(Badge(_KINDS[agreed], language.say(words[agreed])))
    return found


def who_lines(
    in_use: InUse,
    customer_id: str,
    declared: Mapping[str, Declared],
    moments: Sequence[TimelineEntry],
    language: Language,
) -> list[WhoLine]:
    """Since when they buy, and everything they declared that is known."""
    lines = [*_address(in_use, customer_id, language), *_tenure(in_use, moments, language)]
    for name, value in declared.items():
        if name not in _CONSENTS and value is not None:
            lines.append(WhoLine(attribute_label(name, language), _value(value, language)))
    return lines


def _address(in_use: InUse, customer_id: str, language: Language) -> list[WhoLine]:
    email = in_use.names.of(customer_id).email
    return [WhoLine(language.say("E-mail address"), email)] if email else []


def _tenure(in_use: InUse, moments: Sequence[TimelineEntry], language: Language) -> list[WhoLine]:
    """The day of the first order in the tables and how long ago that was, as of the data."""
    orders = [one.at_seconds for one in moments if one.kind == "order" and not one.was_reported]
    if not orders or in_use.past is None:
        return []
    day = in_use.past.day_of(min(orders))
    passed = (in_use.snapshot.cutoff_seconds - min(orders)) / DAY_SECONDS
    ago = language.say("{days} ago").format(days=language.declined(language.days(passed)))
    return [WhoLine(language.say("First order"), f"{language.date(day)}, {ago}")]


def _value(value: Declared, language: Language) -> str:
    if isinstance(value, bool):
        return language.say("yes", "answer") if value else language.say("no", "answer")
    if isinstance(value, float):
        return language.number(value)
    try:
        return language.date(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)
