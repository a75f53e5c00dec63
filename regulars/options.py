"""What several verbs take."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from regulars.call import CutoffType

if TYPE_CHECKING:
    from features.vocabulary.time import Cutoff


a_file = click.Path(path_type=Path, dir_okay=False)
as_of_option = click.option(
    "--as-of",
    type=CutoffType(),
    help="Rows from this date on lie in the future; without it, tomorrow.",
)
MODELS = ("churn", "value", "segments", "recommendations", "offers")
"""The families of models, by the names a user gives; the first is meant where none is given."""
model_option = click.option(
    "--model", type=click.Choice(MODELS), default=MODELS[0], show_default=True, help="Which model."
)
reason_option = click.option("--reason", required=True, help="Why, for the record.")


def now_seconds() -> int:
    """Now, in seconds since 1970."""
    return int(time.time())


def tomorrow() -> Cutoff:
    """The first day of which no row can be known yet."""
    from features.vocabulary.time import Cutoff

    return Cutoff.at((datetime.now(UTC) + timedelta(days=1)).date())
