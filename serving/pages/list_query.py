"""The churn list as a question: which customers, in which order, which page; all of it fits in a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from features.lifecycle.stages import LifecycleStatus, Stage
from training.actions.groups import ContactGroup
from training.families.value.at_risk import TERCILES
from training.reasons.languages.catalogue import phrase

PLAN_PAGE = "/plan"
BANDS = {"high": phrase("High: at the level of the top tenth"), "medium": phrase("Medium and high")}
STAGES = {one.word: one.title for one in Stage if one >= Stage.FIRST_TIME}
"""The stages of those who have bought: nobody else is judged."""
SORTS = {
    "gain": phrase("Net gain"),
    "risk": phrase("Risk"),
    "risen": phrase("Risk risen most"),
    "value": phrase("Expected value"),
    "spend": phrase("12-month spend"),
    "at_risk": phrase("Value at risk"),
    "last_seen": phrase("Last order"),
}
MONEY = ("gain", "value", "spend", "at_risk")
"""Those that are about money, which nobody is asked by where none is known."""
STATUSES = {one.word: one.title for one in LifecycleStatus}
GROUPS = {one.word: one for one in ContactGroup if one}
CONSENTS = {
    "all": phrase("Everybody"),
    "refused": phrase("Must not be contacted"),
}
"""Whom a list has beside those who may be contacted, who are its own."""
CELLS = tuple(f"{value}-{risk}" for value in TERCILES[::-1] for risk in TERCILES[::-1])
"""The cells of the matrix as links name them: value if kept before risk."""
SIZES = (25, 50, 100)
_LARGEST = 10**12
_LONGEST_NAME = 64
_LONGEST_TEXT = 200
_MOST_DECLARED = 8
DECLARED = "is."
"""What the name of an attribute begins with in a link, so that none is taken for a filter of another kind."""


@dataclass(frozen=True)
class ListQuery:
    """What the link asks for; anything it cannot mean is taken as not asked.

    ``jumped`` keeps those whose risk rose by ten points or more since the earlier day. ``cell`` is a third by value if kept
    and a third by risk, such as ``high-low``. ``spend`` is in whole units of the currency, over the last 365 days, and
    ``value`` the least expected value in them. ``silent`` is the least days since the last order, ``tenure`` and
    ``tenure_most`` the least and the most since the first. ``declared`` has what customers declared, by attribute. ``action`` is the contact or the number of the offer that is best to do, or ``nothing``; ``group``
    is what campaigns tell of them. Without
    ``consent`` nobody is in the list who must not be contacted. Without ``sort`` the list is in the order of its
    scores (``usual_order``); ``rising`` puts the smallest first.
    """

    band: str = ""
    stage: str = ""
    reason: str = ""
    cell: str = ""
    jumped: bool = False
    spend: int = 0
    value: int = 0
    status: str = ""
    segment: str = ""
    action: str = ""
    group: str = ""
    consent: str = ""
    silent: int = 0
    tenure: int = 0
    tenure_most: int = 0
    declared: tuple[tuple[str, str], ...] = ()
    sort: str = ""
    rising: bool = False
    page: int = 1
    size: int = SIZES[0]

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> ListQuery:
        """Read a link's parameters."""
        size = _whole(parameters.get("size", ""))
        sort = parameters.get("sort", "")
        return cls(
            band=parameters.get("band", "") if parameters.get("band") in BANDS else "",
            stage=parameters.get("stage", "") if parameters.get("stage") in STAGES else "",
            reason=parameters.get("reason", "")[:_LONGEST_NAME],
            cell=parameters.get("cell", "") if parameters.get("cell") in CELLS else "",
            jumped=parameters.get("moved") == "jumped",
            spend=_whole(parameters.get("spend", "")),
            value=_whole(parameters.get("value", "")),
            status=parameters.get("status", "") if parameters.get("status") in STATUSES else "",
            segment=parameters.get("segment", "")[:_LONGEST_NAME],
            action=parameters.get("action", "")[:_LONGEST_NAME],
            group=parameters.get("group", "") if parameters.get("group") in GROUPS else "",
            consent=parameters.get("consent", "") if parameters.get("consent") in CONSENTS else "",
            silent=_whole(parameters.get("silent", "")),
            tenure=_whole(parameters.get("tenure", "")),
            tenure_most=_whole(parameters.get("tenure_most", "")),
            declared=_declared(parameters),
            sort=sort if sort in SORTS else "",
            rising=parameters.get("order") == "rising",
            page=max(1, _whole(parameters.get("page", ""))),
            size=size if size in SIZES else SIZES[0],
        )

    def parameters(self) -> dict[str, str]:
        """The link's parameters, without those that say nothing."""
        said = {
            "band": self.band,
            "stage": self.stage,
            "reason": self.reason,
            "cell": self.cell,
            "moved": "jumped" if self.jumped else "",
            "spend": _as_parameter(self.spend),
            "value": _as_parameter(self.value),
            "status": self.status,
            "segment": self.segment,
            "action": self.action,
            "group": self.group,
            "consent": self.consent,
            "silent": _as_parameter(self.silent),
            "tenure": _as_parameter(self.tenure),
            "tenure_most": _as_parameter(self.tenure_most),
            **{f"{DECLARED}{name}": text for name, text in self.declared},
            "sort": self.sort,
            "order": "rising" if self.rising else "",
            "size": str(self.size) if self.size != SIZES[0] else "",
            "page": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in said.items() if value}

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for fewer than everybody who may be contacted."""
        return self.who != ListQuery()

    @property
    def who(self) -> ListQuery:
        """The same customers, whatever their order and however many a page has."""
        return replace(self, sort="", rising=False, page=1, size=SIZES[0])

    def link(self, path: str = "/churn", **changes: object) -> str:
        """A link to this list with some things changed; a change of anything starts at page one.

        >>> ListQuery(band="high", page=3).link(sort="spend")
        '/churn?band=high&sort=spend'
        """
        asked = replace(self, **({"page": 1} | changes))  # type: ignore[arg-type]
        query = urlencode(asked.parameters())
        return f"{path}?{query}" if query else path


def plan_link(query: ListQuery) -> str:
    """The plan of contacts for those of a list's status; a plan knows no other of its filters.

    >>> plan_link(ListQuery(status="at_risk", band="high")), plan_link(ListQuery())
    ('/plan?status=at_risk', '/plan')
    """
    return f"{PLAN_PAGE}?status={query.status}" if query.status else PLAN_PAGE


EVERYBODY = ListQuery(consent="all")


def _declared(parameters: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What of a link is about what customers declared, in the order of the attributes' names."""
    said = {
        name.removeprefix(DECLARED): text
        for name, text in parameters.items()
        if name.startswith(DECLARED)
        and text
        and len(name) <= _LONGEST_NAME
        and len(text) <= _LONGEST_TEXT
    }
    return tuple(sorted(said.items())[:_MOST_DECLARED])


def _as_parameter(number: int) -> str:
    return str(number) if number else ""


def _whole(text: str) -> int:
    return min(int(text), _LARGEST) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
