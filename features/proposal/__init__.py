"""Look at a company's own files and propose ``regulars.toml`` for them, with a reason for each line.

``looking`` describes the columns of a file by their values, ``names`` knows what such columns are called
in several languages, ``roles`` decides which column is which, ``cautions`` finds rows that are no
sales, ``surroundings`` guesses currency, time zone and horizon, and ``writing`` words it all as TOML.
"""

from features.proposal.propose import propose
from features.proposal.writing import Proposal, ProposedColumn, ProposedRule, ProposedTable

__all__ = ["Proposal", "ProposedColumn", "ProposedRule", "ProposedTable", "propose"]
