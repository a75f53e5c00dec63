"""The evaluation as tables: the lists and what they bring, the slices, the age of a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from training.actions.actions import ASSUMED, MEASURED
from training.ladder.tables import ladder_markdown, markdown, spreadsheet, with_interval
from training.measures.estimates import money
from training.measures.profit import Costs
from training.recipe.report import ReportedLadder

Evaluated = Mapping[str, Any]
"""An evaluation as plain fields, as the manifest keeps it."""


COLUMNS = (
    ("auc", "AUC"),
    ("gain", "over the best rule"),
    ("at_reserved", "AUC at the reserved test"),
    ("pr_auc", "PR-AUC"),
    ("lift_10", "lift at 10 %"),
    ("log_loss", "log loss"),
    ("brier", "Brier"),
    ("ece", "ECE"),
    ("observed_over_expected", "O/E"),
    ("calibration_slope", "slope"),
    ("empc", "EMPC"),
)


def churn_cell(row: Mapping[str, Any], key: str) -> str:
    """One figure of a row of the ladder as it is shown; a dash where there is none."""
    value = row.get(key)
    if key == "at_reserved":
        return with_interval(value, "auc", places=4) if value else "–"
    if value is None:
        return "–"
    if key in ("auc", "gain"):
        return with_interval(row, key, places=4, is_signed=key == "gain")
    return f"{value:.2f}" if key in ("lift_10", "empc") else f"{value:.4f}"


def churn_markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """The ladder as a Markdown table: means over the test cutoffs, 95 % intervals in brackets."""
    return ladder_markdown(rows, COLUMNS, churn_cell)


def churn_ladder(rows: Sequence[Mapping[str, Any]]) -> ReportedLadder:
    """The ladder as it is reported; a spreadsheet has one column a test cutoff, which holds the AUC there."""
    return ReportedLadder(rows, COLUMNS, churn_cell, "auc", "auc_by_cutoff")


def lists_markdown(evaluated: Evaluated) -> str:
    """The list of each rung, beside that of no ranking: leavers found, its worth, the best size."""
    head, rows = lists_table(evaluated)
    return markdown(
        head,
        [
            [f"**{row[0]}** (ships)" if row[0] == evaluated["title"] else row[0], *row[1:]]
            for row in rows
        ],
    )


_HOW_KNOWN = {
    ASSUMED: "What a contact keeps is assumed until a campaign with a hold-out has measured it.",
    MEASURED: "What it keeps was measured in the company's own campaigns.",
}


def lists_table(evaluated: Evaluated) -> tuple[list[str], list[list[str]]]:
    """Head and rows: the list of each rung that ranks, and the one of no ranking."""
    found, currency = evaluated["campaign"], evaluated["currency"]
    known = found["kept_value_is_known"]
    rows = [
        [row["rung"], f"{row['found']:,.0f}", *(_money_cells(row, currency) if known else [])]
        for row in found["rows"]
        if row["found"] != found["by_chance"]
    ]
    chance = [f"{found['by_chance']:,.0f}"]
    if known:
        chance += [money(found["chance_cents"], currency), "–", "–"]
    head = ["the list by", f"found among {found['size']:,}"]
    head += ["worth", "best size", "worth then"] if known else []
    return head, [*rows, ["no ranking", *chance]]


def lists_csv(evaluated: Evaluated) -> str:
    """The list of each rung for a spreadsheet: every figure a column, those of one test and of an interval too."""
    return spreadsheet([dict(_flattened(row)) for row in evaluated["campaign"]["rows"]])


def _flattened(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}_{key}", one) for key, one in value.items())
        else:
            yield name, value


def money_sentences(evaluated: Evaluated) -> str:
    """What the money rests on, and what it becomes when a customer is worth less or more."""
    found, currency = evaluated["campaign"], evaluated["currency"]
    costs = found["costs"]
    if not found["kept_value_is_known"]:
        return (
            "What a kept customer brings is not known, so lists are counted and not priced: set "
            "`kept_value_cents` in `[campaign]`."
        )
    least, contact = Costs(**costs).break_even_share, evaluated["list_contact"]
    limit = (
        f"Such a list pays where {least:.0%} of those on it leave."
        if least <= 1
        else "No such list pays at these costs."
    )
    return (
        f"Reckoned with {money(costs['value'], currency)} for a kept customer, {_small(costs['contact'], currency)} "
        f"a {contact['name']} and {costs['success']:.1%} of those on the list kept who would have left, by their status, as the scores "
        f"reckon it. {limit} Were a customer worth half as much, the list would bring "
        f"{money(found['half_value_cents'], currency)}; half as much again, {money(found['more_value_cents'], currency)}. "
        f"{_HOW_KNOWN[contact['source']]}"
    )


def slices_markdown(slices: Sequence[Mapping[str, Any]]) -> str:
    """Each kind of customer with its share of leavers, AUC and observed over expected."""
    rows = []
    for one in slices:
        if one["auc"] is None:
            figures = ["too small", "–"]
        else:
            figures = [
                f"{one['auc']:.3f} [{one['auc_low']:.3f}, {one['auc_high']:.3f}]",
                f"{one['observed_over_expected']:.2f}",
            ]
        rate = "–" if one["base_rate"] is None else f"{one['base_rate']:.1%}"
        rows.append([one["kind"], one["name"], f"{one['customers']:,}", rate, *figures])
    return markdown(["kind", "", "tested", "left", "AUC", "O/E"], rows)


def gone_sentences(gone: Mapping[str, Any] | None) -> list[str]:
    """From which risk on late customers are called probably gone, and how many of them came back."""
    if gone is None:
        return []
    share = gone["bought_again"] / gone["customers"]
    followed = f"{gone['shortest_days']:,} to {gone['longest_days']:,} days"
    return [
        f"**Probably gone** are customers late by their own rhythm from a risk of {gone['risk_from']:.0%} on: of "
        f"{gone['customers']:,} at past tests {share:.0%} [{gone['low']:.0%}, {gone['high']:.0%}] bought again, "
        f"each followed for as long as the data go, {followed}."
    ]


def leavers_markdown(leavers: Mapping[str, Any] | None) -> list[str]:
    """How many of each status bought once more and never again, beside those who were silent at once."""
    if leavers is None:
        return []
    rows = [
        [
            word.replace("_", " "),
            f"{one['customers']:,}",
            f"{one['silent'] / one['customers']:.1%}",
            f"{one['left'] / one['customers']:.1%}",
        ]
        for word, one in leavers["statuses"].items()
    ]
    return [
        "**Who leaves and had not left**: customers of the training's own days, by their status then, who bought in the days asked "
        f"about and never again, each watched for {leavers['watched_days']:,} days after or longer. A contact can keep these alone; "
        "most of those who were silent had left before.",
        markdown(["", "customers", "silent", "left after another order"], rows),
    ]


def _campaigns(count: int) -> str:
    return "1 campaign" if count == 1 else f"{count:,} campaigns"


def contacts_markdown(contacts: Sequence[Mapping[str, Any]]) -> list[str]:
    """What each kind of contact has done to customers of each status, by name; nothing where no campaign has measured any."""
    parts = []
    for one in contacts:
        rows = [
            [
                word.replace("_", " "),
                f"{status['contacted']:,}",
                f"{status['held_out']:,}",
                f"{status['came_back']:.1%}",
                f"{100 * status['kept']:+.1f} ± {196 * status['standard_error']:.1f}",
            ]
            for word, status in one["statuses"].items()
        ]
        parts += [
            f"**{one['name'].capitalize()}**: {_campaigns(one['campaigns'])} from {one['first_day']} to {one['last_day']}, each "
            f"customer followed for {one['shortest_days']:,} to {one['longest_days']:,} days after the horizon.",
            markdown(["status", "contacted", "held out", "came back anyway", "kept of 100"], rows),
        ]
    return parts


def decay_markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """The oldest model at each later cutoff, beside a fresh one."""
    return markdown(
        ["asked at", "days old", "AUC of the old model", "of a fresh one", "O/E of the old model"],
        [
            [
                one["cutoff"],
                f"{one['age_days']:,}",
                _figure(one["auc"]),
                _figure(one["auc_fresh"]),
                _figure(one["observed_over_expected"], places=2),
            ]
            for one in rows
        ],
    )


def when_markdown(when: Mapping[str, Any]) -> str:
    """Silence for so many days: expected, observed, and the error beside that of one rate for all."""
    return markdown(
        ["silent for", "tested", "expected", "observed", "Brier", "Brier of one rate", "AUC"],
        [
            [
                f"{one['days']} days",
                f"{one['customers']:,}",
                f"{one['expected']:.1%}",
                f"{one['observed']:.1%}",
                _figure(one["brier"], places=4),
                _figure(one["brier_by_rate"], places=4),
                _figure(one["auc"]),
            ]
            for one in when["rows"]
        ],
    )


def when_sentences(when: Mapping[str, Any]) -> str:
    """How far the date of the next order and its range can be trusted."""
    parts = [
        f"The range of the next order holds {_percent(when['held'])} of them, where "
        f"{_percent(when['held_expected'])} are expected; {_percent(when['open_ended'])} of the ranges "
        "reach beyond the horizon and stay open.",
    ]
    if when["width_days"] is not None:
        parts.append(f"The others are {when['width_days']:.0f} days wide as a rule.")
    if when["by_median"] is not None:
        parts.append(
            f"{_percent(when['by_median'])} had ordered by the day on which half of them should have."
        )
    return " ".join(parts)


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _money_cells(row: Mapping[str, Any], currency: str) -> list[str]:
    return [
        money(row["profit_cents"], currency),
        f"{row['best_size']:,}",
        money(row["best_cents"], currency),
    ]


def _small(cents: float, currency: str) -> str:
    return f"{cents / 100:.2f} {currency}"


def _figure(value: float | None, *, places: int = 3) -> str:
    return "–" if value is None else f"{value:.{places}f}"
