"""Documents whose files say what the scanner has found so far: wherever they are listed by themselves."""

from collections.abc import Sequence
from dataclasses import replace

from portal_core.documents.scanning import has_scanner, states_of
from portal_core.documents.visible import VisibleDocument


def as_scanned(documents: Sequence[VisibleDocument]) -> tuple[VisibleDocument, ...]:
    """The same documents in the same order; one query, none where there is no scanner."""
    states = states_of(file.id for document in documents for file in document.files) if has_scanner() else {}
    if not states:
        return tuple(documents)
    return tuple(
        replace(document, files=tuple(replace(file, state=states.get(file.id, file.state)) for file in document.files))
        for document in documents
    )
