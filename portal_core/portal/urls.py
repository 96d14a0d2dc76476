"""The customers' addresses."""

from django.urls import path

from portal_core.portal import home, new, requests

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("new/", new.choose, name="choose"),
    path("new/<slug:type_key>/", new.fill_in, name="new"),
    path("new/<slug:type_key>/draft/", new.keep, name="draft"),
    path("requests/", requests.index, name="requests"),
    path("requests/<int:number>/", requests.detail, name="request"),
    path("requests/<int:number>/reply/", requests.write, name="reply"),
    path("requests/<int:number>/move/", requests.move_on, name="move"),
    path("requests/<int:number>/change/", requests.change, name="change"),
]
