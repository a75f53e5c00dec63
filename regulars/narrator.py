"""How the command line talks: what was done, how long it took, what to do next, or why not."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import click

from features.vocabulary.errors import RegularsError, UsageRefused


@dataclass(frozen=True)
class Table:
    """A small table shown under a verb's sentence."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Outcome:
    """What a verb did, what to do next, and the same as plain data for scripts."""

    said: str
    next: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    tables: Sequence[Table] = ()
    lines: Sequence[str] = ()
    exit_code: int = 0


class Narrator:
    """Tells a person, or a script, what is happening."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._bar: Any = None
        self._task: Any = None
        self._step = ""

    def progress(self, step: str, done: int, total: int) -> None:
        """Show how far a long step is: a bar in a terminal, a line a step elsewhere."""
        if self.as_json:
            return
        if not sys.stderr.isatty():
            if step != self._step:
                click.echo(f"  {step} …", err=True)
            self._step = step
            return
        self._draw(step, done, total)

    def _draw(self, step: str, done: int, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        if self._bar is None:
            columns = (TextColumn("  {task.description}"), BarColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
        if step != self._step:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task, self._step = self._bar.add_task(step), step
        self._bar.update(self._task, completed=done, total=max(total, 1))

    def quiet(self) -> None:
        """Take the progress bar down."""
        if self._bar is not None:
            self._bar.stop()
        self._bar, self._task, self._step = None, None, ""

    def tell(self, verb: str, outcome: Outcome, seconds: float) -> None:
        """Say what a verb did, how long it took and what to do next."""
        self.quiet()
        try:
            self._tell(verb, outcome, seconds)
        except OSError as fault:
            raise UsageRefused(
                expected="room for the answer where the output goes",
                found=fault.strerror or str(fault),
                remedy="What was asked for is done; only its answer could not be written.",
            ) from None

    def _tell(self, verb: str, outcome: Outcome, seconds: float) -> None:
        if self.as_json:
            envelope = {"verb": verb, "done": outcome.exit_code == 0, "seconds": round(seconds, 2)}
            click.echo(json.dumps({**envelope, "next": outcome.next, **outcome.data}, default=str))
            return
        mark = "✓" if outcome.exit_code == 0 else "✗"
        click.echo(f"{mark} {outcome.said} ({seconds:.1f} s)")
        for table in outcome.tables:
            self._show(table)
        for line in outcome.lines:
            click.echo(line)
        if outcome.next:
            click.echo(f"  Next: {outcome.next}")

    def refuse(self, verb: str, fault: RegularsError) -> None:
        """Say why nothing was done."""
        self.quiet()
        if self.as_json:
            with suppress(OSError):
                click.echo(json.dumps({"verb": verb, "done": False, "refused": fault.as_dict()}))
                return
        click.echo(f"✗ {fault}", err=True)

    @staticmethod
    def _show(table: Table) -> None:
        from rich.box import SIMPLE
        from rich.console import Console
        from rich.markup import escape
        from rich.table import Table as RichTable

        drawn = RichTable(title=table.title, title_justify="left", box=SIMPLE, pad_edge=False)
        for header in table.headers:
            drawn.add_column(header, overflow="fold")
        for row in table.rows:
            # A place in the settings, [company], would be taken for a style and vanish.
            drawn.add_row(*map(escape, row))
        console = Console() if sys.stdout.isatty() else Console(width=160)
        console.print(drawn)
