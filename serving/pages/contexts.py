"""What each page is given: one dataclass a page, each field with its sentence; a template sees no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from serving.pages.shown import shown


@dataclass(frozen=True)
class Choice:
    """One entry of a drop-down list."""

    value: str = shown("What the form sends.")
    label: str = shown("What is read.")
    is_chosen: bool = shown("Whether it is the present choice.")


@dataclass(frozen=True)
class AttributeFilter:
    """What a list can be narrowed to by one thing customers declared."""

    label: str = shown("What the attribute is called.")
    name: str = shown("What the form sends it as.")
    choices: Sequence[Choice] = shown("What was declared.")


@dataclass(frozen=True)
class Heading:
    """The head of a column that can be sorted by."""

    label: str = shown("What is read.")
    link: str = shown("The same list, sorted by this column.")
    arrow: str = shown("The present direction: ascending, descending or empty.")


@dataclass(frozen=True)
class Chip:
    """One filter that is set."""

    label: str = shown("What is asked for.")
    link: str = shown("The list without asking for it.")


@dataclass(frozen=True)
class FileLink:
    """One file the list can be taken along as."""

    label: str = shown("What kind of file it is.")
    link: str = shown("The file.")


@dataclass(frozen=True)
class ShortReason:
    """One main reason in a row of the list."""

    points: str = shown("Percentage points with their sign.")
    text: str = shown("The sentence, or the title of the reason where none can be said.")


@dataclass(frozen=True)
class ListRow:
    """One customer in the list."""

    rank: str = shown("The place by risk; empty where the list is in another order.")
    customer_id: str = shown("The company's own number.")
    name: str = shown("What they are called; empty where the tables do not say.")
    link: str = shown("The page with all reasons.")
    standing: str = shown("The customer's stage and status.")
    risk: str = shown("The probability of leaving, in percent.")
    risk_width: str = shown("The same as the length of a bar, in percent.")
    moved: str = shown("The change since the earlier day, in points; empty without a risk then.")
    has_jumped: bool = shown("Whether that is ten points or more.")
    band: str = shown("high, medium or low.")
    reasons: Sequence[ShortReason] = shown("The main reasons that raise the risk, most first.")
    action: str = shown("What is best to do; empty where nothing gains, or nothing can be done.")
    net_gain: str = shown("What that is expected to bring less its cost; empty like that.")
    group: str = shown("What measured campaigns tell of the customer; empty where there are none.")
    refusal: str = shown("That the customer must not be contacted; empty for whoever may be.")
    value: str = shown(
        "Expected value, or without a value model spend of the last 365 days; empty without any money."
    )
    value_between: str = shown("The range four in five alike end in; empty without a value model.")
    at_risk: str = shown("Risk times value if kept, or times that spend; empty like that.")
    last_order: str = shown("The date of the last order.")
    ago: str = shown("How long ago that was, as of the data.")


@dataclass(frozen=True)
class MatrixCell:
    """Customers of one third by value and one third by risk."""

    value: str = shown("high, middle or low.")
    risk: str = shown("high, middle or low.")
    at_risk: str = shown("The money at risk with them.")
    share: str = shown("Its share of all money at risk.")
    share_width: str = shown("The same as the length of a bar, in percent.")
    customers: str = shown("How many customers they are.")
    play: str = shown("What they call for; empty between the corners.")
    link: str = shown("The list of these customers, or of everybody where it is shown already.")
    is_chosen: bool = shown("Whether the list shows these customers.")


@dataclass(frozen=True)
class LevelLine:
    """How a level held at one past test."""

    test: str = shown("The day of the test.")
    came: str = shown("How much came for each one expected.")
    bias: str = shown("By how much too much was expected, in percent with a sign.")
    error: str = shown("The calibration error in percent; empty of money.")
    start: str = shown("Where the bar begins, in percent of the width; the middle is as expected.")
    width: str = shown("How long the bar is, in percent of the width.")


@dataclass(frozen=True)
class LevelSection:
    """How the level of one model held at its past tests."""

    title: str = shown("What the model tells.")
    lines: Sequence[LevelLine] = shown("Its tests, the latest first.")


@dataclass(frozen=True)
class FilterForm:
    """What a list can be narrowed to and sorted by, and what is asked for now."""

    chips: Sequence[Chip] = shown("The filters that are set, each to be taken off.")
    bands: Sequence[Choice] = shown("The choices of risk.")
    stages: Sequence[Choice] = shown("The choices of stage.")
    statuses: Sequence[Choice] = shown("The choices of status.")
    segments: Sequence[Choice] = shown("The choices of segment; empty where none are in use.")
    groups: Sequence[Choice] = shown("The choices of main reason.")
    actions: Sequence[Choice] = shown("The choices of what is best to do; empty like that.")
    contact_groups: Sequence[Choice] = shown(
        "The choices of what campaigns tell of customers; empty where none has measured a contact."
    )
    consents: Sequence[Choice] = shown(
        "The choices of who may be contacted; empty where nobody said no."
    )
    spend: str = shown("The least spend asked for; empty for any.")
    currency: str = shown("The currency of that spend.")
    value: str = shown("The least expected value asked for; empty for any.")
    silent: str = shown("The least days since the last order asked for; empty for any.")
    tenure: str = shown("The least days since the first order asked for; empty for any.")
    tenure_most: str = shown("The most days since the first order asked for; empty for any.")
    declared: Sequence[AttributeFilter] = shown("What customers declared; nothing protected.")
    sorts: Sequence[Choice] = shown("The choices of order.")
    sizes: Sequence[Choice] = shown("The choices of page length.")


@dataclass(frozen=True)
class ChurnListPage:
    """The churn list: the question, the sum of it, the filters and one page of customers."""

    company: str = shown("The company's name.")
    question: str = shown("What the list answers, as a question.")
    judged: str = shown("How many customers the model judges.")
    base: str = shown("The risk the model starts from, in percent.")
    base_width: str = shown("The same as a position on a bar, in percent.")
    act: str = shown("What they are expected to do, such as leave.")
    expected: str = shown("How many are expected to do so.")
    expected_between: str = shown("The 95 % interval of that number.")
    at_risk: str = shown("The money at risk with all judged customers; empty without any money.")
    at_risk_title: str = shown("What that money is called inside a sentence.")
    matrix: Sequence[MatrixCell] = shown("Value × risk in money, row by row; empty without values.")
    jumped: str = shown("How many risks rose by ten points or more; empty when none is compared.")
    jumped_link: str = shown("The list of these, the largest rise first.")
    earlier: str = shown("The earlier day that changes are told from.")
    value_sort: str = shown("The name of the column of value: value, spend or empty.")
    knows_value: bool = shown(
        "Whether value is expected of customers, so that it can be asked for."
    )
    knows_spend: bool = shown("Whether purchases say what was paid, so that it can be asked for.")
    money_note: str = shown("What the columns of money mean, in a sentence.")
    model: str = shown("The honest name and version of the model.")
    as_of: str = shown("The instant before which everything counted was known.")
    not_judged: str = shown("How many customers are not judged, and why.")
    notice: str = shown("A warning about the scores shown; empty when there is none.")
    is_filtered: bool = shown("Whether fewer than all judged customers are asked for.")
    matched: str = shown("How many customers are asked for, and how many of them should do so.")
    left_out: str = shown("How many more must not be contacted; empty where nobody is left out.")
    left_out_link: str = shown("The list with them.")
    gain: str = shown(
        "What contacting everybody worth it brings net; empty where nothing can be done."
    )
    gain_note: str = shown("How many that are, and by what.")
    acts: bool = shown("Whether something can be done about what the list tells.")
    filters: FilterForm = shown("What the list can be narrowed to.")
    hidden_fields: Mapping[str, str] = shown("The present filters, for the search to keep.")
    filter_hidden_fields: Mapping[str, str] = shown(
        "What links ask for besides: cell and rise, for the filters to keep."
    )
    headings: Mapping[str, Heading] = shown("The columns that can be sorted by.")
    rows: Sequence[ListRow] = shown("The customers of this page.")
    position: str = shown("Which customers of how many are on this page.")
    previous: str = shown("The page before; empty on the first.")
    following: str = shown("The page after; empty on the last.")
    files: Sequence[FileLink] = shown("The same list as a file.")
    file_note: str = shown("Why there is no workbook among them; empty where there is.")
    plan_link: str = shown("The plan of contacts for these; empty where nothing can be done.")
    levels: Sequence[LevelSection] = shown("How the level of each model held at its past tests.")
    monitoring: str = shown("What the latest monitoring found, in a few words; empty without one.")
    reset: str = shown("The list without filters.", "/churn")


@dataclass(frozen=True)
class FindingLine:
    """One thing the latest monitoring has found."""

    said: str = shown("What was found.")
    since: str = shown("The day of the data of the look that found it first.")
    to_do: str = shown("What to do about it.")


@dataclass(frozen=True)
class MonitoringPage:
    """What the latest monitoring found: each thing, since when, what to do, and how good the model still is."""

    company: str = shown("The company's name.")
    sentence: str = shown(
        "How much was found, of which week; that nobody has looked, where that is so."
    )
    looked: str = shown("How long ago that was; empty where nobody has looked.")
    findings: Sequence[FindingLine] = shown("What was found.")
    quality: Sequence[str] = shown("How good the model is, in sentences.")
    lacking: str = shown("What could not be looked at; empty where everything could.")
    season: str = shown("That no season is known yet; empty where one is.")


@dataclass(frozen=True)
class ProblemPage:
    """A refusal, for a person."""

    title: str = shown("What is the matter.")
    detail: str = shown("What to do.")
    status: int = shown("The HTTP status.")
    correlation_id: str = shown("Names this call in the service's log.")


@dataclass(frozen=True)
class OperationLine:
    """One operation of the contract."""

    method: str = shown("GET, POST or DELETE.")
    path: str = shown("Its address.")
    anchor: str = shown("Names it within the page.")
    said: str = shown("What it does.")
    scope: str = shown("What a key must carry.")
    asked: str = shown("The type of the question; empty without a body.")
    answered: str = shown("The type of the answer; empty where it is a file.")
    statuses: str = shown("The statuses it may answer with.")


@dataclass(frozen=True)
class FieldLine:
    """One field of a type of the contract."""

    name: str = shown("What it is called.")
    kind: str = shown("What it holds.")
    is_needed: bool = shown("Whether it must be there.")
    said: str = shown("What it means.")
    refers: str = shown("The type it leads to; empty for a plain value.")


@dataclass(frozen=True)
class TypeTable:
    """One type of the contract with its fields."""

    name: str = shown("What it is called.")
    said: str = shown("What it is.")
    fields: Sequence[FieldLine] = shown("Its fields.")
    examples: Sequence[str] = shown("Examples as JSON.")


@dataclass(frozen=True)
class ContractPage:
    """The contract of the service, for those who call it."""

    company: str = shown("The company's name.")
    version: str = shown("The version of the contract.")
    operations: Sequence[OperationLine] = shown("What can be asked.")
    types: Sequence[TypeTable] = shown("What questions and answers are made of.")
