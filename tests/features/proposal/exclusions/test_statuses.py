"""Rows whose status, type or flag says that they are no sales, or the return of one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.features.proposal.lines import checked, mapped, proposed, purchases, shop


def rules(folder: Path, **extra: object) -> dict[str, int]:
    found = proposed(folder, {name: value for name, value in extra.items() if callable(value)})
    return {rule.name: rule.rows for rule in purchases(found).rules}


@pytest.mark.parametrize(
    ("name", "sale", "no_sale"),
    [
        ("status", "completed", "cancelled"),
        ("Financial Status", "paid", "voided"),
        ("Order Status", "Processing", "Failed"),
        ("Bestellstatus", "Versandt", "Storniert"),
        ("État", "Expédiée", "Annulée"),
        ("Estado", "Enviado", "Anulado"),
        ("Stato", "Spedito", "Annullato"),
        ("Situação", "Entregue", "Devolvido"),
        ("Status", "Verzonden", "Geannuleerd"),
        ("x", "Paid", "Draft"),
    ],
)
def test_lines_of_a_known_word_are_set_aside_in_seven_languages(
    tmp_path: Path, name: str, sale: str, no_sale: str
) -> None:
    found = proposed(tmp_path, {name: lambda line: no_sale if line["order"] % 4 == 0 else sale})
    (rule,) = purchases(found).rules
    lines = sum(line["order"] % 4 == 0 for line in shop())
    assert rule.rows == lines
    assert rule.listed == (f"{no_sale.lower()} ({lines})",)
    report = checked(found, tmp_path)
    assert not report.refused
    assert report.of("purchases").rows_set_aside == lines


def test_words_nobody_knows_stay_and_are_told(tmp_path: Path) -> None:
    words = ("paid", "cancelled", "on the shelf", "Partially refunded")
    found = purchases(proposed(tmp_path, {"status": lambda line: words[line["order"] % 4]}))
    (rule,) = found.rules
    assert rule.condition == "lower(trim(status)) IN ('cancelled')"
    assert any('"on the shelf"' in remark for remark in found.remarks)
    assert not any("partially" in remark for remark in found.remarks)


def test_of_a_pipeline_only_what_is_won_is_a_sale(tmp_path: Path) -> None:
    words = ("Closed won", "Closed lost", "Appointment scheduled")
    (rule,) = purchases(
        proposed(tmp_path, {"Deal Stage": lambda line: words[line["order"] % 3]})
    ).rules
    assert rule.condition == "lower(trim(\"Deal Stage\")) NOT IN ('closed won')"
    assert rule.rows == sum(line["order"] % 3 != 0 for line in shop())


@pytest.mark.parametrize("name", ["Buyer State", "Dispute Status", "fulfillment"])
def test_a_column_of_something_else_is_no_status(tmp_path: Path, name: str) -> None:
    assert not rules(tmp_path, **{name: lambda line: ("lost", "TX")[line["order"] % 2]})


@pytest.mark.parametrize(
    ("words", "is_status"),
    [
        (("Paid", "Paid", "Draft"), True),
        (("Paid", "Paid", "Returned"), True),
        (("Open", "Draft", "Voided"), False),
        (("Draft", "Draft", "Voided"), False),
        (("Paid", "Shipped", "Completed"), False),
        (("Paid", "Draft", "blue"), False),
    ],
)
def test_a_column_whose_name_says_nothing_is_a_status_by_words_of_both_kinds_alone(
    tmp_path: Path, words: tuple[str, ...], is_status: bool
) -> None:
    found = purchases(proposed(tmp_path, {"x": lambda line: words[line["order"] % 3]}))
    assert bool(found.rules) is is_status
    assert is_status or not [remark for remark in found.remarks if remark.startswith("x ")]


def test_a_word_on_nearly_all_lines_is_said_and_sets_nothing_aside(tmp_path: Path) -> None:
    found = purchases(
        proposed(tmp_path, {"status": lambda line: "paid" if line["order"] == 1 else "void"})
    )
    assert not found.rules
    assert any("nearly all lines" in remark for remark in found.remarks)


def test_a_status_on_the_first_line_of_an_order_counts_for_all_its_lines(tmp_path: Path) -> None:
    def status(line: dict[str, int]) -> str | None:
        word = "voided" if line["order"] % 4 == 2 else "paid"
        return word if line["line"] == 0 else None

    found = proposed(tmp_path, {"status": status})
    assert purchases(found).fill == {"status": "order_id"}
    report = checked(found, tmp_path)
    voided = sum(line["order"] % 4 == 2 for line in shop())
    assert report.of("purchases").rows_set_aside == voided


def test_a_status_nobody_knows_is_no_sale_where_all_money_was_given_back(tmp_path: Path) -> None:
    found = proposed(
        tmp_path,
        {
            "status": lambda line: "Closed" if line["order"] % 5 == 0 else "Complete",
            "refunded amount": lambda line: line["amount"] if line["order"] % 5 == 0 else 0.0,
        },
    )
    assert [rule.condition for rule in purchases(found).rules] == [
        "lower(trim(status)) IN ('closed')"
    ]


def test_a_flag_and_a_date_of_cancellation_set_aside(tmp_path: Path) -> None:
    found = rules(tmp_path, cancelled=lambda line: line["order"] % 5 == 0)
    assert found == {"no sale by cancelled": sum(line["order"] % 5 == 0 for line in shop())}
    day = datetime(2026, 3, 1)
    found = rules(tmp_path, Stornodatum=lambda line: day if line["order"] % 5 == 1 else None)
    assert found == {"no sale by Stornodatum": sum(line["order"] % 5 == 1 for line in shop())}


def with_returns(sign: int) -> list[dict[str, object]]:
    """The shop's lines and, for every seventh order, lines that give it back under a number of its own."""
    lines: list[dict[str, object]] = [{**line, "kind": "Sale"} for line in shop()]
    for line in shop():
        if line["order"] % 7 == 0:
            back = {**line, "order_id": f"r{line['order']}", "kind": "Return"}
            lines.append({**back, "amount": sign * line["amount"]})
    return lines


