"""What the name of a column says about its values, and the words that stand for nothing or for a month."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


NULL_TEXTS = (
    "n/a", "na", "n.a.", "#n/a", "#na", "null", "(null)", "\\n", "none", "nan", "nil", "nat", "-", "--",
    "---", "–", "—", "?", ".", "(blank)", "(leer)", "#value!", "#ref!", "#div/0!", "#wert!", "#name?",
    "k.a.", "k. a.", "keine angabe", "n.v.", "n.v.t.", "n.d.", "n/d", "s/d", "undefined", "missing",
    "not available", "not set", "(not set)", "(none)", "unknown", "0000-00-00", "0000-00-00 00:00:00",
    "00.00.0000", "00/00/0000", "00.00.0000 00:00:00", "00/00/0000 00:00:00", "00.00.00",
)  # fmt: skip
"""Words that say that nothing is known, in small letters."""

MONTH_STARTS: tuple[tuple[str, ...], ...] = (
    ("jan", "ene", "gen"), ("feb", "fev"), ("mar", "mrt", "mrz", "maa", "mae"), ("apr", "avr", "abr"),
    ("may", "mai", "mei", "mag"), ("jun", "juin", "giu"), ("jul", "juil", "lug"),
    ("aug", "aou", "ago"), ("sep", "set"), ("oct", "okt", "ott", "out"), ("nov",), ("dec", "dez", "dic"),
)  # fmt: skip
"""How the names of the months begin in seven languages, without accents; French needs four letters in summer."""

_MONTHS = _split("""
january february march april may june july august september october november december
januar februar maerz marz april mai juni juli august september oktober november dezember jaenner janner
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
januari februari maart april mei juni juli augustus september oktober november december
jan feb mar mrz mrt apr may jun jul aug sep sept oct okt nov dec dez janv fev fevr avr juin juil aou
ene abr ago dic gen mag giu lug set ott out mai mei
""")
ENGLISH_MONTHS = frozenset(_MONTHS[:12])

ZONES_MINUTES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 60, "WEST": 60, "CET": 60, "MEZ": 60, "CEST": 120,
    "MESZ": 120, "EET": 120, "EEST": 180, "MSK": 180, "EST": -300, "EDT": -240, "CST": -360,
    "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "JST": 540, "AEST": 600,
    "AEDT": 660, "NZST": 720, "NZDT": 780,
}  # fmt: skip
"""What the short names of zones say, as minutes ahead of UTC."""

_DATES = frozenset(
    _split("""
date datum data fecha dato time timestamp datetime zeit zeitpunkt uhrzeit at on day tag dt ts when created
updated paid ordered modified since until begin beginn ende start end jour dia giorno dag heure
hora ora am le period seit bis birthday geburtstag birth valuta moment tijd tijdstip utc gmt
""")
)
_DATE_ENDINGS = (
    "date",
    "datum",
    "zeit",
    "time",
    "fecha",
    "stamp",
    "zeitpunkt",
    "tag",
    "day",
    "tijd",
)
_IDS = frozenset(
    _split("""
id ids no nr num number nummer numero code codigo codice key sku ean gtin upc asin isbn plu item
artikel article articulo articolo product produkt produit producto material order invoice receipt
bestellung auftrag beleg rechnung bon commande facture pedido factura ordine fattura transaction
customer kunde client cliente klant user member account konto iban bic phone telefon tel mobile
zip plz postcode postal cp cap siren siret vat ust card karte token reference referenz ref hash
serial batch charge store filiale shop branch kdnr artnr
""")
)
_ID_ENDINGS = (
    "id", "nr", "no", "code", "number", "nummer", "sku", "key", "ean", "plz", "zip", "phone", "artikel",
)  # fmt: skip
_MEASURES = frozenset(
    _split("""
