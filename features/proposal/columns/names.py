"""What companies call the columns we need, in several languages and spellings."""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata

# Most telling first: of two columns that fit, the one named earlier wins.
ROLES: dict[str, tuple[str, ...]] = {
    "customer_id": (
        "customer id", "customer number", "customer no", "customer key", "cust id", "cust no",
        "client id", "client number", "client no", "kundennummer", "kundennr", "kunden id",
        "kunde id", "kdnr", "kundenkonto", "member id", "membership number", "household id",
        "household key", "user id", "account id", "buyer id", "buyer username", "shopper id",
        "id cliente", "codigo cliente", "cliente id", "numero cliente", "nr cliente", "numero client",
        "no client", "id client", "code client", "ref client", "klantnummer", "klantnr", "klant id",
        "codice cliente", "debitor", "debitornr", "debitorennummer", "debiteurnummer", "loyalty id",
        "associated company ids", "associated company id", "company id", "patient id", "guest id",
        "donor id", "subscriber id", "card number", "kartennummer", "mitgliedsnummer", "contact id",
        "associated contact ids", "associated contact id", "person id", "visitor id", "customers id",
        "account number", "account no", "username", "user name", "nome utente", "customer", "kunde",
        "client", "cliente", "klant", "household", "member", "user", "account", "buyer",
    ),
    "order_id": (
        "order id", "order number", "order no", "order reference", "order ref", "invoice",
        "invoice no", "invoice number", "invoice id", "basket id", "sales record number",
        "transaction id", "trans id", "receipt id", "receipt number", "receipt no",
        "bestellnummer", "bestellnr", "bestell id", "auftragsnummer", "auftragsnr", "auftrag nr",
        "rechnungsnummer", "rechnungsnr", "belegnummer", "belegnr", "bonnummer", "bonnr",
        "vorgangsnummer", "bon", "ticket", "numero commande", "no commande", "n commande",
        "commande", "id commande", "ref commande", "facture", "numero facture", "no facture",
        "n facture", "numero ticket", "pedido", "numero pedido", "no pedido", "id pedido", "factura",
        "numero factura", "ordine", "numero ordine", "id ordine", "fattura", "numero fattura",
        "encomenda", "numero encomenda", "fatura", "bestelnummer", "bestelling", "ordernummer",
        "factuurnummer", "bonnetje", "document number", "amazon order id", "record id", "deal id",
        "payment id", "charge id", "order", "basket", "receipt", "transaction", "bestellung",
        "auftrag", "beleg", "rechnung", "id",
    ),
    "ordered_at": (
        "ordered at", "order date", "order datetime", "order time", "order timestamp",
        "invoice date", "purchase date", "transaction date", "trans date", "transaction timestamp",
        "transaction time", "order purchase timestamp", "sale date", "sales date", "sold at",
        "bestelldatum", "kaufdatum", "rechnungsdatum", "belegdatum", "auftragsdatum",
        "bestellzeitpunkt", "verkaufsdatum", "bestellt am", "buchungstag", "buchungsdatum",
        "booking date", "posting date", "date commande", "date achat", "date facture", "date vente",
        "date operation", "fecha pedido", "fecha compra", "fecha factura", "fecha venta",
        "fecha operacion", "data ordine", "data acquisto", "data fattura", "data vendita",
        "data pedido", "data compra", "data encomenda", "data operazione", "data contabile",
        "besteldatum", "aankoopdatum", "factuurdatum", "boekingsdatum", "boekdatum", "close date",
        "timestamp", "datetime", "date time", "created at", "created utc", "created", "create date",
        "created date", "creation date", "erstellt am", "date", "datum", "fecha", "data",
        "zeitpunkt", "paid at", "paid on date", "day", "tag", "value date", "valuta", "valutadatum",
    ),
    "time_of_day": (
        "time", "time of day", "order time", "purchase time", "sale time", "sales time", "invoice time",
        "transaction time", "trans time", "receipt time", "uhrzeit", "zeit", "bestellzeit", "verkaufszeit",
        "bonzeit", "belegzeit", "heure", "heure commande", "heure vente", "heure achat", "hora",
        "hora pedido", "hora venta", "hora compra", "ora", "ora ordine", "ora vendita", "orario", "tijd",
        "tijdstip", "besteltijd", "verkooptijd",
    ),
    "item_id": (
        "stock code", "sku", "lineitem sku", "item sku", "item id", "item number", "item no",
        "item code", "product id", "product code", "product number", "product no", "product sku",
        "article id", "article number", "article no", "artikelnummer", "artikelnr", "artikel id",
        "artnr", "artikel nr", "produktnummer", "produkt id", "materialnummer", "material number",
        "custom label", "ean", "gtin", "upc", "asin", "isbn", "codigo producto", "codigo articulo",
        "id producto", "referencia", "ref articulo", "code article", "code produit", "ref article",
        "reference article", "reference produit", "reference", "codice articolo", "codice prodotto",
        "codigo produto", "codigo artigo", "artikelcode", "productcode", "productnummer", "plu",
        "product", "item", "article", "artikel", "produkt", "producto", "produit", "produto",
        "articolo", "prodotto", "articulo", "artigo", "material",
    ),
    "quantity": (
        "quantity", "qty", "lineitem quantity", "order quantity", "quantity ordered", "qty ordered",
        "item quantity", "quantity refund", "units", "units sold", "pieces", "number units",
        "menge", "bestellmenge", "anzahl", "stueckzahl", "stueck", "quantite", "qte", "nombre",
        "cantidad", "cant", "unidades", "quantita", "qta", "quantidade", "qtd", "qtde", "aantal",
        "count",
    ),
    "amount": (
        "line total", "line amount", "lineitem total", "item total", "total price", "total amount",
        "sales value", "sales amount", "amount", "net amount", "gross amount", "converted amount",
        "purchase amount", "transaction amount", "tran amount", "order amount", "order total",
        "grand total", "grand total base", "total paid", "amount paid", "extended price", "revenue",
        "turnover", "net sales", "gross sales", "deal amount", "zeilenbetrag", "positionsbetrag",
        "zeilensumme", "gesamtbetrag", "gesamtpreis", "gesamtsumme", "nettobetrag", "bruttobetrag",
        "rechnungsbetrag", "bestellwert", "warenwert", "betrag", "umsatz", "nettoumsatz", "summe",
        "montant", "montant total", "montant ttc", "montant ht", "total ttc", "total ht",
        "prix total", "importe", "importe total", "precio total", "total linea", "monto", "ventas",
        "importo", "importo totale", "prezzo totale", "totale", "fatturato", "valor",
        "valor total", "preco total", "bedrag", "omzet", "totaalprijs", "totaalbedrag", "totaal",
        "sales", "spend", "total", "value", "wert", "paid", "payment value", "subtotal",
    ),
    "price": (
        "unit price", "price", "lineitem price", "item price", "item cost", "price each",
        "price per unit", "selling price", "sold for", "sale price", "einzelpreis", "stueckpreis",
        "preis", "verkaufspreis", "vk", "prix unitaire", "prix unitaire ht", "prix unitaire ttc",
        "prix vente", "prix", "pu", "precio unitario", "precio unidad", "precio venta", "precio",
        "prezzo unitario", "prezzo", "preco unitario", "preco", "stuksprijs", "eenheidsprijs",
        "prijs",
    ),
    "discount": (
        "discount", "lineitem discount", "line discount", "item discount", "discount amount",
        "rabatt", "rabattbetrag", "nachlass", "remise", "descuento", "sconto", "desconto", "korting",
        "retail disc", "rebate",
    ),
    "refunded": (
        "refunded amount", "amount refunded", "refund amount", "total refunded",
        "order refund amount", "refunded", "refund", "converted amount refunded", "refund total",
        "erstattungsbetrag", "erstatteter betrag", "erstattung", "rueckerstattung", "erstattet",
        "montant rembourse", "remboursement", "rembourse", "importe reembolsado", "reembolso",
        "importo rimborsato", "rimborso", "valor reembolsado", "terugbetaald bedrag",
        "terugbetaling", "terugbetaald",
    ),
    "channel": (
        "channel", "sales channel", "order channel", "purchase point", "kanal", "vertriebskanal",
        "bestellkanal", "canal", "canal vente", "canal venta", "canal ventas", "canale", "kanaal",
        "verkaufskanal", "verkoopkanaal",
    ),
    "store": (
        "store id", "store", "store code", "shop id", "shop", "branch", "branch id", "outlet",
        "filiale", "filialnummer", "filialnr", "markt", "magasin", "tienda", "negozio", "loja",
        "winkel", "location",
    ),
    "name": (
        "description", "item name", "lineitem name", "item description", "item title",
        "product name", "product description", "article name", "artikelbezeichnung", "artikelname",
        "artikeltext", "produktname", "bezeichnung", "beschreibung", "designation", "libelle",
        "nom produit", "descripcion", "nombre producto", "descrizione", "nome prodotto", "descricao",
        "nome produto", "omschrijving", "productnaam", "artikelomschrijving", "product title",
        "title", "movie title",
    ),
    "category": (
        "category", "product category", "item category", "product type", "kategorie",
        "warengruppe", "produktgruppe", "produktkategorie", "categorie", "categoria", "familia",
    ),
    "department": ("department", "abteilung", "sortiment", "rayon", "departamento", "reparto"),
    "brand": ("brand", "marke", "hersteller", "marque", "marca", "merk", "manufacturer", "vendor"),
    "region": (
        "country", "country code", "billing country", "region", "state", "land", "bundesland",
        "pays", "pais", "paese", "province", "market",
    ),
    "currency": (
        "currency", "currency code", "converted currency", "waehrung", "devise", "monnaie",
        "moneda", "divisa", "moeda", "valuta", "munt",
    ),
    "registered_at": (
        "registered at", "registration date", "signup date", "created at", "registriert am",
        "anmeldedatum", "dt customer", "fecha registro", "date inscription", "data registrazione",
        "data registo", "registratiedatum",
    ),
    "segment": ("segment", "customer segment", "kundensegment", "kundengruppe", "group"),
    "member_since": ("member since", "joined at", "join date", "mitglied seit", "eintrittsdatum"),
    "marketing_consent": (
        "marketing consent", "opt in", "newsletter", "werbeeinwilligung", "email opt in",
        "accepts marketing",
    ),
    "contacted_at": (
        "contacted at", "contact date", "kontaktdatum", "sent at", "created at", "timestamp", "date",
        "datum", "fecha", "data",
    ),
    "kind": ("kind", "type", "contact type", "event", "event type", "art", "kontaktart", "action"),
    "direction": (
        "direction", "call direction", "hs call direction", "inbound outbound", "in out", "call type",
        "is outbound", "is inbound", "outbound", "inbound", "is incoming", "incoming", "outgoing", "richtung",
        "anrufrichtung", "sens", "sens appel", "direccion llamada", "direzione", "sentido", "richting", "initiated by",
    ),
    "topic": ("topic", "subject", "reason", "thema", "betreff", "grund", "sujet", "asunto"),
    "resolved_at": ("resolved at", "closed at", "erledigt am", "geloest am", "solved at"),
    "score": ("score", "rating", "nps", "csat", "bewertung", "note"),
    "person_id": (
        "person id", "golden id", "master id", "main id", "unified id", "canonical id", "merged into",
        "merged into id", "surviving id", "new customer id", "new customer number", "new id", "new number",
        "neue kundennummer", "hauptnummer", "hauptkonto", "zusammengefuehrt mit", "nouveau numero",
        "numero principal", "cluster id", "person",
    ),
    "since": (
        "since", "merged at", "merged on", "merge date", "linked at", "valid from", "seit",
        "zusammengefuehrt am", "gueltig ab", "depuis", "desde", "dal", "sinds", "date",
    ),
    "offer_id": ("offer id", "campaign id", "campaign", "offer", "angebot", "aktion", "coupon"),
    "shown_at": ("shown at", "sent at", "exposed at", "sent date", "versendet am", "date", "datum"),
    "arm": ("arm", "treatment", "variant", "group", "gruppe", "variante", "test group", "holdout"),
    "action_probability": ("action probability", "propensity", "probability", "p", "weight"),
    "accepted_at": (
        "accepted at", "converted at", "redeemed at", "clicked at", "eingeloest am", "redemption date",
    ),
    "revenue": ("revenue", "converted value", "umsatz", "conversion value"),
    "contract_id": (
        "contract id", "contract number", "contract no", "subscription id", "subscriptions id",
        "vertragsnummer", "vertragsnr", "vertrags id", "policy number", "numero contrat",
        "numero contrato", "numero contratto", "contractnummer", "contract", "subscription",
    ),
    "starts_at": (
        "starts at", "start date", "started at", "subscriptions started at", "valid from", "start",
        "contract start", "activated at", "beginn", "vertragsbeginn", "startdatum", "date debut",
        "fecha inicio", "data inizio", "data inicio", "begindatum", "ingangsdatum", "created at",
    ),
    "ends_at": (
        "ends at", "end date", "current term end", "subscriptions current term end", "valid to",
        "valid until", "term end", "current period end", "expires at", "expiry date", "ende",
        "vertragsende", "laufzeitende", "enddatum", "date fin", "fecha fin", "data fine", "data fim",
        "einddatum", "end",
    ),
    "plan": (
        "plan", "plan id", "plan name", "subscriptions plan id", "tariff", "tarif", "product",
        "package", "abonnement",
    ),
    "cancelled_at": (
        "cancelled at", "canceled at", "cancellation date", "cancel date", "subscriptions cancelled at",
        "kuendigungsdatum", "gekuendigt am", "kuendigung am", "date resiliation", "fecha baja",
        "data disdetta", "opzegdatum",
    ),
    "end_reason": (
        "end reason", "cancel reason", "cancellation reason", "kuendigungsgrund", "churn reason",
        "subscriptions cancel reason", "motif resiliation",
    ),
    "auto_renew": ("auto renew", "auto renewal", "autorenew", "automatische verlaengerung"),
    "cutoff": ("cutoff", "as of", "snapshot date", "stichtag", "label date"),
    "value": ("value", "label", "target", "outcome", "churn", "churned", "exited", "left"),
    "unit_cost": ("unit cost", "cost", "einkaufspreis", "ek", "cost price"),
    "reward_cost": ("reward cost", "cost"),
}  # fmt: skip

