"""The raw tables a company brings: each column's name, type and meaning, written once.

Nothing further down the house renames a column. Times are UTC instants, money is integer minor
units (cents), and ``known_at`` is when the company learned of a row; where a table does not have it,
the event time stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ColumnKind(Enum):
    """What a column holds once it has been mapped."""

    TEXT = "text"
    INSTANT = "instant"
    MONEY = "money"
    NUMBER = "number"
    FLAG = "flag"


@dataclass(frozen=True)
class Column:
    """One column of a raw table: its name, what it holds and a sentence for the person mapping it."""

    name: str
    kind: ColumnKind
    meaning: str
    required: bool = False
    may_be_empty: bool = False
    """Whether a row may have nothing in it although the column must be mapped: it is not known yet."""


@dataclass(frozen=True)
class RawTable:
    """One raw table: its columns, the instant its rows happened at and the columns that name a row."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    event_time: str | None = None
    key: tuple[str, ...] = ()
    open_attributes: bool = False
    """Whether further mapped columns are welcome as declared attributes of the customer."""

    def column(self, name: str) -> Column:
        """The declared column of this name; ``KeyError`` when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The declared names, in their order."""
        return tuple(column.name for column in self.columns)

    @property
    def required_names(self) -> tuple[str, ...]:
        """The names that must be mapped."""
        return tuple(column.name for column in self.columns if column.required)


CUSTOMER_ID = "customer_id"
PERSON_ID = "person_id"
IDS_OF_PEOPLE = (CUSTOMER_ID, PERSON_ID)
KNOWN_AT = "known_at"
CUSTOMER_NAME, CUSTOMER_EMAIL = CONTACT_DETAILS = ("name", "email")
"""What customers are called by and written to: kept apart from everything that is learned from or exported."""
UNKNOWN_ITEM = "unknown item"
"""What a line without an article counts under: its money is known, and nothing to recommend is."""

_CUSTOMER = Column(
    CUSTOMER_ID, ColumnKind.TEXT, "who: the company's own customer number", required=True
)
_KNOWN_AT = Column(KNOWN_AT, ColumnKind.INSTANT, "when the company learned of the row")

PURCHASES = RawTable(
    name="purchases",
    meaning="one row a line of an order; a negative quantity is a return",
    event_time="ordered_at",
    key=("order_id", "item_id"),
    columns=(
        _CUSTOMER,
        Column(
            "order_id", ColumnKind.TEXT, "which order or receipt the line belongs to", required=True
        ),
        Column("ordered_at", ColumnKind.INSTANT, "when the order was placed", required=True),
        Column("item_id", ColumnKind.TEXT, "which article", required=True),
        Column("quantity", ColumnKind.NUMBER, "how many; negative for a return", required=True),
        Column(
            "amount", ColumnKind.MONEY, "what the line cost in all, after discount", required=True
        ),
        Column("discount", ColumnKind.MONEY, "what was taken off the line, as a positive amount"),
        Column("channel", ColumnKind.TEXT, "where it was bought: web, store, phone"),
        Column("store", ColumnKind.TEXT, "which branch"),
        _KNOWN_AT,
    ),
)

CUSTOMERS = RawTable(
    name="customers",
    meaning="one row a customer, with what was declared about them",
    key=(CUSTOMER_ID,),
    open_attributes=True,
    columns=(
        _CUSTOMER,
        Column(
            CUSTOMER_NAME,
            ColumnKind.TEXT,
            "what they are called: to find them on the pages, and read by nothing else",
        ),
        Column(CUSTOMER_EMAIL, ColumnKind.TEXT, "their e-mail address: likewise"),
        Column("registered_at", ColumnKind.INSTANT, "when they first gave their name"),
        Column("region", ColumnKind.TEXT, "where they live"),
        Column("segment", ColumnKind.TEXT, "the company's own grouping"),
        Column("member_since", ColumnKind.INSTANT, "when they joined the loyalty programme"),
        Column("referrals", ColumnKind.NUMBER, "how many customers they brought"),
        Column("marketing_consent", ColumnKind.FLAG, "may be contacted for marketing"),
        Column("profiling_consent", ColumnKind.FLAG, "may be scored for marketing"),
        _KNOWN_AT,
    ),
)

ITEMS = RawTable(
    name="items",
    meaning="one row an article",
    key=("item_id",),
    columns=(
        Column("item_id", ColumnKind.TEXT, "which article", required=True),
        Column("name", ColumnKind.TEXT, "what it is called"),
        Column("category", ColumnKind.TEXT, "the group it is sold in"),
        Column("department", ColumnKind.TEXT, "the group of groups"),
        Column("brand", ColumnKind.TEXT, "who makes it"),
        Column("unit_cost", ColumnKind.MONEY, "what one costs the company"),
        Column(
            "is_merchandise",
            ColumnKind.FLAG,
            "no for postage, fees, vouchers and deposits: money, but never recommended",
        ),
    ),
)

CONTACTS = RawTable(
    name="contacts",
    meaning="one row a touchpoint that is not a purchase",
    event_time="contacted_at",
    columns=(
        _CUSTOMER,
        Column("contacted_at", ColumnKind.INSTANT, "when it happened", required=True),
        Column(
            "channel",
            ColumnKind.TEXT,
            "email, phone, web, store, chat, social, post or app",
            required=True,
        ),
        Column(
            "kind",
            ColumnKind.TEXT,
            "visit, open, click, cart, inquiry, complaint, survey …",
            required=True,
        ),
        Column(
            "direction",
            ColumnKind.TEXT,
            "inbound or outbound: whether the customer or the company made it; by default told by the kind",
        ),
        Column("topic", ColumnKind.TEXT, "what it was about"),
        Column("resolved_at", ColumnKind.INSTANT, "when a complaint or inquiry was settled"),
        Column("score", ColumnKind.NUMBER, "the answer to a survey"),
        _KNOWN_AT,
    ),
)

