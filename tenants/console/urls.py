"""The console's addresses, on the platform host."""

from django.urls import path

from tenants.console import tenant, views

app_name = "console"

urlpatterns = [
    path("", views.tenants, name="tenants"),
    path("tenants/<slug:slug>/", tenant.detail, name="tenant"),
    path("tenants/<slug:slug>/suspend/", tenant.suspend, name="suspend"),
    path("tenants/<slug:slug>/resume/", tenant.resume, name="resume"),
    path("tenants/<slug:slug>/again/", tenant.again, name="again"),
    path("signin/", views.signin, name="signin"),
    path("code/", views.code, name="code"),
    path("link/<str:token>/", views.link, name="link"),
    path("second/", views.second, name="second"),
    path("enrol/", views.enrol, name="enrol"),
    path("signout/", views.signout, name="signout"),
]
