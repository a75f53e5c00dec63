"""From scores in use to what the pages show: every number, date and link as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from features.company.settings.reading import Settings
from features.declarations.values import ReasonGroup
from features.vocabulary.time import DAY_SECONDS
from serving.in_use.models_in_use import InUse
from serving.pages.churn_list import (
    BANDS,
    SIZES,
    STAGES,
    ListQuery,
    Totals,
    matching,
    matrix,
    sorts,
    totals,
)
from serving.pages.contexts import (
    Choice,
    ChurnListPage,
    Heading,
    ListRow,
    MatrixCell,
    ShortReason,
)
from serving.scores.score import Status, band
from serving.snapshot.earlier_risks import has_jumped, points_risen
from serving.snapshot.reading import Snapshot
from training.reasons.explanation import Explanation, explain_all
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language
from training.reasons.points import Points

MAIN_REASONS = 3
_NOT_JUDGED = {
    Status.NOT_ELIGIBLE: phrase("{count} not among those the question is about"),
    Status.INSUFFICIENT_DATA: phrase("{count} have no known purchase"),
    Status.NO_CONSENT: phrase("{count} declined to be scored"),
}
_SPEND_PRODUCTS = {
    True: phrase("risk × 12-month spend"),
    False: phrase("chance × 12-month spend"),
}
_VALUE_PRODUCTS = {
    True: phrase("risk × value if kept"),
    False: phrase("chance × value if they buy"),
}


def churn_list_page(
    in_use: InUse, settings: Settings, query: ListQuery, fault: Mapping[str, str] | None
) -> ChurnListPage:
    """The churn list for one link."""
    snapshot, currency = in_use.snapshot, settings.company.currency
    language = in_use.wording.language
    everybody = totals(snapshot, np.arange(snapshot.judged))
    positions = matching(snapshot, query)
    pages = max(1, -(-len(positions) // query.size))
    page = min(query.page, pages)
    first = (page - 1) * query.size
    rows = positions[first : first + query.size]
    return ChurnListPage(
        company=settings.company.name,
        question=language.phrased(snapshot.manifest["heading"], "question"),
        act=language.phrased(snapshot.manifest["act"], "question"),
        judged=language.count(snapshot.judged),
        base=percent(snapshot.base, language),
        base_width=_width(snapshot.base),
        expected=language.written(f"{everybody.expected:,.0f}"),
        expected_between=_between(everybody, language),
        at_risk=language.money(everybody.at_risk_cents, currency),
        at_risk_note=_product(snapshot, language),
        matrix=_matrix(snapshot, query, currency, language),
        jumped=_jumped(snapshot, language),
        jumped_link=ListQuery(jumped=True, sort="risen").link(),
        earlier=instant(snapshot.earlier_seconds, language),
        worth_sort="value" if snapshot.value_days else "spend",
        money_note=_money_note(snapshot, language),
        model=model(snapshot, language),
        as_of=instant(snapshot.cutoff_seconds, language),
        not_judged=_not_judged(snapshot, language),
        notice=_notice(fault, language),
        is_filtered=len(positions) != snapshot.judged,
        matched=_matched(snapshot, totals(snapshot, positions), query, currency, language),
        bands=_choices({"": language.say("Any risk"), **_said(BANDS, language)}, query.band),
        stages=_choices(
            {"": language.say("Any stage"), **_said(STAGES, language, "stage")}, query.stage
        ),
        groups=_choices({"": language.say("Any reason"), **_raising_groups(in_use)}, query.reason),
        sorts=_choices(sorts(snapshot, language), query.sort),
        sizes=_choices(_sizes(language), str(query.size)),
        spend=str(query.spend) if query.spend else "",
        currency=currency,
        searched=_searched(query, language),
        kept=_without(query, "page", "found", "g"),
        search_kept={
            name: one
            for name, one in query.parameters().items()
            if name in ("found", "g", "cell", "moved")
        },
        headings={
            sort: _heading(sort, label, query) for sort, label in sorts(snapshot, language).items()
        },
        rows=[
            list_row(in_use, int(one), explanation, currency)
            for one, explanation in zip(rows, explanations_at(in_use, rows), strict=True)
        ],
        position=_position(first, len(rows), len(positions), language),
        previous=query.link(page=page - 1) if page > 1 else "",
        following=query.link(page=page + 1) if page < pages else "",
        download=query.link("/churn.csv", size=SIZES[0]),
        reset="/churn",
    )


def explanations_at(in_use: InUse, positions: NDArray[np.intp]) -> list[Explanation]:
    """The worded reasons of some places in the ranking."""
    ranking = in_use.snapshot.ranking
    rows = in_use.snapshot.vector_rows[ranking.customer_keys[positions]]
    points = Points(ranking.probability[positions], in_use.snapshot.base, ranking.points[positions])
    return explain_all(points, ranking.leading[positions], in_use.values[rows], in_use.wording)


def list_row(in_use: InUse, position: int, explanation: Explanation, currency: str) -> ListRow:
    """One customer in the list."""
    snapshot, language = in_use.snapshot, in_use.wording.language
    key = int(snapshot.ranking.customer_keys[position])
    probability = float(snapshot.ranking.probability[position])
    here = slice(position, position + 1)
    now, before = snapshot.ranking.probability[here], snapshot.ranking.risk_before[here]
    worth = worth_of(snapshot, key)
    reasons = explanation.raising[:MAIN_REASONS]
    return ListRow(
        rank=language.count(position + 1),
        customer_id=snapshot.customer_ids[key],
        link=customer_link(snapshot, position),
        standing=standing(snapshot, key, language),
        risk=percent(probability, language),
        risk_width=_width(probability),
        moved="" if np.isnan(before[0]) else signed(float(points_risen(now, before)[0]), language),
        has_jumped=bool(has_jumped(now, before)[0]),
        band=band(float(snapshot.ranking.percentile[position])),
        reasons=[
            ShortReason(signed(one.shown_points, language), one.text or one.title)
            for one in reasons
        ],
        worth=language.money(int(worth[0]), currency),
        worth_between=between(worth, currency, language) if snapshot.value_days else "",
        at_risk=at_risk(snapshot, position, currency, language),
        last_order=last_order(snapshot, key, language),
        ago=ago(snapshot, key, language),
    )


def customer_link(snapshot: Snapshot, position: int) -> str:
    """The page of one place in the ranking; it names a row of these scores, not a customer."""
    return f"/churn/customer?g={snapshot.name}&row={position}"


def percent(probability: float, language: Language = ENGLISH) -> str:
    """A probability with one decimal.

    >>> percent(0.1234)
    '12.3 %'
    """
    return percent_shown(round(100 * probability, 1), language)


def signed(points: float, language: Language = ENGLISH) -> str:
    """Percentage points with their sign.

    >>> signed(8.04), signed(-0.3)
    ('+8.0', '−0.3')
    """
    return language.written(f"{points:+.1f}").replace("-", "−")


def instant(seconds: int, language: Language = ENGLISH) -> str:
    """An instant as a date, with the time where it is not midnight.

    >>> instant(1_790_812_800)
    '1 Oct 2026'
    """
    moment = datetime.fromtimestamp(seconds, UTC)
    time = "" if seconds % DAY_SECONDS == 0 else f", {moment:%H:%M} UTC"
    return f"{language.date(moment.date())}{time}"


def percent_shown(value: float, language: Language = ENGLISH) -> str:
    """A percentage that was rounded already."""
    return language.written(f"{value:.1f} %")


def _width(probability: float) -> str:
    return f"{100 * probability:.2f}%"


def model(snapshot: Snapshot, language: Language = ENGLISH) -> str:
    """The honest name and version of the model that made the scores."""
    version = snapshot.manifest["model_version"]
    title = snapshot.manifest["model_title"]
    if not version:
        return str(title)
    return language.say("{title}, version {version}").format(title=title, version=version)


def at_risk(snapshot: Snapshot, position: int, currency: str, language: Language = ENGLISH) -> str:
    """Risk times value if kept, or times past spend; who gave more back than they spent has none."""
    return language.money(round(float(snapshot.at_risk_cents(np.array([position]))[0])), currency)


def worth_of(snapshot: Snapshot, key: int) -> tuple[int, int, int]:
    """Expected value and its range in cents; without a value model the spend of the last 365 days."""
    if not snapshot.value_days:
        spend = int(snapshot.spend_cents[key])
        return spend, spend, spend
    worth = snapshot.worth(key) or {}
    return tuple(worth.get(f"{one}_cents", 0) for one in ("expected", "low", "high"))  # type: ignore[return-value]


def between(worth: tuple[int, int, int], currency: str, language: Language = ENGLISH) -> str:
    """The range of a value, in whole units."""
    low, high = (language.money(100 * round(cents / 100), currency) for cents in worth[1:])
    return language.say("{low} to {high}").format(low=low, high=high)


def standing(snapshot: Snapshot, key: int, language: Language = ENGLISH) -> str:
    """A customer's stage and status, such as ``Client, slowing``."""
    found = snapshot.standing(key)
    if found is None:
        return ""
    stage, status = (language.say(one.title, "stage") for one in found)
    return f"{stage}, {status[:1].lower()}{status[1:]}"


