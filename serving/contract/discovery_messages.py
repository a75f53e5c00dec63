"""What the service says of itself, as types."""

from __future__ import annotations

from pydantic import Field

from serving.contract.messages import Message, ModelIdentity


class ModelAnswer(ModelIdentity):
    """One model in use, with how well it did."""

    family: str = Field(description="What kind of model it is.")
    horizon_days: int = Field(description="The outcome is looked for within so many days.")
    gap_days: int = Field(description="Days between the score and the first day that counts.")
    question: str = Field(description="What it answers and of whom, in words.")
    base_rate: float = Field(
        description="The share it came true of among the customers it learned from."
    )
    population: dict[str, int] = Field(description="Which customers it judges.")
    metrics: dict[str, object] = Field(description="Its figures on customers it had not seen.")


class ModelsAnswer(Message):
    """The models in use."""

    models: list[ModelAnswer] = Field(description="One entry a model.")


class VersionAnswer(Message):
    """What is running."""

    service: str = Field(description="The version of Regulars.")
    ready: bool = Field(description="Whether scores can be answered.")
    model: ModelIdentity | None = Field(description="The model that answers.")
    snapshot: str | None = Field(description="The generation of scores the pages show.")
    vector_as_of: str | None = Field(description="Only what was known before this counts.")
    fault: dict[str, str] | None = Field(
        description="Why the newest model or scores are not the ones in use."
    )
