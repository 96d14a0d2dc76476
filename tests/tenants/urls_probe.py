"""Addresses of test pages that show and do what the isolation tests need."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from tenants.context import current_schema


def schema(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(current_schema())


def rows() -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        (search_path,) = cursor.fetchone()
    emails = sorted(get_user_model().objects.values_list("email", flat=True))
    return {"schema": current_schema(), "path": search_path, "emails": emails}


def read(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(rows())


def rolled_back(request: HttpRequest) -> HttpResponse:
    """Writes, rolls back (to a savepoint, too), then reads."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                get_user_model().objects.filter(email=request.GET["mark"]).update(name="changed")
                raise ZeroDivisionError
        except ZeroDivisionError:
            seen = rows()
        transaction.set_rollback(True)
    return JsonResponse({**seen, "after": rows()})


def broken(_request: HttpRequest) -> HttpResponse:
    """Leaves by an exception inside a transaction that the server has given up."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
    return HttpResponse()


@csrf_exempt
def write(request: HttpRequest) -> HttpResponse:
    changed = get_user_model().objects.filter(email=request.GET["mark"]).update(name=current_schema())
    return JsonResponse({**rows(), "changed": changed})


urlpatterns = [
    path("schema/", schema),
    path("read/", read),
    path("rolled-back/", rolled_back),
    path("broken/", broken),
    path("write/", write),
]
