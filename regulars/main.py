"""The command line: its verbs by name, each read from its file when it is called.

Importing this module loads click and nothing else, and so does listing the verbs.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

VERBS: Mapping[str, tuple[str, str]] = {
    "init": ("company", "Look at your own files and write the settings they need."),
    "check": ("company", "Check your tables and say what becomes of every row; nothing is stored."),
    "ingest": ("company", "Check your tables and keep them sorted in the workspace."),
    "forget": (
        "company",
        "Make store, vectors and scores anew without erased customers, and delete what still holds them.",
    ),
    "verify": (
        "company",
        "Prove that everything in the workspace is as it was written, and say what mends what is not.",
    ),
    "vectors": ("vectors", "Compute every customer's behaviour vector."),
    "dataset": (
        "dataset",
        "Build the labelled data a training learns from, and say what came of whom at each cutoff.",
    ),
    "train": (
        "training",
        "Train a model at past cutoffs, judge it against simple rules and register it.",
    ),
    "evaluate": (
        "evaluating",
        "Recompute every figure of a model's card, from its predictions, its bundle and its data, and show both side by side.",
    ),
    "experiment": (
        "experiments",
        "Answer questions about the models that are declared in the folder `experiments`, and compare the answers.",
    ),
    "promote": ("training", "Make a registered model the champion, if it passes the gate."),
    "rollback": ("training", "Make the previous champion the champion again."),
    "mcp": (
        "assistants",
        "Let an assistant read the running service by the Model Context Protocol.",
    ),
    "mlflow": ("training", "Open MLflow's own pages on the recorded runs and models."),
    "score": (
        "scoring",
        "Score every customer with the champion, with reasons, and with the model a rollback would lead to.",
    ),
    "export": (
        "scoring",
        "Write everybody's risk and worded reasons to FILE, as a table or as a CRM takes them.",
    ),
    "campaign": (
        "campaigns",
        "Plan whom to contact under a budget, start it with customers held out by lot, and measure what it brought.",
    ),
    "recommend": (
        "scoring",
        "Write everybody's list of items with its reasons to FILE, or whom to send an offer of one item to.",
    ),
    "replay": (
        "scoring",
        "Score a served row again, as of then, and say whether the answer is the same.",
    ),
    "offers": (
        "offers",
        "Try another rule about offers before it goes live, and write offers within budgets.",
    ),
    "monitor": (
        "monitoring",
        "Say what this week differs in from the weeks before: inputs, scores, feeds, and how good the model still is.",
    ),
    "nightly": (
        "nightly",
        "Do all the work of a night in order, and of what was done before only what has changed.",
    ),
    "build": (
        "service",
        "Build a Bento that serves the models in use by itself, without any customer.",
    ),
    "serve": ("service", "Serve the scoring API and the churn list."),
    "keys": ("keys", "Make, list and end API keys for the service."),
    "users": (
        "users",
        "Make accounts for people, give them roles and passwords, and end their sign-ins.",
    ),
    "audit": ("keys", "Show who asked for people's data, and prove that the record is whole."),
    "backup": (
        "backups",
        "Copy what cannot be made again of the workspace to FOLDER, while the service runs.",
    ),
    "restore": (
        "backups",
        "Put a backup from FOLDER into an empty workspace, without whoever was erased since.",
    ),
    "demo": ("demo", "Simulate a company, train on it, score it and serve it."),
}
"""Each verb with the file of ``regulars`` it stands in, and its sentence, so that a list reads no file."""


class Verbs(click.Group):
    """The group of all verbs; ``commands`` holds their names and sentences, for lists and guesses alone."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb itself, its file read now; None for a name that is none."""
        if cmd_name not in VERBS:
            return None
        module, _ = VERBS[cmd_name]
        verb: click.Command = getattr(import_module(f"regulars.{module}"), cmd_name)
        return verb

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs as click does, by their sentences alone."""
        click.Group(commands=self.commands).format_commands(ctx, formatter)


@click.group(
    cls=Verbs,
    commands={name: click.Command(name, help=sentence) for name, (_, sentence) in VERBS.items()},
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="regulars")
def main() -> None:
    """Know which customers are about to leave, why, and what to offer them next."""


if __name__ == "__main__":
    main()
