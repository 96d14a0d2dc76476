"""The console's addresses, on the platform host."""

from django.urls import path

from tenants.console import views

app_name = "console"

urlpatterns = [
    path("", views.tenants, name="tenants"),
    path("signin/", views.signin, name="signin"),
    path("code/", views.code, name="code"),
    path("link/<str:token>/", views.link, name="link"),
    path("second/", views.second, name="second"),
    path("enrol/", views.enrol, name="enrol"),
    path("signout/", views.signout, name="signout"),
]
