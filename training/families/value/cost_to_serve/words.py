"""What serving customers costs, as the model card tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from training.bundles.manifest import Manifest

SECTION = "cost_to_serve"


def cost_markdown(manifest: Manifest) -> list[str]:
    """The section of the card, a paragraph an entry; nothing where nothing costs."""
    found = manifest.evaluation.get(SECTION)
    if found is None:
        return []
    tests = found["tests"]
    said = [
        "## What serving them costs",
        f"Contacts, returns and channels cost what the settings say; taken off is what each customer is expected "
        f"to cost in the {manifest.horizon_days} days, a line of its own. It goes by what they cost in the year before "
        f"the cutoff, where {found['doubt_days']:.0f} days of a customer's own weigh as much as all "
        "customers together, and is set to what the latest customers cost whose horizon is over.",
    ]
    return [*said, *([_table(tests)] if tests else [])]


def costly_sentence(test: Mapping[str, Any]) -> str:
    """How many were expected to cost more than they bring at one test, and what came of them."""
    brought = test["brought_cents"] / 100
    share = test["cost_share"]
    of_money = "" if share is None else f", {share:.1%} of it"
    whole = (
        f"At {test['cutoff']}, {test['customers']:,} customers went on to bring {brought:,.2f} and to cost "
        f"{test['cost_cents'] / 100:,.2f}{of_money}."
    )
    if not test["costly"]:
        return f"{whole} None was expected to cost more than they bring."
    return (
        f"{whole} {test['costly']:,} customers were expected to cost more than they bring: they brought "
        f"{test['costly_brought_cents'] / 100:,.2f} and cost {test['costly_cost_cents'] / 100:,.2f}."
    )


def _table(tests: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        "| test | expected to cost | cost | off by | cost more than they bring |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for one in tests:
        bias = "–" if one["bias"] is None else f"{one['bias']:+.1%}"
        rows.append(
            f"| {one['cutoff']} | {one['expected_cents'] / 100:,.2f} | {one['cost_cents'] / 100:,.2f} "
            f"| {bias} | {one['costly']:,} |"
        )
    return "\n".join(rows)
