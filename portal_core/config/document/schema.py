"""The document's JSON Schema, for editors and for the API."""

from typing import Any

from portal_core.config.document.portal_document import PortalDocument

JSON_SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the whole document. `Any`: a schema is free JSON."""
    return {"$schema": JSON_SCHEMA_DIALECT, **PortalDocument.model_json_schema(by_alias=True)}
