"""What a value training shows: the ladder as a table, the card, and where the money was expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from training.bundles.manifest import Manifest
from training.families.value.cost_to_serve.words import cost_markdown
from training.families.value.origins import gain_sentence, origin_sentences
from training.ladder.level_table import level_markdown
from training.ladder.tables import cutoffs_table, ladder_markdown, with_interval
from training.safeguards.fairness.words import ORDER, fairness_section
from training.safeguards.leaks.words import HEADING, leak_sentences, leaks_markdown
from training.safeguards.trust.table import shares_markdown, trust_markdown

COLUMNS = (
    ("gini", "norm. Gini"),
    ("gain", "over past rate"),
    ("spearman", "Spearman"),
    ("top_decile_share", "top tenth's share"),
    ("bias", "bias"),
    ("decile_mape", "decile MAPE"),
    ("coverage_of_buyers", "80 % ranges hold"),
    ("coverage", "of everybody"),
    ("mae_cents", "MAE"),
)
_UNTRIED: Mapping[str, Any] = {"left_out": [], "lawful": {}}
_SHARES = ("top_decile_share", "coverage", "coverage_of_buyers")


def value_cell(row: Mapping[str, Any], key: str) -> str:
    """One figure of a row of the ladder as it is shown; a dash where there is none."""
    value = row[key]
    if value is None:
        return "–"
    if key in ("gini", "gain"):
        return with_interval(row, key, is_signed=key == "gain")
    if key == "bias":
        return f"{value:+.1%}"
    if key == "mae_cents":
        return f"{value / 100:,.2f}"
    return f"{value:.1%}" if key in _SHARES else f"{value:.3f}"


def value_markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """The value ladder as a Markdown table."""
    return ladder_markdown(rows, COLUMNS, value_cell)


def value_card(manifest: Manifest, origins: Mapping[str, Any], *, company: str = "") -> str:
    """The model card as Markdown, from the manifest and the cutoffs each figure was measured at."""
    found = manifest.metrics
    parts = [
        f"# Value model{f' of {company}' if company else ''}: {manifest.title}",
        f"Digest `{manifest.digest}`, family {manifest.learner}, data up to {manifest.data_cut}.",
        "## What it answers",
        f"What each customer with an order is expected to bring in the {manifest.horizon_days} days "
        "after the cutoff, with a range that four in five end in, the chance that they buy at all and what "
        "they bring if they do. A customer whose returns outweigh their purchases brought nothing, and "
        "nobody is expected to bring more than ten customers of their kind (regular, bought once, long "
        f"silent) have brought. Of those it was calibrated on, {manifest.base_rate:.1%} bought.",
        "## How well",
        f"Normalised Gini {value_cell(found, 'gini')} over all tests; the tenth of customers with the highest "
        f"expectation brought {value_cell(found, 'top_decile_share')} of the money. In all, the sum "
        f"expected was off by {value_cell(found, 'bias')}, and that of a tenth of the customers by "
        f"{found['decile_mape']:.1%} on average. Ranges meant to hold four in five held "
        f"{value_cell(found, 'coverage_of_buyers')} of the customers of whose like more than a fifth "
        f"bought ({found['told_share']:.0%} of all; of the others nothing is the best guess, and "
        f"{value_cell(found, 'coverage')} of everybody ended in their range).",
        value_markdown(manifest.ladder),
        "Gini, Spearman, the top tenth's share and MAE are means over the test cutoffs; bias, decile MAPE "
        "and ranges are of all tested customers together; 95 % intervals by resampling customers, differences on "
        "the same resamples. Every rung's level was learned the same way, on the cutoff before the test, from what the "
        "fit without it said there. What ships orders customers best; a rule of thumb that orders them as well goes "
        "before it.",
        " ".join(one for one in (*origin_sentences(found), gain_sentence(found)) if one),
        "At each test cutoff the model that ships had: " + _by_cutoff(found["by_cutoff"]) + ".",
        *level_markdown(found["by_cutoff"]),
        *cost_markdown(manifest),
        *_leaks(manifest),
        *fairness_section(manifest.evaluation.get("fairness", _UNTRIED), ORDER),
        *_trust(manifest),
        "## Which cutoff measured what",
        cutoffs_table(origins),
        "Each model learns from all cutoffs before its test, the one it is calibrated on among them.",
        "## What to know before using it",
        "\n".join(f"- {note}" for note in _limits(manifest)),
        "## Made with",
        ", ".join(f"{name} {version}" for name, version in sorted(manifest.tools.items())) + ".",
    ]
    return "\n\n".join(parts) + "\n"


def _leaks(manifest: Manifest) -> list[str]:
    """What tells most of the money; nothing where it was not tried."""
    leaks = manifest.evaluation.get("leaks")
    if leaks is None:
        return []
    measured = "How often, of two customers, the one who brought more is put first (0.5 by chance),"
    said = leak_sentences(leaks, measured=measured)
    return [f"## {HEADING}", said, *([leaks_markdown(leaks)] if leaks["columns"] else [])]


def _trust(manifest: Manifest) -> list[str]:
    """On whom the reasons were tried, and what came of it; nothing where they were not."""
    trust = manifest.evaluation.get("trust")
    if trust is None:
        return []
    return [
        "## Whether its reasons can be trusted",
        f"Tried on {trust['customers']:,} customers; `docs/value.md` says what each figure means.",
        trust_markdown(trust),
        shares_markdown(trust),
    ]


def _by_cutoff(found: Mapping[str, Mapping[str, Any]]) -> str:
    return "; ".join(
        f"{cutoff} Gini {one['gini']:.3f}, bias {one['bias']:+.1%}" for cutoff, one in found.items()
    )


def _limits(manifest: Manifest) -> list[str]:
    return [
        "An expectation is a mean of customers alike: most bring less, a few far more.",
        "It is not what an offer would add: that takes a hold-out to measure.",
        "The level is that of the latest horizon: growth, prices and seasons since are not in it.",
        *manifest.notes,
    ]
