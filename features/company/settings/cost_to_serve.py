"""What serving customers costs a company: contacts, returns, and orders through a channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic.dataclasses import dataclass

from features.company.settings.declared import CLOSED, NamedTexts, setting, table_of
from features.company.settings.offers import whole_numbers


@dataclass(frozen=True, config=CLOSED)
class CostToServeSettings:
    """What is taken off the value of customers, shown as a line of its own; nothing where nothing costs."""

    contact_cents: Annotated[NamedTexts, whole_numbers(0)] = table_of(
        'What a contact costs by its kind, in cents: call = "450", letter = "120". It is taken off what '
        "customers are expected to bring, as a line of its own."
    )
    return_cents: int = setting(
        0, "What a return costs, beside the money given back, in cents.", least=0
    )
    channel_cents: Annotated[NamedTexts, whole_numbers(0)] = table_of(
        'What an order or a contact through a channel costs, in cents, such as store = "50"; a contact costs '
        "what its kind and its channel cost together."
    )

    @property
    def kinds(self) -> Mapping[str, int]:
        """The kinds of contacts that cost, in cents."""
        return _costs(self.contact_cents)

    @property
    def channels(self) -> Mapping[str, int]:
        """The channels that cost, in cents."""
        return _costs(self.channel_cents)

    @property
    def costs_something(self) -> bool:
        """Whether anything costs at all."""
        return bool(self.kinds or self.channels or self.return_cents)


def _costs(texts: Mapping[str, str]) -> Mapping[str, int]:
    return {name: int(text) for name, text in texts.items() if int(text)}
