"""Addresses of signing in, joining and one's account; part of the portal's."""

from django.urls import path

from portal_core.portal import account, join, signin, told, unsubscribe
from portal_core.portal.own_data.page import download

people_urls = [
    path("signin/", signin.signin, name="signin"),
    path("signin/code/", signin.signin_code, name="signin_code"),
    path("signin/code/again/", signin.signin_again, name="signin_again"),
    path("signin/password/", signin.signin_password, name="signin_password"),
    path("signin/link/<str:token>/", join.signin_link, name="signin_link"),
    path("signout/", signin.signout, name="signout"),
    path("join/<str:token>/", join.join, name="join"),
    path("u/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("account/", account.account, name="account"),
    path("account/about/", account.save_about, name="account_about"),
    path("account/download/", download, name="account_download"),
    path("account/told/", told.save, name="account_told"),
    path("account/details/", account.save_details, name="account_details"),
    path("account/email/", account.change_email, name="account_email"),
    path("account/email/code/", account.confirm_email, name="account_email_code"),
    path("account/email/stop/", account.stop_email, name="account_email_stop"),
    path("account/password/", account.set_password, name="account_password"),
    path("account/password/remove/", account.remove_password, name="account_password_remove"),
    path("account/sessions/end/", account.end_others, name="account_end_others"),
    path("account/sessions/<slug:key>/end/", account.end_session, name="account_end_session"),
]
