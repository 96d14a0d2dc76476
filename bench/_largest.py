"""The largest document that may be published: 100 request types of 200 fields each, under two megabytes."""

from __future__ import annotations

import copy
from typing import Any

TYPES = 100
FIELDS = 200


def largest(small: dict[str, Any]) -> dict[str, Any]:
    """`small` with as many types and fields as the limits allow; what it had comes first and stays as it is."""
    document = copy.deepcopy(small)
    first = document["types"][0]
    for number in range(len(document["types"]), TYPES):
        document["types"].append(copy.deepcopy(first) | {"key": f"type-{number}", "name": f"Type {number}"})
    for kind in document["types"]:
        count = FIELDS - len(kind["fields"])
        kind["fields"] += [{"key": f"f{n}", "kind": "text", "label": f"Question {n}"} for n in range(count)]
    return document
