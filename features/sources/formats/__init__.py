"""What the texts of a source's columns mean, decided by evidence over all of its files."""

from features.sources.formats.deciding import decided
from features.sources.formats.evidence import Evidence, joined
from features.sources.formats.formats import ColumnFormat, Doubt, FormatDecision, SaidFormats
from features.sources.formats.gathering import evidence_of

__all__ = [
    "ColumnFormat",
    "Doubt",
    "Evidence",
    "FormatDecision",
    "SaidFormats",
    "decided",
    "evidence_of",
    "joined",
]
