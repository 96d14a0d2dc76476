"""Things of one list that are called alike: pointed out where they stand, since nobody can tell them apart."""

from collections import Counter
from collections.abc import Collection, Iterable

from portal_core.config.draft.reading import Draft
from portal_core.desk.setup.frame import offered_of


def namesakes(named: Iterable[tuple[str, str]], *, taken: Iterable[str] = ()) -> Collection[str]:
    """The keys of those that have a name which another one has, too; `taken` are names that others have anyway."""
    names = {key: _plain(name) for key, name in named}
    counts = Counter([*names.values(), *map(_plain, taken)])
    return {key for key, name in names.items() if counts[name] > 1}


def alike_heads(draft: Draft, collection: str) -> Collection[str]:
    """The keys of those in use of a list at the top that are called alike."""
    return namesakes(offered_of(draft, collection))


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def alike_words(noun: str) -> str:
    """How it is said."""
    return f"Another {noun} has this name"
