"""The reason groups: the themes into which a score's reasons are summed."""

from __future__ import annotations

from features.spec import ReasonGroup

RHYTHM = ReasonGroup("rhythm", "Buying rhythm")
FREQUENCY = ReasonGroup("frequency", "How often they buy")
SPEND = ReasonGroup("spend", "Spend level")
TREND = ReasonGroup("trend", "Change in buying")
BASKET = ReasonGroup("basket", "Basket and range")
RETURNS = ReasonGroup("returns", "Returns")
PRICE = ReasonGroup("price", "Discounts and price")
CHANNEL = ReasonGroup("channel", "Where they buy")
TENURE = ReasonGroup("tenure", "Time as a customer")
SERVICE = ReasonGroup("service", "Complaints and service")
INTEREST = ReasonGroup("interest", "Visits and interest")
OFFERS = ReasonGroup("offers", "Offers")
CONTRACT = ReasonGroup("contract", "Contract")
PROFILE = ReasonGroup("profile", "Profile")

GROUPS = (
    *(RHYTHM, FREQUENCY, SPEND, TREND, BASKET, RETURNS, PRICE, CHANNEL, TENURE),
    *(SERVICE, INTEREST, OFFERS, CONTRACT, PROFILE),
)
