"""A process that has just opened a company's scores, and the first click in it: a customer's page."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from experiments.bench.list.visitor import Visitor
from serving.pages.figures import customer_link
from serving.pages.list_query import ListQuery


def main() -> int:
    """Print what the click costs, then what the list does."""
    visitor = Visitor(Path(sys.argv[1]))
    link = customer_link(visitor.in_use, visitor.in_use.snapshot.judged // 2, ListQuery())
    found = [visitor.get(one).cpu_seconds for one in (link, "/churn", link)]
    visitor.close()
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
