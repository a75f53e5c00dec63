"""The reason groups: the themes into which a score's reasons are summed."""

from __future__ import annotations

from features.declarations import ReasonGroup

RHYTHM = ReasonGroup("rhythm", "Buying rhythm")
FREQUENCY = ReasonGroup("frequency", "How often they buy")
SPEND = ReasonGroup("spend", "Spend level")
TREND = ReasonGroup("trend", "Change in buying")
SEASON = ReasonGroup("season", "Same season last year")
BASKET = ReasonGroup("basket", "Basket and range")
RETURNS = ReasonGroup("returns", "Returns")
PRICE = ReasonGroup("price", "Discounts and price")
CHANNEL = ReasonGroup("channel", "Where they buy")
TENURE = ReasonGroup("tenure", "Time as a customer")
SERVICE = ReasonGroup("service", "Complaints and service")
INTEREST = ReasonGroup("interest", "Visits and interest")
OFFERS = ReasonGroup("offers", "Offers")
OUTREACH = ReasonGroup("outreach", "Our contacts")
CONTRACT = ReasonGroup("contract", "Contract")
PROFILE = ReasonGroup("profile", "Profile")

_DECLARED = "declared_"

GROUPS = (
    *(RHYTHM, FREQUENCY, SPEND, TREND, SEASON, BASKET, RETURNS, PRICE, CHANNEL, TENURE),
    *(SERVICE, INTEREST, OFFERS, OUTREACH, CONTRACT, PROFILE),
)


def attribute_group(title: str) -> ReasonGroup:
    """The group of declared attributes with this title; its name tells the title again.

    >>> attribute_group("internet service")
    ReasonGroup(name='declared_internet_service', title='Internet service')
    """
    return group_called(_DECLARED + "_".join(title.split()))


def group_called(name: str) -> ReasonGroup:
    """The reason group of this name; ``KeyError`` where there is none."""
    if name.startswith(_DECLARED) and name != _DECLARED:
        words = name.removeprefix(_DECLARED).replace("_", " ")
        return ReasonGroup(name, words[:1].upper() + words[1:])
    return {one.name: one for one in GROUPS}[name]
