"""What recommending costs: a night of everybody, and one call among very many."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import textwrap
from statistics import median
from typing import Any

import numpy as np

_MAKE = """
    import sys
    from pathlib import Path
    from experiments.bench.items.invented import write_company
    write_company(Path(sys.argv[1]), customers=int(sys.argv[2]), items=int(sys.argv[3]))
"""
_NIGHT = """
    import json, os, sys, time
    from pathlib import Path
    from experiments.bench.items.invented import opened
    from serving.items.all_customers import tables_of
    from serving.items.lists import Wishes
    from training.families.items.words import ENGLISH
    import numpy as np
    found = opened(Path(sys.argv[1]))
    customers = np.arange(len(found.customer_ids))
    next(tables_of(found, customers[:64], Wishes(20), ENGLISH, 2))
    begun, spent = time.perf_counter(), sum(os.times()[:4])
    lines = sum(len(one) for one in tables_of(found, customers, Wishes(20), ENGLISH, 2))
    wall, cpu = time.perf_counter() - begun, sum(os.times()[:4]) - spent
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    print(json.dumps([wall, cpu, int(status["VmHWM"].split()[0]) * 1024 / 1e9, lines]))
"""
_CALLS = """
    import json, sys, time
    from pathlib import Path
    import numpy as np
    from experiments.bench.items.invented import opened
    from serving.items.lists import Wishes
    from serving.contract.item_routes import recommended_item
    from training.families.items.words import ENGLISH
    found = opened(Path(sys.argv[1]))
    shelving = found.shelving()
    took = []
    for key in np.random.default_rng(1).choice(len(found.customer_ids), 600, replace=False):
        begun = time.perf_counter()
        listed = found.list_for(found.bought(int(key)), shelving, Wishes(10), ENGLISH)
        answer = [recommended_item(one) for one in listed.items]
        took.append(1000 * (time.perf_counter() - begun))
        assert len(answer) == 10
    print(json.dumps(took[100:]))
"""
_COMPANY = """
    import sys
    from pathlib import Path
    from experiments.world import WorldSpec, simulate
    from features.company.settings.reading import load_settings
    from features.company.workspace import Workspace
    from features.store.ingestion import ingest
    spec = WorldSpec(
        customers=int(sys.argv[2]), items=int(sys.argv[3]), lines_per_customer=25.0, seed=5
    )
    settings = load_settings(simulate(spec, Path(sys.argv[1]) / "company").settings_file)
    ingest(settings, Workspace(settings.workspace_folder))
"""
_TRAIN = """
    import json, os, sys
    from pathlib import Path
    from features.company.settings.reading import load_settings
    from features.company.workspace import Workspace
    from features.store.store import open_store
    from training.families.items.learning import learn_items
    settings = load_settings(Path(sys.argv[1]) / "company" / "regulars.toml")
    store = open_store(Workspace(settings.workspace_folder))
    learn_items(store, settings.recommendations, threads=1)
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    print(json.dumps([int(status["VmHWM"].split()[0]) * 1024 / 1e9, sum(os.times()[:4])]))
"""


def training(customers: int, items: int) -> tuple[float, float]:
    """Learning to recommend for a simulated company of 25 lines a customer: peak memory in GB, and CPU seconds."""
    with tempfile.TemporaryDirectory() as scratch:
        _run(_COMPANY, scratch, customers, items)
        peak, cpu = _run(_TRAIN, scratch)
    return peak, cpu


def night(customers: int, items: int) -> tuple[float, float, float, int]:
    """Top 20 for everybody with reasons: seconds, CPU seconds, peak memory in GB, and lines."""
    with tempfile.TemporaryDirectory() as scratch:
        _run(_MAKE, scratch, customers, items)
        wall, cpu, peak, lines = _run(_NIGHT, scratch)
    return wall, cpu, peak, int(lines)


def one_call(customers: int, items: int) -> tuple[float, tuple[float, float]]:
    """One list of ten with reasons inside the process: p50 in milliseconds, with the middle 80 %."""
    with tempfile.TemporaryDirectory() as scratch:
        _run(_MAKE, scratch, customers, items)
        took = _run(_CALLS, scratch)
    low, high = np.percentile(took, [10, 90])
    return median(took), (float(low), float(high))


def _run(program: str, *words: Any) -> Any:
    """Run a program in a process of its own, so that its memory is its own; gives what it printed last."""
    command = [sys.executable, "-c", textwrap.dedent(program), *map(str, words)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    last = done.stdout.splitlines()[-1:] or ["null"]
    return json.loads(last[0])
