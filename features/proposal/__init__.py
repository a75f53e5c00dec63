"""Look at a company's own files and propose ``regulars.toml`` for them, with a reason for each line.

``looking`` describes the columns of a file by their values and ``names`` knows what such columns are called
in several languages. ``roles`` decides which column is which, with ``people`` for customers nobody
numbered; ``order_levels`` tells what is said of an order from what is said of a line, ``totals``, ``signs``
and ``currencies`` what a line cost, ``statuses`` and ``cautions`` which rows are no sales. ``surroundings``
guesses currency, time zone and horizon, ``kinds`` and ``others`` see to further tables, and ``writing``
words it all as TOML.
"""

from features.proposal.propose import propose
from features.proposal.writing import Proposal, ProposedColumn, ProposedRule, ProposedTable

__all__ = ["Proposal", "ProposedColumn", "ProposedRule", "ProposedTable", "propose"]
