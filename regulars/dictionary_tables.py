"""The dictionary of features for a reader at the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from features.declarations.values import Feature
from features.plan.dictionary import full_plan
from features.plan.plan import Plan
from features.store.pack import Pack
from features.vocabulary.errors import UsageRefused, WorkspaceRefused, did_you_mean
from regulars.call import Call
from regulars.narrator import Table

_FACTS = (
    ("meaning", "meaning"),
    ("unit", "unit"),
    ("reason group", "group"),
    ("can be acted on", "actionable"),
    ("when missing", "missing"),
    ("said", "said"),
)


def present_plan(call: Call, plan_for: Callable[[Pack], Plan]) -> tuple[Plan, str]:
    """The plan of the store where there is one, else that of every table and column; and its name."""
    from features.store.store import open_store

    if Path(call.settings_path).exists():
        try:
            return plan_for(open_store(call.workspace).pack()), "of your store"
        except WorkspaceRefused:
            pass  # nothing ingested yet: the full dictionary answers as well
    return full_plan(), "of a company that maps every column"


def chosen_features(plan: Plan, names: Sequence[str], group: str | None) -> list[Feature]:
    """The features of these names or of this reason group, in the order of the plan; all without either.

    Raises ``UsageRefused`` for an unknown name or group, with the nearest one.
    """
    known = list(plan.feature_names)
    groups = [known_group.name for known_group in plan.groups]
    unknown = [("feature", name, known) for name in names if name not in known]
    if group is not None and group not in groups:
        unknown.append(("reason group", group, groups))
    if unknown:
        kind, name, candidates = unknown[0]
        guess = did_you_mean(name, candidates)
        listed = kind == "feature" and guess.startswith("Known names")
        raise UsageRefused(
            expected=f"a {kind} of the plan",
            found=f'"{name}"',
            remedy="`regulars vectors describe` lists them all." if listed else guess,
        )
    return [
        feature
        for feature in plan.features
        if (not names or feature.name in names) and (group is None or feature.group == group)
    ]


def feature_tables(plan: Plan, features: Sequence[Feature], *, in_full: bool) -> list[Table]:
    """One table a feature in full, or one a reason group with a line a feature."""
    if in_full:
        return [
            Table(
                feature.name,
                ("", ""),
                [(title, str(getattr(feature, field))) for title, field in _FACTS],
            )
            for feature in features
        ]
    tables = []
    for group in plan.groups:
        rows = [
            (feature.name, feature.unit, feature.meaning)
            for feature in features
            if feature.group == group.name
        ]
        if rows:
            tables.append(
                Table(f"{group.title} ({group.name})", ("feature", "unit", "meaning"), rows)
            )
    return tables


def as_data(features: Sequence[Feature]) -> list[dict[str, Any]]:
    """The dictionary's entries as plain fields."""
    return [asdict(feature) for feature in features]
