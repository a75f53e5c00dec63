"""From scores in use to what the pages show: every number, date and link as it is read."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from features.company.settings.reading import Settings
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
from serving.pages.figures import (
    ago,
    at_risk,
    between,
    customer_link,
    instant,
    last_order,
    model,
    percent,
    signed,
    standing,
    worth_of,
)
from serving.scores.score import Status, band
from serving.snapshot.earlier_risks import has_jumped, points_risen
from serving.snapshot.reading import Snapshot
from training.reasons.explanation import Explanation, explain_all
from training.reasons.languages.numbers import money
from training.reasons.points import Points

MAIN_REASONS = 3
_NOT_JUDGED = {
    Status.NOT_ELIGIBLE: "not among those the question is about",
    Status.INSUFFICIENT_DATA: "have no known purchase",
    Status.NO_CONSENT: "declined to be scored",
}


def churn_list_page(
    in_use: InUse, settings: Settings, query: ListQuery, fault: Mapping[str, str] | None
) -> ChurnListPage:
    """The churn list for one link."""
    snapshot, currency = in_use.snapshot, settings.company.currency
    everybody = totals(snapshot, np.arange(snapshot.judged))
    positions = matching(snapshot, query)
    pages = max(1, -(-len(positions) // query.size))
    page = min(query.page, pages)
    first = (page - 1) * query.size
    rows = positions[first : first + query.size]
    return ChurnListPage(
        company=settings.company.name,
        question=snapshot.manifest["heading"],
        act=snapshot.manifest["act"],
        judged=f"{snapshot.judged:,}",
        base=percent(snapshot.base),
        base_width=_width(snapshot.base),
        expected=f"{everybody.expected:,.0f}",
        expected_between=_between(everybody),
        at_risk=money(everybody.at_risk_cents, currency),
        at_risk_note=_product(snapshot),
        matrix=_matrix(snapshot, query, currency),
        jumped=_jumped(snapshot),
        jumped_link=ListQuery(jumped=True, sort="risen").link(),
        earlier=instant(snapshot.earlier_seconds),
        worth_sort="value" if snapshot.value_days else "spend",
        money_note=_money_note(snapshot),
        model=model(snapshot),
        as_of=instant(snapshot.cutoff_seconds),
        not_judged=_not_judged(snapshot),
        notice=_notice(fault),
        is_filtered=len(positions) != snapshot.judged,
        matched=_matched(snapshot, totals(snapshot, positions), query, currency),
        bands=_choices({"": "Any risk", **BANDS}, query.band),
        stages=_choices({"": "Any stage", **STAGES}, query.stage),
        groups=_choices({"": "Any reason", **_raising_groups(snapshot)}, query.reason),
        sorts=_choices(sorts(snapshot), query.sort),
        sizes=_choices({str(size): f"{size} a page" for size in SIZES}, str(query.size)),
        spend=str(query.spend) if query.spend else "",
        currency=currency,
        searched=_searched(query),
        kept=_without(query, "page", "found", "g"),
        search_kept={
            name: one
            for name, one in query.parameters().items()
            if name in ("found", "g", "cell", "moved")
        },
        headings={sort: _heading(sort, label, query) for sort, label in sorts(snapshot).items()},
        rows=[
            list_row(in_use, int(one), explanation, currency)
            for one, explanation in zip(rows, explanations_at(in_use, rows), strict=True)
        ],
        position=_position(first, len(rows), len(positions)),
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
    snapshot = in_use.snapshot
    key = int(snapshot.ranking.customer_keys[position])
    probability = float(snapshot.ranking.probability[position])
    here = slice(position, position + 1)
    now, before = snapshot.ranking.probability[here], snapshot.ranking.risk_before[here]
    worth = worth_of(snapshot, key)
    reasons = explanation.raising[:MAIN_REASONS]
    return ListRow(
        rank=f"{position + 1:,}",
        customer_id=snapshot.customer_ids[key],
        link=customer_link(snapshot, position),
        standing=standing(snapshot, key),
        risk=percent(probability),
        risk_width=_width(probability),
        moved="" if np.isnan(before[0]) else signed(float(points_risen(now, before)[0])),
        has_jumped=bool(has_jumped(now, before)[0]),
        band=band(float(snapshot.ranking.percentile[position])),
        reasons=[ShortReason(signed(one.shown_points), one.text or one.title) for one in reasons],
        worth=money(int(worth[0]), currency),
        worth_between=between(worth, currency) if snapshot.value_days else "",
        at_risk=at_risk(snapshot, position, currency),
        last_order=last_order(snapshot, key),
        ago=ago(snapshot, key),
    )


def _width(probability: float) -> str:
    return f"{100 * probability:.2f}%"


def _between(summed: Totals) -> str:
    return f"{summed.low:,.0f} to {summed.high:,.0f}"


def _matched(snapshot: Snapshot, summed: Totals, query: ListQuery, currency: str) -> str:
    if not summed.customers:
        return "Nobody matches."
    if summed.customers == snapshot.judged:
        first = sorts(snapshot).get(query.sort, "spend").lower()
        order = f"{'lowest' if query.rising else 'highest'} {first} first"
        silence = f"{'shortest' if query.rising else 'longest'} silence first"
        shown = silence if query.sort == "last_seen" else order
        return f"All {snapshot.judged:,} judged customers, {shown}."
    jumped = f"Risk up by 10 points or more since {instant(snapshot.earlier_seconds)}: "
    before = jumped if query.jumped else ""
    who = "1 customer matches" if summed.customers == 1 else f"{summed.customers:,} customers match"
    lost = money(summed.at_risk_cents, currency)
    return (
        f"{before}{who}: {summed.expected:,.1f} expected to {snapshot.manifest['act']}, "
        f"{lost} of {sorts(snapshot)['at_risk'].lower()}."
    )


def _product(snapshot: Snapshot) -> str:
    """What is multiplied, in a few words."""
    chance = "risk" if snapshot.means_leaving else "chance"
    kept = "value if kept" if snapshot.means_leaving else "value if they buy"
    return f"{chance} × {kept if snapshot.value_days else '12-month spend'}"


def _matrix(snapshot: Snapshot, query: ListQuery, currency: str) -> list[MatrixCell]:
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
                at_risk=money(100 * round(one.at_risk_cents / 100), currency),
                share=f"{share:.0%}",
                share_width=_width(share),
                customers=f"{one.customers:,} customers",
                play=one.play,
                link=query.link(cell="" if is_chosen else name),
                is_chosen=is_chosen,
            )
        )
    return found


def _jumped(snapshot: Snapshot) -> str:
    """How many risks rose by ten points or more."""
    if not snapshot.compared:
        return ""
    count = int(snapshot.manifest["jumped"])
    return "1 customer's risk" if count == 1 else f"The risk of {count:,} customers"


def _money_note(snapshot: Snapshot) -> str:
    if not snapshot.value_days:
        return "Spend is of the last 12 months, net of returns."
    return (
        f"Value is the {snapshot.value_money} a customer is expected to bring in the next "
        f"{snapshot.value_days} days; four in five customers alike end in the range below it. "
        f"{sorts(snapshot)['at_risk']} is {_product(snapshot)}: what they bring given that they buy at all."
    )


def _not_judged(snapshot: Snapshot) -> str:
    counts = snapshot.manifest["statuses"]
    said = [
        f"{counts[status.word]:,} {words}"
        for status, words in _NOT_JUDGED.items()
        if counts[status.word]
    ]
    return f"Not judged: {'; '.join(said)}." if said else ""


def _notice(fault: Mapping[str, str] | None) -> str:
    if fault is None:
        return ""
    found = fault.get("found", "a fault")
    return f"A newer model or newer scores cannot be used ({found}). These are the last good ones."


def _searched(query: ListQuery) -> str:
    if query.found is None:
        return ""
    count = query.found[1] - query.found[0]
    if count == 1:
        return "Search: one customer found."
    return f"Search: {count:,} customers found." if count > 0 else "Search: no customer found."


def _raising_groups(snapshot: Snapshot) -> dict[str, str]:
    return {one["name"]: one["title"] for one in snapshot.manifest["groups"]}


def _choices(labels: Mapping[str, str], chosen: str) -> list[Choice]:
    return [Choice(value, label, value == chosen) for value, label in labels.items()]


def _heading(sort: str, label: str, query: ListQuery) -> Heading:
    is_present = query.sort == sort
    arrow = ("ascending" if query.rising else "descending") if is_present else ""
    turned = is_present and not query.rising
    return Heading(label, query.link(sort=sort, rising=turned), arrow)


def _without(query: ListQuery, *names: str) -> dict[str, str]:
    return {name: one for name, one in query.parameters().items() if name not in names}


def _position(first: int, shown: int, whole: int) -> str:
    return f"{first + 1:,}–{first + shown:,} of {whole:,}" if shown else ""
