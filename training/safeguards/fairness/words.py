"""What is said of protected attributes: which are left out, what that costs, and what tells them all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from training.ladder.tables import markdown

_MOST_TAG = 4_000
HEADING = "What nobody is judged by"
AUC, ORDER = "AUC", "of the order"
"""What is given up: of who leaves an AUC; of amounts how often, of two customers, the one who brought more is put first."""

TOO_SMALL = "too small"
_GROUPS_HEAD = ("attribute", "group", "tested", "on the list", "found", "percentages")
_TREATMENT = {"selection": ".2f", "found": "+.1%", "calibration": "+.1%"}


def fairness_head(measured: str = AUC) -> tuple[str, ...]:
    """The titles of the columns; ``measured`` names what is given up."""
    return (
        "protected, left out",
        f"{measured} given up",
        "told by the other attributes",
        "each alone",
    )


def fairness_rows(fairness: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A line for each protected attribute that is left out."""
    return [
        (
            one["name"],
            f"{max(one['given_up'], 0.0):.3f}",
            f"{one['told']:.3f}",
            ", ".join(f"{each['column']} {each['told']:.3f}" for each in one["proxies"]) or "none",
        )
        for one in fairness["left_out"]
    ]


def fairness_markdown(fairness: Mapping[str, Any], measured: str = AUC) -> str:
    """The same as a Markdown table; empty where nothing was left out."""
    rows = fairness_rows(fairness)
    return markdown(fairness_head(measured), rows) if rows else ""


def groups_markdown(fairness: Mapping[str, Any]) -> str:
    """How each group was treated, as a Markdown table; empty where no group was looked at."""
    rows = [
        (
            one["attribute"],
            one["group"],
            f"{one['customers']:,}",
            *(_estimate(one[key], shape) for key, shape in _TREATMENT.items()),
        )
        for one in fairness.get("groups", ())
    ]
    return markdown(_GROUPS_HEAD, rows) if rows else ""


def _groups_section(fairness: Mapping[str, Any]) -> list[str]:
    """The groups with how they are read, for a card; nothing where no group was looked at."""
    table = groups_markdown(fairness)
    if not table:
        return []
    size = fairness["list_size"]
    of_list = f"of {size:,} customers" if size else "of the riskiest tenth"
    return [
        f"**Whether a list {of_list} treats groups alike**, at all tests together, each group beside all others, with 95 % intervals by "
        "resampling customers:",
        table,
        "*On the list* is the share of the group on it over that of the others, *found* the share of those who left that it held less "
        "that of the others, *percentages* what was expected less what came, less the same of the others. Alike are 1, 0 and 0. Groups "
        "may differ because they leave differently often: a ratio says that a list falls on one more, not why.",
    ]


def _estimate(value: Mapping[str, float] | None, shape: str) -> str:
    if value is None:
        return TOO_SMALL
    mean, low, high = (format(value[key], shape) for key in ("mean", "low", "high"))
    return f"{mean} [{low}, {high}]"


def fairness_section(fairness: Mapping[str, Any], measured: str = AUC) -> list[str]:
    """What a card says of what people cannot be judged by; nothing where none of it is mapped."""
    said = " ".join(fairness_sentences(fairness, measured))
    table = [fairness_markdown(fairness, measured)] if fairness["left_out"] else []
    return [f"## {HEADING}", said, *table, *_groups_section(fairness)] if said else []


def fairness_lines(fairness: Mapping[str, Any], measured: str = AUC) -> Sequence[str]:
    """What must not be overlooked: a sentence for each attribute, with what stands for it."""
    return [f"  {sentence}" for sentence in fairness_sentences(fairness, measured)]


def fairness_sentences(fairness: Mapping[str, Any], measured: str = AUC) -> list[str]:
    """The same in sentences."""
    read = [
        f"{name} is protected and read all the same, for the company calls it lawful: {why}."
        for name, why in fairness["lawful"].items()
    ]
    return [*(_sentence(one, measured) for one in fairness["left_out"]), *read]


def _sentence(one: Mapping[str, Any], measured: str) -> str:
    given_up = f"{max(one['given_up'], 0.0):.3f} {measured} given up"
    said = f"{one['name']} is left out, for nobody is to be judged by it: {given_up}."
    if not one["proxies"]:
        return said
    told = ", ".join(f"{each['column']} ({each['told']:.3f})" for each in one["proxies"])
    return f"{said} The model may read it from what tells it: {told}. Take out of the table what must not."


def called_lawful(fairness: Mapping[str, Any]) -> Mapping[str, str]:
    """What the registry keeps of protected attributes that are read: which, and the reason the company gives."""
    said = "; ".join(f"{name}: {why}" for name, why in fairness["lawful"].items())
    return {"lawful": said[:_MOST_TAG]} if said else {}
