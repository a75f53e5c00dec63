"""What a training of segments leaves behind: the bundle, the tables, the heat map and the card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.bundles.manifest import Manifest
from training.families.segments.bundle import SegmentTask
from training.families.segments.choice import SegmentCandidate
from training.families.segments.learning import LearnedSegments
from training.families.segments.now.migration import Migration
from training.families.segments.now.profile import SegmentProfile, said_value
from training.families.segments.now.today import Today
from training.ladder.tables import markdown, spreadsheet
from training.plots.style import canvas, png
from training.recipe.report import Report
from training.registry.runs.record import ChildRun


@dataclass(frozen=True)
class SegmentsShown:
    """What segments show now, and in words how many of them continue earlier ones; empty where all were kept."""

    today: Today
    continued: str = ""


def segments_report(learned: LearnedSegments, manifest: Manifest[SegmentTask]) -> Report:
    """What is said of segments: their card, every table of it, the heat map and the figures."""
    return Report(
        card=segments_card(manifest, learned),
        parameters=_params(manifest),
        metrics=_metrics(learned),
        child_runs=[
            ChildRun(
                f"{candidate.segments} segments",
                _known_figures(candidate, learned.today),
                {"segments": candidate.segments, "ships": candidate == learned.choice.chosen},
            )
            for candidate in learned.choice.tried
        ],
        customers=manifest.metrics["customers"],
        rows=manifest.metrics["customers"],
        features=manifest.feature_names,
        outcome="segment",
        headlines=("stability", "smallest_share", "churn_explained", "moved_share"),
        tables=_tables(learned),
        plots=lambda: {"migration.png": migration_plot(learned.today.migration)},
        origins={"fitted_at": manifest.metrics["fitted_at"]},
        shown=SegmentsShown(
            learned.today, f"{learned.continues} of {len(learned.model.ids)} continue earlier ones"
        ),
        passed_over=learned.titles_passed_over,
    )


def segments_card(manifest: Manifest, learned: LearnedSegments) -> str:
    """The segments as a page: who they are, how they were found, who moved, where everybody stands."""
    today, knows = learned.today, learned.today.money_is_known
    spend_gain = f"spend {_interval(learned.choice.spend_gain)}, " if knows else ""
    notes = "".join(f"- {note}\n" for note in manifest.notes) or "- none\n"
    return (
        f"# {manifest.title}\n\n"
        f"Customers with an order in the last {learned.model.active_within_days} days, sorted by "
        f"{len(learned.model.space.columns.names)} habits. Fitted as of "
        f"{manifest.metrics['fitted_at']} on {manifest.metrics['customers']:,} customers, shown as of "
        f"{today.cutoff}. Of the segments {learned.continues} continue earlier ones. The centres stay as "
        "they are until a refit, so that a customer moves only by buying otherwise.\n\n"
        f"{profile_markdown(today.profiles)}\n"
        f"## What sets each apart\n\n{facts_markdown(today.profiles)}"
        f"## How many\n\n{candidates_markdown(learned.choice.tried, learned.choice.chosen, knows_money=knows)}\n"
        f"Over RFM, 95 % intervals: {spend_gain}leaving {_interval(learned.choice.churn_gain)}.\n\n"
        "Stability is the mean agreement with ten clusterings of people drawn anew (adjusted Rand index, "
        f"1 the same). Explained is eta² of {'spend and of ' if knows else ''}leaving in the "
        f"{manifest.horizon_days} days after the fitting cutoff; RFM is as many groups by the sum of the "
        f"{'RFM scores' if knows else 'scores of recency and frequency'}.\n\n"
        f"## Who moved\n\n{today.migration.markdown()}\n"
        f"## Stage and status\n\nCustomers{', and their spend of 365 days' if knows else ''}.\n\n{today.standing.markdown()}\n"
        f"## Notes\n\n{notes}"
    )


def profile_markdown(found: Sequence[SegmentProfile]) -> str:
    """The segments as a table: customers and, where it is known, money."""
    rows = [
        [f"{one.segment_id}", one.name, f"{one.customers:,}", f"{one.share:.1%}", *_money(one)]
        for one in found
    ]
    head = ["id", "segment", "customers", "share", "spend of 365 days", "share of spend"]
    return markdown(head[: len(rows[0])] if rows else head, rows)


def _money(one: SegmentProfile) -> list[str]:
    if one.spend_cents is None or one.spend_share is None:
        return []
    return [f"{one.spend_cents / 100:,.0f}", f"{one.spend_share:.1%}"]


def facts_markdown(found: Sequence[SegmentProfile]) -> str:
    """Each segment's most marked habits: its median against everybody's."""
    text = ""
    for one in found:
        habits = [
            [
                fact.meaning,
                *(said_value(value, fact.unit) for value in (fact.median, fact.everybody)),
            ]
            for fact in one.facts
        ]
        text += f"### {one.name}\n\n{markdown(['habit', 'here', 'everybody'], habits)}\n"
    return text


def candidates_markdown(
    tried: Sequence[SegmentCandidate], chosen: SegmentCandidate, *, knows_money: bool = True
) -> str:
    """Every number of segments tried, with its figures; without those of spend where nobody knows any."""
    spend = ["spend explained"] if knows_money else []
    return markdown(
        ["segments", "stability", "smallest", *spend, "leaving explained"],
        [
            [
                f"**{one.segments}** (taken)" if one == chosen else f"{one.segments}",
                f"{one.stability:.2f}",
                f"{one.smallest_share:.1%}",
                *(f"{one.spend_explained:.3f}, RFM {one.rfm_spend_explained:.3f}" for _ in spend),
                f"{one.churn_explained:.3f}, RFM {one.rfm_churn_explained:.3f}",
            ]
            for one in tried
        ],
    )


def _tables(learned: LearnedSegments) -> dict[str, str]:
    today = learned.today
    plain = [one.as_dict() for one in today.profiles]
    flat = [{key: one[key] for key in one if key != "facts"} for one in plain]
    tried = [
        _known_figures(one, today) | {"segments": one.segments} for one in learned.choice.tried
    ]
    return {
        "profile.json": _json(plain),
        "profile.csv": spreadsheet(flat),
        "profile.md": profile_markdown(today.profiles) + "\n" + facts_markdown(today.profiles),
        "candidates.json": _json(tried),
        "candidates.csv": spreadsheet(tried),
        "candidates.md": candidates_markdown(
            learned.choice.tried, learned.choice.chosen, knows_money=today.money_is_known
        ),
        "migration.json": _json(today.migration.as_dict()),
        "migration.csv": today.migration.csv(),
        "migration.md": today.migration.markdown(),
        "standing.json": _json(today.standing.rows()),
        "standing.csv": today.standing.csv(),
        "standing.md": today.standing.markdown(),
    }


def migration_plot(migration: Migration) -> bytes:
    """The shares of each segment's customers that went to each segment, as a heat map in PNG."""
    figure, axes = canvas(
        f"From {migration.first} to {migration.second}", "to", "from", has_grid=False
    )
    figure.set_size_inches(9.6, 7.2)
    rates, places = migration.rates, range(len(migration.names))
    axes.imshow(rates, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    short = [name if len(name) <= 32 else name[:31] + "…" for name in migration.names]
    axes.set_xticks(places, short, rotation=35, ha="right", fontsize=7)
    axes.set_yticks(places, short, fontsize=7)
    for row, column in np.argwhere(migration.customers > 0):
        said = f"{migration.customers[row, column]:,}\n{100 * rates[row, column]:.0f} %"
        colour = "white" if rates[row, column] > 0.5 else "black"
        axes.text(column, row, said, ha="center", va="center", fontsize=6, color=colour)
    return png(figure)


def moved_share(today: Today) -> float:
    """Of the customers who had a segment before, the share that is in another now, or in none."""
    segments = len(today.migration.names) - 2
    before = today.migration.customers[:segments]
    stayed = int(before[:, :segments].trace())
    return 1.0 - stayed / max(int(before.sum()), 1)


def _params(manifest: Manifest) -> dict[str, Any]:
    return {
        "segments": manifest.metrics["segments"],
        "horizon_days": manifest.horizon_days,
        "gap_days": manifest.gap_days,
        **manifest.population,
        "plan_hash": manifest.plan_hash,
        "data_digest": manifest.data_digest,
        "data_cut": manifest.data_cut,
        "fitted_at": manifest.metrics["fitted_at"],
        "features": len(manifest.feature_names),
        "customers": manifest.metrics["customers"],
    }


def _metrics(learned: LearnedSegments) -> dict[str, float]:
    figures = _known_figures(learned.choice.chosen, learned.today)
    for one in learned.today.profiles:
        figures[f"share/{one.segment_id}"] = one.share
        if one.spend_share is not None:
            figures[f"spend_share/{one.segment_id}"] = one.spend_share
    return figures | {"moved_share": moved_share(learned.today)}


def _known_figures(candidate: SegmentCandidate, today: Today) -> dict[str, float]:
    """The figures of one number of segments; without those of spend where nobody knows any."""
    return {
        key: float(one)
        for key, one in candidate.as_dict().items()
        if today.money_is_known or "spend" not in key
    }


def _interval(gain: tuple[float, float]) -> str:
    return f"{gain[0]:+.3f} to {gain[1]:+.3f}"


def _json(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False)
