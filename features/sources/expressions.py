"""Small pieces of SQL."""


def text(value: str) -> str:
    """A text as a SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def let(name: str, value: str, body: str) -> str:
    """SQL with a name for a value, which is written and reckoned once however often the body uses it."""
    return f"list_transform([{value}], lambda {name}: {body})[1]"


def not_blank(value: str) -> str:
    """SQL for a text that is missing where it is blank."""
    return f"nullif(trim({value}), '')"


def said_as_text(value: str) -> str:
    """SQL for what any value says as a text; NULL where it says nothing."""
    return not_blank(f"CAST({value} AS VARCHAR)")
