"""The languages that a portal's forms can have been shown in."""

from typing import Final

from portal_core.config.models import PortalVersion

# A form that was opened, or kept half filled in, before so many versions is none that anybody still sends.
_MOST_VERSIONS: Final = 50


def languages_of_versions() -> frozenset[str]:
    """Those of the newest versions, the live one among them. One query."""
    newest = PortalVersion.objects.order_by("-number")[:_MOST_VERSIONS]
    said = newest.values_list("document__portal__language", "document__portal__languages")
    return frozenset(key for language, more in said for key in (language, *(more or ())) if isinstance(key, str))
