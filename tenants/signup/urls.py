"""/signup/ on the platform's host."""

from django.urls import path

from tenants.signup import views

urlpatterns = [
    path("", views.signup, name="signup"),
    path("address/", views.address, name="signup_address"),
    path("code/", views.code, name="signup_code"),
]
