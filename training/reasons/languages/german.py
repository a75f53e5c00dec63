"""German: a phrase for every English one, and German numbers, days and money."""

from __future__ import annotations

import re
from datetime import date

from features.behaviour.groups import PROFILE
from features.declarations.values import Feature, ReasonGroup
from training.reasons.languages.language import Language, Phrasebook, forms, untranslated
from training.reasons.languages.numbers import money, share, short, symbol_of, whole_days

_SWAP = str.maketrans(",.", ".,")
_AFTER_NO = re.compile(r"^keine (laufende|verschiedene|gekündigte)\b")
_NO = re.compile(r"^0 (?=[A-ZÄÖÜ]|laufende|verschiedene|gekündigte)")

# fmt: off
CLAUSES = {
    "{value} orders of what it is about": "{value} [Bestellung|Bestellungen] dessen, worum es geht",
    "{value} of all lines are of what it is about": "{value} aller Positionen sind das, worum es geht",
    "what it is about was last bought {value} ago": "das, worum es geht, zuletzt vor {value_declined} gekauft",
    "other purchases speak for it by {value}": "andere Käufe sprechen dafür: {value}",
    "{value} orders of the item": "{value} [Bestellung|Bestellungen] des Artikels",
    "{value} of the usual price was discount so far": "{value} des üblichen Preises bisher als Rabatt",
    "{value} more discount than usual": "{value} mehr Rabatt als üblich",
    "its price is away from the usual by {value}": "Abstand zum üblichen Preis: {value}",
    "{value} offers taken so far": "{value} [Angebot|Angebote] bisher angenommen",
    "{value} of earlier offers taken": "{value} früherer Angebote angenommen",
    "{value} of earlier offers of this kind taken": "{value} früherer Angebote dieser Art angenommen",
    "an offer was last taken {value} ago": "zuletzt vor {value_declined} ein Angebot angenommen",
    "shown {value} times already": "schon {value} Mal gezeigt",
    "{value} offers shown in 30 days": "{value} [Angebot|Angebote] in 30 Tagen gezeigt",
    "an offer was last shown {value} ago": "zuletzt vor {value_declined} ein Angebot gezeigt",
    "{value} taken off": "{value} Nachlass",
    "a reward that costs {value}": "eine Prämie, die {value} kostet",
    "{value} of those shown it take it": "{value} derer, die es sehen, nehmen es an",
    "{value} of all sales are of what it is about": "{value} aller Verkäufe sind das, worum es geht",
    "{value} orders {window}": "{value} [Bestellung|Bestellungen] {window}",
    "bought on {value} different days {window}": "an {value} verschiedenen [Tag|Tagen] {window} gekauft",
    "{value} order lines {window}": "{value} [Position|Positionen] bestellt {window}",
    "spent {value} {window}, net of returns": "{value} ausgegeben {window}, Rückgaben abgezogen",
    "spent {value} {window} before returns": "{value} ausgegeben {window}, vor Rückgaben",
    "{value} an order {window}": "{value} je Bestellung {window}",
    "dearest order line {window}: {value}": "teuerste Position {window}: {value}",
    "{value} pieces bought {window}": "{value} Stück gekauft {window}",
    "{value} different items {window}": "{value} [verschiedener Artikel|verschiedene Artikel] {window}",
    "{value} pieces an order {window}": "{value} Stück je Bestellung {window}",
    "{value} lines an order {window}": "{value} [Position|Positionen] je Bestellung {window}",
    "{value} of the lines bought {window} were different items": "{value} der Positionen {window} waren verschiedene Artikel",
    "{value} a piece on average {window}": "{value} je Stück im Mittel {window}",
    "{value} returns {window}": "{value} [Rückgabe|Rückgaben] {window}",
    "{value} given back for returns {window}": "{value} für Rückgaben erstattet {window}",
    "{value} of the money spent {window} was given back for returns": "{value} der Ausgaben {window} für Rückgaben erstattet",
    "saved {value} by discounts {window}": "{value} durch Rabatte gespart {window}",
    "{value} off the full price {window}": "{value} unter dem vollen Preis {window}",
    "{value} of the lines bought {window} had a discount": "{value} der Positionen {window} mit Rabatt",
    "bought through {value} channels {window}": "über {value} [Kanal|Kanäle] gekauft {window}",
    "{value} of the orders {window} through {name}": "{value} der Bestellungen {window} über {name}",
    "last order {value} ago": "letzte Bestellung vor {value_declined}",
    "customer for {value}": "Kunde seit {value_declined}",
    "last return {value} ago": "letzte Rückgabe vor {value_declined}",
    "{value} between the first order and the last": "{value} zwischen erster und letzter Bestellung",
    "{value} orders a day since the first order": "{value} [Bestellung|Bestellungen] am Tag seit der ersten",
    "{value} a day since the first order": "{value} am Tag seit der ersten Bestellung",
    "usually buys every {value}": "kauft sonst alle {value}",
    "time between orders varies by {value}": "Abstand der Bestellungen schwankt um {value}",
    "longest pause so far {value}": "längste Pause bisher {value}",
    "{value} between the last two order days": "{value} zwischen den letzten beiden Bestelltagen",
    "{value} in the gap before the last": "{value} im vorletzten Abstand",
    "{value} in the last gap but two": "{value} im drittletzten Abstand",
    "lately buys every {value}": "kauft zuletzt alle {value}",
    "gaps vary by {value} times their mean": "Abstände schwanken um das {value}-Fache ihres Mittels",
    "recent gaps {value} times the usual one": "letzte Abstände das {value}-Fache des üblichen",
    "silent for {value} times the usual gap": "still seit dem {value}-Fachen des üblichen Abstands",
    "silent for {value} times the longest gap so far": "still seit dem {value}-Fachen des längsten Abstands",
    "silent for {value} times the recent gap": "still seit dem {value}-Fachen der letzten Abstände",
    "next order due in {value}": "nächste Bestellung fällig in {value_declined}",
    "the money spent changed by {value} a month over the last year": "Ausgaben im letzten Jahr je Monat um {value} verändert",
    "the money spent changed each month by {value} of the year's total": "Ausgaben je Monat um {value} der Jahressumme verändert",
    "the number of orders changed by {value} a month over the last year": "Zahl der Bestellungen im letzten Jahr je Monat um {value} verändert",
    "the number of orders changed each month by {value} of the year's total": "Zahl der Bestellungen je Monat um {value} der Jahressumme verändert",
    "the number of order lines changed by {value} a month over the last year": "Zahl der Positionen im letzten Jahr je Monat um {value} verändert",
    "the number of order lines changed each month by {value} of the year's total": "Zahl der Positionen je Monat um {value} der Jahressumme verändert",
    "the number of pieces changed by {value} a month over the last year": "Stückzahl im letzten Jahr je Monat um {value} verändert",
    "the number of pieces changed each month by {value} of the year's total": "Stückzahl je Monat um {value} der Jahressumme verändert",
    "an order in {value} of the last {days} months": "in {value} der letzten {days} Monate bestellt",
    "an order in each of the last {value} months": "in jedem der letzten {value} Monate bestellt",
    "the money spent of the last {days} days {value} times that of the {days} days before": "Ausgaben der letzten {days} Tage: das {value}-Fache der {days} Tage davor",
    "the number of orders of the last {days} days {value} times that of the {days} days before": "Bestellungen der letzten {days} Tage: das {value}-Fache der {days} Tage davor",
    "the number of order lines of the last {days} days {value} times that of the {days} days before": "Positionen der letzten {days} Tage: das {value}-Fache der {days} Tage davor",
    "the number of pieces of the last {days} days {value} times that of the {days} days before": "Stückzahl der letzten {days} Tage: das {value}-Fache der {days} Tage davor",
    "bought from {value} categories {window}": "aus {value} [Warengruppe|Warengruppen] gekauft {window}",
    "{value} categories bought for the first time {window}": "{value} [Warengruppe|Warengruppen] erstmals gekauft {window}",
    "{value} categories no longer bought for {days} days": "{value} [Warengruppe|Warengruppen] seit {days} Tagen nicht mehr gekauft",
    "money spent {window} spread over categories with an entropy of {value}": "Ausgaben {window} über Warengruppen verteilt, Entropie {value}",
    "{value} of the money spent {window} went to one of the categories": "{value} der Ausgaben {window} in einer Warengruppe",
    "bought from {value} departments {window}": "aus {value} [Abteilung|Abteilungen] gekauft {window}",
    "{value} departments bought for the first time {window}": "{value} [Abteilung|Abteilungen] erstmals gekauft {window}",
    "{value} departments no longer bought for {days} days": "{value} [Abteilung|Abteilungen] seit {days} Tagen nicht mehr gekauft",
    "money spent {window} spread over departments with an entropy of {value}": "Ausgaben {window} über Abteilungen verteilt, Entropie {value}",
    "{value} of the money spent {window} went to one of the departments": "{value} der Ausgaben {window} in einer Abteilung",
    "bought from {value} brands {window}": "von {value} [Marke|Marken] gekauft {window}",
    "{value} brands bought for the first time {window}": "{value} [Marke|Marken] erstmals gekauft {window}",
    "{value} brands no longer bought for {days} days": "{value} [Marke|Marken] seit {days} Tagen nicht mehr gekauft",
    "money spent {window} spread over brands with an entropy of {value}": "Ausgaben {window} über Marken verteilt, Entropie {value}",
    "{value} of the money spent {window} went to one of the brands": "{value} der Ausgaben {window} bei einer Marke",
    "money spent {window} spread over channels with an entropy of {value}": "Ausgaben {window} über Kanäle verteilt, Entropie {value}",
    "{value} of the money spent {window} went to one of the channels": "{value} der Ausgaben {window} über einen Kanal",
    "{value} of the money spent {window} went to the category {name}": "{value} der Ausgaben {window} für die Warengruppe {name}",
    "{value} of the money spent {window} went to the brand {name}": "{value} der Ausgaben {window} für die Marke {name}",
    "{value} of the money spent {window} went to {name}": "{value} der Ausgaben {window} für {name}",
    "{value} contacts {window}": "{value} [Kontakt|Kontakte] {window}",
    "last contact {value} ago": "letzter Kontakt vor {value_declined}",
    "contacts of the last {days} days {value} times those of the {days} days before": "Kontakte der letzten {days} Tage: das {value}-Fache der {days} Tage davor",
    "{value} links clicked {window}": "{value} [Link|Links] angeklickt {window}",
    "last link clicked {value} ago": "letzter Klick vor {value_declined}",
    "{value} questions asked {window}": "{value} [Anfrage|Anfragen] {window}",
    "last question asked {value} ago": "letzte Anfrage vor {value_declined}",
    "{value} mails opened {window}": "{value} [Mail|Mails] geöffnet {window}",
    "last mail opened {value} ago": "letzte Mail vor {value_declined} geöffnet",
    "{value} visits {window}": "{value} [Besuch|Besuche] {window}",
    "last visit {value} ago": "letzter Besuch vor {value_declined}",
    "{value} items put in the basket {window}": "{value} [Artikel|Artikel] in den Korb gelegt {window}",
    "last item put in the basket {value} ago": "zuletzt vor {value_declined} etwas in den Korb gelegt",
    "contacts through {value} channels {window}": "Kontakte über {value} [Kanal|Kanäle] {window}",
    "{value} contacts {window} through {name}": "{value} [Kontakt|Kontakte] {window} über {name}",
    "{value} of the contacts {window} through {name}": "{value} der Kontakte {window} über {name}",
    "{value} contacts of the kind {name} {window}": "{value} [Kontakt|Kontakte] der Art {name} {window}",
    "last contact of the kind {name} {value} ago": "letzter Kontakt der Art {name} vor {value_declined}",
    "{value} complaints {window}": "{value} [Beschwerde|Beschwerden] {window}",
    "last complaint {value} ago": "letzte Beschwerde vor {value_declined}",
    "{value} complaints still open": "{value} [Beschwerde|Beschwerden] noch offen",
    "a complaint open for {value}": "eine Beschwerde offen seit {value_declined}",
    "{value} complaints settled of those made {window}": "{value} [Beschwerde|Beschwerden] erledigt von denen {window}",
    "complaints made {window} settled after {value} on average": "Beschwerden {window} im Mittel nach {value_declined} erledigt",
    "{value} surveys answered {window}": "{value} [Umfrage|Umfragen] beantwortet {window}",
    "{value} of the contacts {window} were surveys": "{value} der Kontakte {window} waren Umfragen",
    "last score given: {value}": "letzte Note: {value}",
    "average score given {window}: {value}": "mittlere Note {window}: {value}",
    "score changed by {value} since the one before": "Note um {value} gegen die vorige verändert",
    "{value} offers shown {window}": "{value} [Angebot|Angebote] gezeigt {window}",
    "last offer shown {value} ago": "letztes Angebot vor {value_declined} gezeigt",
    "{value} offers held back {window}": "{value} [Angebot|Angebote] zurückgehalten {window}",
    "offers shown {window} with a discount of {value} on average": "Angebote {window} mit {value} Rabatt im Mittel",
    "{value} offers accepted of those shown {window}": "{value} [Angebot|Angebote] angenommen von den gezeigten {window}",
    "{value} of the offers shown {window} accepted": "{value} der Angebote {window} angenommen",
    "{value} offers shown {window} without being accepted": "{value} [Angebot|Angebote] {window} gezeigt und nicht angenommen",
    "last offer accepted {value} ago": "letztes Angebot vor {value_declined} angenommen",
    "{value} from accepting offers shown {window}": "{value} durch angenommene Angebote {window}",
    "{value} contracts running": "{value} [laufender Vertrag|laufende Verträge]",
    "{value} terms of contract so far": "{value} [Vertragslaufzeit|Vertragslaufzeiten] bisher",
    "{value} renewals of a contract so far": "{value} [Vertragsverlängerung|Vertragsverlängerungen] bisher",
    "first contract began {value} ago": "erster Vertrag begann vor {value_declined}",
    "latest contract term began {value} ago": "jüngste Vertragslaufzeit begann vor {value_declined}",
    "contract expires in {value}": "Vertrag endet in {value_declined}",
    "last contract term expired {value} ago": "letzte Vertragslaufzeit endete vor {value_declined}",
    "latest contract term at {value}": "jüngste Vertragslaufzeit zu {value}",
    "contract price changed by {value}": "Vertragspreis um {value} verändert",
    "{value} contracts with automatic renewal": "{value} [Vertrag|Verträge] mit automatischer Verlängerung",
    "{value} different plans so far": "{value} [verschiedener Tarif|verschiedene Tarife] bisher",
    "{value} contracts running under notice": "{value} [gekündigter Vertrag läuft|gekündigte Verträge laufen] noch",
    "{value} contracts cancelled so far": "{value} [Vertrag|Verträge] gekündigt bisher",
    "notice last given {value} ago": "letzte Kündigung vor {value_declined}",
    "by their rhythm so far, {value} chance of no purchase in the next {days} days": "nach bisherigem Rhythmus {value} Chance, dass in den nächsten {days} Tagen nichts gekauft wird",
    "by their rhythm so far, {value} purchases to expect in the next {days} days": "nach bisherigem Rhythmus {value} [Kauf|Käufe] in den nächsten {days} Tagen zu erwarten",
    "by their rhythm so far, {value} chance that they have not stopped for good": "nach bisherigem Rhythmus {value} Chance, dass nicht für immer Schluss ist",
    "member for {value}": "Mitglied seit {value_declined}",
    "brought {value} customers": "{value} [Kunden|Kunden] geworben",
    "registered {value} ago": "angemeldet vor {value_declined}",
    "region {name}: {value}": "Region {name}: {value}",
    "segment {name}: {value}": "Segment {name}: {value}",
}
WINDOWS = {"days": "in den letzten {days} Tagen", "ever": "bisher"}
DECLARED = {
    "{name} {value} ago": "{name} vor {value_declined}",
    "{name}: {value}": "{name}: {value}",
    "{name} {value}": "{name} {value}",
}
"""What a company calls its own attributes stays as it is."""
CLAIMS = {
    "Silent for {days_since_order}; usually buys every {gap_mean_days}": "Seit {days_since_order_declined} still; kauft sonst alle {gap_mean_days}",
    "Last order {days_since_order} ago; usually buys every {gap_mean_days}": "Letzte Bestellung vor {days_since_order_declined}; kauft sonst alle {gap_mean_days}",
    "Silent for {days_since_order}, longer than ever; longest pause before {gap_max_days}": "Seit {days_since_order_declined} still, so lange wie nie; längste Pause zuvor {gap_max_days}",
    "Last order {days_since_order} ago; has paused for {gap_max_days} before": "Letzte Bestellung vor {days_since_order_declined}; hat schon {gap_max_days} pausiert",
    "Silent for {days_since_order}; lately bought every {gap_recent_days}": "Seit {days_since_order_declined} still; kaufte zuletzt alle {gap_recent_days}",
    "Last order {days_since_order} ago; lately buys every {gap_recent_days}": "Letzte Bestellung vor {days_since_order_declined}; kauft zuletzt alle {gap_recent_days}",
    "Buying more slowly: lately every {gap_recent_days}, usually every {gap_mean_days}": "Kauft langsamer: zuletzt alle {gap_recent_days}, sonst alle {gap_mean_days}",
    "Buying faster: lately every {gap_recent_days}, usually every {gap_mean_days}": "Kauft schneller: zuletzt alle {gap_recent_days}, sonst alle {gap_mean_days}",
    "{what} of the last {days} days fell to {share} of the {days} days before": "{what} der letzten {days} Tage: nur {share} der {days} Tage davor",
    "No {what} in the last {days} days; some in the {days} before": "In den letzten {days} Tagen nichts unter {what}, in den {days} davor schon",
    "{what} of the last {days} days grew to {share} of the {days} days before": "{what} der letzten {days} Tage: {share} der {days} Tage davor",
    "{what} falling by {size} a month over the last year": "{what} im letzten Jahr je Monat um {size} gefallen",
    "{what} rising by {size} a month over the last year": "{what} im letzten Jahr je Monat um {size} gestiegen",
    "{what} shrinking from month to month over the last year": "{what} im letzten Jahr von Monat zu Monat weniger",
    "{what} growing from month to month over the last year": "{what} im letzten Jahr von Monat zu Monat mehr",
}
SUBJECTS = {
    "spend": "Ausgaben", "orders": "Bestellungen", "lines": "Positionen", "quantity": "Stückzahl",
    "contacts": "Kontakte",
}
TITLES = {
    "Buying rhythm": "Kaufrhythmus", "How often they buy": "Wie oft gekauft wird", "Spend level": "Höhe der Ausgaben",
    "Change in buying": "Veränderung im Kaufen", "Basket and range": "Warenkorb und Sortiment", "Returns": "Rückgaben",
    "Discounts and price": "Rabatte und Preise", "Where they buy": "Wo gekauft wird", "Time as a customer": "Dauer als Kunde",
    "Complaints and service": "Beschwerden und Service", "Visits and interest": "Besuche und Interesse",
    "Taste for what it is about": "Geschmack an dem, worum es geht", "Price and discount": "Preis und Nachlass",
    "Answers to earlier offers": "Antworten auf frühere Angebote",
    "How much was offered lately": "Wie viel zuletzt angeboten wurde", "The offer itself": "Das Angebot selbst",
    "Offers": "Angebote", "Contract": "Vertrag", "Profile": "Profil",
}
# fmt: on