amount amounts price prices total totals subtotal sum revenue turnover sales cost costs fee tax
discount refund refunded shipping value spend balance net gross quantity qty units pieces betrag
preis einzelpreis gesamtpreis gesamtbetrag summe umsatz rabatt kosten steuer wert menge anzahl
stueck montant prix remise quantite qte importe precio descuento cantidad unidades importo prezzo
sconto quantita bedrag prijs korting aantal omzet valor preco quantidade charges mwst
""")
)
_MEASURE_ENDINGS = (
    "betrag",
    "preis",
    "amount",
    "price",
    "menge",
    "summe",
    "umsatz",
    "total",
    "wert",
)
_COUNTED = frozenset(
    _split("""
quantity qty units pieces menge anzahl stueck quantite qte cantidad unidades quantita aantal quantidade
value wert valor
""")
)
_MONEY = _MEASURES - _COUNTED


def words_of(name: str) -> tuple[str, ...]:
    """The plain words of a column's name in small letters.

    >>> words_of("CustomerID"), words_of("Qté"), words_of("created_at (UTC)")
    (('customer', 'id'), ('qte',), ('created', 'at', 'utc'))
    """
    apart = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return tuple(re.findall(r"[a-z]+|[0-9]+", plain(apart)))


def plain(text: str) -> str:
    """A text in small letters without accents; German umlauts are written out."""
    spelt = text.casefold()
    for letter, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        spelt = spelt.replace(letter, letters)
    spread = unicodedata.normalize("NFKD", spelt)
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def speaks_of_date(name: str) -> bool:
    """Whether a column's name says that it holds dates."""
    words = words_of(name)
    return bool(_DATES.intersection(words)) or any(one.endswith(_DATE_ENDINGS) for one in words)


def speaks_of_id(name: str) -> bool:
    """Whether a column's name says that its values name something, so that no sign may be lost."""
    if speaks_of_measure(name):
        return False
    words = words_of(name)
    return bool(_IDS.intersection(words)) or any(one.endswith(_ID_ENDINGS) for one in words)


def speaks_of_measure(name: str) -> bool:
    """Whether a column's name says that it holds amounts or quantities."""
    words = words_of(name)
    # "Order number" and "total id" are names of something, whatever else they say.
    if words and words[-1] in ("id", "no", "nr", "number", "nummer", "code", "key"):
        return False
    return bool(_MEASURES.intersection(words)) or any(
        one.endswith(_MEASURE_ENDINGS) for one in words
    )


def speaks_of_money(name: str) -> bool:
    """Whether a column's name says that it holds amounts of money."""
    if not speaks_of_measure(name):
        return False
    words = words_of(name)
    return bool(_MONEY.intersection(words)) or any(
        one.endswith(("betrag", "preis", "amount", "price", "summe", "umsatz")) for one in words
    )


def zone_named(name: str) -> str:
    """The zone that a column's name gives to its values, as "UTC" or "-05:00"; empty where it gives none.

    >>> zone_named("Created (UTC)"), zone_named("date_created_gmt"), zone_named("Date (EST)")
    ('UTC', 'UTC', '-05:00')
    """
    if {"utc", "gmt"}.intersection(words_of(name)):
        return "UTC"
    found = re.search(r"[(\[]\s*([A-Z]{3,4})\s*[)\]]", name)
    if found is None or found[1] not in ZONES_MINUTES:
        return ""
    return offset_text(ZONES_MINUTES[found[1]])


def offset_text(minutes: int) -> str:
    """Minutes ahead of UTC as they are written: "+01:00"; "UTC" for none."""
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}" if minutes else "UTC"


def month_of(word: str) -> int:
    """The number of the month that a word names in one of the languages; 0 where it names none.

    >>> month_of("août"), month_of("Mrz."), month_of("märz"), month_of("marker")
    (8, 3, 3, 0)
    """
    known = plain(word.strip(".")).strip()
    if known not in _MONTHS:
        return 0
    for month, starts in enumerate(MONTH_STARTS, start=1):
        if known.startswith(starts):
            return month
    return 0


def known_nulls(null_texts: Sequence[str]) -> tuple[str, ...]:
    """The words for nothing together with those that a person named, in small letters."""
    return tuple(dict.fromkeys([*NULL_TEXTS, *(one.strip().casefold() for one in null_texts)]))
