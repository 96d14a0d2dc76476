"""Addresses of the team page; part of the desk's."""

from django.urls import path

from portal_core.desk import team, team_history

team_urls = [
    path("team/", team.team, name="team"),
    path("team/history/", team_history.index, name="team_history"),
    path("team/invite/", team.invite, name="team_invite"),
    path("team/<uuid:key>/", team.change, name="team_change"),
    path("team/<uuid:key>/deactivate/", team.deactivate, name="team_deactivate"),
    path("team/<uuid:key>/back/", team.bring_back, name="team_back"),
    path("team/<uuid:key>/invite/", team.invite_again, name="team_invite_again"),
]
