"""PDF that is locked: what opens without a password is looked through like any other, what needs one is refused."""

from __future__ import annotations

import io

import pytest

from portal_core.config.file_formats import FORMATS
from portal_core.documents.checking import Refused, check_file
from portal_core.documents.checking.pdf_locks import locks_of
from portal_core.documents.models import StoredFile
from tests.documents.locked_papers import LOCKED_TAKEN, names, paper
from tests.documents.samples import sent

EVERYTHING = frozenset(FORMATS)


def code_of(content: bytes) -> str:
    try:
        check_file(io.BytesIO(content), "paper.pdf", EVERYTHING)
    except Refused as refused:
        return refused.code
    return "taken"


def test_there_are_papers_of_every_kind_of_lock():
    assert [len(names(kind)) for kind in ("open", "script", "password")] == [7, 6, 7]


@pytest.mark.parametrize("name", names("open"))
def test_what_opens_without_a_password_is_taken(name):
    whole = paper(name)
    assert code_of(whole) == "taken"
    assert len(locks_of(whole).keys) == 1


@pytest.mark.parametrize("name", names("script"))
def test_a_program_behind_a_lock_is_found(name):
    assert b"JavaScript" not in paper(name) and code_of(paper(name)) == "active_pdf"


@pytest.mark.parametrize("name", names("password"))
def test_what_needs_a_password_is_refused_whether_packed_or_not(name):
    assert locks_of(paper(name)).needs_password and code_of(paper(name)) == "locked"


@pytest.mark.parametrize("change", [(b"/R 3", b"/R 9"), (b"/O <", b"/Z <"), (b"/Filter /Standard", b"/Fil /Standard")])
def test_a_lock_that_is_not_understood_passes_nothing_that_is_hidden(change):
    assert code_of(paper("rc4-128").replace(*change)) == "locked"


def test_a_paper_with_a_lock_of_nonsense_is_answered():
    for cut in range(0, 1_400, 7):
        whole = paper("aes-256-r6")
        place = whole.index(b"/CF") - 60 + cut % 500
        code_of(whole[:place] + b"<<((" + whole[place + 4 :])


def test_the_portal_takes_one_and_says_of_the_other_what_to_do(papers):
    carol = papers.client("carol")
    papers.upload(file=sent("policy.pdf", paper("aes-256-r6")))
    assert StoredFile.objects.get().name == "policy.pdf"
    bank = sent("bank.pdf", paper("aes-256-r6-password"))
    answer = carol.post("/files/", {"file": bank, "kind": "", "name": "f-plan"})
    assert answer.status_code in (400, 422)
    assert "protected with a password" in answer.content.decode() and "Save it without" in answer.content.decode()
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize("name", [name for name in LOCKED_TAKEN if " " in name])
def test_large_ones_are_taken(name):
    assert code_of(LOCKED_TAKEN[name]()) == "taken"