def test_lines_of_returns_with_values_above_zero_are_turned_below(tmp_path: Path) -> None:
    found = proposed(tmp_path, {"Type": lambda line: line["kind"]}, lines=with_returns(1))
    assert not purchases(found).rules
    assert "= 'return') THEN -abs(quantity) ELSE quantity END" in mapped(found)["quantity"]
    assert "-abs(amount)" in mapped(found)["amount"]
    assert not checked(found, tmp_path).refused


def test_lines_of_returns_below_zero_stay_as_they_are(tmp_path: Path) -> None:
    found = proposed(tmp_path, {"Type": lambda line: line["kind"]}, lines=with_returns(-1))
    assert not purchases(found).rules
    assert mapped(found)["amount"] == "amount"
    assert mapped(found)["quantity"].startswith("CASE WHEN amount < 0 THEN -abs(quantity)")


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("Returned", "Yes", "No"),
        ("Retoure", "Ja", "Nein"),
        ("Retour", "Oui", "Non"),
        ("Devuelto", "Sí", "No"),
        ("Reso", "Sì", "No"),
        ("Devolucao", "Sim", "Não"),
        ("is_refund", "true", "false"),
        ("Return", "X", ""),
    ],
)
def test_a_flag_says_yes_in_seven_languages_with_their_accents(
    tmp_path: Path, name: str, yes: str, no: str
) -> None:
    flagged = {name: lambda line: yes if line["kind"] == "Return" else no}
    found = proposed(tmp_path, flagged, lines=with_returns(1))
    assert "-abs(amount)" in mapped(found)["amount"]


def test_a_flag_on_the_sale_itself_sets_it_aside(tmp_path: Path) -> None:
    # No other line sells the same again: the flag says that this very sale came back.
    lines = [{**line, "amount": line["amount"] + place / 100} for place, line in enumerate(shop())]
    found = proposed(tmp_path, {"returned": lambda line: line["order"] % 6 == 0}, lines=lines)
    (rule,) = purchases(found).rules
    assert (rule.condition, rule.rows) == ("returned", sum(one["order"] % 6 == 0 for one in lines))
