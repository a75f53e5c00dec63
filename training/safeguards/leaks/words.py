"""The leak report as a person reads it: a table for the terminal and the card, sentences, and a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from training.ladder.tables import markdown, spreadsheet
from training.safeguards.leaks.gate import remedy

HEADING = "What tells most, and whether it was known before"
HEAD = ("column", "alone", "without it", "fall", "strongest feature", "known", "")


def leak_rows(leaks: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A line for each of the columns that tell most."""
    return [
        (
            one["column"],
            f"{one['alone']:.3f}",
            f"{one['without']:.3f}",
            f"{one['fall']:+.3f}",
            f"{one['feature']} {one['feature_auc']:.3f}",
            one["known"],
            _verdict(one, leaks),
        )
        for one in leaks["columns"]
    ]


def leak_tables(leaks: Mapping[str, Any]) -> dict[str, str]:
    """The report as the files a run keeps of it; of nothing tried there are none."""
    if not leaks["columns"]:
        return {"leaks.md": "", "leaks.csv": ""}
    return {"leaks.md": leaks_markdown(leaks), "leaks.csv": spreadsheet(leaks["columns"])}


def leaks_markdown(leaks: Mapping[str, Any]) -> str:
    """The columns that tell most as a Markdown table."""
    return markdown(HEAD, leak_rows(leaks))


def leak_sentences(leaks: Mapping[str, Any], *, measured: str) -> str:
    """How it was tried, what is suspected, and what a person has said of it.

    ``measured`` names the figure, such as ``AUC``.
    """
    if not leaks["columns"]:
        return "Too few outcomes to try what may have been written after them."
    said = [
        f"{measured} of {leaks['rows']:,} of the newest outcomes, by a line through the columns asked of "
        "customers it did not learn from: by each column alone, by everything without it, and what is lost "
        "without it."
    ]
    features = ", ".join(f"{one['feature']} {one['auc']:.3f}" for one in leaks["features"])
    said.append(f"The strongest single features: {features}.")
    ahead = [one["column"] for one in leaks["columns"] if one["beats_history"]]
    if ahead:
        said.append(
            f"All that is dated tells {leaks['history']:.3f} together; without a date of its own more is told by "
            f"{', '.join(ahead)}."
        )
    said += [
        f"**{name} {leaks['suspected'][name]}: it may have been written after the outcome. {remedy(name)}.**"
        for name in leaks["blocking"]
    ]
    said += [
        f"{name} {leaks['suspected'][name]}, and is said to be known before: {why}."
        for name, why in leaks["known_before"].items()
    ]
    if leaks["unread"]:
        said.append(
            f"[leaks.known_before] names what no feature reads: {', '.join(leaks['unread'])}."
        )
    return " ".join(said)


def _verdict(row: Mapping[str, Any], leaks: Mapping[str, Any]) -> str:
    if row["column"] in leaks["blocking"]:
        return f"suspected: {row['why']}"
    if row["column"] in leaks["known_before"]:
        return "said to be known before"
    if row["why"]:
        return f"suspected, and not read by this model: {row['why']}"
    return row["one_sided"] or ("tells more than all that is dated" if row["beats_history"] else "")


def leak_lines(leaks: Mapping[str, Any]) -> Sequence[str]:
    """What must not be overlooked in the terminal: the columns that keep a model from use."""
    return [f"  {name} {leaks['suspected'][name]}. {remedy(name)}." for name in leaks["blocking"]]
