"""Small pieces of SQL."""


def text(value: str) -> str:
    """A text as a SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def let(name: str, value: str, body: str) -> str:
    """SQL with a name for a value, which is written and reckoned once however often the body uses it."""
    return f"list_transform([{value}], lambda {name}: {body})[1]"
