"""How a language says numbers, times, money and the clause of a feature: English, or what its catalogue has.

English stands in the declarations of the features. Another language has a phrase for each of its phrases; where
one is missing, what it would have said is said in English. A phrase may hold ``[one|many]``, of which the shown
number chooses.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

from features.behaviour.groups import PROFILE
from features.declarations.feature import Feature, ReasonGroup
from training.reasons.languages import numbers
from training.reasons.languages.catalogue import PhraseCatalogue, phrase
from training.reasons.languages.grammar import GRAMMARS, Grammar
from training.reasons.languages.phrasebook import Phrasebook, forms

_SOURCE = "en"
_PEERS = (
    "",
    phrase("steady customers in their first year"),
    phrase("steady customers in their second year"),
    phrase("steady customers of two years or more"),
)


class Language:
    """One language, by its code."""

    def __init__(self, code: str) -> None:
        self.code = code
        grammar = GRAMMARS.get(code, Grammar())
        self._of_sentences, self._of_declined = grammar.sentence, grammar.declined

    @cached_property
    def catalogue(self) -> PhraseCatalogue:
        """Its texts, read when the first is asked for."""
        return PhraseCatalogue.of(self.code)

    def say(self, english: str, context: str = "") -> str:
        """What is said for an English text; the English where the catalogue lacks it."""
        return self.catalogue.find(english, context) or english

    def has(self, english: str, context: str = "") -> bool:
        """Whether a text can be said in this language, and not in English instead."""
        return self.code == _SOURCE or self.catalogue.has(english, context)

    def plural(self, one: str, many: str, count: int, context: str = "") -> str:
        """The form that goes with a count."""
        if context:
            return self.catalogue.npgettext(context, one, many, count)
        return self.catalogue.ngettext(one, many, count)

    def phrased(self, english: str, context: str) -> str:
        """The same as ``say`` for a text in which numbers and names stand."""
        return self._book(context).find(english) or english

    # What stands around reasons.

    @cached_property
    def base(self) -> str:
        """What the first step of a waterfall is called."""
        return self.say("Base risk")

    @cached_property
    def base_said(self) -> str:
        """What that step is."""
        return self.say("Where the model starts for everybody.")

    @cached_property
    def other(self) -> str:
        """What the step of all that is not shown is called."""
        return self.say("Everything else")

    @cached_property
    def total(self) -> str:
        """What the last step is called."""
        return self.say("Risk")

    @cached_property
    def similar(self) -> str:
        """That a reason weighs about as much as the one before."""
        return self.say("similar weight")

    @cached_property
    def typical(self) -> str:
        """What is usual among everybody, with ``{value}`` in it."""
        return self.say("typical: {value}")

    @cached_property
    def peers(self) -> tuple[str, ...]:
        """Who peers are, by their number in ``training.reasons.peers``."""
        return tuple(self.say(one) if one else "" for one in _PEERS)

    # Numbers.

    def quantity(self, value: float, unit: str, currency: str) -> str:
        """A value as a person would write it.

        >>> [Language("en").quantity(one, unit, "GBP") for one, unit in ((41.6, "days"), (123456, "cents"))]
        ['41 days', '£1,235']
        >>> [Language("de").quantity(one, unit, "EUR") for one, unit in ((1.2, "days"), (123456, "cents"))]
        ['1 Tag', '1.235 €']
        """
        if unit == "cents":
            return self.money(round(value), currency)
        if unit == "days":
            return self.days(value)
        if unit == "share":
            return self.share(value)
        if unit == "yes_no":
            return self.say("yes", "answer") if value >= 0.5 else self.say("no", "answer")
        return self.number(value)

    def share(self, value: float) -> str:
        """A part of a whole in percent."""
        return self.written(numbers.share(value))

    def days(self, value: float) -> str:
        """A stretch of time in whole days that have passed.

        >>> Language("en").days(1.2), Language("en").days(0.4), Language("de").days(41)
        ('1 day', 'less than a day', '41 Tage')
        """
        whole = numbers.whole_days(value)
        if whole == 0:
            return self.say("less than a day")
        text = self.plural("{number} day", "{number} days", abs(whole))
        return text.replace("{number}", self.count(whole).replace("-", "−"))

    def number(self, value: float) -> str:
        """A number with as many digits as one reads at a glance."""
        return self.written(numbers.short(value))

    def count(self, count: int) -> str:
        """A whole number with all its digits."""
        return self.written(f"{count:,}")

    def money(self, cents: int, currency: str, places: int | None = None) -> str:
        """An amount with its currency; cents are shown for small amounts alone, or as ``places`` says.

        >>> Language("en").money(4_50, "EUR"), Language("en").money(99_00, "CHF", 0)
        ('€4.50', 'CHF 99')
        >>> Language("de").money(4_50, "EUR"), Language("de").money(-1_234_50, "CHF")
        ('4,50 €', '−1.234 CHF')
        """
        symbol = numbers.symbol_of(currency)
        before, behind = self._around_money[len(symbol) > 1]
        sign = "−" if cents < 0 else ""
        amount = self.written(numbers.amount(cents, places))
        return f"{sign}{before}{amount}{behind}".replace("{symbol}", symbol)

    def month(self, day: date) -> str:
        """The month a day is in, with its year.

        >>> Language("en").month(date(2026, 11, 5)), Language("de").month(date(2026, 3, 5))
        ('November 2026', 'März 2026')
        """
        from babel.dates import format_date

        return str(format_date(day, "LLLL yyyy", locale=self.code))

    def date(self, day: date) -> str:
        """A day of the calendar.

        >>> Language("en").date(date(2026, 11, 5)), Language("de").date(date(2026, 11, 5))
        ('5 Nov 2026', '5.11.2026')
        """
        # Babel takes as long to load as all of this package, and many a process tells no date.
        from babel.dates import format_date

        return str(format_date(day, self.say("d MMM yyyy", "date"), locale=self.code))

    def written(self, digits: str) -> str:
        """A number in English digits with the signs this language puts between them."""
        return digits if self.code == _SOURCE else digits.translate(self._separators)

    @cached_property
    def _separators(self) -> dict[int, str]:
        from babel.numbers import get_decimal_symbol, get_group_symbol

        return {ord(","): get_group_symbol(self.code), ord("."): get_decimal_symbol(self.code)}

    @cached_property
    def _around_money(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """What stands before and behind an amount: with a currency's own sign, and with its letters."""
        sign = self.say("{symbol}{amount}").partition("{amount}")
        letters = self.say("{symbol} {amount}").partition("{amount}")
        return (sign[0], sign[2]), (letters[0], letters[2])

    # Features and reasons.

    def knows(self, feature: Feature) -> bool:
        """Whether a feature can be told in this language, and not in English instead."""
        return self.code == _SOURCE or self._phrase(feature) is not None

    def clause(self, feature: Feature) -> str:
        """What is said of a feature, with ``{value}`` in it."""
        return self._phrase(feature) or feature.said

    def fact(self, feature: Feature, value: float, currency: str) -> str:
        """A feature's clause with a customer's value in it, as a sentence of its own."""
        if not self.knows(feature):
            return ENGLISH.fact(feature, value, currency)
        text = self.quantity(value, feature.unit, currency)
        said = forms(self.clause(feature), text).replace("{value_declined}", self.declined(text))
        return self.sentence(said.replace("{value}", text))

    def meaning(self, feature: Feature) -> str:
        """What a feature means, as it stands beside its value: its clause, with a gap for that."""
        clause = self._phrase(feature)
        if clause is None:
            return feature.meaning
        said = forms(clause, "2").replace("{value}", "…").replace("{value_declined}", "…")
        return said[:1].upper() + said[1:]

    def title(self, group: ReasonGroup) -> str:
        """What a reason is about; a company's own title stays as it is."""
        return group.title if _is_declared(group.name) else self.say(group.title, "reason")

    def claim(self, text: str) -> str:
        """The template of a claim."""
        return self.say(text, "claim")

    def subject(self, word: str) -> str:
        """What a claim is about, where its pattern caught that from a feature's name."""
        return self.say(word.replace("_", " "), "subject")

    def declined(self, said: str) -> str:
        """A quantity as it stands behind a preposition that asks for another case: seit 41 Tagen."""
        for pattern, change in self._of_declined:
            said = pattern.sub(change, said)
        return said

    def sentence(self, said: str) -> str:
        """A finished sentence: one order, not one orders; and a capital to begin with."""
        for pattern, change in self._of_sentences:
            said = pattern.sub(change, said)
        return said[:1].upper() + said[1:]

    def _phrase(self, feature: Feature) -> str | None:
        """What the catalogue has for a feature's clause."""
        if self.code == _SOURCE:
            return None
        found = self._book("feature").find(feature.said)
        if found is None and (feature.group == PROFILE.name or _is_declared(feature.group)):
            return self._book("declared").find(feature.said)
        return found

    def _book(self, context: str) -> Phrasebook:
        if context not in self._books:
            windows = self.catalogue.phrases("window")
            self._books[context] = Phrasebook(self.catalogue.phrases(context), windows)
        return self._books[context]

    @cached_property
    def _books(self) -> dict[str, Phrasebook]:
        return {}


def _is_declared(group: str) -> bool:
    """Whether a company named a reason group itself."""
    return group.startswith("declared_")


ENGLISH = Language(_SOURCE)
