"""Lists that are paged by number: `?page=2`."""

from django.http import QueryDict


def page_number(asked: QueryDict) -> int:
    """`?page=N` of a list that is paged by number; 1 for what is none."""
    try:
        return max(1, min(10_000, int(asked.get("page", "1"))))
    except ValueError:
        return 1


def pager_by_number(asked: QueryDict, number: int, *, has_more: bool, place: str = "") -> dict[str, str]:
    """The ways to the pages before and after, to a `place` on them; what else the address asks for is kept."""

    def href(page: int) -> str:
        kept = asked.copy()
        kept["page"] = str(page)
        return f"?{kept.urlencode()}{f'#{place}' if place else ''}"

    return {"newer_href": href(number - 1) if number > 1 else "", "older_href": href(number + 1) if has_more else ""}
