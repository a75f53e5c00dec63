"""The few words a column knows, in seven languages, and SQL that understands the same."""

from __future__ import annotations

import unicodedata

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.vocabulary.tables import TABLES
from features.vocabulary.words import (
    ARM,
    CHANNEL,
    DIRECTION,
    KIND,
    KNOWN_WORDS,
    YES_OR_NO,
    Words,
    direction_of,
    direction_sql,
    folded,
    folded_sql,
)

DATABASE = duckdb.connect()


def in_sql(words: Words, written: str) -> str | None:
    query = f"SELECT {words.word_sql('x')} FROM (SELECT ? AS x)"
    ((found,),) = DATABASE.execute(query, [written]).fetchall()
    return None if found is None else str(found)


MEANT = {
    (ARM, "control"): [
        *[
            "control",
            "Control",
            "CONTROL",
            " control ",
            "0",
            "0.0",
            "false",
            "False",
            "No",
            "holdout",
        ],
        *["Hold-out", "hold_out", "no treatment", "no-treatment", "none", "Control Group"],
        *["Kontrolle", "Kontrollgruppe", "Nein", "témoin", "Groupe témoin", "contrôle"],
        *["Grupo de control", "controllo", "controle", "Controlegroep", "withheld", "Placebo"],
    ],
    (ARM, "treated"): [
        *["treated", "Treated", "1", "true", "Yes", "treatment", "Exposed", "test", "target"],
        *["Testgruppe", "behandelt", "Ja", "traité", "groupe test", "tratado", "trattamento"],
        *["tratamento", "behandeld", "oui", "sí", "Sim", "variant"],
    ],
    (KIND, "complaint"): [
        *["complaint", "Complaint", "COMPLAINTS", "Beschwerde", "Reklamation", "réclamation"],
        *["Reclamación", "queja", "reclamo", "reclamação", "klacht", "plainte"],
    ],
    (KIND, "survey"): ["Survey", "NPS", "Umfrage", "enquête", "sondage", "encuesta", "sondaggio"],
    (KIND, "open"): ["Opened Email", "email_open", "geöffnet", "geoeffnet", "ouvert", "abierto"],
    (KIND, "click"): ["Clicked Email", "Klick", "clic", "cliccato", "klik"],
    (KIND, "visit"): ["page_view", "Besuch", "visite", "visita", "bezoek", "Active on Site"],
    (KIND, "cart"): ["Added to Cart", "add_to_cart", "Warenkorb", "panier", "carrito", "carrello"],
    (KIND, "inquiry"): ["Enquiry", "Anfrage", "question", "consulta", "domanda", "vraag"],
    (CHANNEL, "email"): ["E-Mail", "e-mail", "EMAIL", "courriel", "correo electrónico"],
    (CHANNEL, "phone"): ["Telefon", "phone call", "llamada", "telefoon", "appel", "Anruf"],
    (CHANNEL, "store"): ["Filiale", "in-store", "magasin", "tienda", "negozio", "loja", "winkel"],
    (CHANNEL, "web"): ["Website", "online", "site web", "sitio web", "sito web"],
    (DIRECTION, "inbound"): [
        *["inbound", "INBOUND", "In", "incoming", "Received", "eingehend", "Entrant"],
        *["entrada", "in entrata", "recebido", "inkomend"],
    ],
    (DIRECTION, "outbound"): [
        *["outbound", "OUTBOUND", "Out", "outgoing", "made", "sent", "ausgehend", "Sortant"],
        *["saliente", "in uscita", "sa\u00edda", "uitgaand"],
    ],
    (CHANNEL, "post"): ["Brief", "letter", "direct mail", "courrier", "carta", "lettera"],
}

_OURS = {ours for _, ours in MEANT}


@pytest.mark.parametrize(("words", "ours"), MEANT, ids=lambda one: one if one in _OURS else "")
def test_what_people_write_is_the_word_of_ours(words: Words, ours: str) -> None:
    for written in MEANT[words, ours]:
        assert words.word(written) == in_sql(words, written) == ours, written


