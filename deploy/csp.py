"""The content security policy where it depends on the host: only the platform's forms may lead to a tenant's."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import get_urlconf


class PolicyMiddleware(CSPMiddleware):
    """Adds the tenants' hosts to `form-action` on the platform's pages: sign-up ends with a redirect to one of them."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """The policy of one response; called by the middleware once it is made."""
        parts = super().get_policy_parts(request, response, report_only)
        urlconf = getattr(request, "urlconf", None) or get_urlconf() or settings.ROOT_URLCONF
        if urlconf == settings.PUBLIC_SCHEMA_URLCONF:
            update = dict(parts.update or {})
            update["form-action"] = [*(update.get("form-action") or []), *settings.CSP_HAND_OVER_SOURCES]
            parts.update = update
        return parts
