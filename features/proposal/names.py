"""What companies call the columns we need, in several languages and spellings."""

from __future__ import annotations

import difflib
import re
import unicodedata

# Most telling first: of two columns that fit, the one named earlier wins.
ROLES: dict[str, tuple[str, ...]] = {
    "customer_id": (
        "customer id", "customer number", "customer no", "customer key", "cust id", "cust no",
        "client id", "kundennummer", "kundennr", "kunden id", "kunde id", "kdnr", "member id",
        "household id", "household key", "user id", "account id", "buyer id", "shopper id",
        "id cliente", "codigo cliente", "cliente id", "numero client", "id client", "code client",
        "klantnummer", "klant id", "codice cliente", "debitor", "debitornr", "debitorennummer",
        "loyalty id", "card number", "kartennummer", "contact id", "person id", "visitor id",
        "customer", "kunde", "client", "cliente", "klant", "household", "member", "user", "account",
    ),
    "order_id": (
        "order id", "order number", "order no", "invoice", "invoice no", "invoice number",
        "invoice id", "basket id", "transaction id", "trans id", "receipt id", "receipt number",
        "receipt no", "bestellnummer", "bestellnr", "bestell id", "auftragsnummer", "auftragsnr",
        "rechnungsnummer", "rechnungsnr", "belegnummer", "belegnr", "bonnummer", "bon", "ticket",
        "numero commande", "commande", "id commande", "facture", "numero facture", "pedido",
        "numero pedido", "id pedido", "factura", "numero factura", "ordine", "numero ordine",
        "fattura", "bestelnummer", "ordernummer", "document number", "order", "basket", "receipt",
        "transaction", "bestellung", "auftrag", "beleg", "rechnung",
    ),
    "ordered_at": (
        "ordered at", "order date", "order datetime", "order time", "order timestamp",
        "invoice date", "purchase date", "transaction date", "trans date", "transaction timestamp",
        "transaction time", "order purchase timestamp", "sale date", "sales date", "bestelldatum",
        "kaufdatum", "rechnungsdatum", "belegdatum", "auftragsdatum", "bestellzeitpunkt",
        "verkaufsdatum", "date commande", "date achat", "date facture", "fecha pedido",
        "fecha compra", "fecha factura", "data ordine", "data acquisto", "besteldatum",
        "aankoopdatum", "timestamp", "datetime", "date time", "created at", "date", "datum",
        "fecha", "data", "zeitpunkt", "day", "tag",
    ),
    "item_id": (
        "stock code", "sku", "item id", "item number", "item no", "item code", "product id",
        "product code", "product number", "product no", "article id", "article number",
        "article no", "artikelnummer", "artikelnr", "artikel id", "art nr", "produktnummer",
        "produkt id", "materialnummer", "material number", "ean", "gtin", "upc", "asin", "isbn",
        "codigo producto", "id producto", "code article", "code produit", "reference produit",
        "codice articolo", "codice prodotto", "artikelcode", "productcode", "product", "item",
        "article", "artikel", "produkt", "producto", "produit", "articolo", "material",
    ),
    "quantity": (
        "quantity", "qty", "order quantity", "units", "units sold", "pieces", "number of units",
        "menge", "anzahl", "stueckzahl", "stueck", "quantite", "qte", "cantidad", "unidades",
        "quantita", "aantal", "count",
    ),
    "amount": (
        "line total", "line amount", "total price", "total amount", "sales value", "sales amount",
        "amount", "net amount", "gross amount", "purchase amount", "transaction amount",
        "tran amount", "order amount", "extended price", "revenue", "turnover", "net sales",
        "gross sales", "zeilenbetrag", "positionsbetrag", "gesamtbetrag", "gesamtpreis",
        "nettobetrag", "bruttobetrag", "betrag", "umsatz", "nettoumsatz", "summe", "montant",
        "montant total", "prix total", "importe", "importe total", "total linea", "ventas",
        "importo", "fatturato", "bedrag", "omzet", "totaalprijs", "sales", "spend", "total",
        "value", "wert", "paid", "payment value",
    ),
    "price": (
        "unit price", "price", "price each", "price per unit", "item price", "selling price",
        "einzelpreis", "stueckpreis", "preis", "verkaufspreis", "prix unitaire", "prix",
        "precio unitario", "precio", "prezzo unitario", "prezzo", "stuksprijs", "prijs",
    ),
    "discount": (
        "discount", "discount amount", "rabatt", "rabattbetrag", "nachlass", "remise", "descuento",
        "sconto", "korting", "retail disc", "rebate",
    ),
    "channel": (
        "channel", "sales channel", "order channel", "kanal", "vertriebskanal", "bestellkanal",
        "canal", "canal vente", "canal venta", "canale", "kanaal", "verkaufskanal",
    ),
    "store": (
        "store id", "store", "store code", "shop id", "shop", "branch", "branch id", "outlet",
        "filiale", "filialnummer", "filialnr", "markt", "magasin", "tienda", "negozio", "winkel",
    ),
    "name": (
        "description", "item name", "item description", "product name", "product description",
        "article name", "artikelbezeichnung", "artikelname", "produktname", "bezeichnung",
        "beschreibung", "designation", "libelle", "descripcion", "nombre producto", "descrizione",
        "omschrijving", "product title", "title", "movie title",
    ),
    "category": (
        "category", "product category", "item category", "product type", "kategorie",
        "warengruppe", "produktgruppe", "produktkategorie", "categorie", "categoria", "familia",
    ),
    "department": ("department", "abteilung", "sortiment", "rayon", "departamento", "reparto"),
    "brand": ("brand", "marke", "hersteller", "marque", "marca", "merk", "manufacturer"),
    "region": (
        "country", "region", "state", "land", "bundesland", "pays", "pais", "paese", "province",
        "market",
    ),
    "currency": ("currency", "waehrung", "devise", "moneda", "valuta", "currency code"),
    "registered_at": (
        "registered at", "registration date", "signup date", "created at", "registriert am",
        "anmeldedatum", "dt customer", "fecha registro", "date inscription",
    ),
    "segment": ("segment", "customer segment", "kundensegment", "kundengruppe", "group"),
    "member_since": ("member since", "joined at", "join date", "mitglied seit", "eintrittsdatum"),
    "marketing_consent": (
        "marketing consent", "opt in", "newsletter", "werbeeinwilligung", "email opt in",
    ),
    "contacted_at": ("contacted at", "contact date", "kontaktdatum", "timestamp", "date", "datum"),
    "kind": ("kind", "type", "contact type", "event", "event type", "art", "kontaktart"),
    "topic": ("topic", "subject", "reason", "thema", "betreff", "grund"),
    "resolved_at": ("resolved at", "closed at", "erledigt am", "geloest am"),
    "score": ("score", "rating", "nps", "csat", "bewertung"),
    "offer_id": ("offer id", "campaign id", "campaign", "offer", "angebot", "aktion", "coupon"),
    "shown_at": ("shown at", "sent at", "exposed at", "sent date", "versendet am", "date"),
    "contract_id": ("contract id", "contract number", "vertragsnummer", "subscription id"),
    "starts_at": ("starts at", "start date", "valid from", "beginn", "vertragsbeginn"),
    "ends_at": ("ends at", "end date", "valid to", "ende", "vertragsende"),
    "plan": ("plan", "tariff", "tarif", "product", "package"),
    "cancelled_at": ("cancelled at", "cancellation date", "kuendigungsdatum", "gekuendigt am"),
    "unit_cost": ("unit cost", "cost", "einkaufspreis", "ek", "cost price"),
}  # fmt: skip

