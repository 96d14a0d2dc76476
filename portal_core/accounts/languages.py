"""Which language and time zone a reader gets."""

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from portal_core.accounts.models import User
from portal_core.accounts.portal_facts import PortalFacts


def offered_languages(facts: PortalFacts) -> tuple[str, ...]:
    """The portal's languages that this product speaks as well; never empty."""
    spoken = {code for code, _ in settings.LANGUAGES}
    return tuple(code for code in facts.languages if code in spoken) or (settings.LANGUAGE_CODE,)


def choose_language(request: HttpRequest, facts: PortalFacts, user: User | None) -> str:
    """The person's choice, else what their browser asks for, else the portal's language."""
    offered = offered_languages(facts)
    if user is not None and user.language in offered:
        return user.language
    default = facts.language if facts.language in offered else offered[0]
    if user is not None:
        return default
    for wanted, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        short = wanted.split("-")[0]
        if short in offered:
            return short
    return default


@lru_cache(maxsize=1)
def known_time_zones() -> frozenset[str]:
    """Names of all time zones of this machine's database."""
    return frozenset(available_timezones())


def choose_time_zone(facts: PortalFacts, user: User | None) -> ZoneInfo:
    """The person's time zone, else the portal's; UTC when neither is known any more."""
    for name in (user.time_zone if user is not None else "", facts.time_zone):
        if name in known_time_zones():
            return ZoneInfo(name)
    return ZoneInfo("UTC")
