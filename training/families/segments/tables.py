"""A training of segments as the command line shows it."""

from __future__ import annotations

from features.narrator import Outcome, Table
from training.families.segments.family import SegmentsSummary
from training.families.segments.now.profile import SegmentProfile, said_value
from training.families.segments.report import moved_share
from training.summary_tables import check_tables

_FACTS_SHOWN = 3


def segments_outcome(summary: SegmentsSummary) -> Outcome:
    """What was done and why, the segments with what sets each apart, and who moved."""
    if summary.kept:
        did = f"Kept segments version {summary.version} frozen"
    else:
        use = "in use now" if summary.promoted else "registered, not in use"
        did = f"Found segments version {summary.version} ({use})"
    migration = summary.today.migration
    moved = (
        f"{100 * moved_share(summary.today):.0f} % of the customers moved since {migration.first}"
    )
    waits = not summary.promoted
    return Outcome(
        said=f"{did}: {summary.title}, because {summary.why}; {moved}",
        next="`regulars promote --model segments --reason …`" if waits else "",
        data=summary.as_dict(),
        tables=[_segments(summary), *check_tables(summary.checks)],
        lines=[f"  Note: {note}" for note in summary.notes],
    )


def _segments(summary: SegmentsSummary) -> Table:
    rows = [
        (
            one.name,
            f"{one.customers:,} ({one.share:.0%})",
            f"{one.spend_cents / 100:,.0f} ({one.spend_share:.0%})",
            _apart(one),
        )
        for one in summary.today.profiles
    ]
    headers = ("segment", "customers", "spend of 365 days", "what sets them apart (medians)")
    return Table(f"Segments as of {summary.today.cutoff}", headers, rows)


def _apart(profile: SegmentProfile) -> str:
    return "; ".join(
        f"{fact.feature} {said_value(fact.median, fact.unit)} against "
        f"{said_value(fact.everybody, fact.unit)}"
        for fact in profile.facts[:_FACTS_SHOWN]
    )
