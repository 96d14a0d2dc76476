"""The addresses of a tenant's look."""

from django.urls import path, re_path

from portal_core.portal import brand

brand_urls = [
    re_path(r"^brand/(?P<digest>[0-9a-f]{12})\.css$", brand.brand_stylesheet, name="brand"),
    path("favicon.ico", brand.favicon, name="favicon"),
]
