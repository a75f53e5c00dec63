"""The BentoML service: one process, its models in use, the contract mounted in it and the guard around it all."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bentoml
from _bentoml_sdk import Service  # the public name offers no way to put a guard outermost

from features.company.settings.reading import load_settings
from features.company.settings.service import ServiceSettings
from features.company.workspace import Workspace
from features.vocabulary.errors import RegularsError, UsageRefused
from serving.access.admission import Admission, cores
from serving.access.asgi import Application, ours_first
from serving.access.guard import Guard
from serving.access.metrics import Metrics
from serving.access.routes import LONGEST_SECONDS, Route
from serving.contract.application import build_api, declared
from serving.contract.readiness import telling
from serving.in_use.models_in_use import ModelsInUse
from serving.job_runner import JobRunner
from serving.ledger.administration import adopt_first_key
from serving.ledger.ledger import Ledger
from serving.pages.pages import Pages
from serving.process.bento import own_settings
from serving.process.closing import Closing
from serving.process.descendants import end_with_parent
from serving.process.garbage_collection import settle
from serving.process.pacing import take_short_turns
from serving.process.variables import SETTINGS_VARIABLE, WORKERS_VARIABLE

_logger = logging.getLogger("regulars.service")
end_with_parent()

pages = Pages()
admission = Admission()
closing = Closing()
web = build_api(pages.routes)
routes = declared(pages.routes)


def open_models_in_use(environment: Mapping[str, str]) -> ModelsInUse:
    """The models in use of the workspace that the environment names."""
    named = environment.get(SETTINGS_VARIABLE) or own_settings(environment)
    if named is None:
        raise UsageRefused(
            expected=f"the settings file in {SETTINGS_VARIABLE}",
            found="nothing",
            remedy="Start the service with `regulars serve`.",
        )
    settings = load_settings(Path(named))
    workspace = Workspace(settings.workspace_folder)
    adopt_first_key(workspace, environment, at=int(time.time()))
    return ModelsInUse(settings, workspace, now=lambda: int(time.time()), ticks=time.monotonic)


class GuardedService(Service[Any]):  # type: ignore[misc]  # BentoML ships no types for it
    """A BentoML service that nobody reaches but through the guard, not even its own routes."""

    def to_asgi(self, is_main: bool = True) -> Application:
        """BentoML's whole application, wrapped; what is ours does not take the way through its layers."""
        return Guard(
            ours_first(web, telling(super().to_asgi(is_main=is_main), _models_in_use), routes),
            routes,
            ledger=_ledger,
            now=lambda: int(time.time()),
            error_page=pages.error_page,
            note=_note,
            admission=admission,
            is_closing=closing.has_begun,
        )


@bentoml.service(
    name="regulars",
    service_class=GuardedService,
    workers=int(os.environ.get(WORKERS_VARIABLE, "1")),
    # The guard holds each route to its own time; this is for what escapes it.
    traffic={"timeout": LONGEST_SECONDS + 10},
    metrics={"enabled": True},
    logging={"access": {"enabled": False}},
)
@bentoml.asgi_app(web, path="/")
class Regulars:
    """Scores with reasons by customer id, and the churn list."""

    def __init__(self) -> None:
        self.models_in_use: ModelsInUse | None = None
        # BentoML starts a worker that raises here again and again, so a fault only makes it not ready.
        try:
            self.models_in_use = open_models_in_use(os.environ)
        except RegularsError as refused:
            _logger.error("%s", refused)
        except Exception as fault:
            _logger.error("The service cannot open its workspace: %s", type(fault).__name__)
        web.state.models_in_use = self.models_in_use
        if self.models_in_use is not None:
            pages.language = self.models_in_use.language
            admission.declare(**_limits(self.models_in_use.settings.service))
        web.state.metrics = Metrics()
        self.runner = None if self.models_in_use is None else JobRunner(self.models_in_use)
        if self.runner is not None:
            self.runner.start()
        settle()
        take_short_turns()
        closing.watch(lambda: admission.is_idle)

    @bentoml.api(route="/score")  # type: ignore[untyped-decorator]
    def score(self, question: dict[str, Any], /) -> dict[str, Any]:
        """Score customers, for BentoML's own clients; the question and the answer are those of ``/v1/score``."""
        # Declared so that clients find it in the description. BentoML would parse a body in its own way, answer a
        # broken one with 500 and log what it held, so the address itself is answered by the contract's route.
        raise NotImplementedError("POST /score is answered by serving/contract/client_routes.py")

    def __is_ready__(self) -> bool:
        """Whether there is a model to answer with; never raises, for BentoML would hang."""
        try:
            return self.models_in_use is not None and self.models_in_use.in_use is not None
        except Exception:
            return False

    @bentoml.on_shutdown  # type: ignore[untyped-decorator]
    def close(self) -> None:
        """Stop working on jobs and let go of the ledger."""
        if self.runner is not None:
            self.runner.stop()
        if self.models_in_use is not None:
            self.models_in_use.close()


def _limits(declared: ServiceSettings) -> dict[str, Any]:
    return {
        "at_once": declared.calls_at_once or max(1, cores() // declared.workers),
        "longest_wait_seconds": declared.longest_wait_seconds,
    }


def _note(route: Route | None, method: str, status: int, seconds: float) -> None:
    metrics = getattr(web.state, "metrics", None)
    if metrics is not None:
        metrics.note(route, method, status, seconds)


def _models_in_use() -> ModelsInUse | None:
    found = getattr(web.state, "models_in_use", None)
    return found if isinstance(found, ModelsInUse) else None


def _ledger() -> Ledger | None:
    models_in_use = _models_in_use()
    return None if models_in_use is None else models_in_use.ledger
