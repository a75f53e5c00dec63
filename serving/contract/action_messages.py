"""What is best to do for a customer, as a type with its arithmetic."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field

from serving.contract.messages import Answer

ActionWord = Literal["call", "letter", "mail", "nothing"]

EffectSource = Literal["assumed", "measured"]

WhyNothing = Literal["no_gain", "contact_refused"]

ContactGroupWord = Literal["persuadable", "sure thing", "lost cause", "do not disturb"]


class BestActionAnswer(Answer):
    """What is best to do beside an offer: `chance_kept` x `if_kept_cents` - `cost_cents` = `net_gain_cents`."""

    name: Annotated[ActionWord, Field(description="What to do; `nothing` where nothing gains.")]
    net_gain_cents: Annotated[int, Field(description="What it is expected to bring less its cost.")]
    if_kept_cents: Annotated[
        int,
        Field(description="What the customer brings if kept; without a value model last spend."),
    ]
    channel: NotRequired[Annotated[str | None, Field(description="How the customer is reached.")]]
    cost_cents: NotRequired[Annotated[int | None, Field(description="What it costs.")]]
    chance_kept: NotRequired[
        Annotated[
            float | None,
            Field(
                ge=0,
                le=1,
                description="The chance that the customer would leave and stays because of it.",
            ),
        ]
    ]
    source: NotRequired[
        Annotated[
            EffectSource | None,
            Field(
                description="How that chance is known: `measured` by campaigns with customers held out, "
                "or `assumed` as a share of who leaves and is not yet gone, both by the status of the customer."
            ),
        ]
    ]
    why_nothing: NotRequired[
        Annotated[
            WhyNothing | None,
            Field(description="Why nothing is to be done; absent where something is."),
        ]
    ]
    group: NotRequired[
        Annotated[
            ContactGroupWord | None,
            Field(
                description="What measured campaigns tell of the customer: who is worth a contact (`persuadable`), comes back anyway "
                "(`sure thing`), does not (`lost cause`), or is driven away by one (`do not disturb`); absent where nothing was measured."
            ),
        ]
    ]
