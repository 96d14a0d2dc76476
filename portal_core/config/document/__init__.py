"""The portal configuration document: its models, and the way in from JSON."""

from portal_core.config.document.loading import DocumentRefused, load, load_json
from portal_core.config.document.portal_document import PortalDocument
from portal_core.config.document.schema import json_schema

__all__ = ["DocumentRefused", "PortalDocument", "json_schema", "load", "load_json"]
