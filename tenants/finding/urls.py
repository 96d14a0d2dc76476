"""/find/ on the platform's host."""

from django.urls import path

from tenants.finding import views

urlpatterns = [
    path("", views.find, name="find"),
    path("sent/", views.sent, name="find_sent"),
]
