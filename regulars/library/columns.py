"""What the columns of tables say that are no features of a behaviour vector."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from regulars.library.tables import Entry

CUSTOMER_AT_CUTOFF = ("customer_id", "cutoff")
"""The index of a table of customers at cutoffs."""


def _entries(lines: Iterable[tuple[str, str, str]]) -> dict[str, Entry]:
    return {name: {"meaning": meaning, "unit": unit} for name, unit, meaning in lines}


_CUSTOMER = (
    "customer_id",
    "text",
    "the customer's number; unnamed-… for whoever objected or said no to being scored",
)
AT_CUTOFF = _entries(
    [_CUSTOMER, ("cutoff", "instant", "the instant before which everything that counts was known")]
)
SCORES = _entries(
    [
        ("customer_id", "text", "the customer's number"),
        ("risk_percent", "percent", "the risk with one decimal"),
        ("base_percent", "percent", "the risk reasons start from"),
        ("risk_before_percent", "percent", "the risk on the earlier day scores are compared with"),
        ("risk_change_points", "points", "how far the risk rose since"),
        ("probability", "share", "the risk as the model says it, unrounded"),
        (
            "risk_band",
            "text",
            "high for the top tenth by risk, medium for the next fifth, else low",
        ),
        ("expected_value_cents", "cents", "what the customer is expected to bring"),
        ("value_at_risk_cents", "cents", "the money at risk with the customer"),
        ("cost_to_serve_cents", "cents", "what serving the customer is expected to cost"),
        ("net_cents", "cents", "the value less what serving costs"),
        ("segment", "text", "the behaviour segment"),
        ("in_training", "yes_no", "whether the model learned from this customer"),
        ("scored_at", "instant", "the instant before which everything that counts was known"),
        ("model_version", "text", "which version of the model it was"),
        ("other_points", "points", "how many points all that is not shown adds"),
        *(
            line
            for place in range(1, 7)
            for line in (
                (f"reason_{place}", "text", f"the reason group of reason {place}"),
                (f"points_{place}", "points", f"how many points of the risk reason {place} adds"),
                (f"text_{place}", "text", f"reason {place} in a sentence"),
            )
        ),
    ]
)
ITEMS = _entries(
    [
        ("customer_id", "text", "the customer's number"),
        ("rank", "count", "the place on the customer's list, from 1"),
        ("item_id", "text", "the item's number"),
        ("name", "text", "what the item is called"),
        ("category", "text", "the item's category"),
        ("order_probability", "share", "how likely the customer orders at all within the horizon"),
        ("order_probability_from", "text", "which model says so"),
        ("probability", "share", "how likely the customer takes the item within the horizon"),
        ("probability_if_ordering", "share", "how likely the item is taken by who orders"),
        ("log_odds", "log-odds", "the same, before it became a probability"),
        ("source", "text", "what brought the item onto the list"),
        ("times_bought", "count", "how often the customer has bought the item"),
        (
            "due_in_days",
            "days",
            "in how many days the item is due again, by the customer's own gaps",
        ),
        ("text", "text", "the strongest reason in a sentence"),
        ("base", "log-odds", "what reasons start from"),
    ]
)
PUSH = "push_"
"""Before the name of a reason group: what that group adds to an item's log-odds."""


def items_dictionary(names: Iterable[str]) -> Mapping[str, Entry]:
    """The entries of a table of lists, whatever its reason groups."""
    pushes = [
        (name, "log-odds", f"what the reason group {name.removeprefix(PUSH)} adds")
        for name in names
        if name.startswith(PUSH)
    ]
    return ITEMS | _entries(pushes)


SCORE_DECISIONS = _entries(
    [
        ("decision_id", "text", "the number the row was answered with"),
        _CUSTOMER,
        ("status", "text", "what became of the row, such as ok or no_consent"),
        ("probability", "share", "the risk that was answered, empty where none was"),
        ("model_version", "text", "which version of the model answered"),
        ("model_digest", "text", "the digest of its bundle"),
        ("cutoff", "instant", "the instant before which everything that counted was known"),
        ("decided_at", "instant", "when it was answered"),
        ("data_digest", "text", "the name of all events of the scoring"),
        ("vector_digest", "text", "the name of this customer's behaviour among them"),
        ("basis", "text", "stored, fresh with newer events, or given by the caller"),
        ("campaign", "text", "which campaign the caller named"),
        ("hold_out", "text", "whether the customer is held out of it, where one was named"),
    ]
)
OFFER_DECISIONS = _entries(
    [
        ("decision_id", "text", "the number the call was answered with"),
        ("slot", "count", "which place was decided about, from 0"),
        _CUSTOMER,
        ("offer_id", "text", "the offer that was chosen, empty for none"),
        ("arm", "text", "decided by priority, explored by lot, or hold_out"),
        ("action_probability", "share", "the exact chance with which this was drawn"),
        ("priority_cents", "cents", "what it was expected to bring"),
        ("is_shown", "yes_no", "1 where the caller shows it, 0 for a look"),
        ("model_digest", "text", "the digest of the bundle that decided"),
        ("decided_at", "instant", "when it was decided"),
    ]
)
_PREDICTIONS = AT_CUTOFF | _entries(
    [
        ("rung", "text", "which way of answering, a rule or a model of the ladder"),
        ("fold", "text", "the fold of a table without time, empty where tests stand at cutoffs"),
        (
            "outcome",
            "yes_no",
            "1 where it came true and 0 where not; of value, what was brought in cents",
        ),
        ("probability", "share", "the calibrated probability"),
        ("aged_probability", "share", "what the oldest model of the rung that ships answered"),
        ("waited_days", "days", "how long no order came, or until the data end where none did"),
        ("ordered", "yes_no", "whether an order ended the waiting"),
        ("offer", "count", "which offer was shown, by its place in the table of offers, from 0"),
        ("amount", "cents", "what was expected"),
        ("low", "cents", "the lower end of the range that holds four of five"),
        ("high", "cents", "its upper end"),
        ("says_something", "yes_no", "whether more than a fifth of such customers bought"),
        ("amount_before", "cents", "what the customer had brought in as long a time before"),
    ]
)


def of_predictions(names: Iterable[str]) -> Mapping[str, Entry]:
    """The entries of a file of predictions; how many periods a horizon has is seen by its columns alone."""
    periods = [
        (name, "share", "the chance of no order by the end of this period of the horizon")
        for name in names
        if name.startswith("silent_to_period_")
    ]
    return _PREDICTIONS | _entries(periods)


TRUTH = AT_CUTOFF | _entries(
    [
        (
            "no_order",
            "share",
            "the exact chance of no order in the horizon, given all but whether the customer has left",
        ),
        (
            "still_here",
            "share",
            "the exact chance that the customer still comes, on the same knowledge",
        ),
        ("no_order_if_known", "share", "the chance of no order when it is known too who has left"),
        ("has_left", "yes_no", "whether the customer had really left for good"),
        (
            "was_silent",
            "yes_no",
            "whether there was no order in the horizon, empty where the calendar ends before",
        ),
        ("orders_before", "orders", "all orders before the cutoff"),
        ("days_since_order", "days", "days since the latest of them"),
    ]
)
