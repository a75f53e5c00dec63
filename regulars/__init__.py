"""The command line, the only place that prints and reads the day from the clock; and the library for notebooks.

====================  =====================================================================
main                  the verbs by name, each read from its file when it is called
call  options         what every verb shares, and what several take
narrator              what was done, how long it took, what to do next, or why not
company               ``init``, ``check``, ``ingest``, ``forget``
vectors               ``vectors``, ``vectors describe``
dataset               ``dataset``
experiments           ``experiment``
training              ``train``, ``promote``, ``rollback``, ``mlflow``
families              the families that can be trained, and what is told of each
scoring               ``score``, ``export``, ``recommend``, ``replay``
monitoring            ``monitor``
nightly               ``nightly``
retraining            whether a night trains anew, and what became of it
night_steps           the list of what a night does, which a further step joins
offers                ``offers simulate``, ``offers plan``
service               ``build``, ``serve``
keys                  ``keys``, ``audit``
demo                  ``demo``
check_tables          a check of the raw tables as it is shown
library               what a notebook imports: ``from regulars import open_workspace``
dictionary_tables     the dictionary of features as it is shown
training_tables       a training as it is shown
experiment_tables     experiments beside one another as they are shown
offer_tables          a simulated change and a written plan as they are shown
====================  =====================================================================

A file of verbs loads little when it is read, so that ``--help`` and a shell's completion answer at once; what
a verb works with is imported where it begins to work. The public names are loaded when they are first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from features.vocabulary.errors import RegularsError
    from regulars.library.tables import describe
    from regulars.library.workspace import OpenWorkspace, open_workspace
    from training.learners.estimators.classifiers import (
        BlendedClassifier,
        BoostedClassifier,
        LogisticClassifier,
    )
    from training.learners.estimators.customers import CustomerSplit
    from training.learners.estimators.forward import ForwardSplit

__all__ = [
    "BlendedClassifier",
    "BoostedClassifier",
    "CustomerSplit",
    "ForwardSplit",
    "LogisticClassifier",
    "OpenWorkspace",
    "RegularsError",
    "describe",
    "open_workspace",
]

_PLACES = {
    "BlendedClassifier": "training.learners.estimators.classifiers",
    "BoostedClassifier": "training.learners.estimators.classifiers",
    "CustomerSplit": "training.learners.estimators.customers",
    "ForwardSplit": "training.learners.estimators.forward",
    "LogisticClassifier": "training.learners.estimators.classifiers",
    "OpenWorkspace": "regulars.library.workspace",
    "RegularsError": "features.vocabulary.errors",
    "describe": "regulars.library.tables",
    "open_workspace": "regulars.library.workspace",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
