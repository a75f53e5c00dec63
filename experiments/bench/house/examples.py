"""A feature, an endpoint and a page that the project does not have, as somebody would add them."""

from __future__ import annotations

from experiments.bench.house.additions import Addition, after, before

FEATURE = Addition(
    "a feature",
    {
        "features/behaviour/purchases.py": (
            after(
                '        *windowed("line_spend"',
                '        *windowed("line_spend", Ratio(SPEND_GROSS, BOUGHT_LINES, "mean"), '
                'meaning="Average order line {window}, before returns.", unit="cents", group=SPEND, '
                'said="{value} an order line {window}", missing=NO_ORDER),\n',
            ),
        ),
    },
    written_by=["features.plan.dictionary"],
)

ENDPOINT = Addition(
    "an endpoint",
    {
        "serving/contract/discovery_messages.py": (
            before(
                "class FeatureAnswer(",
                '''\
class ClockAnswer(Answer):
    """What time it is to the service."""

    now: Annotated[str, Field(description="The instant by which scores expire.")]


''',
            ),
        ),
        "serving/contract/discovery_routes.py": (
            before("    EventColumnAnswer,", "    ClockAnswer,\n"),
            before(
                "def _model(",
                '''\
@routes.get("/clock", scope="score", is_personal=False)
def clock(request: Request) -> ClockAnswer:
    """What time it is to the service, by which scores expire."""
    return ClockAnswer(now=instant(models_in_use_of(request).now()))


''',
            ),
        ),
        "docs/api.md": (
            after("| `/v1/version` |", "| `/v1/clock` | GET | `score` | the service's time |\n"),
        ),
        "tests/serving/access/test_routes.py": (
            after('    Route("/v1/version"', '    Route("/v1/clock", "score"),\n'),
        ),
        "tests/serving/contract/test_clock.py": '''\
"""The service tells its time, also before there is a model."""

from __future__ import annotations

from pathlib import Path

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from serving.contract.answering import instant
from serving.contract.discovery_messages import ClockAnswer
from tests.serving.calling import NOW, Service, answer_as
from tests.serving.company import Company


def test_the_service_tells_its_time(tmp_path: Path) -> None:
    path = tmp_path / "regulars.toml"
    path.touch()
    settings = load_settings(path)
    service = Service(Company(path, settings, Workspace(settings.workspace_folder)), tmp_path)
    caller = service.caller("score")
    assert answer_as(ClockAnswer, caller.get("/v1/clock").content) == {"now": instant(NOW)}
    assert "/v1/clock" in caller.get("/v1/openapi.json").json()["paths"]
    service.close()
''',
    },
)

PAGE = Addition(
    "a page",
    {
        "serving/pages/contexts.py": (
            before(
                # Between a context and its decorator, which becomes that of the new one.
                "class ContractPage:",
                '''\
class GlossaryPage:
    """What the words of the churn list mean."""

    company: str = shown("The company's name.")
    words: Mapping[str, str] = shown("Each word with what it means.")


@dataclass(frozen=True)
''',
            ),
        ),
        "serving/pages/glossary_view.py": '''\
"""What the words of the churn list mean."""

from __future__ import annotations

from serving.pages.contexts import (GlossaryPage)

WORDS = {
    "Risk": "How likely a customer is to leave.",
    "At risk": "The risk times the money that would go with the customer.",
}


def glossary_page(company: str) -> GlossaryPage:
    """The page of a company."""
    return GlossaryPage(company, WORDS)
''',
        "serving/pages/templates/glossary.html": """\
{% extends "base.html" %}
{% block title %}Words · Regulars{% endblock %}
{% block content %}
<h1>What the words mean</h1>
<dl>
{% for word, meaning in page.words.items() %}
  <dt>{{ word }}</dt><dd>{{ meaning }}</dd>
{% endfor %}
</dl>
{% endblock %}
""",
        "serving/pages/pages.py": (
            before(
                "from serving.pages.list_view",
                "from serving.pages.glossary_view import glossary_page\n",
            ),
            after(
                '        get("/v1/docs"',
                '        get("/glossary", scope="pages", is_personal=False, browser=True)'
                "(self._glossary)\n",
            ),
            before(
                "    def _file(",
                """\
    def _glossary(self, request: Request) -> Response:
        page = glossary_page(models_in_use_of(request).settings.company.name)
        return html(self.draw("glossary.html", page))

""",
            ),
        ),
        "docs/api.md": (
            after(
                "| `/churn/customer` |", "| `/glossary` | GET | `pages` | what the words mean |\n"
            ),
        ),
        "tests/pages/test_contexts.py": (
            before("    ProblemPage,", "    GlossaryPage,\n"),
            after('    "customer.html"', '    "glossary.html": GlossaryPage,\n'),
        ),
        "tests/serving/access/test_routes.py": (
            after('    Route("/v1/docs"', '    Route("/glossary", "pages", browser=True),\n'),
        ),
        "tests/serving/access/role_table.txt": (
            after(
                "GET /churn/customer",
                "GET /glossary: marketer, adviser, scientist, privacy officer, admin, auditor\n",
            ),
        ),
        "tests/pages/test_glossary_page.py": '''\
"""The page of words, which answers also before there is a model."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from serving.pages.glossary_view import WORDS
from tests.serving.calling import Service
from tests.serving.company import Company


def test_every_word_stands_on_the_page_with_its_meaning(tmp_path: Path) -> None:
    path = tmp_path / "regulars.toml"
    path.touch()
    settings = load_settings(path)
    service = Service(Company(path, settings, Workspace(settings.workspace_folder)), tmp_path)
    answer = service.browser().get("/glossary")
    service.close()
    assert answer.status_code == 200
    page = BeautifulSoup(answer.text, "html.parser")
    said = [one.get_text() for one in page.select("dt, dd")]
    assert said == [text for pair in WORDS.items() for text in pair]
''',
    },
)