PERSONAL = frozenset({
    "name", "firstname", "lastname", "surname", "vorname", "nachname", "email", "mail", "phone",
    "telefon", "address", "adresse", "strasse", "street", "birth", "birthday", "geburtstag",
})  # fmt: skip
"""Words that say a column holds a person's own data, which never serves as a number for them."""
_DESCRIBES = frozenset({
    "note", "notes", "group", "gruppe", "type", "typ", "class", "status", "state", "description",
    "comment", "segment", "country", "land", "city", "ort", "stadt", "zip", "plz", "postcode",
    "postal", "province", "region", "currency", "waehrung", "date", "datum", "created", "since",
    "amount", "total", "price", "message", "language", "gender", "age", "tier", "level", "tax", "vat",
    "consent", "count", "cost", "promotion", "discount", "title", "category", "channel", "company", "service", "balance", "rating",
})  # fmt: skip
"""Words of a name which say that a column describes a customer or an order rather than numbers them."""
_BESIDE_THE_SALE = frozenset({
    "tax", "taxes", "vat", "mwst", "ust", "tva", "iva", "btw", "shipping", "ship", "delivery", "versand",
    "porto", "postage", "handling", "livraison", "envio", "spedizione", "verzendkosten", "fee", "fees",
    "gebuehr", "gebuehren", "commission", "refund", "refunded", "discount", "rabatt", "remise",
    "coupon", "tip", "disputed", "dispute", "outstanding", "balance", "due", "rate", "percent",
    "prozent", "satz", "compare", "wrap", "interchange", "charge", "promotion", "designation",
    "shipped", "tracking", "weight", "gewicht", "points", "punkte", "duties", "deposit", "pfand",
    "steuer", "mehrwertsteuer", "umsatzsteuer", "taxe", "impuesto", "impuestos", "imposta",
    "imposto", "impostos", "belasting", "frais", "port", "gastos", "comision", "commissione", "comissao",
    "provision", "provisie", "trinkgeld", "pourboire", "propina", "mancia", "gorjeta", "fooi",
    "versandkosten", "envoi", "frete", "entrega", "bezorgkosten", "kosten", "consigne", "cauzione",
    "statiegeld", "guthaben", "solde", "saldo",
})  # fmt: skip
"""Words which say that money is beside what the goods cost: taxes, postage, fees, refunds."""
_WITH_OR_WITHOUT = frozenset({
    "incl", "inkl", "including", "inc", "excl", "exkl", "excluding", "ex", "exc", "without", "before",
    "after", "ohne", "zzgl", "hors", "sin", "senza", "sem", "zonder",
})  # fmt: skip
_MONEY = ("amount", "price")

