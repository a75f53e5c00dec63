"""What every verb of the command line shares: its options, its clock, its way of refusing."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from features.company.disk import disk_refusal
from features.company.workspace import Workspace
from features.vocabulary.errors import RegularsError
from features.vocabulary.time import Cutoff
from regulars.narrator import Narrator, Outcome

if TYPE_CHECKING:
    from features.company.settings.reading import Settings


RECORDED = frozenset({
    "backup", "export", "recommend", "offers plan", "campaign start", "campaign export", "campaign report",
    "campaign exposures", "forget", "nightly", "promote", "rollback", "keys create",
    "keys revoke", "experiment promote", "users create", "users set-role", "users set-password", "users disable",
    "users enable", "users remove", "users sign-out", "users link",
})  # fmt: skip
"""Verbs that write of people or change who is answered and by what: each is on record before it is done."""


@dataclass(frozen=True)
class Call:
    """What every verb is given: where the settings are and whom to tell."""

    settings_path: Path
    narrator: Narrator

    @functools.cached_property
    def settings(self) -> Settings:
        """The settings, read on first need."""
        from features.company.settings.reading import load_settings

        return load_settings(self.settings_path)

    @functools.cached_property
    def workspace(self) -> Workspace:
        """The workspace the settings name."""
        return Workspace(self.settings.workspace_folder)


@contextmanager
def _faults_as_sentences(call: Call, name: str) -> Iterator[None]:
    """Turn a user's fault into its sentence and exit code; what is left is a bug and shows itself."""
    narrator = call.narrator
    try:
        yield
    except RegularsError as fault:
        narrator.refuse(name, fault)
        sys.exit(fault.exit_code)
    except KeyboardInterrupt:
        narrator.quiet()
        click.echo("Stopped. What was published before is untouched.", err=True)
        sys.exit(130)
    except Exception as fault:
        told = error_of_fault(call, name, fault)
        if told is None:
            raise
        narrator.refuse(name, told)
        sys.exit(told.exit_code)


def error_of_fault(call: Call, name: str, fault: Exception) -> RegularsError | None:
    """What a fault of the disk or of a damaged database says to people; None where it is a mistake of ours."""
    from serving.ledger.integrity import RESTORED, is_damage

    if is_damage(fault):
        return RegularsError(
            expected="the service's database as it was written",
            found="damage in it",
            remedy=RESTORED,
        )
    # Settings that cannot be read have no workspace.
    places = (call.workspace.folder,) if "settings" in vars(call) else ()
    return disk_refusal(fault, f"`regulars {name}`", *places)


def verb(function: Callable[..., Outcome]) -> Callable[..., None]:
    """Give a verb its common options, its clock and its way of refusing."""

    @click.option(
        "--settings",
        "settings_path",
        type=click.Path(path_type=Path, dir_okay=False),
        default=Path("regulars.toml"),
        show_default=True,
        envvar="REGULARS_SETTINGS",
        help="The settings file.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Answer with one line of JSON.")
    @functools.wraps(function)
    def run(settings_path: Path, as_json: bool, **options: Any) -> None:
        _, name = click.get_current_context().command_path.split(maxsplit=1)
        narrator = Narrator(as_json=as_json)
        call = Call(settings_path, narrator)
        with _faults_as_sentences(call, name):
            if name in RECORDED:
                write_down(call, name)
            outcome = timed(name, narrator, function, call, **options)
            if outcome.exit_code:
                sys.exit(outcome.exit_code)

    return run


def write_down(call: Call, name: str) -> None:
    """Put on record that somebody at the machine itself is about to write of people, or to change who answers."""
    from serving.ledger.administration import record_command

    record_command(call.workspace, f"regulars {name}", at=now_seconds())


def unless_further(function: Callable[..., None]) -> Callable[..., None]:
    """Let a group be a verb of its own: it runs when none of its further verbs was named."""

    @functools.wraps(function)
    def run(**options: Any) -> None:
        if click.get_current_context().invoked_subcommand is None:
            function(**options)

    return run


def timed(
    name: str, narrator: Narrator, step: Callable[..., Outcome], /, *args: Any, **options: Any
) -> Outcome:
    """Run one step and tell what it did and how long it took."""
    started = time.perf_counter()
    outcome = step(*args, **options)
    narrator.tell(name, outcome, time.perf_counter() - started)
    return outcome


def now_seconds() -> int:
    """Now, in seconds since 1970."""
    return int(time.time())


def today() -> Cutoff:
    """The midnight that ended yesterday."""
    return Cutoff.at(datetime.now(UTC).date())


def tomorrow() -> Cutoff:
    """The first day of which no row can be known yet."""
    return Cutoff.at((datetime.now(UTC) + timedelta(days=1)).date())
