"""One small company for all tests of the service, and the service around it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
import uvicorn

from experiments.world import WorldSpec, simulate
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.plan.plan import standard_plan
from features.store.ingestion import ingest
from features.vectors.refresh import refresh_vectors
from serving.in_use.models_in_use import InUse
from serving.nightly.run import score_everybody
from serving.snapshot.reading import Snapshot, open_snapshot
from tests.oracles.published import Published
from tests.serving.calling import Caller, Service
from tests.serving.company import (
    Company,
    company_in,
    put_segments_to_use,
    put_to_use,
    put_value_to_use,
)
from tests.shared_companies import made_once, own_copy, shared_folder
from tests.training.families.items.drugstore import write_drugstore
from tests.waiting import until
from training.families.items.family import ITEMS_FAMILY
from training.families.offers.family import OFFERS_FAMILY
from training.recipe.recipe import train


@pytest.fixture(scope="session")
def demo_workspace(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company with a store, vectors, a model in use and scores; nobody changes it."""
    return company_in(own_copy(tmp_path_factory, "company", company_in))


def copied_into(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A copy of the company of all tests in a folder that may be written to."""
    made = made_once(shared_folder(tmp_path_factory), "company", company_in)
    copytree(made, folder, dirs_exist_ok=True)
    return company_in(folder)


@pytest.fixture(scope="session")
def valued_company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A copy of that company with a value model and segments in use, and scores made with them."""

    def make(folder: Path) -> None:
        company = copied_into(folder, tmp_path_factory)
        put_value_to_use(company)
        put_segments_to_use(company)
        score_everybody(company.settings, company.workspace)

    return company_in(own_copy(tmp_path_factory, "valued", make))


@pytest.fixture(scope="session")
def valued(valued_company: Company) -> Snapshot:
    """That company's scores."""
    return open_snapshot(valued_company.workspace)


@pytest.fixture(scope="session")
def valued_service(
    valued_company: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The application over that company, for tests that write nothing."""
    service = Service(valued_company, tmp_path_factory.mktemp("ledger"))
    yield service
    service.close()


@pytest.fixture(scope="session")
def published(valued_company: Company) -> Published:
    """That company's scores as they lie on disk, read without the code that shows them."""
    folder = valued_company.workspace.scores.current
    assert folder is not None
    return Published(folder, valued_company.settings_path.parent)


@pytest.fixture(scope="session")
def snapshot(demo_workspace: Company) -> Snapshot:
    """The company's scores."""
    return open_snapshot(demo_workspace.workspace)


@pytest.fixture(scope="session")
def drugstore(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company that recommends and has no other model; one customer declined, another wants no offers."""
    return found_in(own_copy(tmp_path_factory, "drugstore", _recommending))


def _recommending(folder: Path) -> None:
    path = write_drugstore(folder)
    answers = ["customer,agreed,mails", "c005,false,", "c006,true,true", "c007,true,false", ""]
    (folder / "people.csv").write_text("\n".join(answers), encoding="utf-8")
    path.write_text(
        path.read_text(encoding="utf-8")
        + '\n[tables.customers]\nsource = "people.csv"\n\n[tables.customers.columns]\n'
        + 'customer_id = "customer"\nprofiling_consent = "agreed"\nmarketing_consent = "mails"\n',
        encoding="utf-8",
    )
    company = ingested(path)
    train(ITEMS_FAMILY, company.settings, company.workspace)


@pytest.fixture(scope="session")
def recommending_company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A copy of the company of all tests with a model that recommends beside its own; nobody changes it."""

    def make(folder: Path) -> None:
        company = copied_into(folder, tmp_path_factory)
        train(ITEMS_FAMILY, company.settings, company.workspace)

    return company_in(own_copy(tmp_path_factory, "recommending", make))


@pytest.fixture(scope="session")
def offering_company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company with campaigns and a control arm that decides about offers and has no other model."""
    return found_in(own_copy(tmp_path_factory, "offering", _offering))


def _offering(folder: Path) -> None:
    simulate(WorldSpec(customers=6_000, seed=5, lines_per_customer=14, days=500), folder)
    path = folder / "regulars.toml"
    path.write_text(
        path.read_text(encoding="utf-8")
        + '\n[offers]\nresponse_days = 7\ncontact_cents = 1\nweekly_caps = { email = "2" }\n'
        + "explore_percent = 0\nhold_out_percent = 10\n",
        encoding="utf-8",
    )
    company = ingested(path)
    train(OFFERS_FAMILY, company.settings, company.workspace)


@pytest.fixture(scope="session")
def arbitrating_company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A copy of that company with models of risk and value beside its offers, and scores made with them; nobody changes it."""

    def make(folder: Path) -> None:
        made = made_once(shared_folder(tmp_path_factory), "offering", _offering)
        copytree(made, folder, dirs_exist_ok=True)
        company = found_in(folder)
        refresh_vectors(company.workspace, plan_for=standard_plan, threads=1)
        put_to_use(company.settings, company.workspace, family="logistic", version="1")
        put_value_to_use(company)
        score_everybody(company.settings, company.workspace)

    return found_in(own_copy(tmp_path_factory, "arbitrating", make))


def ingested(path: Path) -> Company:
    """The company of these settings, its tables checked and kept."""
    company = found_in(path.parent)
    ingest(company.settings, company.workspace)
    return company


def found_in(folder: Path) -> Company:
    """The company of this folder, as it lies there."""
    settings = load_settings(folder / "regulars.toml")
    return Company(folder / "regulars.toml", settings, Workspace(settings.workspace_folder))


@pytest.fixture(scope="session")
def opened_service(
    demo_workspace: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The guarded application over that company, opened once."""
    service = Service(demo_workspace, tmp_path_factory.mktemp("ledger"))
    yield service
    service.close()


@pytest.fixture
def service(opened_service: Service, tmp_path: Path) -> Service:
    """The guarded application with a ledger of its own and a clock that stands."""
    opened_service.begin(tmp_path)
    return opened_service


@pytest.fixture
def in_use(service: Service) -> InUse:
    """What that application answers from."""
    found = service.models_in_use.in_use
    assert found is not None and found.past is not None
    return found


@pytest.fixture
def caller(service: Service) -> Caller:
    """Somebody with a key that may score."""
    return service.caller("score")


@pytest.fixture
def address(service: Service) -> Iterator[tuple[str, int]]:
    """Host and port at which the service answers; its web server writes its own log of every call, as loudly as it can."""
    listening = socket.create_server(("127.0.0.1", 0))
    settings = uvicorn.Config(
        service.application, log_config=None, log_level="debug", access_log=True, lifespan="off"
    )
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    until(lambda: server.started)
    yield listening.getsockname()
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture
def customers(service: Service) -> list[str]:
    """Three customers who are scored, the likeliest to leave first."""
    in_use = service.models_in_use.in_use
    assert in_use is not None
    keys = in_use.snapshot.ranking.customer_keys[:3]
    return [in_use.snapshot.customer_ids[int(key)] for key in keys]
