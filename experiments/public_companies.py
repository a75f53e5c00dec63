"""Public data as companies: a folder with a ``regulars.toml`` that maps one public data set.

The data are found in a folder of data sets, as ``REGULARS_DATA`` names it; nothing of them is copied into
the project.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from features.proposal import propose

_FIRST_DAY = 285
"""The day of the Complete Journey's calendar that is 1 January 2017."""
_TELCO_TEXTS = (
    *("PhoneService", "MultipleLines", "InternetService", "OnlineSecurity", "OnlineBackup"),
    *("DeviceProtection", "TechSupport", "StreamingTV", "StreamingMovies", "Contract"),
    *("PaperlessBilling", "PaymentMethod", "Partner", "Dependents"),
)


def online_retail(data: Path, folder: Path) -> Path:
    """A web shop for giftware, 4,383 customers in one year, mapped as ``regulars init`` proposes."""
    file = data / "online_retail_2009_2010" / "purchases.parquet"
    return _written(folder, propose(file).toml(folder))


def donations(data: Path, folder: Path) -> Path:
    """A charity with 18,417 donors in eleven years: amounts and dates alone, asked about a year ahead."""
    source = data / "essec_purchases" / "purchases.parquet"
    sums = _sums(source, "purchase_date", "purchase_amount", item="donation")
    return _written(folder, sums + _churn(horizon_days=365, origins=8))


def receipts(data: Path, folder: Path) -> Path:
    """A shop with 6,889 customers in four years: one line a receipt, without articles."""
    source = data / "retail_transactions" / "transactions.parquet"
    sums = _sums(source, "trans_date", "tran_amount", item="receipt")
    return _written(folder, sums + _churn(horizon_days=90, origins=10))


def telco(data: Path, folder: Path) -> Path:
    """A telephone company with 7,043 customers on one day, whose table says who left: no events at all.

    Gender and SeniorCitizen stay out, for nobody is to be treated by them. TotalCharges is empty for
    customers of the first month.
    """
    source = data / "telco_churn" / "Telco-Customer-Churn.csv"
    texts = {_snake(one): one for one in _TELCO_TEXTS}
    numbers = {
        "tenure_months": "tenure",
        "monthly_charges": "MonthlyCharges",
        "total_charges": "TRY_CAST(trim(TotalCharges) AS DOUBLE)",
    }
    stated = {"cutoff": "DATE '2020-01-01'", "name": "'left'", "value": "Churn = 'Yes'"}
    return _written(
        folder,
        _table("customers", source, {"customer_id": "customerID", **texts, **numbers})
        + _table("outcomes", source, {"customer_id": "customerID", **stated})
        + '[churn]\noutcome = "stated"\noutcome_name = "left"\nhorizon_days = 30\n\n'
        + "[reasons.groups]\n"
        + "".join(f'{name} = "{title}"\n' for name, title in _TELCO_REASONS.items())
        + "\n[reasons.actionable]\n"
        + "".join(f'{name} = "now"\n' for name in _TELCO_OFFERS),
    )


_TELCO_REASONS = {
    "tenure_months": "Time as a customer",
    "total_charges": "Time as a customer",
    "monthly_charges": "Monthly charge",
    "contract": "Kind of contract",
    "payment_method": "Way of paying",
    "paperless_billing": "Way of paying",
    "internet_service": "Internet access",
    "online_security": "Security and support",
    "online_backup": "Security and support",
    "device_protection": "Security and support",
    "tech_support": "Security and support",
    "streaming_tv": "Streaming",
    "streaming_movies": "Streaming",
    "phone_service": "Telephone",
    "multiple_lines": "Telephone",
    "partner": "Household",
    "dependents": "Household",
}
"""What a telephone company's own people would call the themes of its attributes."""

_TELCO_OFFERS = ("contract", "monthly_charges", "online_security", "tech_support", "payment_method")
"""What it can offer: a longer contract, a lower charge, a service more, another way of paying."""