EXACT, PARTIAL, ALIKE = 1.0, 0.75, 0.6
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_SMALL_WORDS = frozenset({
    "de", "du", "des", "d", "la", "le", "les", "l", "del", "della", "di", "da", "do", "dos", "der",
    "die", "das", "van", "het", "of", "the", "utc", "gmt",
})  # fmt: skip
_AMBIGUOUS_PARTS = frozenset({
    "data", "date", "day", "count", "land", "value", "total", "tag", "order", "state", "art", "ek",
    "id", "p", "end", "start", "vk", "pu", "left", "note", "cost", "weight", "created", "nombre",
    "group", "type", "reference", "charge", "product", "location", "cant", "sales", "paid", "title",
})  # fmt: skip


def plain_text(text: str) -> str:
    """A text in lower case without accents, umlauts written out.

    >>> plain_text("Annulée"), plain_text("STORNIERT für"), plain_text("Größe")
    ('annulee', 'storniert fuer', 'groesse')
    """
    plain = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", plain)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def words_of(name: str) -> tuple[str, ...]:
    """The plain lower-case words of a column's name.

    >>> words_of("CustomerID"), words_of("Stück_zahl"), words_of("N° facture")
    (('customer', 'id'), ('stueck', 'zahl'), ('n', 'facture'))

    The file that a column was joined from says nothing of what it holds, unless it is a bare id.

    >>> words_of("orders.status"), words_of("customers.id")
    (('status',), ('customers', 'id'))
    """
    name = re.sub(r"^(orders|customers)\.(?!id$)", "", name)
    apart = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return tuple(re.findall(r"[a-z]+|[0-9]+", plain_text(apart)))


