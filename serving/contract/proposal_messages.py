"""What may be proposed to customers, as types."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from serving.contract.identifiers import Id
from serving.contract.messages import Message

ROWS = 200
MOST_PROPOSED = 100
Count = Annotated[int, Field(strict=True)]


class SimilarItemsRequest(Message):
    """Items whose like is looked for."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"item_ids": ["85123A"], "count": 5}]}
    )

    item_ids: list[Id] = Field(
        min_length=1, max_length=ROWS, description="The company's own item numbers, at most 200."
    )
    count: Count = Field(
        5, ge=1, le=MOST_PROPOSED, description="So many similar items each, the most similar first."
    )
