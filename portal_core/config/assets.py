"""The pictures that documents refer to by the hash of their content."""

from collections.abc import Collection, Iterator, Mapping

from django.db.models import TextField
from django.db.models.functions import Cast

from portal_core.config.document import PortalDocument
from portal_core.config.logo import Mark, digests_in
from portal_core.config.models import DraftOperation, DraftPart, PortalAsset, PortalDraft, PortalVersion
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem

_FACTS = ("digest", "width", "height", "reads_on_light", "reads_on_dark")
_MISSING = "The picture that it names is not here."
_MEND = "Choose the logo again under Brand and address, or read the bundle (.zip) that it came with."


def marks_of(document: PortalDocument) -> Mapping[str, Mark]:
    """What is known of the pictures that a document names, by hash. One query; none where it names none."""
    digests = digests_in(document.portal.brand)
    if not digests:
        return {}
    rows = PortalAsset.objects.filter(digest__in=digests).values_list(*_FACTS)
    return {row[0]: Mark(*row) for row in rows}


def missing_assets(document: PortalDocument) -> Iterator[Problem]:
    """What stands against publishing a document that names pictures which are not here."""
    brand = document.portal.brand
    known = marks_of(document)
    for name, digest in (("logo", brand.logo), ("logo_dark", brand.logo_dark)):
        if digest is not None and digest not in known:
            yield Problem(f"portal.brand.{name}", _MISSING, _MEND, kind=ProblemKind.INVALID)


def asset_by(digest: str) -> PortalAsset | None:
    """A picture by its hash."""
    return PortalAsset.objects.filter(digest=digest).first()


def asset_beginning(digest: str) -> PortalAsset | None:
    """A picture by the beginning of its hash."""
    return PortalAsset.objects.filter(digest__startswith=digest).order_by("pk").first()


def used_among(digests: Collection[str]) -> frozenset[str]:
    """Those of `digests` that a version, the draft, or an edit that can be taken back refers to."""
    named: set[str] = set()
    for rows, path in (
        (PortalVersion.objects.order_by(), "document__portal__brand"),
        (PortalDraft.objects.all(), "document__portal__brand"),
        (DraftPart.objects.filter(name="portal"), "value__brand"),
    ):
        for name in ("logo", "logo_dark"):
            named.update(rows.values_list(f"{path}__{name}", flat=True).distinct())
    # An edit holds it as a value, or somewhere within a whole part of the document.
    edits = DraftOperation.objects.annotate(words=Cast("changes", TextField())).order_by()
    return frozenset(digest for digest in digests if digest in named or edits.filter(words__contains=digest).exists())
