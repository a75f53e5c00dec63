"""The reason groups: the themes into which a score's reasons are summed."""

from __future__ import annotations

from features.spec import ReasonGroup

RHYTHM = ReasonGroup("rhythm", "Buying rhythm")
FREQUENCY = ReasonGroup("frequency", "How often they buy")
SPEND = ReasonGroup("spend", "Spend level")
TREND = ReasonGroup("trend", "Change in buying")
BASKET = ReasonGroup("basket", "Basket and range")
RETURNS = ReasonGroup("returns", "Returns and service")
PRICE = ReasonGroup("price", "Discounts and price")
CHANNEL = ReasonGroup("channel", "Where they buy")
TENURE = ReasonGroup("tenure", "Time as a customer")

GROUPS = (RHYTHM, FREQUENCY, SPEND, TREND, BASKET, RETURNS, PRICE, CHANNEL, TENURE)
