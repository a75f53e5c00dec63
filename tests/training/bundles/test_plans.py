"""A model in use keeps its own plan, and the next training learns what is new."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner

from features.company.settings.questions import ChurnSettings
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.lifecycle.repeat_buying import buying_model_before
from features.store.store import open_store
from features.vocabulary.time import Cutoff
from regulars.main import main
from tests.commands.shop import SETTINGS, leaving_and_staying, write_shop
from tests.training.companies import company
from training.bundles.plans import champion_plan, plan_in_use, plan_to_learn
from training.families.churn.family import CHURN_FAMILY
from training.recipe.recipe import given_to

WITH_CHANNEL = SETTINGS.replace(
    'amount = "pieces * price"', 'amount = "pieces * price"\nchannel = "channel"'
)
HEADER = "customer,receipt,day,article,pieces,price,channel"


def run(settings: Path, *words: str, code: int = 0) -> dict[str, object]:
    result = CliRunner().invoke(main, [*words, "--settings", str(settings), "--json"])
    assert result.exit_code == code, result.output
    answer: dict[str, object] = json.loads(result.output.splitlines()[-1])
    return answer


def test_a_new_channel_waits_for_the_next_training(tmp_path: Path) -> None:
    old = [f"{one},store" for one in leaving_and_staying()]
    path = write_shop(tmp_path, old, settings=WITH_CHANNEL, header=HEADER)
    for words in (["ingest"], ["train", "churn"], ["vectors"], ["score"]):
        run(path, *words)
    settings = load_settings(path)
    workspace = Workspace(settings.workspace_folder)
    before = champion_plan(workspace)
    assert before is not None and before.buying is not None
    assert CHURN_FAMILY.is_current(given_to(CHURN_FAMILY, settings, workspace))

    new = [
        f"{one},{'app' if number % 2 else 'store'}"
        for number, one in enumerate(leaving_and_staying(days=380))
    ]
    write_shop(tmp_path, new, settings=WITH_CHANNEL, header=HEADER)
    for words in (["ingest"], ["vectors"], ["score"]):
        run(path, *words)

    pack = open_store(workspace).pack()
    in_use = plan_in_use(workspace, pack, settings.churn)
    assert in_use.plan.hash == before.plan_hash
    assert "model in use" in in_use.said
    assert not CHURN_FAMILY.is_current(given_to(CHURN_FAMILY, settings, workspace))
    learned = plan_to_learn(pack, settings.churn)
    assert any("channel_app" in name for name in learned.feature_names)
    assert not any("channel_app" in name for name in in_use.plan.feature_names)

    run(path, "train", "churn")
    refused = run(path, "score", code=1)
    assert "regulars vectors" in json.dumps(refused)
    run(path, "vectors")
    run(path, "score")
    after = champion_plan(workspace)
    assert after is not None and after.plan_hash == learned.hash
    assert CHURN_FAMILY.is_current(given_to(CHURN_FAMILY, settings, workspace))

    bare = replace(pack, streams={"purchases": replace(
        pack.streams["purchases"],
        columns={k: v for k, v in pack.streams["purchases"].columns.items() if k != "channel"},
    )})  # fmt: skip
    fallen_back = plan_in_use(workspace, bare, settings.churn)
    assert "train a new one" in fallen_back.said
    assert not any("channel" in name for name in fallen_back.plan.feature_names)


def test_a_plan_for_cutoffs_of_ones_own_knows_no_more_than_the_earliest_of_them() -> None:
    shop, settings = company(), ChurnSettings(horizon_days=60)
    earliest = Cutoff.parse("2010-05-01")
    plan = plan_to_learn(shop, settings, earliest=earliest)
    assert plan.buying == buying_model_before(shop, earliest) is not None
    assert plan_to_learn(shop, settings).buying != plan.buying
