"""Public data as companies: a folder with a ``regulars.toml`` that maps one public data set.

The data are found in a folder of data sets, as ``REGULARS_DATA`` names it; nothing of them is copied into
the project.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from features.proposal import propose

_FIRST_DAY = 285
"""The day of the Complete Journey's calendar that is 1 January 2017."""


def online_retail(data: Path, folder: Path) -> Path:
    """A web shop for giftware, 4,383 customers in one year, mapped as ``regulars init`` proposes."""
    file = data / "online_retail_2009_2010" / "purchases.parquet"
    return _written(folder, propose(file).toml(folder))


def donations(data: Path, folder: Path) -> Path:
    """A charity with 18,417 donors in eleven years: amounts and dates alone, asked about a year ahead."""
    return _written(
        folder,
        _purchases(
            data / "essec_purchases" / "purchases.parquet",
            customer_id="customer_id",
            order_id="customer_id || ' ' || purchase_date",
            ordered_at="purchase_date",
            item_id="'donation'",
            quantity="1",
            amount="purchase_amount",
        )
        + _churn(horizon_days=365, origins=8),
    )


def receipts(data: Path, folder: Path) -> Path:
    """A shop with 6,889 customers in four years: one line a receipt, without articles."""
    return _written(
        folder,
        _purchases(
            data / "retail_transactions" / "transactions.parquet",
            customer_id="customer_id",
            order_id="customer_id || ' ' || trans_date",
            ordered_at="trans_date",
            item_id="'receipt'",
            quantity="1",
            amount="tran_amount",
        )
        + _churn(horizon_days=90, origins=10),
    )


_TELCO_TEXTS = (
    *("PhoneService", "MultipleLines", "InternetService", "OnlineSecurity", "OnlineBackup"),
    *("DeviceProtection", "TechSupport", "StreamingTV", "StreamingMovies", "Contract"),
    *("PaperlessBilling", "PaymentMethod", "Partner", "Dependents"),
)


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
        + '[churn]\noutcome = "stated"\noutcome_name = "left"\nhorizon_days = 30\n',
    )


def _snake(name: str) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _table(name: str, source: Path, columns: Mapping[str, str]) -> str:
    mapped = "\n".join(f"{column} = {json.dumps(said)}" for column, said in columns.items())
    return f"[tables.{name}]\nsource = {json.dumps(str(source))}\n\n[tables.{name}.columns]\n{mapped}\n\n"


PUBLIC: Mapping[str, Callable[[Path, Path], Path]] = {
    "online_retail_2009_2010": online_retail,
    "essec_purchases": donations,
    "retail_transactions": receipts,
}
"""For each data set, what writes its ``regulars.toml`` into a folder and returns it."""


def _purchases(source: Path, **columns: str) -> str:
    mapped = "\n".join(f"{name} = {json.dumps(said)}" for name, said in columns.items())
    # A person may buy twice a day for the same sum: these rows are two purchases.
    return (
        f"[tables.purchases]\nsource = {json.dumps(str(source))}\n"
        f'duplicates = "keep"\n\n[tables.purchases.columns]\n{mapped}\n\n'
    )


def _churn(**settings: int) -> str:
    return "[churn]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items())


def _written(folder: Path, toml: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "regulars.toml"
    path.write_text(toml, encoding="utf-8")
    return path
