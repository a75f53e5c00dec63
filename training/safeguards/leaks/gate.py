"""The check that keeps a model from use that reads what was written after the outcome."""

from __future__ import annotations

from collections.abc import Mapping

from training.bundles.manifest import Manifest
from training.registry.gate import Check
from training.registry.runs.origin import account

NAME = "known before the outcome"
_MOST_TAG = 4_000


def known_beforehand(manifest: Manifest) -> Check:
    """Whether no column the model reads tells what can only be known afterwards, or a person knows better.

    Models of before were not tried.
    """
    leaks = manifest.evaluation.get("leaks")
    if leaks is None:
        return Check(
            NAME, True, "not tried by the version that trained it", "nothing written after it"
        )
    alone = {one["column"]: one["alone"] for one in leaks["columns"]}
    said = "; ".join(
        f"{name} ({alone[name]:.3f} alone) {leaks['suspected'][name]}" for name in leaks["blocking"]
    )
    if not said:
        excused = ", ".join(leaks["known_before"])
        return Check(
            NAME,
            True,
            f"said to be: {excused}" if excused else "nothing tells too much",
            "nothing written after it",
        )
    limit = f"nothing written after it. {remedy(leaks['blocking'][0])}"
    return Check(NAME, False, said, limit, asks_a_person=True)


def remedy(column: str) -> str:
    """What to do about a column that seems to have been written after the outcome."""
    key = column if column.isidentifier() else f'"{column}"'
    return (
        f"Take {column} out of its table or give the table its known_at; if it is known before, say who "
        f'says so and why, as {key} = "…" in [leaks.known_before], and train again'
    )


def spoken_for(manifest: Manifest) -> Mapping[str, str]:
    """What the registry keeps of columns a person has said to be known before: why, and whose training it was."""
    said = manifest.evaluation.get("leaks", {}).get("known_before", {})
    if not said:
        return {}
    told = "; ".join(f"{name}: {why}" for name, why in said.items())
    return {"known_before": told[:_MOST_TAG], "known_before_by": account()}