PERSONAL = frozenset({
    "name", "firstname", "lastname", "surname", "vorname", "nachname", "email", "mail", "phone",
    "telefon", "address", "adresse", "strasse", "street", "birth", "birthday", "geburtstag",
})  # fmt: skip
"""Words that say a column holds a person's own data, which never serves as a number for them."""

EXACT, PARTIAL, ALIKE = 1.0, 0.75, 0.6
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_AMBIGUOUS_PARTS = frozenset({
    "data", "date", "day", "count", "land", "value", "total", "tag", "order", "state", "art", "ek",
})  # fmt: skip


def words_of(name: str) -> tuple[str, ...]:
    """The plain lower-case words of a column's name.

    >>> words_of("CustomerID"), words_of("Stück_zahl"), words_of("N° facture")
    (('customer', 'id'), ('stueck', 'zahl'), ('n', 'facture'))
    """
    apart = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    plain = unicodedata.normalize("NFKD", apart.casefold().translate(_UMLAUTS))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return tuple(re.findall(r"[a-z]+|[0-9]+", plain))


def likeness(name: str, role: str) -> float:
    """How much a column's name speaks for a role, from 0 to 1.

    A whole name is worth 1, a name among other words 0.75, a misspelt one 0.6; of equals the more
    telling name is worth a little more.

    >>> likeness("Kunden-Nr.", "customer_id") > 0.9, likeness("Price", "customer_id")
    (True, 0.0)
    """
    words = words_of(name)
    whole = "".join(words)
    if not whole or (role.endswith("_id") and PERSONAL.intersection(words)):
        return 0.0
    best = 0.0
    for rank, known in enumerate(ROLES[role]):
        parts = known.split()
        joined = "".join(parts)
        if joined == whole:
            found = EXACT
        elif _contains(words, parts) and joined not in _AMBIGUOUS_PARTS:
            found = PARTIAL
        elif len(joined) > 5 and difflib.SequenceMatcher(None, joined, whole).ratio() > 0.86:
            found = ALIKE
        else:
            continue
        best = max(best, found - 0.002 * rank)
    return best


def _contains(words: tuple[str, ...], parts: list[str]) -> bool:
    last = len(words) - len(parts)
    return any(list(words[at : at + len(parts)]) == parts for at in range(last + 1))