def last_order(snapshot: Snapshot, key: int, language: Language = ENGLISH) -> str:
    """The date of a customer's last order."""
    day = snapshot.last_order(key)
    return language.say("never") if day is None else language.date(day)


def ago(snapshot: Snapshot, key: int, language: Language = ENGLISH) -> str:
    """How long before the cutoff that was."""
    if snapshot.last_order(key) is None:
        return ""
    passed = (snapshot.cutoff_seconds - int(snapshot.last_order_seconds[key])) / DAY_SECONDS
    return language.say("{days} ago").format(days=language.declined(language.days(passed)))


def _between(summed: Totals, language: Language) -> str:
    low, high = (language.written(f"{one:,.0f}") for one in (summed.low, summed.high))
    return language.say("{low} to {high}").format(low=low, high=high)


def _matched(
    snapshot: Snapshot, summed: Totals, query: ListQuery, currency: str, language: Language
) -> str:
    if not summed.customers:
        return language.say("Nobody matches.")
    if summed.customers == snapshot.judged:
        said = language.say("All {judged} judged customers, {order}.")
        return said.format(
            judged=language.count(snapshot.judged), order=_order(snapshot, query, language)
        )
    who = language.plural("1 customer matches", "{count} customers match", summed.customers)
    said = language.say("{who}: {expected} expected to {act}, {lost} of {product}.").format(
        who=who.format(count=language.count(summed.customers)),
        expected=language.written(f"{summed.expected:,.1f}"),
        act=language.phrased(snapshot.manifest["act"], "question"),
        lost=language.money(summed.at_risk_cents, currency),
        product=_inside(sorts(snapshot, language)["at_risk"], language),
    )
    if not query.jumped:
        return said
    before = language.say("Risk up by 10 points or more since {day}: {rest}")
    return before.format(day=instant(snapshot.earlier_seconds, language), rest=said)


