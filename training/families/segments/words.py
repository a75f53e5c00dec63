"""What stands beside the reasons for a segment, in each language; the names of segments stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class SegmentWords:
    """The sentence above the habits, what the last lines are called, and habits that English names."""

    next_nearest: str
    almost_as_near: str
    said: str
    other: str
    together: str
    habits: Mapping[str, str]

    def habit(self, english: str) -> str:
        """A habit in a word; a company's own name in it stays as it is.

        >>> SEGMENT_WORDS["de"].habit("frequent"), SEGMENT_WORDS["de"].habit("mostly web")
        ('häufig', 'meist web')
        """
        if english in self.habits:
            return self.habits[english]
        first, _, name = english.partition(" ")
        return f"{self.habits[first]} {name}" if name and first in self.habits else english


# fmt: off
_GERMAN = {
    "long silent": "lange still", "here lately": "zuletzt hier", "slow rhythm": "langsamer Rhythmus",
    "quick rhythm": "schneller Rhythmus", "irregular": "unregelmäßig", "regular": "regelmäßig",
    "overdue": "überfällig", "on time": "pünktlich", "frequent": "häufig", "rare": "selten",
    "busy of late": "zuletzt rege", "quiet of late": "zuletzt ruhig", "all year round": "das ganze Jahr",
    "in few months": "in wenigen Monaten", "large spend": "hohe Ausgaben", "small spend": "niedrige Ausgaben",
    "large orders": "große Bestellungen", "small orders": "kleine Bestellungen",
    "big tickets": "teure Einzelposten", "small tickets": "kleine Einzelposten", "growing": "wachsend",
    "shrinking": "schrumpfend", "slowing down": "wird langsamer", "speeding up": "wird schneller",
    "wide range": "breites Sortiment", "narrow range": "schmales Sortiment", "full baskets": "volle Körbe",
    "small baskets": "kleine Körbe", "many pieces": "viele Stücke", "single pieces": "einzelne Stücke",
    "always something new": "immer etwas Neues", "the same again": "wieder dasselbe",
    "many categories": "viele Warengruppen", "few categories": "wenige Warengruppen",
    "one favourite category": "eine Lieblingswarengruppe", "no favourite category": "keine Lieblingswarengruppe",
    "many returns": "viele Rückgaben", "few returns": "wenige Rückgaben", "dear items": "teure Artikel",
    "cheap items": "günstige Artikel", "bargains": "Schnäppchen", "full price": "voller Preis",
    "several channels": "mehrere Kanäle", "one channel": "ein Kanal", "long-standing": "langjährig",
    "newly won": "neu gewonnen", "long history": "lange Geschichte", "short history": "kurze Geschichte",
    "complaining": "beschwert sich", "no complaints": "keine Beschwerden", "asking": "fragt nach",
    "seldom asking": "fragt selten nach", "content": "zufrieden", "discontent": "unzufrieden",
    "much in touch": "viel Kontakt", "little in touch": "wenig Kontakt", "many visits": "viele Besuche",
    "few visits": "wenige Besuche", "many clicks": "viele Klicks", "few clicks": "wenige Klicks",
    "many offers taken": "viele Angebote angenommen", "few offers taken": "wenige Angebote angenommen",
    "open to offers": "offen für Angebote", "unmoved by offers": "unberührt von Angeboten",
    "under contract": "unter Vertrag", "without contract": "ohne Vertrag", "dear contract": "teurer Vertrag",
    "cheap contract": "günstiger Vertrag", "contract runs long": "Vertrag läuft lange",
    "contract ends soon": "Vertrag endet bald", "much": "viel", "little": "wenig", "mostly": "meist",
    "seldom": "selten",
}
# fmt: on
SEGMENT_WORDS: Mapping[str, SegmentWords] = {
    "en": SegmentWords(
        next_nearest="The next nearest",
        almost_as_near="Almost as near",
        said="{how} is “{neighbour}”. The figures are shares of all that speaks for the one rather than the "
        "other; the nearer their sum is to 0, the more this customer stands between the two.",
        other="all other habits",
        together="together",
        habits={},
    ),
    "de": SegmentWords(
        next_nearest="Am nächsten liegt sonst",
        almost_as_near="Fast ebenso nahe liegt",
        said="{how} „{neighbour}“. Die Zahlen sind Anteile an allem, was für das eine und nicht für das andere "
        "Segment spricht; je näher ihre Summe bei 0, desto mehr steht der Kunde dazwischen.",
        other="alle übrigen Gewohnheiten",
        together="zusammen",
        habits=_GERMAN,
    ),
}
