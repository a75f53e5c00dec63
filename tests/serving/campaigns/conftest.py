"""A copy of the company of all tests whose ledger may be written to."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.vocabulary.time import Cutoff
from serving.campaigns.freezing import CampaignTerms
from serving.snapshot.reading import Snapshot
from tests.serving.company import Company
from tests.serving.conftest import copied_into


@pytest.fixture
def company(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company with scores in a folder of its own."""
    return copied_into(tmp_path / "company", tmp_path_factory)


@pytest.fixture
def terms(snapshot: Snapshot) -> CampaignTerms:
    """A campaign of a month that begins on the day of the scores."""
    return CampaignTerms("spring", "keep them", "Anna", Cutoff(snapshot.cutoff_seconds), 30)
