"""Look at a company's own files and propose ``regulars.toml`` for them, with a reason for each line.

``columns`` describes the columns of a file by their values, knows what such columns are called in several
languages and decides which is which, ``people`` where nobody numbered the customers. ``exclusions`` finds the
rows that are no sales, ``amounts`` what a line cost, in which currency, and what was given back. ``kinds`` and
``others`` see to further tables, ``surroundings`` guesses time zone and horizon, and ``wording`` writes it all
down as TOML.
"""

from features.proposal.propose import propose
from features.proposal.wording.writing import Proposal, ProposedColumn, ProposedRule, ProposedTable

__all__ = ["Proposal", "ProposedColumn", "ProposedRule", "ProposedTable", "propose"]
