"""Columns that know few words: what people write in seven languages, and the one word we keep for it.

Capitals, accents, hyphens and blanks make no difference: "Hold-out", "hold_out" and "HOLDOUT" are one. A word
that could mean two things, such as "mail", is in no list, so that nobody decides it unseen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

CONTROL: Final = "control"
TREATED: Final = "treated"
COMPLAINT: Final = "complaint"
SURVEY: Final = "survey"
INBOUND: Final = "inbound"
OUTBOUND: Final = "outbound"

YES = (
    "1", "1.0", "true", "t", "yes", "y", "ja", "j", "oui", "si", "sim", "wahr", "vrai", "vero",
)  # fmt: skip
NO = (
    "0", "0.0", "false", "f", "no", "n", "nein", "non", "nao", "nee", "falsch", "faux", "falso",
)  # fmt: skip
YES_OR_NO = frozenset((*YES, *NO))
# So many letters of a word are looked for inside a name: "in" is in "finished" too.
_TELLING_LETTERS = 6


@dataclass(frozen=True, eq=False)
class Words:
    """The words of a column, each with what else is written for it.

    Of a ``is_closed`` column nothing else is understood; of another one further words stay as they are.
    ``needed`` are words without which the column tells little. Where a column ``answers_its_name``, yes and no
    are understood if one of the two words is in its name: yes in a column ``is_outbound`` is outbound.
    """

    synonyms: Mapping[str, str]
    is_closed: bool = False
    needed: tuple[str, ...] = ()
    answers_its_name: bool = False

    @cached_property
    def meanings(self) -> Mapping[str, str]:
        """Our word by everything that is written for it, folded."""
        return {
            folded(written): ours
            for ours, others in self.synonyms.items()
            for written in (ours, *others.split(", "))
        }

    def word(self, written: str) -> str | None:
        """Our word for a written one; None where it is not known.

        >>> ARM.word("Hold-out"), ARM.word("Testgruppe"), ARM.word("B")
        ('control', 'treated', None)
        """
        return self.meanings.get(folded(written))

    def asked_by(self, name: str) -> tuple[str, str] | None:
        """What yes and no mean in a column of this name; None where the name says it of neither word, or of both.

        >>> DIRECTION.asked_by("is_outbound"), DIRECTION.asked_by("IsIncoming"), DIRECTION.asked_by("flag")
        (('outbound', 'inbound'), ('inbound', 'outbound'), None)
        """
        if not self.answers_its_name:
            return None
        plain = folded(name)
        named = [
            ours
            for ours in self.synonyms
            if any(
                len(one) >= _TELLING_LETTERS and one in plain
                for one, meant in self.meanings.items()
                if meant == ours
            )
        ]
        if len(named) != 1:
            return None
        (other,) = (one for one in self.synonyms if one != named[0])
        return named[0], other

    def word_sql(self, text: str) -> str:
        """SQL for ``word`` over a SQL text."""
        # Words of ours are told at once; the lists are long.
        ours = ", ".join(_literal(one) for one in self.synonyms)
        written = ", ".join(_literal(one) for one in self.meanings)
        meant = ", ".join(_literal(one) for one in self.meanings.values())
        found = f"list_extract([{meant}], list_position([{written}], {folded_sql(text)}))"
        return f"CASE WHEN {text} IN ({ours}) THEN {text} ELSE {found} END"


def folded(written: str) -> str:
    """A word without capitals, accents and everything between its letters; of a number nothing but blanks go.

    >>> folded(" Ge\\u00f6ffnet "), folded("no_treatment"), folded("-1 ")
    ('geoffnet', 'no treatment', '-1')
    """
    parts = unicodedata.normalize("NFD", written)
    plain = "".join(one for one in parts if not unicodedata.category(one).startswith("M")).lower()
    if re.search("[a-z]", plain):
        return " ".join(re.findall("[a-z0-9]+", plain))
    return re.sub("[^!-~]+", "", plain)


def folded_sql(text: str) -> str:
    """SQL for ``folded`` over a SQL text."""
    plain = f"lower(strip_accents({text}))"
    return (
        f"CASE WHEN regexp_matches({plain}, '[a-z]') "
        f"THEN trim(regexp_replace({plain}, '[^a-z0-9]+', ' ', 'g')) "
        f"ELSE regexp_replace({plain}, '[^!-~]+', '', 'g') END"
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


ARM = Words(
    {
        CONTROL: ", ".join(NO)
        + ", c, controls, ctrl, control group, controlgroup, holdout, hold out, holdout group, "
        "held out, held back, withheld, not shown, unexposed, not exposed, untreated, not treated, "
        "no treatment, no offer, no contact, none, nothing, placebo, baseline, "
        "kontrolle, kontrollgruppe, vergleichsgruppe, nullgruppe, ohne, keine, nicht gezeigt, "
        "unbehandelt, nicht behandelt, "
        "controle, groupe de controle, groupe controle, temoin, groupe temoin, non expose, "
        "non traite, sans offre, aucun, aucune, "
        "grupo de control, grupo control, sin tratamiento, no tratado, ninguno, ninguna, "
        "controllo, gruppo di controllo, non trattato, nessuno, nessun trattamento, "
        "controlo, grupo de controle, grupo controle, grupo de controlo, nao tratado, "
        "sem tratamento, nenhum, "
        "controlegroep, niet behandeld, niet getoond, geen",
        TREATED: ", ".join(YES)
        + ", treat, treatment, treatments, treatment group, treatmentgroup, exposed, shown, "
        "offered, sent, contacted, test, test group, testgroup, target, target group, variant, "
        "variation, "
        "behandelt, behandlung, behandlungsgruppe, testgruppe, zielgruppe, gezeigt, "
        "traite, traitement, groupe test, groupe traite, groupe de traitement, expose, cible, "
        "tratado, tratamiento, grupo de tratamiento, grupo de prueba, expuesto, mostrado, "
        "trattato, trattamento, gruppo di trattamento, gruppo test, esposto, mostrato, "
        "tratamento, grupo de tratamento, grupo de teste, teste, exposto, "
        "behandeld, behandeling, behandelgroep, testgroep, getoond",
    },
    is_closed=True,
    needed=(CONTROL, TREATED),
)
"""Whether a customer was shown an offer, or deliberately not."""

KIND = Words(
    {
        "visit": "visits, visited, page view, pageview, page viewed, website visit, web visit, "
        "active on site, besuch, seitenaufruf, seitenbesuch, webseitenbesuch, visite, "
        "page vue, visita, visita web, bezoek, paginaweergave",
        "open": "opens, opened, email open, email opened, mail opened, opened email, open email, "
        "newsletter opened, geoeffnet, geoffnet, mail geoffnet, e mail geoffnet, oeffnung, "
        "offnung, ouvert, ouverture, email ouvert, abierto, apertura, email abierto, aperto, "
        "email aperta, aberto, abertura, email aberto, geopend, e mail geopend",
        "click": "clicks, clicked, email click, email clicked, clicked email, link clicked, "
        "link click, klick, geklickt, angeklickt, clic, clique, email clique, clicado, "
        "clic en email, cliccato, clicou, klik, geklikt",
        "cart": "carts, add to cart, added to cart, basket, add to basket, added to basket, "
        "warenkorb, in den warenkorb, panier, ajout au panier, carrito, anadido al carrito, "
        "carrello, aggiunto al carrello, carrinho, adicionado ao carrinho, winkelwagen, "
        "winkelmandje",
        "inquiry": "inquiries, enquiry, enquiries, question, questions, query, anfrage, frage, "
        "rueckfrage, ruckfrage, demande de renseignements, demande d information, consulta, "
        "pregunta, domanda, richiesta di informazioni, pergunta, duvida, vraag, aanvraag",
        COMPLAINT: "complaints, complain, complained, beschwerde, beschwerden, reklamation, "
        "reklamationen, reclamation, reclamations, plainte, plaintes, queja, quejas, "
        "reclamacion, reclamaciones, reclamo, reclami, lamentela, reclamacao, reclamacoes, "
        "queixa, klacht, klachten",
        SURVEY: "surveys, survey answered, survey response, nps, csat, questionnaire, umfrage, "
        "befragung, kundenbefragung, fragebogen, enquete, sondage, encuesta, cuestionario, "
        "sondaggio, questionario, pesquisa, inquerito, pesquisa de satisfacao, vragenlijst",
    },
)
"""What a contact was about."""

CHANNEL = Words(
    {
        "email": "e mail, emails, e mails, courriel, correo electronico, posta elettronica, "
        "correio eletronico",
        "phone": "phones, telephone, tel, call, phone call, telefon, anruf, telefonisch, appel, "
        "par telephone, telefono, llamada, chiamata, telefonata, telefone, chamada, ligacao, "
        "telefoon, telefonisch",
        "web": "website, web site, online, internet, webseite, site web, site internet, "
        "sitio web, pagina web, sito, sito web",
        "store": "stores, in store, instore, branch, filiale, ladengeschaft, ladengeschaeft, "
        "vor ort, magasin, en magasin, tienda, en tienda, negozio, in negozio, loja, na loja, "
        "winkel, in de winkel",
        "chat": "chats, live chat, livechat, webchat, web chat",
        "social": "social media, socials, soziale medien, reseaux sociaux, redes sociales, "
        "redes sociais, sociale media",
        "post": "letter, letters, direct mail, postal, postal mail, brief, per post, briefpost, "
        "courrier, lettre, carta, correo postal, lettera, posta ordinaria, correios",
        "app": "apps, mobile app, in app, application mobile, aplicacion movil, "
        "applicazione mobile, aplicativo, handy app",
    },
)
"""Through what a contact was made."""

DIRECTION = Words(
    {
        INBOUND: "in, incoming, received, from customer, by customer, customer initiated, "
        "inbound call, incoming call, inbound email, incoming email, "
        "eingehend, eingang, eingegangen, empfangen, vom kunden, "
        "entrant, entrante, entrants, recu, recus, appel entrant, du client, "
        "entrada, recibido, recibida, llamada entrante, "
        "in entrata, in arrivo, ricevuto, ricevuta, chiamata in entrata, "
        "recebido, recebida, inkomend, ontvangen",
        OUTBOUND: "out, outgoing, sent, made, to customer, by us, company initiated, "
        "outbound call, outgoing call, outbound email, outgoing email, "
        "ausgehend, ausgang, ausgegangen, gesendet, versendet, an kunden, von uns, "
        "sortant, sortante, sortants, envoye, envoyes, emis, appel sortant, "
        "saliente, salida, enviado, enviada, llamada saliente, "
        "in uscita, inviato, inviata, chiamata in uscita, "
        "saida, uitgaand, verzonden",
    },
    answers_its_name=True,
)
"""Who made a contact: the customer, or the company."""

KNOWN_WORDS: Mapping[tuple[str, str], Words] = {
    ("exposures", "arm"): ARM,
    ("contacts", "kind"): KIND,
    ("contacts", "channel"): CHANNEL,
    ("contacts", "direction"): DIRECTION,
}
"""The columns that know words, by table."""

PLAIN_CONTACTS = ("call", "letter", "mail")
"""In the place of an offer these say that nothing was offered: the customer was called, written or mailed to, or held out of it."""

_CUSTOMER_DOES = (
    *KIND.synonyms,
    *("login", "log in", "search", "download", "chat", "form", "form submission", "wishlist"),
    *("registration", "sign up", "signup", "subscription", "quote", "quote request", "review"),
    *("response", "reply", "answer", "unsubscribe", "referral"),
)
"""Kinds of contact that are the customer's own doing, whoever writes them down."""
_CUSTOMER_CAME = "inbound|incoming|eingehend[a-z]*|entrante?|inkomend[a-z]*"
"""Words in the name of a kind that say it came from the customer: an inbound call."""


def direction_of(kind: str) -> str:
    """Who made a contact of this kind where nothing else says it.

    What is not known to be the customer's own doing counts as made by the company: a bare call says nothing of
    who called, and must not pass for a customer's interest.

    >>> direction_of("visit"), direction_of("Inbound call"), direction_of("call"), direction_of("letter")
    ('inbound', 'inbound', 'outbound', 'outbound')
    """
    plain = folded(kind)
    is_customers = plain in _CUSTOMER_DOES or re.search(rf"\b({_CUSTOMER_CAME})\b", plain)
    return INBOUND if is_customers else OUTBOUND


def direction_sql(kind: str) -> str:
    """SQL for ``direction_of`` over a SQL text."""
    plain = folded_sql(kind)
    does = ", ".join(map(_literal, _CUSTOMER_DOES))
    return (
        rf"CASE WHEN {plain} IN ({does}) OR regexp_matches({plain}, '\b({_CUSTOMER_CAME})\b') "
        f"THEN '{INBOUND}' ELSE '{OUTBOUND}' END"
    )