def _snake(name: str) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _table(name: str, source: Path, columns: Mapping[str, str]) -> str:
    mapped = "\n".join(f"{column} = {json.dumps(said)}" for column, said in columns.items())
    return f"[tables.{name}]\nsource = {json.dumps(str(source))}\n\n[tables.{name}.columns]\n{mapped}\n\n"


def households(data: Path, folder: Path) -> Path:
    """A grocer's 2,500 households: does one that spent in the last 28 days spend nothing in the next 28?

    The full receipts are not public here. What is: each household's spend in the 28 days before and after
    the start of 27 campaigns, taken as one purchase on the last day of those 28; and a part of the single
    lines. The question is asked at starts at least 28 days apart, of households that spent before.
    """
    source = data / "complete_journey"
    folder.mkdir(parents=True, exist_ok=True)
    starts = pq.read_table(source / "campaign_desc.parquet").to_pandas()
    panel = pq.read_table(source / "derived_household_campaign_spend.parquet").to_pandas()
    panel = panel.merge(starts[["CAMPAIGN", "START_DAY"]], on="CAMPAIGN")
    panel = panel.drop_duplicates(["household_key", "START_DAY"]).rename(
        columns={"household_key": "customer_id"}
    )
    asked = panel[panel.START_DAY.isin(_apart(panel.START_DAY, 28)) & (panel.Pre_Spend > 0)]
    outcomes = pd.DataFrame(
        {
            "customer_id": asked.customer_id,
            "cutoff": _midnight(asked.START_DAY),
            "value": asked.Post_Spend <= 0,
        }
    )
    outcomes.sort_values(["cutoff", "customer_id"]).to_parquet(folder / "outcomes.parquet")
    readings = [
        _lines(panel.customer_id, panel.START_DAY + last, panel[column], "28 days")
        for column, last in (("Pre_Spend", -1), ("Post_Spend", 27))
    ]
    trips = pq.read_table(source / "transactions_organic_baskets.parquet").to_pandas()
    lines = pd.concat(
        [*readings, _lines(trips.household_key, trips.DAY, trips.SALES_VALUE, trips.COMMODITY_DESC)]
    )
    lines = lines[lines.amount > 0].drop_duplicates()
    lines.sort_values(list(lines.columns)).to_parquet(folder / "purchases.parquet")
    people = pq.read_table(source / "hh_demographic.parquet").to_pandas()
    people.rename(columns={"household_key": "customer_id"})[
        ["customer_id", "HOMEOWNER_DESC"]
    ].to_parquet(folder / "customers.parquet")
    return _written(
        folder,
        _purchases(
            folder / "purchases.parquet",
            customer_id="customer_id",
            order_id="customer_id || ' ' || day || ' ' || (item = '28 days')",
            ordered_at="ordered_at",
            item_id="item",
            quantity="1",
            amount="amount",
        )
        + _OUTCOMES
        + '[churn]\noutcome = "stated"\noutcome_name = "silent"\nhorizon_days = 28\n',
    )


