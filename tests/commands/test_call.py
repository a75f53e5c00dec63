"""What every verb of the command line shares."""

from __future__ import annotations

from regulars.call import RECORDED
from tests.laws.test_documentation import every_verb

# What tells nothing of people to anybody else and changes neither who may ask nor what answers. A restore is put on the
# record that it restores: before there is none.
NOT_RECORDED = {
    "audit", "audit list", "audit verify", "build", "campaign", "campaign list", "campaign measure", "campaign plan", "check", "dataset", "demo", "evaluate", "experiment", "experiment ablate", "experiment backtest", "experiment compare", "experiment leaderboard", "experiment run", "experiment search", "ingest", "init", "keys", "keys list", "mcp", "mlflow",
    "monitor",
    "offers", "offers simulate", "replay", "restore", "score", "serve", "train", "vectors", "vectors describe",
    "users", "users list", "users sessions", "verify",
}  # fmt: skip


def test_every_verb_is_on_record_or_known_to_need_none() -> None:
    verbs = {name.removeprefix("regulars ") for name, _ in every_verb()}
    assert verbs == RECORDED | NOT_RECORDED
    assert not RECORDED & NOT_RECORDED