@pytest.mark.parametrize(
    "written", ["", " ", "A", "B", "2", "-1", "contrl", "контроль", "1%", "10"]
)
def test_what_could_be_anything_is_no_arm(written: str) -> None:
    assert ARM.word(written) is None and in_sql(ARM, written) is None


def test_a_word_that_could_mean_two_things_is_not_decided() -> None:
    # German and French take mail for e-mail, English for letters; a shop may be on the web.
    for written in ("mail", "Mail", "shop", "correo"):
        assert CHANNEL.word(written) is None


def test_no_word_means_two_things_and_every_word_of_ours_means_itself() -> None:
    for words in KNOWN_WORDS.values():
        meanings: dict[str, str] = {}
        for ours, written in words.synonyms.items():
            assert words.word(ours) == ours
            for one in written.split(", "):
                assert one == folded(one), one
                assert meanings.setdefault(one, ours) == ours, one


def test_yes_and_no_are_told_apart_by_every_language() -> None:
    assert {ARM.word(one) for one in YES_OR_NO} == {"control", "treated"}
    assert ARM.is_closed and not KIND.is_closed and not CHANNEL.is_closed


@pytest.mark.parametrize(
    ("kind", "direction"),
    [
        *[(one, "inbound") for one in ("visit", "open", "click", "cart", "inquiry", "complaint")],
        *[(one, "inbound") for one in ("survey", "Login", "Quote request", "response", "chat")],
        *[(one, "inbound") for one in ("Inbound call", "incoming_email", "Eingehender Anruf")],
        *[(one, "outbound") for one in ("call", "letter", "mail sent", "meeting", "Webinar", "")],
        *[(one, "outbound") for one in ("outbound call", "visitors", "reinbound", "\u0434\u0430")],
    ],
)
def test_who_made_a_contact_is_told_by_its_kind_alike_in_python_and_sql(
    kind: str, direction: str
) -> None:
    ((found,),) = DATABASE.execute(
        f"SELECT {direction_sql('x')} FROM (SELECT ? AS x)", [kind]
    ).fetchall()
    assert direction_of(kind) == found == direction


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        *[("is_outbound", ("outbound", "inbound")), ("IsIncoming", ("inbound", "outbound"))],
        *[
            ("Ausgehend", ("outbound", "inbound")),
            ("inbound_or_outbound", None),
            ("finished", None),
        ],
    ],
)
def test_a_name_says_what_yes_means_where_it_names_one_of_the_two(
    name: str, asked: tuple[str, str] | None
) -> None:
    assert DIRECTION.asked_by(name) == asked
    assert ARM.asked_by(name) is KIND.asked_by(name) is None


def test_known_words_are_of_columns_that_exist() -> None:
    for table, column in KNOWN_WORDS:
        assert column in TABLES[table].column_names


letters = st.characters(exclude_categories=("Cs", "Cn"), exclude_characters="\0")


def test_every_letter_and_mark_folds_alike_between_two_others() -> None:
    signs = [
        chr(at) for at in range(1, 0x110000) if unicodedata.category(chr(at)) not in ("Cs", "Cn")
    ]
    rows = DATABASE.execute(
        f"SELECT x, {folded_sql('x')} FROM (SELECT unnest(?) AS x)", [[f"0{one}a" for one in signs]]
    ).fetchall()
    assert [ascii(text) for text, found in rows if found != folded(text)] == []


@settings(deadline=None)
@given(st.text(letters | st.sampled_from(sorted("eo_- \u0301É")), max_size=8))
def test_python_and_sql_fold_any_text_alike(text: str) -> None:
    ((found,),) = DATABASE.execute(
        f"SELECT {folded_sql('x')} FROM (SELECT ? AS x)", [text]
    ).fetchall()
    assert found == folded(text)


@settings(deadline=None)
@given(st.data())
def test_capitals_blanks_and_hyphens_change_no_meaning(data: st.DataObject) -> None:
    words = data.draw(st.sampled_from(list(KNOWN_WORDS.values())))
    folded_word, ours = data.draw(st.sampled_from(sorted(words.meanings.items())))
    between = data.draw(st.sampled_from(["-", "_", "  ", " / "]))
    written = " " + folded_word.upper().replace(" ", between) + "\u00a0"
    assert words.word(written) == in_sql(words, written) == ours
