"""What a training of recommendations shows: the ladder as a table, and the card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from training.bundles.manifest import Manifest
from training.families.items.balance.curve_report import curve_markdown
from training.families.items.ladder import PERSONAL
from training.families.items.rivals import NEXT_BASKET
from training.ladder.tables import ladder_markdown, with_interval
from training.plots.lists import ListedWay, coverage_plot

COLUMNS = (
    ("recall_10", "Recall@10"),
    ("gain", "over personal frequency"),
    ("ndcg_10", "NDCG@10"),
    ("hit_10", "hit rate@10"),
    ("recall_20", "Recall@20"),
    ("ndcg_20", "NDCG@20"),
    ("repeat_recall_10", "repeat Recall@10"),
    ("explore_recall_10", "explore Recall@10"),
    ("new_customers_recall_10", "new customers Recall@10"),
    ("share_of_repeats", "share of repeats"),
    ("coverage", "coverage"),
    ("gini", "Gini"),
    ("novelty", "novelty"),
    ("diversity", "diversity"),
)
_SHARES = ("share_of_repeats", "coverage", "hit_10")


def item_cell(row: Mapping[str, Any], key: str) -> str:
    """One figure of a row of the ladder as it is shown; a dash where there is none."""
    value = row.get(key)
    if value is None or value != value:
        return "–"
    if key in ("recall_10", "gain"):
        return with_interval(row, key, is_signed=key == "gain")
    return f"{value:.1%}" if key in _SHARES else f"{value:.3f}"


def item_markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """The ladder as a Markdown table."""
    return ladder_markdown(rows, COLUMNS, item_cell)


def item_card(manifest: Manifest, origins: Mapping[str, Any], *, company: str = "") -> str:
    """The model card as Markdown."""
    found = manifest.metrics
    parts = [
        f"# Recommendations{f' of {company}' if company else ''}: {manifest.title}",
        f"Digest `{manifest.digest}`, family {manifest.learner}, data up to {manifest.data_cut}.",
        "## What it answers",
        f"Which items a customer is likely to buy in the {manifest.horizon_days} days after the cutoff, "
        "bought before or not, each with what speaks for it. It holds items, and of customers nothing: "
        "whoever asks brings the customer's purchases along.",
        "## How well",
        f"On {origins['tested_at']}, asked about {found['customers']:,} customers who bought before and "
        f"after: Recall@10 {item_cell(found, 'recall_10')}, "
        f"{item_cell(found, 'gain')} over {PERSONAL}; of items bought again "
        f"{item_cell(found, 'repeat_recall_10')} were listed, of items bought for the first time "
        f"{item_cell(found, 'explore_recall_10')}. Of {found['new_customers']:,} customers without an "
        "earlier purchase all that is known is what others buy.",
        _reach(manifest),
        item_markdown(manifest.ladder),
        "All items are ranked and none is sampled; what was bought before may be listed. Intervals of "
        "95 % over customers, differences customer by customer. Novelty is the mean of -log2 of the part "
        "of customers who had bought a listed item; Gini tells how unevenly items share the lists."
        + _set_up(manifest.evaluation["rivals"], origins["chosen_at"]),
        "## How much is new",
        _balanced(manifest.evaluation["balance"], origins),
        "## Which day was for what",
        f"What goes with what was chosen on {origins['chosen_at']}, everything was tested on "
        f"{origins['tested_at']}, and what ships was fitted on {', '.join(origins['fitted_at'])} and "
        f"knows purchases up to {origins['as_of']}.",
        "## What to know before using it",
        "\n".join(f"- {note}" for note in _limits(manifest)),
        "## Made with",
        ", ".join(f"{name} {version}" for name, version in sorted(manifest.tools.items())) + ".",
    ]
    return "\n\n".join(parts) + "\n"


def _reach(manifest: Manifest) -> str:
    """How much of what was bought could have been listed at all."""
    found, sources = manifest.metrics, manifest.evaluation["candidate_recall_by_source"]
    shares = {
        kind: "–" if found[key] is None else f"{found[key]:.1%}"
        for kind, key in (
            ("all", "candidate_recall"),
            ("repeats", "candidate_repeat_recall"),
            ("new", "candidate_explore_recall"),
        )
    }
    by_source = ", ".join(f"{name} {share:.1%}" for name, share in sources.items())
    return (
        f"Of what they bought {shares['all']} was among their candidates, {found['candidates']:.0f} a customer: no list "
        f"finds more. Of repeats it was {shares['repeats']}, of first purchases {shares['new']}; by what brought the "
        f"candidate: {by_source}."
    )


def _balanced(balance: Mapping[str, Any], origins: Mapping[str, Any]) -> str:
    """The balance of repeats and new items, what it changes, and how well an asked share is met."""
    tested_at = origins["tested_at"]
    given = ", ".join(
        f"{one['asked']:.0%} → {one['given']:.1%}" for one in balance["asked_against_given"]
    )
    shares = (
        f"Shares of new items asked for by what was known on {tested_at}, and given by the same model with the "
        f"purchases up to {origins['as_of']}: {given}."
    )
    if not balance["curve"]:
        return (
            "The history is too short for a day to choose a balance on: items are listed as likely as they are. "
            + shares
        )
    tested, times = balance["tested"], balance["tested"]["explore_recall_times"]
    change = "–"
    if tested["ndcg_10_change"] is not None:
        ends = f"{tested['ndcg_10_change_low']:+.1%}, {tested['ndcg_10_change_high']:+.1%}"
        change = f"{tested['ndcg_10_change']:+.1%} [{ends}]"
    return (
        f"When a list is filled, {balance['offset']:+.1f} is added to the log-odds of items never bought: on "
        f"{origins['chosen_at']} that found most first purchases of the offsets whose NDCG is within one standard "
        "error of the best, and surely at most a hundredth lower. On "
        f"{tested_at} it listed {tested['new_share']:.1%} new items instead of "
        f"{tested['new_share_without']:.1%}, found {'–' if times is None else f'{times:.2f}'} times as many first "
        f"purchases, and changed NDCG@10 by {change}. {shares}\n\n"
        + curve_markdown(balance["curve"])
    )


def _limits(manifest: Manifest) -> list[str]:
    return [
        "A list says what is likely bought, not what it adds by being shown: that takes a hold-out to measure.",
        "It is tested on one day: how it does in other seasons is not seen.",
        "What was bought before the data begin is not known, and counts as never bought.",
        *manifest.notes,
    ]


def item_plots(manifest: Manifest, origins: Mapping[str, Any]) -> Mapping[str, bytes]:
    """Every way to list items by what its lists find and by how much of the catalogue they show."""
    ways = [
        ListedWay(
            one["name"], one["coverage"], one["recall_10"], one["recall_10_low"], one["recall_10_high"], one["ships"]
        )
        for one in manifest.ladder
    ]  # fmt: skip
    title = f"Coverage and accuracy, tested on {origins['tested_at']}"
    return {"coverage.png": coverage_plot(ways, title, "Recall@10")}


def _set_up(settings: Mapping[str, Any], chosen_at: str) -> str:
    """How the ways that never ship were set up, on the earlier day."""
    factors, own_share = settings["factors"], settings["own_share"]
    said = (
        f" On {chosen_at} implicit ALS found most with {factors['factors']} factors, alpha {factors['alpha']:g} and "
        f"regularisation {factors['regularisation']:g}"
    )
    if own_share is None:
        return f"{said}; there were too many customers to compare each with all, as {NEXT_BASKET} does."
    return f"{said}, and {NEXT_BASKET} where a customer's own baskets count {own_share:.0%}."
