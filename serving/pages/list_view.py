"""From scores in use to what the pages show: every number, date and link as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.company.settings.reading import Settings
from serving.findings.findings import Findings
from serving.in_use.models_in_use import InUse
from serving.pages.churn_list import (
    Totals,
    is_by_risk,
    matching,
    matrix,
    order_of,
    sorts,
    totals_of,
)
from serving.pages.contexts import ChurnListPage, Heading, ListRow, MatrixCell, ShortReason
from serving.pages.figures import (
    ago,
    best_to_do,
    between,
    customer_link,
    group_at,
    instant,
    last_order,
    model,
    net_gain,
    out_of_date,
    percent,
    refusal,
    signed,
    standing,
    value_and_range,
    whole_money,
    width_of,
)
from serving.pages.files.choices import file_links, file_note
from serving.pages.filter_view import filter_form
from serving.pages.level_view import level_range, level_sections
from serving.pages.list_query import ListQuery, plan_link
from serving.pages.list_sentences import (
    expected_between,
    gain_note,
    inside,
    jumped,
    left_out,
    matched,
    money_note,
    not_judged,
    notice,
    position,
)
from serving.pages.monitoring_view import monitoring_line
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
    findings: Findings | None = None,
) -> ChurnListPage:
    """The churn list for one link; ``at`` is now and ``findings`` what the latest monitoring found."""
    snapshot, currency = in_use.snapshot, settings.company.currency
    language = in_use.wording.language
    everybody, summed = totals_of(snapshot), totals_of(snapshot, query)
    positions, labels = matching(snapshot, query), sorts(snapshot, language)
    shown = _shown(positions, query)
    return ChurnListPage(
        company=settings.company.name,
        question=language.phrased(snapshot.manifest["heading"], "question"),
        act=language.phrased(snapshot.manifest["act"], "question"),
        judged=language.count(snapshot.judged),
        base=percent(snapshot.base, language),
        base_width=width_of(snapshot.base),
        expected=language.written(f"{everybody.expected:,.0f}"),
        expected_between=expected_between(everybody, language, level_range(in_use)),
        at_risk=language.money(everybody.at_risk_cents, currency) if snapshot.money_basis else "",
        at_risk_title=inside(labels["at_risk"], language) if snapshot.money_basis else "",
        matrix=_matrix(snapshot, query, currency, language),
        jumped=jumped(snapshot, language),
        jumped_link=ListQuery(jumped=True, sort="risen", consent="all").link(),
        earlier=instant(snapshot.earlier_seconds, language),
        value_sort=snapshot.money_basis,
        knows_value=bool(snapshot.value_days),
        knows_spend=snapshot.money_is_known,
        money_note=money_note(snapshot, language),
        model=model(snapshot, language),
        as_of=instant(snapshot.cutoff_seconds, language),
        not_judged=not_judged(snapshot, language),
        notice=_warnings(in_use, settings, fault, at),
        is_filtered=query.is_filtered,
        matched=matched(snapshot, summed, query, currency, language),
        left_out=left_out(snapshot, query, language),
        left_out_link=query.link(consent="all"),
        gain=_gain(snapshot, summed, currency, language),
        gain_note=gain_note(snapshot, summed, language),
        acts=snapshot.acts,
        filters=filter_form(in_use, query, currency),
        hidden_fields=_without(query, "page"),
        filter_hidden_fields=_only(query, "cell", "moved"),
        headings={
            sort: _heading(sort, label, query, order_of(snapshot, query))
            for sort, label in labels.items()
        },
        rows=_rows(in_use, shown.positions, currency, query),
        position=position(shown.first, len(shown.positions), len(positions), language),
        previous=query.link(page=shown.page - 1) if shown.page > 1 else "",
        following=query.link(page=shown.page + 1) if shown.page < shown.pages else "",
        files=file_links(query, len(positions), language),
        file_note=file_note(len(positions), language),
        plan_link=plan_link(query) if snapshot.acts else "",
        levels=level_sections(in_use),
        monitoring=monitoring_line(findings, language),
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
    value = value_and_range(snapshot, key)
    reasons = [
        ShortReason(signed(one.shown_points, language), one.text)
        for one in explanation.raising[:MAIN_REASONS]
    ]
    action = best_to_do(snapshot, position, language)
    return ListRow(
        rank=language.count(position + 1) if query is None or is_by_risk(snapshot, query) else "",
        customer_id=snapshot.customer_ids[key],
        name=in_use.names.of(snapshot.customer_ids[key]).name,
        link=customer_link(in_use, position, query),
        standing=standing(snapshot, key, language),
        risk=percent(probability, language),
        risk_width=width_of(probability),
        moved="" if np.isnan(before[0]) else signed(float(points_risen(now, before)[0]), language),
        has_jumped=bool(has_jumped(now, before)[0]),
        band=band(float(snapshot.ranking.percentile[position])),
        reasons=reasons,
        action=action,
        net_gain=net_gain(snapshot, position, currency, language) if action else "",
        group=group_at(snapshot, position, language),
        refusal=refusal(snapshot, key, language),
        value=whole_money(int(value[0]), currency, language) if snapshot.money_basis else "",
        value_between=between(value, currency, language) if snapshot.value_days else "",
        at_risk=_stake(snapshot, position, currency, language),
        last_order=last_order(snapshot, key, language),
        ago=ago(snapshot, key, language),
    )


def _stake(snapshot: Snapshot, position: int, currency: str, language: Language) -> str:
    """The money at risk with one place in the ranking, in whole units; empty where no money is known."""
    if not snapshot.money_basis:
        return ""
    cents = float(snapshot.at_risk_cents(np.array([position]))[0])
    return whole_money(round(cents), currency, language)


def _matrix(
    snapshot: Snapshot, query: ListQuery, currency: str, language: Language
) -> list[MatrixCell]:
    cells = matrix(snapshot, query)
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
                share_width=width_of(share),
                customers=language.say("{count} customers").format(
                    count=language.count(one.customers)
                ),
                play=language.say(one.play) if one.play else "",
                link=query.link(cell="" if is_chosen else name),
                is_chosen=is_chosen,
            )
        )
    return found


def _gain(snapshot: Snapshot, summed: Totals, currency: str, language: Language) -> str:
    if not snapshot.acts:
        return ""
    return whole_money(summed.net_gain_cents, currency, language)


def _heading(sort: str, label: str, query: ListQuery, order: str) -> Heading:
    is_present = order == sort
    arrow = ("ascending" if query.rising else "descending") if is_present else ""
    turned = is_present and not query.rising
    return Heading(label, query.link(sort=sort, rising=turned), arrow)


def _without(query: ListQuery, *names: str) -> dict[str, str]:
    return {name: one for name, one in query.parameters().items() if name not in names}


def _only(query: ListQuery, *names: str) -> dict[str, str]:
    return {name: one for name, one in query.parameters().items() if name in names}
