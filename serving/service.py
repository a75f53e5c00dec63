"""The BentoML service: one process, its models in use, the contract mounted in it and the guard around it all."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bentoml
from _bentoml_sdk import Service  # the public name offers no way to put a guard outermost

from features.company.settings.reading import load_settings
from features.company.settings.service import ServiceSettings
from features.company.workspace import Workspace
from features.vocabulary.errors import RegularsError, UsageRefused
from serving.access.admission import Admission, cores
from serving.access.answered_call import Heard
from serving.access.asgi import Application, ours_first
from serving.access.call_log import CallLog
from serving.access.connections import bound_connections
from serving.access.cookies import PLAIN, Cookies, cookies_for
from serving.access.gauges import MULTIPROCESS_VARIABLE, Gauges
from serving.access.guard import Guard
from serving.access.metrics import Metrics
from serving.access.routes import LONGEST_SECONDS
from serving.access.tracing import traced
from serving.adapters.adapters import ADAPTERS
from serving.contract.application import build_api, declared
from serving.contract.readiness import telling
from serving.in_use.models_in_use import ModelsInUse
from serving.in_use.watch import Watch
from serving.job_runner import JobRunner
from serving.ledger.administration import adopt_first_key
from serving.ledger.ledger import Ledger
from serving.pages.pages import Pages
from serving.process.bento import own_settings
from serving.process.closing import Closing
from serving.process.descendants import end_with_parent
from serving.process.garbage_collection import settle
from serving.process.json_lines import write_json_lines
from serving.process.loop_lag import LoopLag
from serving.process.pacing import take_short_turns
from serving.process.variables import FIGURES_VARIABLE, SETTINGS_VARIABLE, WORKERS_VARIABLE

_logger = logging.getLogger("regulars.service")
end_with_parent()
if figures := os.environ.get(FIGURES_VARIABLE):
    # BentoML has named a folder of its own by now, which all services of a user would share.
    os.environ[MULTIPROCESS_VARIABLE] = figures


WORKERS = int(os.environ.get(WORKERS_VARIABLE, "1"))
pages = Pages()
admission = Admission()
closing = Closing()
heard = Heard()
web = build_api(*ADAPTERS, pages.routes)
routes = declared(*ADAPTERS, pages.routes)


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
        bound_connections()
        return Guard(
            ours_first(
                web, telling(super().to_asgi(is_main=is_main), _models_in_use, _lacking), routes
            ),
            routes,
            ledger=_ledger,
            now=lambda: int(time.time()),
            error_page=pages.error_page,
            note=heard.note,
            admission=admission,
            is_closing=closing.has_begun,
            cookies=_cookies,
        )


@bentoml.service(
    name="regulars",
    service_class=GuardedService,
    workers=WORKERS,
    # The guard holds each route to its own time; this is for what escapes it.
    traffic={"timeout": LONGEST_SECONDS + 10},
    metrics={"enabled": True},
    logging={"access": {"enabled": False}},
)
@bentoml.asgi_app(web, path="/")
class Regulars:
    """Scores with reasons by customer id, and the churn list."""

    def __init__(self) -> None:
        write_json_lines()
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
            pages.rehearse()
            admission.declare(**_limits(self.models_in_use.settings.service))
        lag = LoopLag()
        lag.begin()
        self.watch = Watch(self.models_in_use, admission, lag, Gauges(), workers=WORKERS)
        self.call_log = CallLog(time.time)
        heard.listeners = [
            Metrics().note,
            self.watch.note,
            *traced(os.environ, _tracer_provider, time.time),
        ]
        if self.models_in_use is None or self.models_in_use.settings.service.log_calls:
            heard.listeners.append(self.call_log.note)
        self.watch.start()
        self.call_log.start()
        web.state.watch = self.watch
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
        """Whether calls about customers can be answered, as it was found last; never raises, for BentoML would hang."""
        return not self.watch.lacking

    @bentoml.on_shutdown  # type: ignore[untyped-decorator]
    def close(self) -> None:
        """Stop working on jobs and let go of the ledger."""
        if self.runner is not None:
            self.runner.stop()
        self.watch.stop()
        self.call_log.stop()
        if self.models_in_use is not None:
            self.models_in_use.close()


def _tracer_provider() -> Any:
    """What gives tracers as BentoML's own configuration says; read only where somebody has switched them on."""
    from bentoml._internal.configuration.containers import BentoMLContainer

    return BentoMLContainer.tracer_provider.get()


def _limits(declared: ServiceSettings) -> dict[str, Any]:
    return {
        "at_once": declared.calls_at_once or max(1, cores() // declared.workers),
        "longest_wait_seconds": declared.longest_wait_seconds,
    }


def _models_in_use() -> ModelsInUse | None:
    found = getattr(web.state, "models_in_use", None)
    return found if isinstance(found, ModelsInUse) else None


def _cookies() -> Cookies:
    """How cookies are called and sent by a company's settings."""
    found = _models_in_use()
    return PLAIN if found is None else cookies_for(found.settings.service)


def _lacking() -> Sequence[str]:
    watch = getattr(web.state, "watch", None)
    return watch.lacking if isinstance(watch, Watch) else ()


def _ledger() -> Ledger | None:
    models_in_use = _models_in_use()
    return None if models_in_use is None else models_in_use.ledger
