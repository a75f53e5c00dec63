"""A family of models that the project does not have, as somebody would add it."""

from __future__ import annotations

from experiments.bench.house.additions import Addition, after, before, within

_BUNDLE = '''\
"""Spend to come as a multiple of spend so far, opened and on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.declarations.feature import Declaration
from training.bundles.kind import Arrays, Tolerance
from training.bundles.manifest import Manifest, Written

GROWTH = "growth"
GROWTH_FILE = "growth.json"


@dataclass(frozen=True)
class GrowthTask:
    """How many days of spend are compared with as many days before."""

    horizon_days: int
    gap_days: int = 0

    @property
    def population(self) -> Mapping[str, int]:
        """Nobody is left out."""
        return {}

    @property
    def said(self) -> str:
        """What is answered and of whom, in words."""
        return f"What a customer will spend within {self.horizon_days} days. Judged is everybody."

    def as_dict(self) -> dict[str, Any]:
        """The task as plain fields."""
        return asdict(self)


@dataclass(frozen=True)
class GrowthBundle:
    """How much more is spent than before."""

    manifest: Manifest[GrowthTask]
    factor: float

    def expected(self, spend: NDArray[Any]) -> NDArray[np.float64]:
        """The spend to come of customers who spent so much."""
        return self.factor * spend.astype(np.float64)


class GrowthKind:
    """What customers will spend, as a multiple of what they spent."""

    name = GROWTH
    tolerance = Tolerance("golden rows that are answered as they were", "other amounts")
    own_features: tuple[str, ...] = ("spend",)
    needs_store = False

    def task(self, written: Written) -> GrowthTask:
        """The days, as a manifest says them."""
        return GrowthTask(**written)

    def declarations(self, model: GrowthBundle) -> Sequence[Declaration]:
        """None: its one feature is its own."""
        return ()

    def contents(self, model: GrowthBundle) -> Mapping[str, bytes]:
        """Its one number."""
        return {GROWTH_FILE: json.dumps(model.factor).encode()}

    def read(self, manifest: Manifest[GrowthTask], contents: Mapping[str, bytes]) -> GrowthBundle:
        """The model out of its file."""
        return GrowthBundle(manifest, float(json.loads(contents[GROWTH_FILE])))

    def proof(self, model: GrowthBundle) -> Arrays:
        """Invented amounts."""
        return {"values": np.array([0.0, 100.0, 2_500.0])}

    def answers(self, model: GrowthBundle, proof: Arrays) -> Arrays:
        """What is expected after each."""
        return {"expected": model.expected(proof["values"])}

    def proven(self, model: GrowthBundle, proof: Arrays) -> Arrays:
        """Nothing: a product is its own proof."""
        return {}


GROWTH_KIND = GrowthKind()
'''

_FAMILY = '''\
"""How spend growth is learned: the last days of all customers beside as many days before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from features.company.settings.questions import ValueSettings
from features.company.settings.reading import Settings
from features.store.pack import Pack
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS
from training.bundles.bundle import opened
from training.bundles.manifest import Manifest
from training.families.growth.bundle import GROWTH, GROWTH_KIND, GrowthBundle, GrowthTask
from features.vectors.refresh import end_of_data
from training.recipe.family import ALWAYS_ANEW, Given, answers_today
from training.recipe.report import Report
from training.registry.gate import GOLDEN_ROWS_HOLD, Check, size_check


@dataclass(frozen=True)
class LearnedGrowth:
    """The spend of the last days as a multiple of that of as many days before."""

    manifest: Manifest[GrowthTask]
    factor: float
    customers: int


def learn_growth(pack: Pack, days: int) -> LearnedGrowth:
    """Compare the last days with those before; ``ModelRefused`` where nothing was spent then."""
    lines, end = pack.streams["purchases"], end_of_data(pack)
    spend, age = lines.columns["amount_cents"], end.seconds - lines.seconds
    is_late = age <= days * DAY_SECONDS
    late, early = spend[is_late].sum(), spend[~is_late & (age <= 2 * days * DAY_SECONDS)].sum()
    if early <= 0:
        raise ModelRefused(
            expected=f"spend in the {days} days before the last {days}",
            found="none",
            remedy="Wait until there is more history.",
        )
    manifest = Manifest(
        name=GROWTH,
        learner="ratio",
        title="Spend growth",
        task=GrowthTask(days),
        feature_names=["spend"],
        features=[{"name": "spend", "meaning": "Spend so far.", "unit": "cents"}],
        groups=[],
        base_rate=0.0,
        data_digest=pack.digest,
        data_cut=str(end),
    )
    return LearnedGrowth(manifest, float(late / early), pack.customers)


class GrowthFamily:
    """What customers will spend, as a multiple of what they spent."""

    kind = GROWTH_KIND
    description = "What customers will spend, as a multiple of what they spent."
    recompute = None

    def own(self, settings: Settings) -> ValueSettings:
        """The horizon is that of value."""
        return settings.value

    def is_current(self, given: Given[ValueSettings]) -> bool:
        """Today's data, and the days that are asked for."""
        return answers_today(GROWTH_KIND, given, given.own.horizon_days)

    def still_fits(self, given: Given[ValueSettings]) -> str:
        """Growth follows the latest purchases."""
        return ALWAYS_ANEW

    def learn(self, given: Given[ValueSettings]) -> LearnedGrowth:
        """Compare the last days with those before."""
        return learn_growth(given.pack, given.own.horizon_days)

    def next_best(
        self, given: Given[ValueSettings], learned: LearnedGrowth, why: str
    ) -> LearnedGrowth | None:
        """There is one way alone."""
        return None

    def model(self, learned: LearnedGrowth) -> tuple[Manifest[GrowthTask], GrowthBundle]:
        """The one number."""
        return learned.manifest, GrowthBundle(learned.manifest, learned.factor)

    def report(
        self, given: Given[ValueSettings], learned: LearnedGrowth, manifest: Manifest[GrowthTask]
    ) -> Report:
        """The one number, in words."""
        return Report(
            card=f"# {manifest.title}\\n\\nSpend became {learned.factor:.2f} times what it was.\\n",
            parameters={"horizon_days": manifest.horizon_days},
            metrics={"factor": learned.factor},
            child_runs=[],
            customers=learned.customers,
            rows=learned.customers,
            features=1,
        )

    def checks(self, folder: Path, champion: Manifest[GrowthTask] | None) -> Sequence[Check]:
        """It comes back."""
        opened(GROWTH_KIND, folder)
        return [GOLDEN_ROWS_HOLD, size_check(folder)]


GROWTH_FAMILY = GrowthFamily()
'''

