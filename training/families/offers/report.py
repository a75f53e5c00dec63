"""What a training of offers shows: the ladder as a table, and the card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from training.bundles.manifest import Manifest
from training.families.offers.bundle import OfferTask
from training.ladder.level_table import level_markdown
from training.ladder.tables import ladder_markdown, with_interval

COLUMNS = (
    ("within_offer_auc", "AUC within offers"),
    ("pooled_auc", "pooled AUC"),
    ("log_loss", "log loss"),
    ("ece", "ECE"),
    ("observed_over_expected", "observed/expected"),
)


_OWN_LEVEL = ", with a level of its own for each that fifty took and fifty did not"


def offer_cell(row: Mapping[str, Any], key: str) -> str:
    """One figure of a row of the ladder as it is shown; a dash where there is none."""
    value = row.get(key)
    if value is None:
        return "–"
    return with_interval(row, key) if key == "within_offer_auc" else f"{value:.3f}"


def offer_markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """The ladder as a Markdown table."""
    return ladder_markdown(rows, COLUMNS, offer_cell)


def offer_card(
    manifest: Manifest[OfferTask], origins: Mapping[str, Any], *, company: str = ""
) -> str:
    """The model card as Markdown."""
    found, kind = manifest.metrics, manifest.task.kind
    asked = (
        f"How likely a customer takes an offer within its days, or {manifest.horizon_days} where it has no end"
        if kind == "propensity"
        else f"How likely a customer buys what an offer is for within {manifest.horizon_days} days: an "
        "affinity, for nobody kept which offers were shown"
    )
    parts = [
        f"# Offers{f' of {company}' if company else ''}: {manifest.title}",
        f"Digest `{manifest.digest}`, family {manifest.learner}, data up to {manifest.data_cut}.",
        "## What it answers",
        f"{asked}. One model of all offers{'' if manifest.task.is_causal else _OWN_LEVEL}.",
        "## How well",
        f"Tested on exposures from {', '.join(origins['tested_at'])} on, each told from what was known and over "
        f"before: AUC within offers {offer_cell(found, 'within_offer_auc')}, ECE {offer_cell(found, 'ece')}. "
        "Pooled over offers an AUC tells popular offers from others; within offers it tells customers apart.",
        offer_markdown(manifest.ladder),
        _table(manifest.evaluation["by_offer"]),
        *level_markdown(found.get("by_cutoff", {})),
        "## What offers change",
        _changes(manifest),
        "## What to know before using it",
        "\n".join(f"- {note}" for note in _limits(manifest)),
        "## Made with",
        ", ".join(f"{name} {version}" for name, version in sorted(manifest.tools.items())) + ".",
    ]
    return "\n\n".join(parts) + "\n"


def _limits(manifest: Manifest[OfferTask]) -> list[str]:
    return [
        "It is learned from whom offers were shown to: of customers no campaign ever reached it says what it says of others alike.",
        "An offer nobody has been shown is told by its attributes and by the rate of its kind.",
        "A reason says what the model looked at, not what would change anybody's mind.",
        *(
            []
            if manifest.task.is_causal
            else ["Whoever is likely to take an offer may be likely to buy without it."]
        ),
        *manifest.notes,
    ]


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = ["| offer | shown | taken | expected | AUC |", "| --- | ---: | ---: | ---: | ---: |"]
    for row in rows:
        auc = "–" if row["auc"] is None else f"{row['auc']:.3f}"
        lines.append(
            f"| {row['offer']} | {row['shown']:,} | {row['taken']:,} | {row['expected']:,.0f} | {auc} |"
        )
    return "\n".join(lines)


def _changes(manifest: Manifest[OfferTask]) -> str:
    told = manifest.evaluation["persuasion"]
    if told is None:
        return f"Not causal: {manifest.task.not_causal_because}. No effect is claimed."
    mean, low, high = told["mean_effect"]
    lines = [
        f"By lot {told['control']:,} of {told['customers']:,} were not shown the offer. It makes customers "
        f"{mean:+.2%} [{low:+.2%}, {high:+.2%}] likelier to act; learned by {told['learner']}.",
        "| way | decisions bring, cents an exposure | Qini, customers not seen | target set that stays |\n"
        "| --- | ---: | ---: | ---: |\n"
        + "\n".join(
            f"| {one['name']} | {one['gain']:.2f} | {one['qini']:.4f} | {one['stability']:.0%} |"
            for one in told["candidates"]
        ),
        "| tenth | expected | seen |\n| --- | ---: | ---: |\n"
        + "\n".join(
            f"| {at} | {one['expected']:+.2%} | {one['seen']:+.2%} [{one['low']:+.2%}, {one['high']:+.2%}] |"
            for at, one in enumerate(told["tenths"], 1)
        ),
    ]
    return "\n\n".join(lines)
