"""A workspace that others can read, or that nobody has a key to, is not served."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.company.workspace import Workspace
from features.vocabulary.errors import UsageRefused
from serving.access.open_doors import refuse_open_doors
from serving.ledger.administration import create_key, revoke_key


def test_a_workspace_that_others_can_read_is_not_served(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    workspace.folder.mkdir(mode=0o750)
    with pytest.raises(UsageRefused) as refused:
        refuse_open_doors(workspace)
    assert refused.value.found == "mode 750" and "chmod 700 work" in refused.value.remedy


def test_nobody_is_served_before_there_is_a_key_or_after_the_last_has_ended(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    with pytest.raises(UsageRefused):
        refuse_open_doors(workspace)
    key = create_key(workspace, "crm", ["score"], at=1)
    refuse_open_doors(workspace)
    revoke_key(workspace, key.split("_")[1], at=2)
    with pytest.raises(UsageRefused) as refused:
        refuse_open_doors(workspace)
    assert "regulars keys create" in refused.value.remedy
