"""What stands in a value of the document, whatever may stand there."""

from pydantic import JsonValue


def items_of(value: object) -> list[dict[str, JsonValue]]:
    """The objects of a list; nothing where there is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def strings_of(value: object) -> list[str]:
    """The words of a list; nothing where there is no list."""
    return [str(item) for item in value] if isinstance(value, list) else []


def in_use(value: object) -> list[dict[str, JsonValue]]:
    """The objects of a list that are not retired."""
    return [item for item in items_of(value) if not item.get("retired")]