def _order(snapshot: Snapshot, query: ListQuery, language: Language) -> str:
    """By what the list is sorted, and from where."""
    if query.sort == "last_seen":
        if query.rising:
            return language.say("shortest silence first")
        return language.say("longest silence first")
    label = sorts(snapshot, language).get(query.sort, language.say("spend"))
    first = _inside(label, language)
    if query.rising:
        return language.say("lowest {what} first").format(what=first)
    return language.say("highest {what} first").format(what=first)


def _inside(label: str, language: Language) -> str:
    """A label inside a sentence; German nouns keep their capital."""
    return label.lower() if language.code == ENGLISH.code else label


def _product(snapshot: Snapshot, language: Language) -> str:
    """What is multiplied, in a few words."""
    if not snapshot.value_days:
        return language.say(_SPEND_PRODUCTS[snapshot.means_leaving])
    return language.say(_VALUE_PRODUCTS[snapshot.means_leaving])


def _matrix(
    snapshot: Snapshot, query: ListQuery, currency: str, language: Language
) -> list[MatrixCell]:
    cells = matrix(snapshot)
    whole = max(sum(one.at_risk_cents for one in cells), 1)
    found = []
    for one in cells:
        name = f"{one.value}-{one.risk}"
        is_chosen = query.cell == name
        share = one.at_risk_cents / whole
        found.append(
            MatrixCell(
                value=one.value,
                risk=one.risk,
                at_risk=language.money(100 * round(one.at_risk_cents / 100), currency),
                share=language.say("{percent}%").format(percent=f"{100 * share:.0f}"),
                share_width=_width(share),
                customers=language.say("{count} customers").format(
                    count=language.count(one.customers)
                ),
                play=language.say(one.play) if one.play else "",
                link=query.link(cell="" if is_chosen else name),
                is_chosen=is_chosen,
            )
        )
    return found