_CONTRACT = '''\
"""What will be spent: twice as much as before."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.builders import line, pack_of
from tests.contracts.families.family import Answers, Family
from training.families.growth.bundle import GROWTH_KIND, GrowthBundle
from training.families.growth.family import GROWTH_FAMILY, learn_growth

SPENT = np.array([3.0, 50.0, 700.0])


def growth() -> GrowthBundle:
    pack = pack_of(
        {
            "a": [line("2024-01-10", 10.0), line("2024-03-10", 15.0)],
            "b": [line("2024-03-20", 5.0)],
        }
    )
    _, bundle = GROWTH_FAMILY.model(learn_growth(pack, 60))
    assert bundle.factor == 2.0
    return bundle


def growth_answers(bundle: GrowthBundle) -> Answers:
    return {"expected": bundle.expected(SPENT)}


def growth_explained(bundle: GrowthBundle) -> tuple[NDArray[Any], NDArray[Any]]:
    """What was spent, and what is spent more."""
    return SPENT + (bundle.factor - 1.0) * SPENT, bundle.expected(SPENT)


FAMILY = Family(GROWTH_KIND, growth, growth_answers, growth_explained)
'''

_IMPORT = "from training.families.growth.bundle import GROWTH_KIND\n"

FAMILY = Addition(
    "a family",
    {
        "training/families/growth/__init__.py": '"""What customers will spend, beside what they spent."""\n',
        "training/families/growth/bundle.py": _BUNDLE,
        "training/families/growth/family.py": _FAMILY,
        "training/families/kinds.py": (
            before("from training.families.items.", _IMPORT),
            after("    OFFER_KIND.name", "    GROWTH_KIND.name: GROWTH_KIND,\n"),
        ),
        "training/families/families.py": (
            before(
                "from training.families.items.",
                "from training.families.growth.family import GROWTH_FAMILY\n",
            ),
            after("    OFFERS_FAMILY.kind.name", "    GROWTH_FAMILY.kind.name: GROWTH_FAMILY,\n"),
        ),
        "serving/in_use/served.py": (
            after("SEGMENTS: Served", 'GROWTH: Served[Any] = Served("growth")\n'),
            within("SERVED: tuple", "RECOMMENDATIONS)", "RECOMMENDATIONS, GROWTH)"),
        ),
        "serving/contract/discovery_messages.py": (
            within("Trainable = ", '"recommendations"]', '"recommendations", "growth"]'),
        ),
        "regulars/options.py": (within("MODELS = ", '"offers")', '"offers", "growth")'),),
        "regulars/training_tables.py": (
            before(
                "def _use(",
                '''\
def growth_outcome(summary: TrainingSummary) -> Outcome:
    """What the command line says of learned growth."""
    return Outcome(f"Learned {summary.title} ({_use(summary)})", data=summary.as_dict())


''',
            ),
        ),
        "regulars/families.py": (
            before("    items_outcome,", "    growth_outcome,\n"),
            before("from training.families.items.", _IMPORT),
            after("    OFFER_KIND.name", "    GROWTH_KIND.name: growth_outcome,\n"),
        ),
        "docs/growth.md": "# Growth\n\n`regulars train growth` learns how much more is spent than before.\n",
        "README.md": (
            after(
                "| [Value]", "| [Growth](docs/growth.md) | How much more is spent than before? |\n"
            ),
        ),
        "pyproject.toml": (
            after('  "training.families.value",', '  "training.families.growth",\n'),
            within(
                'forbidden_modules = ["training.recipe"',
                '"training.recipe", ',
                '"training.recipe", "training.families.growth.family", ',
            ),
        ),
        "tests/contracts/families/growth.py": _CONTRACT,
        "tests/contracts/families/__init__.py": (
            within("from tests.contracts.families import", "churn, items", "churn, growth, items"),
            within(
                "    for one in (churn",
                "(churn.FAMILY, value.FAMILY, segments.FAMILY, items.FAMILY, offers.FAMILY)",
                "(\n        churn.FAMILY,\n        value.FAMILY,\n        segments.FAMILY,\n"
                "        items.FAMILY,\n        offers.FAMILY,\n        growth.FAMILY,\n    )",
            ),
        ),
        "tests/laws/test_lists.py": (
            within("def test_what_is_opened", "the_same_five", "the_same_six"),
            within("    assert set(FAMILIES) == set(KINDS)", "== 5", "== 6"),
        ),
        "tests/laws/test_settings.py": (
            within('    folders = ("churn"', '"churn", ', '"churn", "growth", '),
        ),
    },
)
