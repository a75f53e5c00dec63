"""What several verbs take: files, dates, the name of a model, a reason for the record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import Cutoff


class CutoffType(click.ParamType[Any]):
    """A date on the command line."""

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Cutoff:
        """Read the date, or fail as a wrong use of the command."""
        if isinstance(value, Cutoff):
            return value
        try:
            return Cutoff.parse(str(value))
        except UsageRefused as fault:
            self.fail(str(fault), param, ctx)


a_file = click.Path(path_type=Path, dir_okay=False)
as_of_option = click.option(
    "--as-of",
    type=CutoffType(),
    help="Rows from this date on lie in the future; without it, tomorrow.",
)
again_option = click.option(
    "--again", is_flag=True, help="Make everything anew, also where nothing has changed."
)
MODELS = ("churn", "value", "segments", "recommendations", "offers")
"""The families of models, by the names a user gives; the first is meant where none is given."""
model_option = click.option(
    "--model", type=click.Choice(MODELS), default=MODELS[0], show_default=True, help="Which model."
)
reason_option = click.option("--reason", required=True, help="Why, for the record.")
