"""What each case needs beside its files, and what is right where its figures alone do not say it.

A case that is not named here is begun by ``init --purchases`` with its only file, and the figures of its
``expected.json`` are what the store must hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Case:
    """How a case is tried and judged.

    ``figures`` are the totals of which one must be met, instead of those of ``expected.json``; ``says`` must
    be found in what is said beside right figures, ``may_refuse`` in a refusal that is right because a
    person has to decide, or because there is nothing to read. ``proof`` names a further look at the store.
    ``held_by`` and ``test`` say which test holds a case that is a request or a property and no file.
    """

    init: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    figures: tuple[Figures, ...] = ()
    table: str = "purchases"
    says: str = ""
    may_refuse: str = ""
    is_readable: bool = True
    unknown: tuple[str, ...] = ()
    """Figures nobody can tell from the files, such as the zone of a clock that names none."""
    proof: str = ""
    held_by: str = ""
    test: str = ""


def held(by: str, test: str) -> Case:
    """A case that is no file, with the test that holds it: where it stands, and a pattern of its name."""
    return Case(held_by=by, test=test)


_DATES = r"date_format|day.{0,40}month|month.{0,40}day"
_NUMBERS = r"decimal|thousands"
_CLOCK = ("first", "last")
_STATUS = r"status|set_aside"

CASES: Mapping[str, Case] = {
    "amazon": Case(is_readable=False, may_refuse=r"no customer_id"),
    "api-one-bad-row": held("tests/serving/contract", r"spoil|one_bad|null_id"),
    "api-padded-id": held("tests/serving", r"padded|blanks"),
    "arm-labels": Case(
        settings=(
            "regulars-lower.toml",
            "regulars-Title.toml",
            "regulars-holdout.toml",
            "regulars-zero-one.toml",
        ),
        figures=({},),
        may_refuse=r"\barm\b|control",
        proof="arms",
    ),
    "bad-dates-in-events": held(
        "tests/serving/contract/test_bad_values.py", r"a_bad_value_is_named_and_never_taken"
    ),
    "bank-csv": Case(may_refuse=_DATES),
    "blank-sku": Case(may_refuse=r"item_id"),
    "chargebee": Case(
        init=("--contracts", "Subscriptions.csv"), table="contracts", may_refuse=r"contracts"
    ),
    "column-order": held(
        "tests/serving/contract/test_score_input.py", r"a_vector_is_read_by_name_whatever_its_order"
    ),
    "daily-file-cut-off": Case(says=r"2024-05\.csv", may_refuse=r"2024-05\.csv"),
    "daily-file-renamed": Case(may_refuse=r"2024-05\.csv"),
    "daily-files-us-dates": Case(may_refuse=_DATES),
    "date-excel-serial": Case(may_refuse=r"Excel.{0,20}day|day number"),
    # The files tell days or minutes only.
    "ebay": Case(unknown=_CLOCK),
    "date-us-am-pm-comma": Case(unknown=_CLOCK),
    "dates-only-low-days": Case(figures=({"first_day": 20220108},), may_refuse=_DATES),
    # The ids of two customers came out alike when the file was made.
    "emoji-and-slash-ids": Case(
        figures=({"rows": 2216, "customers": 148, "orders": 1238, "cents": 11827546},)
    ),
    "excel-merged": Case(unknown=_CLOCK),
    "excel-title-rows": Case(unknown=_CLOCK),
    "excel-total-row": Case(unknown=_CLOCK),
    "float-ids": Case(figures=({"rows": 2014, "customers": 149, "cents": 10810417},)),
    "german-shop": Case(
        figures=({"rows": 3692, "customers": 258, "cents": 30169517},), may_refuse=_STATUS
    ),
    "german-utf8": Case(
        figures=({"rows": 3692, "customers": 258, "cents": 30169517},), may_refuse=_STATUS
    ),
    "german-whole-euros": Case(may_refuse=_NUMBERS),
    "us-whole-thousands": Case(may_refuse=_NUMBERS),
    "import-day": Case(says=r"2023-06-01", may_refuse=r"2023-06-01"),
    "instacart": Case(is_readable=False, may_refuse=r"no .*ordered_at"),
    "magento": Case(
        figures=(
            {"rows": 3759, "customers": 497, "cents": 38721729},
            {"rows": 3649, "customers": 496, "cents": 37604038},
        ),
        may_refuse=_STATUS,
    ),
    "mixed-currencies": Case(is_readable=False, may_refuse=r"no amount"),
    "new-item": held(
        "tests/training/families/items/pairs/test_pairs.py",
        r"new_items_come_up_for_customers_of_their_category",
    ),
    "one-time-buyers": held(
        "tests/features/declarations/test_buying.py", r"who_bought_once_is_told_what_to_expect"
    ),
    "recommend-csv-formula": held("tests/serving/items", r"formula|spreadsheet"),
    "refund-rows-negative-amount": Case(
        figures=({"orders_bought": 1227, "cents": 9620475},), may_refuse=r"refund|return"
    ),
    "repeated-header-names": Case(
        figures=({"cents": 12496813},), says=r"price", may_refuse=r"price|no amount"
    ),
    # Postage, gift cards and discounts count as money, and it is said that they are no articles.
    "shipping-lines": Case(
        figures=({"rows": 3575},), says=r"is_merchandise|no merchandise", may_refuse=r"9000|Versand"
    ),
    "shopify": Case(
        figures=(
            {"rows": 3632, "orders": 2006, "cents": 16692970},
            {"rows": 3632, "orders": 2006, "cents": 16692970 - 828044},
            {"rows": 3508, "orders": 1936, "cents": 16123725},
            # And what was given back of orders that stand is taken off.
            {"rows": 3508, "orders": 1936, "cents": 15896466},
        ),
        may_refuse=_STATUS,
    ),
    "short-last-line": Case(says=r"sales\.csv"),
    "status-not-sales": Case(figures=({"rows": 969},), may_refuse=_STATUS),
    "stripe": Case(figures=({"cents": 35024509},), may_refuse=r"currenc|Converted|" + _STATUS),
    "sums-add-up": held("tests/serving/contract/test_api.py", r"add_up_to_the_probability"),
    "tables-do-not-meet": Case(
        init=("--purchases", "sales.csv", "--customers", "customers.csv"),
        says=r"0 of 150",
        may_refuse=r"0 of 150",
    ),
    "telco": Case(
        settings=("regulars.toml",),
        table="outcomes",
        figures=({"customers": 1200},),
        proof="charges are numbers",
    ),
    "unseen-channel": held(
        "tests/training/bundles/test_plans.py", r"a_new_channel_waits_for_the_next_training"
    ),
    "wholesalers": held(
        "tests/features/checks/overview/test_likeness.py",
        r"few_customers_that_carry_the_money_are_told",
    ),
    "wider-from-a-row-on": Case(may_refuse=r"line 1,?001|line 1,?002|1,?00[12]"),
    "woocommerce": Case(figures=({"rows": 3539, "cents": 16905334},), may_refuse=_STATUS),
    "year-9999": Case(
        settings=("regulars.toml",),
        table="contracts",
        figures=({"customers": 400},),
        proof="open ends",
    ),
}
