"""The model card: what the model answers, for whom, how well, and what it must not be used for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.actions.measured import CONTACTS
from training.bundles.manifest import Manifest
from training.families.churn.bundle import ChurnTask
from training.families.churn.evaluation.tables import (
    churn_markdown,
    contacts_markdown,
    decay_markdown,
    gone_sentences,
    leavers_markdown,
    lists_markdown,
    money_sentences,
    slices_markdown,
    when_markdown,
    when_sentences,
)
from training.ladder.level_table import level_markdown
from training.ladder.measured import AUC
from training.ladder.reported import choice_sentences, headline
from training.ladder.tables import cutoffs_table
from training.measures.pooled import PooledLevel
from training.safeguards.fairness.words import fairness_section
from training.safeguards.leaks.words import HEADING, leak_sentences, leaks_markdown
from training.safeguards.trust.table import shares_markdown, trust_markdown, trust_sentences

_MOST_NAMES = 6


def model_card(
    manifest: Manifest[ChurnTask],
    splits: Mapping[str, Any],
    *,
    company: str = "",
    seen: int = 0,
) -> str:
    """The card as Markdown, from the manifest and the cutoffs each figure was measured at.

    What a marketer asks first stands first: the grade, the money, whom it fails; how it was measured
    and what it must not be used for follow.
    """
    question = manifest.task.question
    evaluated = manifest.evaluation
    parts = [
        f"# Churn model{f' of {company}' if company else ''}: {manifest.title}",
        *([f"**{evaluated['grade']['text']}**"] if evaluated else []),
        f"Digest `{manifest.digest}`, family {manifest.learner}, data up to {manifest.data_cut}.",
        "## What it answers",
        f"{question.said} "
        f"Among the customers it was calibrated on, {manifest.base_rate:.1%} {question.happened[0]}"
        + (f" ({seen:,} customers)." if seen else "."),
        *(_campaign_section(evaluated) if evaluated else []),
        *(_for_whom(evaluated) if evaluated else []),
        *(_when(evaluated) if evaluated else []),
        "## How well",
        _how_well(manifest),
        " ".join(choice_sentences(manifest.metrics.get("chosen", {}))),
        churn_markdown(manifest.ladder),
        "Means over the test cutoffs below; ECE, O/E and slope of all tested customers together; 95 % intervals "
        "by resampling customers; what they were at each test stands below. *Over the best rule* is the difference in AUC, on the same customers, to "
        f"the best rule that needs no learning: {manifest.metrics['rule']}. *EMPC* is the expected maximum "
        "profit a customer at published reference costs, for comparison between companies. A rung takes "
        "the place of a simpler one that it beats beyond chance, or in AUC by more than "
        f"{AUC.tie}; a tie goes to the simpler.",
        *level_markdown(
            manifest.metrics.get("by_cutoff", {}), PooledLevel.from_metrics(manifest.metrics)
        ),
        *(_leaks(evaluated["leaks"]) if evaluated else []),
        *(fairness_section(evaluated["fairness"]) if evaluated else []),
        *(_trust(evaluated["trust"]) if evaluated else []),
        *(_ageing(manifest) if evaluated else []),
        "## Which cutoff measured what",
        splits["said"],
        cutoffs_table(splits),
        "## What to know before using it",
        "\n".join(f"- {note}" for note in _limits(manifest)),
        "## Made with",
        ", ".join(f"{name} {version}" for name, version in sorted(manifest.tools.items())) + ".",
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _campaign_section(evaluated: Mapping[str, Any]) -> list[str]:
    return [
        "## What it is worth"
        if evaluated["campaign"]["kept_value_is_known"]
        else "## Whom a list finds",
        lists_markdown(evaluated),
        f"Means over all tests, those that chose the rung among them. {money_sentences(evaluated)}",
    ]


def _for_whom(evaluated: Mapping[str, Any]) -> list[str]:
    return [
        "## For whom it works",
        slices_markdown(evaluated["slices"]),
        "All test cutoffs together; a customer tested twice counts twice. *O/E* is how many left for each "
        "one expected to. Too small are slices of fewer than 50 customers or with one outcome alone.",
        *gone_sentences(evaluated.get("probably_gone")),
        *leavers_markdown(evaluated.get("leavers")),
        *_contacts(evaluated),
    ]


def _contacts(evaluated: Mapping[str, Any]) -> list[str]:
    contacts = evaluated.get(CONTACTS, ())
    if not contacts:
        return []
    return [
        "## What contacts have done",
        *contacts_markdown(contacts),
        "*Came back anyway* is the share of those held out who bought after the horizon; *kept of 100* how many more of those "
        "contacted did, with 95 %. What the list reckons with lies between this and the assumption, by how sure each is.",
    ]


def _when(evaluated: Mapping[str, Any]) -> list[str]:
    when = evaluated["when"]
    if when is None:
        return ["## When", evaluated["when_said"]]
    said = f"Tested at {when['cutoff']}. {when_sentences(when)} {evaluated['when_said']}"
    return ["## When", when_markdown(when), said.rstrip()]


def _trust(trust: Mapping[str, Any]) -> list[str]:
    return [
        "## Whether its reasons can be trusted",
        trust_sentences(trust),
        trust_markdown(trust),
        shares_markdown(trust),
    ]


def _leaks(leaks: Mapping[str, Any]) -> list[str]:
    said = leak_sentences(leaks, measured="AUC")
    return [f"## {HEADING}", said, *([leaks_markdown(leaks)] if leaks["columns"] else [])]


def _ageing(manifest: Manifest[ChurnTask]) -> list[str]:
    rows = manifest.evaluation["decay"]
    if not rows:
        text = "There is one test cutoff alone, too few to see a model age."
        if PooledLevel.from_metrics(manifest.metrics) is not None:
            text = "No test stands at a later day than what was learned from, so no model is seen to age."
        return ["## How it ages", text]
    return [
        "## How it ages",
        decay_markdown(rows),
        "The same kind of model fitted once, at the earliest split, and asked again at each later test "
        "cutoff. Days count from the end of the outcomes it had learned from.",
    ]


def _how_well(manifest: Manifest) -> str:
    found = headline(manifest.metrics)
    place = f"At {found['test']}, the reserved test: " if "test" in found else ""
    return (
        f"{place}AUC {found['auc']:.3f} [{found['auc_low']:.3f}, {found['auc_high']:.3f}], "
        f"{found['gain']:+.3f} [{found['gain_low']:+.3f}, {found['gain_high']:+.3f}] over the "
        f"best rule without learning ({manifest.metrics['rule']}). The riskiest tenth leaves {found['lift_10']:.2f} times as often as the average. "
        f"Probabilities are off by {found['ece']:.3f} on average (ECE; right ones would be by up to "
        f"{found['ece_by_chance']:.3f} by chance); "
        f"{found['observed_over_expected']:.2f} customers left for each one expected."
    )


def _limits(manifest: Manifest) -> list[str]:
    return [
        "A reason says what the model looked at, not what caused the customer to leave.",
        "A high risk does not mean that an offer would help: that takes a hold-out to measure.",
        "Customers outside the population above are not scored.",
        "Models age: train again each horizon and compare the figures by cutoff.",
        *(_shortened(note) for note in manifest.notes),
    ]


def _shortened(note: str) -> str:
    """A note with its first names alone, where it lists many; the manifest has them all."""
    said, _, names = note.rpartition(": ")
    listed = names.split(", ")
    if len(listed) <= _MOST_NAMES:
        return note
    return f"{said}: {', '.join(listed[:_MOST_NAMES])} and {len(listed) - _MOST_NAMES} more"
