"""What decisions about offers find and what they cost: ``make bench-offers``, every figure with its reach.

Public data are found through ``REGULARS_DATA``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from experiments.bench.claims import Claim, Stopwatch, arguments, conclude, peak_memory_gb
from experiments.bench.offers.companies import company_claims
from experiments.bench.offers.cost import audience, one_call
from experiments.bench.offers.hillstrom import HALVES, MENS, WOMENS, halves
from experiments.bench.offers.ifood import pilot
from experiments.bench.offers.journey import journey
from experiments.bench.offers.rounds import rounds_claims

CAMPAIGNS = {13: 0.708, 18: 0.777}
PICTURE = Path("docs/offers-earned.png")
QINIS = {WOMENS: 0.066, MENS: 0.025}


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("offers")
    data = Path(os.environ.get("REGULARS_DATA", "../shared/data"))
    claims = [*_costs(given.is_small), *_hillstrom(data, given.is_small), *_pilot(data)]
    with tempfile.TemporaryDirectory() as scratch:
        claims += _journey(data, Path(scratch))
    claims += rounds_claims(given.is_small)
    claims += company_claims(given.is_small, PICTURE)
    return conclude("offers", claims, given)


def _costs(is_small: bool) -> list[Claim]:
    middle, spread = one_call()
    customers = 100_000 if is_small else 1_000_000
    with Stopwatch() as watch:
        found = audience(customers, 20)
    print(f"{customers:,} × 20: used {found.used}, prices {found.prices}", flush=True)
    return [
        Claim("200 customers × 50 offers, CPU after scores", middle, 10.0, "ms", spread=spread),
        Claim(f"{customers:,} × 20 under 3 budgets", watch.wall_seconds, 300.0, "s"),
        Claim("its peak memory", peak_memory_gb(), 6.0, "GB"),
        Claim("below the programme's bound", 100 * found.shortfall, 0.5, "%"),
    ]


def _hillstrom(data: Path, is_small: bool) -> list[Claim]:
    claims = []
    most = 2 if is_small else HALVES
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        asked = {arm: pool.submit(halves, data, arm, most=most) for arm in QINIS}
        for arm, waiting in asked.items():
            found = waiting.result()
            print(
                f"{arm}: chosen {dict(found.taken)}; effect at 30 % {found.at_30_percent.mean():.4f}; "
                f"by risk {found.risk.mean():.4f} (sd {found.risk.std():.4f})",
                flush=True,
            )
            mean = float(found.chosen.mean())
            spread = float(found.chosen.min()), float(found.chosen.max())
            claims.append(
                Claim(f"Hillstrom, {arm}, Qini", mean, QINIS[arm], "", "at least", spread)
            )
    return claims


def _pilot(data: Path) -> list[Claim]:
    found = pilot(data)
    print(f"iFood: AUC {found.auc:.4f}, logistic {found.logistic_auc:.4f}", flush=True)
    spread = found.gain_low, found.gain_high
    return [
        Claim("iFood, AUC over logistic", found.gain, 0.0, "", "at least", spread),
        Claim("the lower end of its 95 % interval", found.gain_low, 0.0, "", "at least"),
        Claim("iFood, ECE", found.ece, 0.03),
    ]


def _journey(data: Path, scratch: Path) -> list[Claim]:
    found = journey(data, scratch)
    for campaign, auc in found.by_campaign.items():
        best = found.best_column[campaign]
        print(f"campaign {campaign}: AUC {auc:.4f}; by offers taken before {best:.4f}", flush=True)
    print(f"no effect is claimed: {found.not_causal}", flush=True)
    macro = f"{found.campaigns} campaigns, macro AUC within"
    return [
        *(
            Claim(f"campaign {one}, AUC", found.by_campaign[one], reach, "", "at least")
            for one, reach in CAMPAIGNS.items()
        ),
        Claim(macro, found.macro, 0.5, "", "at least", (found.macro_low, found.macro_high)),
        Claim("no effect is claimed of it", float(bool(found.not_causal)), 1.0, "", "at least"),
    ]


if __name__ == "__main__":
    sys.exit(main())
