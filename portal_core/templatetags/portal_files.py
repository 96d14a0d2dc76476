"""`{% load portal_files %}`: what the components for files need of a form field."""

from django import template
from django.forms import BoundField

from portal_core.documents.field import FilesField, Upload

register = template.Library()


@register.filter
def upload(bound: BoundField) -> Upload:
    """`{{ field|upload }}`: files, offers and limits of a field of files. Raises TypeError for any other field."""
    if not isinstance(bound.field, FilesField):
        raise TypeError(f"{bound.name} takes no files")
    return bound.field.upload(bound)