@functools.cache
def likeness(name: str, role: str) -> float:
    """How much a column's name speaks for a role, from 0 to 1.

    A whole name is worth 1, a name among other words 0.75, a misspelt one 0.6; of equals the more
    telling name is worth a little more.

    >>> likeness("Kunden-Nr.", "customer_id") > 0.9, likeness("Price", "customer_id")
    (True, 0.0)
    >>> likeness("Date de commande", "ordered_at") > 0.9, likeness("Order Tax Amount", "amount")
    (True, 0.0)
    """
    all_words = words_of(name)
    words = tuple(word for word in all_words if word not in _SMALL_WORDS) or all_words
    whole = "".join(words)
    if not whole or (role.endswith("_id") and PERSONAL.intersection(words)):
        return 0.0
    if role in _MONEY and _is_beside_the_sale(words):
        return 0.0
    best = 0.0
    for rank, known in enumerate(ROLES[role]):
        parts = known.split()
        joined = "".join(parts)
        if joined == whole:
            found = EXACT
        elif role.endswith("_id") and _DESCRIBES.intersection(words):
            continue
        elif _contains(words, parts) and joined not in _AMBIGUOUS_PARTS:
            found = PARTIAL
        elif len(joined) > 5 and difflib.SequenceMatcher(None, joined, whole).ratio() > 0.86:
            found = ALIKE
        else:
            continue
        best = max(best, found - 0.002 * rank)
    return best


def _is_beside_the_sale(words: tuple[str, ...]) -> bool:
    if _WITH_OR_WITHOUT.intersection(words):
        return False
    others = (name for role in ("refunded", "discount") for name in ROLES[role])
    return bool(_BESIDE_THE_SALE.intersection(words)) or any(
        _contains(words, name.split()) for name in others
    )


def _contains(words: tuple[str, ...], parts: list[str]) -> bool:
    last = len(words) - len(parts)
    return any(list(words[at : at + len(parts)]) == parts for at in range(last + 1))