OFFERS = RawTable(
    name="offers",
    meaning="one row an offer that can be made",
    key=("offer_id",),
    columns=(
        Column("offer_id", ColumnKind.TEXT, "which offer", required=True),
        Column("name", ColumnKind.TEXT, "what it is called", required=True),
        Column("kind", ColumnKind.TEXT, "discount, gift, service …"),
        Column("category", ColumnKind.TEXT, "the group of items it is for"),
        Column("item_id", ColumnKind.TEXT, "the item it is for"),
        Column("discount", ColumnKind.NUMBER, "the share taken off, 0 to 1"),
        Column("reward_cost", ColumnKind.MONEY, "what one acceptance costs the company"),
        Column("margin", ColumnKind.MONEY, "what one acceptance earns before the reward"),
        Column("channel", ColumnKind.TEXT, "where it is made"),
        Column("starts_at", ColumnKind.INSTANT, "from when it is valid"),
        Column("ends_at", ColumnKind.INSTANT, "until when it is valid"),
        Column(
            "eligibility",
            ColumnKind.TEXT,
            "who may have it: comparisons of features, joined by and",
        ),
    ),
)

EXPOSURES = RawTable(
    name="exposures",
    meaning="one row a time a customer was shown an offer, or was deliberately not shown it",
    event_time="shown_at",
    columns=(
        _CUSTOMER,
        Column(
            "offer_id",
            ColumnKind.TEXT,
            "which offer; call, letter or mail for a plain contact",
            required=True,
        ),
        Column(
            "shown_at", ColumnKind.INSTANT, "when it was shown, or would have been", required=True
        ),
        Column("channel", ColumnKind.TEXT, "where it was shown"),
        Column("arm", ColumnKind.TEXT, "treated or control"),
        Column("action_probability", ColumnKind.NUMBER, "how likely it was to be shown"),
        Column("accepted_at", ColumnKind.INSTANT, "when it was taken"),
        Column("revenue", ColumnKind.MONEY, "what the acceptance brought"),
        _KNOWN_AT,
    ),
)

CONTRACTS = RawTable(
    name="contracts",
    meaning="one row a contract or subscription term",
    event_time="starts_at",
    key=("contract_id",),
    columns=(
        _CUSTOMER,
        Column("contract_id", ColumnKind.TEXT, "which contract", required=True),
        Column("starts_at", ColumnKind.INSTANT, "from when it runs", required=True),
        Column("ends_at", ColumnKind.INSTANT, "until when it runs"),
        Column("plan", ColumnKind.TEXT, "which plan"),
        Column("price", ColumnKind.MONEY, "what a term costs"),
        Column("auto_renew", ColumnKind.FLAG, "renews by itself"),
        Column("cancelled_at", ColumnKind.INSTANT, "when notice was given"),
        Column(
            "end_reason", ColumnKind.TEXT, "why it ended; a text with payment in it is no choice"
        ),
        _KNOWN_AT,
    ),
)

OUTCOMES = RawTable(
    name="outcomes",
    meaning="one row a label the company already has, at the cutoff it was true for",
    event_time="cutoff",
    key=(CUSTOMER_ID, "cutoff", "name"),
    columns=(
        _CUSTOMER,
        Column("cutoff", ColumnKind.INSTANT, "the instant the label was asked at", required=True),
        Column("name", ColumnKind.TEXT, "lead won, upgraded, left …", required=True),
        Column(
            "value",
            ColumnKind.FLAG,
            "whether it came true; empty while nobody knows",
            required=True,
            may_be_empty=True,
        ),
    ),
)

IDENTITIES = RawTable(
    name="identities",
    meaning="one row an id that is a person known by another id as well",
    key=(CUSTOMER_ID,),
    columns=(
        Column(CUSTOMER_ID, ColumnKind.TEXT, "an id, as the tables write it", required=True),
        Column(
            PERSON_ID,
            ColumnKind.TEXT,
            "whose id it is: the id the person is kept by",
            required=True,
        ),
        Column("since", ColumnKind.INSTANT, "from when on they are known to be one"),
    ),
)

TABLES: dict[str, RawTable] = {
    table.name: table
    for table in (
        PURCHASES,
        CUSTOMERS,
        ITEMS,
        CONTACTS,
        OFFERS,
        EXPOSURES,
        CONTRACTS,
        OUTCOMES,
        IDENTITIES,
    )
}


def stored_name(column: Column) -> str:
    """A column's name in the store: instants end in ``_seconds``, money in ``_cents``, numbers in ``_milli``.

    >>> stored_name(Column("ordered_at", ColumnKind.INSTANT, "")), stored_name(Column("amount", ColumnKind.MONEY, ""))
    ('ordered_seconds', 'amount_cents')
    """
    if column.kind is ColumnKind.INSTANT:
        return column.name.removesuffix("_at") + "_seconds"
    return column.name + {ColumnKind.MONEY: "_cents", ColumnKind.NUMBER: "_milli"}.get(
        column.kind, ""
    )
