"""Cache keys: the schema is part of every one, so that no tenant reads, throttles or locks another."""

from tenants.context import current_schema


def make_key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION. To share a value between tenants, enter public_context() on purpose."""
    return f"{current_schema()}:{key_prefix}:{version}:{key}"