def coupons(data: Path, folder: Path) -> Path:
    """The same grocer's 30 campaigns: who redeemed any of the coupons they got?

    A receipt is an exposure on the first day of its campaign, taken on the day of the first redemption. Who got a
    campaign was the grocer's choice, not a lot.
    """
    source = data / "complete_journey"
    path = households(data, folder)
    campaigns = pq.read_table(source / "campaign_desc.parquet").to_pandas()
    pd.DataFrame(
        {
            "offer_id": "Campaign " + campaigns.CAMPAIGN.astype(str).str.zfill(2),
            "kind": campaigns.DESCRIPTION,
            "starts_at": _midnight(campaigns.START_DAY),
            "ends_at": _midnight(campaigns.END_DAY + 1),
        }
    ).sort_values("offer_id").to_parquet(folder / "offers.parquet")
    receipts = pq.read_table(source / "campaign_table.parquet").to_pandas()
    redeemed = pq.read_table(source / "coupon_redempt.parquet").to_pandas()
    first = redeemed.groupby(["household_key", "CAMPAIGN"], as_index=False).DAY.min()
    shown = receipts.merge(campaigns, on=["CAMPAIGN", "DESCRIPTION"]).merge(first, how="left")
    pd.DataFrame(
        {
            "customer_id": shown.household_key,
            "offer_id": "Campaign " + shown.CAMPAIGN.astype(str).str.zfill(2),
            "shown_at": _midnight(shown.START_DAY) + pd.Timedelta(hours=6),
            "accepted_at": _midnight(shown.DAY) + pd.Timedelta(hours=12),
        }
    ).sort_values(["shown_at", "customer_id"]).to_parquet(folder / "exposures.parquet")
    return _written(folder, path.read_text(encoding="utf-8") + _COUPONS)


_COUPONS = """
[tables.offers]
source = "offers.parquet"
columns = { offer_id = "offer_id", name = "offer_id", kind = "kind", starts_at = "starts_at", ends_at = "ends_at", margin = "1", reward_cost = "0" }

[tables.exposures]
source = "exposures.parquet"
columns = { customer_id = "customer_id", offer_id = "offer_id", shown_at = "shown_at", accepted_at = "accepted_at" }
"""

_OUTCOMES = """[tables.outcomes]
source = "outcomes.parquet"
columns = { customer_id = "customer_id", cutoff = "cutoff", name = "'silent'", value = "value" }

"""


def _apart(days: pd.Series[int], least: int) -> list[int]:
    """Of some days the latest, and each earlier one at least so many days before the one taken last."""
    taken: list[int] = []
    for day in sorted(set(days), reverse=True):
        if not taken or taken[-1] - day >= least:
            taken.append(day)
    return taken


def _midnight(days: pd.Series[int]) -> pd.Series[pd.Timestamp]:
    """The midnight that begins a day of the Complete Journey's calendar."""
    return pd.Timestamp("2017-01-01") + pd.to_timedelta(days - _FIRST_DAY, unit="D")


def _lines(
    customers: pd.Series[int],
    days: pd.Series[int],
    amounts: pd.Series[float],
    items: pd.Series[str] | str,
) -> pd.DataFrame:
    """Order lines at noon of their day."""
    return pd.DataFrame(
        {
            "customer_id": customers,
            "day": days,
            "ordered_at": _midnight(days) + pd.Timedelta(hours=12),
            "item": items,
            "amount": amounts,
        }
    )


PUBLIC: Mapping[str, Callable[[Path, Path], Path]] = {
    "online_retail_2009_2010": online_retail,
    "essec_purchases": donations,
    "retail_transactions": receipts,
    "complete_journey": households,
    "telco_churn": telco,
}
"""For each data set, what writes its ``regulars.toml`` into a folder and returns it."""


def _purchases(source: Path, **columns: str) -> str:
    mapped = "\n".join(f"{name} = {json.dumps(said)}" for name, said in columns.items())
    # A person may buy twice a day for the same sum: these rows are two purchases.
    return (
        f"[tables.purchases]\nsource = {json.dumps(str(source))}\n"
        f'duplicates = "keep"\n\n[tables.purchases.columns]\n{mapped}\n\n'
    )


def _sums(source: Path, date: str, amount: str, *, item: str) -> str:
    """The mapping of a file that has a customer, a date and a sum a row, and nothing else."""
    return _purchases(
        source,
        customer_id="customer_id",
        order_id=f"customer_id || ' ' || {date}",
        ordered_at=date,
        item_id=f"'{item}'",
        quantity="1",
        amount=amount,
    )


def _churn(**settings: int) -> str:
    return "[churn]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items())


def _written(folder: Path, toml: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "regulars.toml"
    path.write_text(toml, encoding="utf-8")
    return path