def _jumped(snapshot: Snapshot, language: Language) -> str:
    """How many risks rose by ten points or more."""
    if not snapshot.compared:
        return ""
    count = int(snapshot.manifest["jumped"])
    said = language.plural("1 customer's risk", "The risk of {count} customers", count)
    return said.format(count=language.count(count))


def _money_note(snapshot: Snapshot, language: Language) -> str:
    if not snapshot.value_days:
        return language.say("Spend is of the last 12 months, net of returns.")
    said = language.say(
        "Value is the {money} a customer is expected to bring in the next {days} days; four in five "
        "customers alike end in the range below it. {product} is {factors}: what they bring given that "
        "they buy at all."
    )
    return said.format(
        money=language.say(snapshot.value_money, "money"),
        days=snapshot.value_days,
        product=sorts(snapshot, language)["at_risk"],
        factors=_product(snapshot, language),
    )


def _not_judged(snapshot: Snapshot, language: Language) -> str:
    counts = snapshot.manifest["statuses"]
    said = [
        language.say(words).format(count=language.count(counts[status.word]))
        for status, words in _NOT_JUDGED.items()
        if counts[status.word]
    ]
    return language.say("Not judged: {those}.").format(those="; ".join(said)) if said else ""


def _notice(fault: Mapping[str, str] | None, language: Language) -> str:
    if fault is None:
        return ""
    said = language.say(
        "A newer model or newer scores cannot be used ({fault}). These are the last good ones."
    )
    return said.format(fault=fault.get("found", language.say("a fault")))


def _searched(query: ListQuery, language: Language) -> str:
    if query.found is None:
        return ""
    count = query.found[1] - query.found[0]
    if count <= 0:
        return language.say("Search: no customer found.")
    said = language.plural("Search: one customer found.", "Search: {count} customers found.", count)
    return said.format(count=language.count(count))


def _raising_groups(in_use: InUse) -> dict[str, str]:
    titles = [ReasonGroup(**one) for one in in_use.snapshot.manifest["groups"]]
    return {one.name: in_use.wording.language.title(one) for one in titles}


def _sizes(language: Language) -> dict[str, str]:
    said = language.say("{size} a page")
    return {str(size): said.format(size=size) for size in SIZES}


def _said(labels: Mapping[str, str], language: Language, context: str = "") -> dict[str, str]:
    return {value: language.say(label, context) for value, label in labels.items()}


def _choices(labels: Mapping[str, str], chosen: str) -> list[Choice]:
    return [Choice(value, label, value == chosen) for value, label in labels.items()]


def _heading(sort: str, label: str, query: ListQuery) -> Heading:
    is_present = query.sort == sort
    arrow = ("ascending" if query.rising else "descending") if is_present else ""
    turned = is_present and not query.rising
    return Heading(label, query.link(sort=sort, rising=turned), arrow)


def _without(query: ListQuery, *names: str) -> dict[str, str]:
    return {name: one for name, one in query.parameters().items() if name not in names}


def _position(first: int, shown: int, whole: int, language: Language) -> str:
    if not shown:
        return ""
    counts = [language.count(one) for one in (first + 1, first + shown, whole)]
    return language.say("{first}–{last} of {whole}").format(
        first=counts[0], last=counts[1], whole=counts[2]
    )
