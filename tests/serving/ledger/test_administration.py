"""What an operator does with a workspace's ledger."""

from __future__ import annotations

from pathlib import Path

from features.company.workspace import Workspace
from serving.ledger.administration import create_key, create_ticket, list_keys, revoke_key


def test_keys_are_managed_in_a_workspace(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    key = create_key(workspace, "crm", ["score"], at=1)
    record = list_keys(workspace)[0]
    assert key.startswith(f"rgl_{record.key_id}_")
    revoke_key(workspace, record.key_id, at=2)
    assert list_keys(workspace)[0].revoked_at == 2
    assert create_ticket(workspace, at=3) != create_ticket(workspace, at=3)
