"""Answers to choose from tell things apart: no two of one question read the same. Warnings only."""

from collections.abc import Iterator, Sequence

from portal_core.config.checks.index import Index
from portal_core.config.document.fields import ChoiceField, ChoicesField, RowsField
from portal_core.config.localise import text_in
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem


def check_answers(index: Index) -> Iterator[Problem]:
    """Every question in use with answers to choose from, in every language of the portal."""
    portal = index.document.portal
    languages = tuple(dict.fromkeys((portal.language, *portal.languages)))
    for path, field in _choosing(index):
        yield from _same_words(field, path, languages)


def _choosing(index: Index) -> Iterator[tuple[str, ChoiceField | ChoicesField]]:
    """The questions with their places, columns of tables among them."""
    fields = [(f"types.{kind.key}", field) for kind in index.types for field in kind.fields]
    fields += [(f"record_kinds.{kind.key}", field) for kind in index.record_kinds.values() for field in kind.fields]
    for owner, field in fields:
        # Not isinstance: pydantic's classes answer it slowly, and there may be 20,000 fields.
        if field.retired or type(field) not in (ChoiceField, ChoicesField, RowsField):
            continue
        path = f"{owner}.fields.{field.key}"
        columns = field.columns if isinstance(field, RowsField) else ()
        for place, asked in ((path, field), *((f"{path}.columns.{column.key}", column) for column in columns)):
            if isinstance(asked, ChoiceField | ChoicesField) and not asked.retired:
                yield place, asked


def _same_words(field: ChoiceField | ChoicesField, path: str, languages: Sequence[str]) -> Iterator[Problem]:
    """Nobody can tell them apart: in a form, in a condition, in a file that is imported."""
    own = languages[0]
    told: set[str] = set()
    for language in languages:
        seen: set[str] = set()
        for choice in field.choices:
            words = " ".join(text_in(choice.label, language, own).split())
            if choice.retired:
                continue
            if words.casefold() in seen and choice.key not in told:
                told.add(choice.key)
                label = text_in(field.label, own, own) if field.label else field.key
                text = f"Two answers to “{label}” read “{words}”: nobody can tell them apart."
                yield Problem(
                    f"{path}.choices.{choice.key}.label",
                    text,
                    "Word one of them differently.",
                    "warning",
                    kind=ProblemKind.SAME_WORDS,
                )
            seen.add(words.casefold())
