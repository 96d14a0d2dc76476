"""Addresses of a tenant's host: the portal, the desk, and the brand's stylesheet and logo."""

from django.urls import include, path, re_path

from portal_core.portal import brand
from portal_core.portal.people_urls import people_urls

handler400 = "deploy.errors.bad_request"
handler403 = "deploy.errors.permission_denied"
handler404 = "deploy.errors.not_found"
handler500 = "deploy.errors.server_error"

urlpatterns = [
    re_path(r"^brand/(?P<digest>[0-9a-f]{12})\.css\Z", brand.brand_stylesheet, name="brand"),
    re_path(r"^brand/(?P<digest>[0-9a-f]{12,64})\.png\Z", brand.brand_logo, name="brand_logo"),
    path("favicon.ico", brand.favicon, name="favicon"),
    *people_urls,
    path("desk/", include("portal_core.desk.urls")),
    path("api/", include("api.urls")),
    path("", include("portal_core.portal.urls")),
]
