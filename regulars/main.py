"""The command line: one verb, one function.

Importing this module loads click and nothing heavy; each verb imports the room it works in, so that
``regulars --help`` answers at once.
"""

from __future__ import annotations

import click

from regulars import company, demo, keys, offers, scoring, service, training, vectors


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="regulars")
def main() -> None:
    """Know which customers are about to leave, why, and what to offer them next."""


for command in (
    company.init,
    company.check,
    company.ingest,
    company.forget,
    vectors.vectors,
    training.train,
    training.promote,
    training.rollback,
    training.mlflow,
    scoring.score,
    scoring.export,
    scoring.recommend,
    scoring.replay,
    offers.offers,
    service.build,
    service.serve,
    demo.demo,
    keys.audit,
    keys.keys,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
