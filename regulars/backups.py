"""A workspace backed up while the service runs, and put back."""

from __future__ import annotations

from pathlib import Path

import click

from regulars.call import Call, now_seconds, verb
from regulars.narrator import Outcome

_a_folder = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("folder", type=_a_folder)
@verb
def backup(call: Call, folder: Path) -> Outcome:
    """Copy what cannot be made again of the workspace to FOLDER, while the service runs."""
    from serving.ledger.backups.backup import back_up

    done = back_up(call.workspace, folder)
    return Outcome(
        said=f"Backed up {done.files:,} files, {done.size_bytes / 1e6:,.1f} MB, to {folder}",
        next="copy it to another machine",
        data={"folder": str(folder), "files": done.files, "bytes": done.size_bytes},
    )


@click.command()
@click.argument("folder", type=_a_folder)
@click.option(
    "--demands",
    type=_a_folder,
    help="A folder with the erased.db and ledger.db of now, for what was demanded since the backup.",
)
@verb
def restore(call: Call, folder: Path, demands: Path | None) -> Outcome:
    """Put a backup from FOLDER into an empty workspace, without whoever was erased since."""
    from serving.ledger.backups.restoring import restore as put_back

    done = put_back(
        call.workspace,
        folder,
        at=now_seconds(),
        demands=demands,
        ignore_case=bool(call.settings.company.ignore_case),
    )
    again = f"; {done.erased_again:,} erased since are out of it again" if done.erased_again else ""
    return Outcome(
        said=f"Restored {done.files:,} files to {call.workspace.folder}{again}",
        next="`regulars ingest`, `regulars vectors`, `regulars score`, then `regulars forget`",
        data={"files": done.files, "erased_again": done.erased_again},
    )
