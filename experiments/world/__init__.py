"""A simulated company with known hazards and known uplift: demo data, and an oracle for tests.

``simulate(spec, folder)`` writes the tables a company would have, ``regulars.toml``, and apart from them
the truth; the ``World`` it returns answers what is true of each customer at any day.

* ``spec.py`` what is asked for, and the seeds · ``people.py`` hidden traits · ``lives.py`` the laws
  of one day: leaving, ordering, complaining · ``seasons.py`` the clock they order by
* ``catalogue.py`` items and offers · ``campaigns.py`` randomised exposure and its true effect
* ``baskets.py`` lines of orders, returns · ``touchpoints.py`` visits, mail, questions, complaints
* ``ledgers.py`` all of that as the company's tables · ``columns.py`` the same as Arrow columns ·
  ``blocks.py`` one block of customers · ``company.py`` all blocks into Parquet
* ``belief.py`` the exact chances at a cutoff · ``archive.py`` the hidden tables read back ·
  ``truth.py`` the world opened for questions · ``answering/`` a company in which what is done changes what happens next
"""

from experiments.world.company import simulate
from experiments.world.spec import WorldSpec
from experiments.world.truth import Truth, Uplift, World

__all__ = ["Truth", "Uplift", "World", "WorldSpec", "simulate"]
