"""Which tests ought to notice a mistake in a file: its mirror, and the laws about its room."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePosixPath

import grimp

from experiments.bench.house.structure import FLOORS, House
from experiments.mutants.sample import room_of

LAWS = "tests/laws/"
_ELSEWHERE = {
    "regulars": "tests/commands",
    "regulars/assistant": "tests/commands/assistant",
    "regulars/library": "tests/commands/library",
    "serving/pages": "tests/pages",
}
"""Rooms whose tests do not stand in the folder of the same name."""
_SEEN_BY = {
    "features/company/erased": "tests/serving/ledger/test_privacy.py",
    "serving/access/request_body": "tests/serving/access/test_guard.py",
    "serving/access/responses": "tests/serving/access/test_guard.py",
    "serving/contract/change": "tests/serving/scores/test_changes.py",
    "serving/contract/customer_routes": "tests/serving/contract/test_customer.py",
    "serving/contract/discovery": "tests/serving/contract/test_discovery.py",
    "serving/contract/event": "tests/serving/ledger/test_reported_events.py",
    "serving/contract/item": "tests/serving/items/test_recommending.py",
    "serving/contract/job": "tests/serving/ledger/test_jobs.py",
    "serving/contract/offer": "tests/serving/offers/test_offering.py",
    "serving/contract/privacy": "tests/serving/ledger/test_privacy.py",
    "serving/contract/recorded": "tests/serving/ledger/test_privacy.py",
    "serving/contract/row": "tests/serving/contract/test_score_input.py",
    "serving/contract/score": "tests/serving/contract/test_score_input.py",
    "serving/ledger/migrations": "tests/serving/ledger/test_schema.py",
    "serving/snapshot/forgetting": "tests/serving/ledger/test_privacy.py",
}
"""Who sees what a file does from outside, where it has no mirror of its own and the importers are only near."""
_QUESTION_FIELDS = "tests/serving/contract/test_question_fields.py"
"""It holds every default and limit of what may be asked, whichever messages say so."""
_KERNEL = "tests/features/kernel/test_kernel.py"
"""It tries the operations of the kernel on a handful of events, whichever of its files computes them."""
_OTHERS_COPIES = "tests/laws/test_additions.py"
"""It tries additions in copies of the tree, and is no law about the rooms it names."""
_MOST = 6
"""So many test files are tried where a file has no mirror of its own; the nearest first."""

# They make nothing of the companies: what they import is no ingredient of one.
_USES_COMPANIES = "tests.serving.calling"
_MAKE_COMPANIES = (
    "tests.serving.conftest",
    "tests.commands.library.company",
    "tests.commands.shop",
    "tests.experiments.notebooks.test_notebooks",
    "tests.experiments.trials.company",
    "tests.training.conftest",
    "tests.training.ladder.test_ladder",
)


class Imports:
    """Who imports whom, the tests too."""

    def __init__(self) -> None:
        self.graph: grimp.ImportGraph = House((*FLOORS, "tests")).graph
        self.tests = sorted(
            file_of(one) for one in self.graph.modules if one.split(".")[-1].startswith("test_")
        )

    def tests_importing(self, modules: Iterable[str]) -> set[str]:
        """The test files that import one of these modules themselves."""
        importers = {
            one
            for module in modules
            for one in self.graph.find_modules_that_directly_import(module)
        }
        return {file_of(one) for one in importers} & set(self.tests)

    def laws_about(self, room: str) -> list[str]:
        """The laws that import anything of a room."""
        return [law for law, rooms in self._rooms_of_laws.items() if room in rooms]

    @cached_property
    def _rooms_of_laws(self) -> dict[str, set[str]]:
        laws = [one for one in self.tests if one.startswith(LAWS) and one != _OTHERS_COPIES]
        imported = self.graph.find_modules_directly_imported_by
        return {law: {room_of(file_of(one)) for one in imported(module_of(law))} for law in laws}

    def importers(self, module: str) -> set[str]:
        """The modules that import a module themselves."""
        return self.graph.find_modules_that_directly_import(module)

    def ingredients(self) -> set[str]:
        """The files whose code has a part in making the companies that tests share."""
        makers, waiting = set[str](), [*_MAKE_COMPANIES]
        while waiting:
            module = waiting.pop()
            makers.add(module)
            imported = self.graph.find_modules_directly_imported_by(module)
            waiting += imported - makers - {_USES_COMPANIES}
        return {file_of(one) for one in makers}


def module_of(file: str) -> str:
    """The dotted name of a file's module.

    >>> module_of("serving/access/guard.py"), module_of("serving/access/__init__.py")
    ('serving.access.guard', 'serving.access')
    """
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def file_of(module: str) -> str:
    """The file of a module that is no package."""
    return module.replace(".", "/") + ".py"


def mirrored(file: str, imports: Imports) -> list[str]:
    """The test files that ought to notice a mistake in a file, the laws last; empty where there are none."""
    own = _own(file, imports.tests)
    seen = [test for begins, test in _SEEN_BY.items() if file.startswith(begins)]
    if file.startswith("serving/contract/") and file.endswith("_messages.py"):
        seen.append(_QUESTION_FIELDS)
    if own and file.startswith("features/kernel/"):
        own = list(dict.fromkeys([*own, _KERNEL]))
    mirror = own or [test for test in seen if test in imports.tests] or _nearest(file, imports)
    laws = imports.laws_about(room_of(file))
    return [*mirror, *(one for one in laws if one not in mirror)]


def _own(file: str, tests: Iterable[str]) -> list[str]:
    """The tests that bear the file's name, in the folder of the same name."""
    folder, stem = _folder(file), PurePosixPath(file).stem
    names = (f"{folder}/test_{stem}.py", f"{folder}/test_{stem}_")
    return [one for one in tests if one == names[0] or one.startswith(names[1])]


def _nearest(file: str, imports: Imports) -> list[str]:
    """The nearest tests that import the file, or else one that imports it."""
    module = module_of(file)
    for modules in ({module}, imports.importers(module)):
        importing = imports.tests_importing(modules)
        folder = PurePosixPath(_folder(file))
        for near in (folder, *folder.parents[:-2]):
            found = [one for one in importing if one.startswith(f"{near}/")]
            if found:
                # Those in the folder itself before those below it.
                return sorted(found, key=lambda one: (one.count("/"), one))[:_MOST]
    inside = [one for one in imports.tests if one.startswith(f"{_folder(file)}/")]
    return inside[:_MOST]


def _folder(file: str) -> str:
    room = room_of(file)
    folder = str(PurePosixPath(file).parent)
    return folder.replace(room, _ELSEWHERE[room]) if room in _ELSEWHERE else f"tests/{folder}"
