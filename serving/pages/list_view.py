"""From scores in use to what the pages show: every number, date and link as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.company.settings.reading import Settings
from features.declarations.feature import ReasonGroup
from serving.in_use.models_in_use import InUse
from serving.pages.churn_list import (
    BANDS,
    SIZES,
    STAGES,
    ListQuery,
    matching,
    matrix,
    sorts,
    totals,
)
from serving.pages.contexts import Choice, ChurnListPage, Heading, ListRow, MatrixCell, ShortReason
from serving.pages.figures import (
    ago,
    at_risk,
    between,
    customer_link,
    instant,
    last_order,
    model,
    out_of_date,
    percent,
    signed,
    standing,
    worth_of,
)
from serving.pages.level_view import level_range, level_sections
from serving.pages.list_sentences import (
    expected_between,
    jumped,
    matched,
    money_note,
    not_judged,
    notice,
    position,
    product,
    searched,
)
from serving.scores.score import band
from serving.snapshot.earlier_risks import has_jumped, points_risen
from serving.snapshot.reading import Snapshot
from training.reasons.explanation import Explanation, explain_all
from training.reasons.languages.language import Language
from training.reasons.points import MAIN_REASONS, Points


def churn_list_page(
    in_use: InUse,
    settings: Settings,
    query: ListQuery,
    fault: Mapping[str, str] | None,
    at: int,
) -> ChurnListPage:
    """The churn list for one link; ``at`` is now."""
    snapshot, currency = in_use.snapshot, settings.company.currency
    language = in_use.wording.language
    everybody = totals(snapshot, np.arange(snapshot.judged))
    positions = matching(snapshot, query)
    shown = _shown(positions, query)
    return ChurnListPage(
        company=settings.company.name,
        question=language.phrased(snapshot.manifest["heading"], "question"),
        act=language.phrased(snapshot.manifest["act"], "question"),
        judged=language.count(snapshot.judged),
        base=percent(snapshot.base, language),
        base_width=_width(snapshot.base),
        expected=language.written(f"{everybody.expected:,.0f}"),
        expected_between=expected_between(everybody, language, level_range(in_use)),
        at_risk=language.money(everybody.at_risk_cents, currency) if snapshot.worth else "",
        at_risk_note=product(snapshot, language),
        matrix=_matrix(snapshot, query, currency, language),
        jumped=jumped(snapshot, language),
        jumped_link=ListQuery(jumped=True, sort="risen").link(),
        earlier=instant(snapshot.earlier_seconds, language),
        worth_sort=snapshot.worth,
        knows_spend=snapshot.money_is_known,
        money_note=money_note(snapshot, language),
        model=model(snapshot, language),
        as_of=instant(snapshot.cutoff_seconds, language),
        not_judged=not_judged(snapshot, language),
        notice=_warnings(in_use, settings, fault, at),
        is_filtered=len(positions) != snapshot.judged,
        matched=matched(snapshot, totals(snapshot, positions), query, currency, language),
        to_keep_link=_to_keep_link(snapshot, query),
        bands=_choices({"": language.say("Any risk"), **_said(BANDS, language)}, query.band),
        stages=_choices(
            {"": language.say("Any stage"), **_said(STAGES, language, "stage")}, query.stage
        ),
        groups=_choices({"": language.say("Any reason"), **_raising_groups(in_use)}, query.reason),
        sorts=_choices(sorts(snapshot, language), query.sort),
        sizes=_choices(_sizes(language), str(query.size)),
        spend=str(query.spend) if query.spend else "",
        currency=currency,
        searched=searched(query, language),
        kept=_without(query, "page", "found", "g"),
        search_kept=_only(query, "found", "g", "cell", "moved"),
        headings={
            sort: _heading(sort, label, query) for sort, label in sorts(snapshot, language).items()
        },
        rows=_rows(in_use, shown.positions, currency, query),
        position=position(shown.first, len(shown.positions), len(positions), language),
        previous=query.link(page=shown.page - 1) if shown.page > 1 else "",
        following=query.link(page=shown.page + 1) if shown.page < shown.pages else "",
        download=query.link("/churn.csv", size=SIZES[0]),
        reset="/churn",
        levels=level_sections(in_use),
    )


def _warnings(in_use: InUse, settings: Settings, fault: Mapping[str, str] | None, at: int) -> str:
    """That something newer cannot be used, and that what is shown is out of date; empty when neither is so."""
    language, lasts_days = in_use.wording.language, settings.service.scores_last_days
    said = (notice(fault, language), out_of_date(in_use.snapshot, at, lasts_days, language))
    return " ".join(filter(None, said))


@dataclass(frozen=True)
class _Shown:
    """The part of the list that one page shows."""

    page: int
    pages: int
    first: int
    positions: NDArray[np.intp]


def _shown(positions: NDArray[np.intp], query: ListQuery) -> _Shown:
    """The page that is asked for, or the last there is."""
    pages = max(1, -(-len(positions) // query.size))
    page = min(query.page, pages)
    first = (page - 1) * query.size
    return _Shown(page, pages, first, positions[first : first + query.size])


def _rows(
    in_use: InUse, positions: NDArray[np.intp], currency: str, query: ListQuery
) -> list[ListRow]:
    explanations = explanations_at(in_use, positions)
    return [
        list_row(in_use, int(place), explanation, currency, query)
        for place, explanation in zip(positions, explanations, strict=True)
    ]


def explanations_at(in_use: InUse, positions: NDArray[np.intp]) -> list[Explanation]:
    """The worded reasons of some places in the ranking."""
    ranking = in_use.snapshot.ranking
    rows = in_use.snapshot.vector_rows[ranking.customer_keys[positions]]
    points = Points(ranking.probability[positions], in_use.snapshot.base, ranking.points[positions])
    return explain_all(points, ranking.leading[positions], in_use.values[rows], in_use.wording)


def list_row(
    in_use: InUse,
    position: int,
    explanation: Explanation,
    currency: str,
    query: ListQuery | None = None,
) -> ListRow:
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
        link=customer_link(in_use, position, query),
        standing=standing(snapshot, key, language),
        risk=percent(probability, language),
        risk_width=_width(probability),
        moved="" if np.isnan(before[0]) else signed(float(points_risen(now, before)[0]), language),
        has_jumped=bool(has_jumped(now, before)[0]),
        band=band(float(snapshot.ranking.percentile[position])),
        reasons=[ShortReason(signed(one.shown_points, language), one.text) for one in reasons],
        worth=language.money(int(worth[0]), currency) if snapshot.worth else "",
        worth_between=between(worth, currency, language) if snapshot.value_days else "",
        at_risk=at_risk(snapshot, position, currency, language),
        last_order=last_order(snapshot, key, language),
        ago=ago(snapshot, key, language),
    )


def _width(probability: float) -> str:
    return f"{100 * probability:.2f}%"


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


def _to_keep_link(snapshot: Snapshot, query: ListQuery) -> str:
    if query.sort == "to_keep" or "to_keep" not in sorts(snapshot):
        return ""
    return query.link(sort="to_keep", rising=False)


def _heading(sort: str, label: str, query: ListQuery) -> Heading:
    is_present = query.sort == sort
    arrow = ("ascending" if query.rising else "descending") if is_present else ""
    turned = is_present and not query.rising
    return Heading(label, query.link(sort=sort, rising=turned), arrow)


def _without(query: ListQuery, *names: str) -> dict[str, str]:
    return {name: one for name, one in query.parameters().items() if name not in names}


def _only(query: ListQuery, *names: str) -> dict[str, str]:
    return {name: one for name, one in query.parameters().items() if name in names}
