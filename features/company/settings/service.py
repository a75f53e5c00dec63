"""Where the service listens, what a night leaves for other programs, and where runs are recorded."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import field_validator
from pydantic.dataclasses import dataclass

from features.company.settings.declared import CLOSED, Fault, Faults, NamedTexts, setting, table_of
from features.company.settings.limits import MOST_WORKERS

MOST_DAYS = 3_650
_HTTPS = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?")


@dataclass(frozen=True, config=CLOSED)
class ServiceSettings:
    """Where the scoring service listens."""

    host: str = setting("127.0.0.1", "The address to listen on; keep it local behind a proxy.")
    port: int = setting(3000, "The port to listen on.")
    public_address: str = setting(
        "",
        "Where people open the pages, such as https://customers.example.com, when a proxy with TLS stands before the "
        "service: cookies then go over HTTPS alone, links lead there, and the proxy is believed who calls.",
    )
    workers: int = setting(
        1,
        "How many processes answer side by side, about one a core; each holds the model.",
        least=1,
        most=MOST_WORKERS,
    )
    calls_at_once: int = setting(
        0,
        "How many large calls a process works on at once; 0 is one a core, shared among the workers.",
        least=0,
        most=MOST_WORKERS,
    )
    longest_wait_seconds: int = setting(
        2,
        "So long a call waits for its turn at most; who would wait longer is told at once when to come again.",
        least=0,
        most=60,
    )
    log_calls: bool = setting(
        True, "Whether every call that was answered is one line of JSON in the log."
    )
    kept_generations: int = setting(
        3, "So many generations of everybody's scores are kept, the one in use among them."
    )
    without_scores: bool = setting(
        False, "Answer by vector alone where no scores are published, as a Bento does."
    )
    scores_last_days: int = setting(
        7, "So many days after the data they were made from scores are out of date, and say so."
    )

    @field_validator("public_address")
    @classmethod
    def _is_https(cls, address: str) -> str:
        if address and not _HTTPS.fullmatch(address):
            raise Faults(
                Fault("an address such as https://customers.example.com for {place}", repr(address))
            )
        return address

    @property
    def is_behind_tls(self) -> bool:
        """Whether browsers reach the service by HTTPS alone."""
        return bool(self.public_address)

    @property
    def address(self) -> str:
        """Where people open the pages."""
        return self.public_address or f"http://{self.host}:{self.port}"


@dataclass(frozen=True, config=CLOSED)
class RetentionSettings:
    """How long the service remembers what it answered and what it was told."""

    decisions_days: int = setting(
        730,
        "So many days every answered row is kept, and can be replayed.",
        least=30,
        most=MOST_DAYS,
    )
    offers_days: int = setting(
        730,
        "So many days it is kept which offers were decided for whom; what limits contacts looks no further back.",
        least=90,
        most=MOST_DAYS,
    )
    feedback_days: int = setting(
        730, "So many days verdicts on reasons are kept and counted.", least=1, most=MOST_DAYS
    )
    campaigns_days: int = setting(
        1095,
        "So many days it is kept who was in a campaign and what became of the contact; its result stays.",
        least=400,
        most=MOST_DAYS,
    )
    events_days: int = setting(
        30,
        "So many days events that were reported are kept after the scores have overtaken them.",
        least=1,
        most=365,
    )
    audit_days: int = setting(
        1095,
        "So many days it is on record who asked for people's data.",
        least=90,
        most=MOST_DAYS,
    )


@dataclass(frozen=True, config=CLOSED)
class ExportSettings:
    """What the fields are called that `regulars export --to` a CRM writes."""

    salesforce_object: str = setting("Contact", "The Salesforce object customers are.")
    salesforce_id_field: str = setting(
        "Customer_Number__c", "Its external id field that holds the customer number."
    )
    salesforce_prefix: str = setting("", "What the names of its score fields begin with.")
    hubspot_id_property: str = setting(
        "customer_number", "HubSpot's unique property that holds the customer number."
    )
    hubspot_prefix: str = setting("regulars_", "What the names of its score properties begin with.")
    dynamics_entity: str = setting("contact", "The Dynamics table customers are rows of.")


RetrainWord = Literal["by_hand", "on_schedule", "on_alarm"]


@dataclass(frozen=True, config=CLOSED)
class NightlySettings:
    """Which files `regulars nightly` leaves for other programs, and when it trains anew."""

    lists: NamedTexts = table_of(
        "Files of everybody's list of items that `regulars nightly` writes, relative to this file, each with its use "
        'case: basket, coupon, replenishment or discovery, such as "night/lists.parquet" = "basket".'
    )
    items_a_list: int = setting(10, "So many items are on a list of those files.", least=1)
    exports: NamedTexts = table_of(
        "Files of everybody's risk and reasons that `regulars nightly` writes, relative to this file, each with whom "
        'it is for: csv, parquet, salesforce, hubspot or dynamics, such as "night/contacts.jsonl" = "salesforce".'
    )
    retrain: RetrainWord = setting(
        "by_hand",
        "When `regulars nightly` trains the churn model anew: by_hand (never, for you do), on_schedule, or on_alarm, "
        "where monitoring finds that customers are not what they were. What passes the gate is put to use.",
    )
    retrain_every_days: int = setting(28, "On a schedule, after so many days of new data.", least=1)


@dataclass(frozen=True, config=CLOSED)
class MlflowSettings:
    """Where runs and models are recorded."""

    tracking_uri: str = setting(
        "", "The MLflow store; empty means a SQLite file inside the workspace."
    )
    shap_plots: bool = setting(
        True, "Whether each training run also shows SHAP plots of at most 500 customers, unnamed."
    )
    artifacts: str = setting(
        "",
        "Where files of runs go with a database of your own, a folder or an address such as s3://runs; "
        "empty means inside the workspace. An MLflow server keeps them itself.",
    )
