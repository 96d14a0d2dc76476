"""Every address of an URL configuration, and how to fill one in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import product
from typing import Any

from django.urls import URLPattern, URLResolver
from django.urls.resolvers import RoutePattern

TENANT, PUBLIC = "deploy.urls_tenant", "deploy.urls_public"


@dataclass(frozen=True)
class Address:
    """One pattern: its whole route, its parameters with their converters, and its view."""

    route: str
    name: str
    parameters: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def audience(self) -> str | None:
        """Who may try it, as the page decorator says."""
        return getattr(self.view, "audience", None)

    @property
    def permission(self) -> str:
        """What staff need for it."""
        return getattr(self.view, "permission", "")

    def paths(self, values: Mapping[str, list[Any]]) -> Iterator[str]:
        """The address with every combination of `values` by parameter; a parameter without a value fails."""
        for combination in product(*(values[name] for name in self.parameters)):
            path = self.route
            for name, value in zip(self.parameters, combination, strict=True):
                start = path.index("<")
                assert name in path[start : path.index(">")]
                path = f"{path[:start]}{value}{path[path.index('>') + 1 :]}"
            yield f"/{path}"


def addresses(urlconf: str) -> list[Address]:
    """All addresses of `urlconf`, in order."""
    return list(_walk(import_module(urlconf).urlpatterns, "", (), ""))


def _read(pattern: Any) -> tuple[str, tuple[str, ...]]:
    """A pattern as a route with its parameters in angle brackets; of regular expressions only the simplest."""
    if isinstance(pattern, RoutePattern):
        return str(pattern), tuple(pattern.converters)
    text = str(pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
    names = tuple(re.findall(r"\(\?P<(\w+)>", text))
    route = re.sub(r"\(\?P(<\w+>)[^()]*\)", r"\1", text).replace("\\.", ".")
    assert not re.search(r"[\\()\[\]*+?^$|]", route), f"{pattern}: too much of a regular expression to be walked"
    return route, names


def _walk(patterns: list[Any], route: str, parameters: tuple[str, ...], space: str) -> Iterator[Address]:
    for item in patterns:
        own, own_names = _read(item.pattern)
        here, names = route + own, (*parameters, *own_names)
        if isinstance(item, URLResolver):
            yield from _walk(item.url_patterns, here, names, f"{space}{item.namespace}:" if item.namespace else space)
        elif isinstance(item, URLPattern):
            yield Address(here, f"{space}{item.name}", names, item.callback)
