"""What the texts of a source's columns mean, decided by evidence over all of its files."""

from features.sources.formats.deciding import decided
from features.sources.formats.evidence import Evidence, joined
from features.sources.formats.formats import ColumnFormat, Decision, Doubt, SaidFormats
from features.sources.formats.gathering import evidence_of

__all__ = [
    "ColumnFormat",
    "Decision",
    "Doubt",
    "Evidence",
    "SaidFormats",
    "decided",
    "evidence_of",
    "joined",
]
