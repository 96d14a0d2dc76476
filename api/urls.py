"""Addresses for machines."""

from django.urls import path

from api.portal_schema import portal_schema

urlpatterns = [path("portal-schema.json", portal_schema, name="portal-schema")]