class German(Language):
    """German, for every phrase there is."""

    code = "de"
    base, other, total = "Grundrisiko", "Alles Übrige", "Risiko"
    base_said = "Wovon das Modell bei allen ausgeht."
    similar = "ähnliches Gewicht"
    typical = "üblich: {value}"
    peers = ("", "treue Kunden im ersten Jahr", "treue Kunden im zweiten Jahr",
             "treue Kunden seit zwei Jahren und mehr")  # fmt: skip
    _book, _declared = Phrasebook(CLAUSES, WINDOWS), Phrasebook(CLAUSES | DECLARED, WINDOWS)

    def quantity(self, value: float, unit: str, currency: str) -> str:
        """A value as a person would write it.

        >>> [German().quantity(one, unit, "EUR") for one, unit in ((1.2, "days"), (123456, "cents"), (2.5, "orders"))]
        ['1 Tag', '1.235 €', '2,5']
        """
        if unit == "cents":
            return self.money(round(value), currency)
        if unit == "days":
            return self.days(value)
        if unit == "share":
            return self.share(value)
        if unit == "yes_no":
            return "ja" if value >= 0.5 else "nein"
        return self.number(value)

    def share(self, value: float) -> str:
        """A part of a whole in percent."""
        return share(value).translate(_SWAP)

    def days(self, value: float) -> str:
        """A stretch of time in whole days that have passed."""
        whole = whole_days(value)
        if whole == 0:
            return "weniger als ein Tag"
        return f"{whole:,} Tag{'' if abs(whole) == 1 else 'e'}".translate(_SWAP).replace("-", "−")

    def number(self, value: float) -> str:
        """A number with as many digits as one reads at a glance."""
        return short(value).translate(_SWAP)

    def money(self, cents: int, currency: str, places: int | None = None) -> str:
        """An amount, its currency behind it.

        >>> German().money(4_50, "EUR"), German().money(-1_234_50, "CHF")
        ('4,50 €', '−1.234 CHF')
        """
        sign = "−" if cents < 0 else ""
        amount = money(abs(cents), "", places).strip().translate(_SWAP)
        return f"{sign}{amount} {symbol_of(currency)}"

    def date(self, day: date) -> str:
        """A day of the calendar.

        >>> German().date(date(2026, 11, 5))
        '5.11.2026'
        """
        return f"{day.day}.{day.month}.{day.year}"

    def clause(self, feature: Feature) -> str:
        """What is said of a feature; ``ModelRefused`` where the book has no phrase for it."""
        declared = feature.group == PROFILE.name or feature.group.startswith("declared_")
        found = (self._declared if declared else self._book).find(feature.said)
        if found is None:
            raise untranslated("feature", feature.name, self.code)
        return found

    def meaning(self, feature: Feature) -> str:
        """The clause, with a gap where its value stands beside it."""
        clause = forms(self.clause(feature), "2")
        said = clause.replace("{value}", "…").replace("{value_declined}", "…")
        return said[:1].upper() + said[1:]

    def unknown(self, feature: Feature) -> str:
        """The same, and that nothing is known."""
        return f"{self.meaning(feature)}: nicht bekannt"

    def title(self, group: ReasonGroup) -> str:
        """What a reason is about; a company's own title stays as it is."""
        if group.name.startswith("declared_"):
            return group.title
        if group.title not in TITLES:
            raise untranslated("reason", group.title, self.code)
        return TITLES[group.title]

    def claim(self, text: str) -> str:
        """The template of a claim."""
        if text not in CLAIMS:
            raise untranslated("claim", text, self.code)
        return CLAIMS[text]

    def subject(self, word: str) -> str:
        """What a claim is about; ``ModelRefused`` where there is no word for it."""
        if word not in SUBJECTS:
            raise untranslated("subject of a claim", word, self.code)
        return SUBJECTS[word]

    def declined(self, said: str) -> str:
        """The dative: seit 41 Tagen."""
        return re.sub(r"Tage$", "Tagen", said).replace("ein Tag", "einem Tag")

    def sentence(self, said: str) -> str:
        """Keine Bestellungen, nicht 0; and a capital to begin with."""
        said = _NO.sub("keine ", said).replace("keine Stück", "kein Stück")
        said = _AFTER_NO.sub(r"keine \1n", said)
        return said[:1].upper() + said[1:]
