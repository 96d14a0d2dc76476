"""As test_forms_since_opened.py, for what a form holds beside texts: files, records, tables, languages, guests."""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from portal_core.accounts import address_proof
from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.documents.models import Document, StoredFile
from portal_core.saved_records.actions import add_record
from portal_core.saved_records.models import SavedRecord
from portal_core.saved_records.writing import NewRecord
from portal_core.service_requests.models import ServiceRequest
from tenants.identifiers import uuid7
from tests.config.documents import sound
from tests.documents.samples import pdf, sent
from tests.reading import words_of as text

PAGE = "/new/repair/"
CODE = "314159"
Edit: TypeAlias = "Callable[[dict[str, Any]], object]"
BOILER: dict[str, Any] = {
    "key": "boiler",
    "name": "Boiler",
    "title": "{field:maker}",
    "fields": [
        {"key": "maker", "kind": "text", "label": "Maker", "required": True},
        {"key": "model", "kind": "text", "label": "Model"},
    ],
}
CAR = {**BOILER, "key": "car", "name": "Car"}
PAPERS = [
    {"key": "plan", "name": "Plan", "accept": ["pdf"], "reusable": True},
    {"key": "photo", "name": "Photo", "accept": ["image"]},
]
RICH: list[dict[str, Any]] = [
    {"key": "appliance", "kind": "record", "record_kind": "boiler", "label": "Which boiler?"},
    {"key": "paper", "kind": "file", "document_kind": "plan", "label": "A plan of the house"},
    {
        "key": "parts",
        "kind": "rows",
        "label": "Parts",
        "max_rows": 5,
        "columns": [
            {"key": "part", "kind": "text", "label": "Part"},
            {"key": "colour", "kind": "choice", "label": "Colour",
             "choices": [{"key": "r", "label": "Red"}, {"key": "b", "label": "Blue"}]},
        ],
    },
    {"key": "stars", "kind": "rating", "label": "How urgent?"},
    {"key": "worth", "kind": "money", "label": "Worth"},
]  # fmt: skip


def rich(*edits: Edit, **portal: Any) -> dict[str, Any]:
    document = sound()
    document["portal"] |= {"currency": "GBP", **portal}
    document["record_kinds"] = copy.deepcopy([BOILER, CAR])
    document["document_kinds"] = copy.deepcopy(PAPERS)
    document["types"][0]["fields"] += copy.deepcopy(RICH)
    for edit in edits:
        edit(document)
    return document


def field(document: dict[str, Any], key: str) -> dict[str, Any]:
    return next(item for item in document["types"][0]["fields"] if item["key"] == key)


def without(*keys: str) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        fields = document["types"][0]["fields"]
        document["types"][0]["fields"] = [item for item in fields if item["key"] not in keys]

    return edit


def hidden(page: str) -> dict[str, str]:
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("key", "opened")}


class Visit:
    """Carol with the form open, and something of everything typed."""

    def __init__(self, people: dict[str, Any], client_for: Any) -> None:
        self.people = people
        publish(actor=SYSTEM, document=load(rich()))
        self.client = client_for(people["carol"])
        kept = NewRecord(uuid7(), "boiler", people["carol"].pk, {"maker": "Ventra"})
        self.record = add_record(actor=actor_for(people["carol"]), record=kept)
        self.form: dict[str, Any] = {**hidden(self.client.get(PAGE).content.decode()), "f-what": "The pump"}

    def upload(self, name: str = "house.pdf") -> str:
        answer = self.client.post("/files/", {"file": sent(name, pdf()), "kind": "plan", "name": "f-paper"})
        assert answer.status_code == 201
        return str(StoredFile.objects.latest("created_at").pk)

    def sends(self, *edits: Edit, portal: dict[str, Any] | None = None, **typed: Any) -> Any:
        publish(actor=SYSTEM, document=load(rich(*edits, **(portal or {}))))
        return self.client.post(
            PAGE, {**self.form, "do": "send", **{f"f-{name}": value for name, value in typed.items()}}
        )


@pytest.fixture
def visit(people: dict[str, Any], client_for: Any, file_store: Any) -> Visit:
    return Visit(people, client_for)


def came_back(answer: Any, *words: str, status: int = 409) -> None:
    assert answer.status_code == status, text(answer)
    for each in words:
        assert each in text(answer)
    assert not ServiceRequest.objects.exists()


# ---- records


def test_a_record_that_was_chosen_is_named_where_it_is_no_longer_asked(visit):
    answer = visit.sends(without("appliance"), appliance=str(visit.record.pk))
    came_back(answer, "“Which boiler?” is no longer asked. You had written: Ventra")
    assert str(visit.record.pk) not in text(answer)


def test_a_record_that_is_gone_by_now_is_not_named_by_its_number(visit):
    SavedRecord.objects.all().update(customer=visit.people["dave"])
    answer = visit.sends(without("appliance"), appliance=str(visit.record.pk))
    came_back(answer, "You had written: something that is no longer here")
    assert str(visit.record.pk) not in text(answer)
    assert "Ventra" not in text(answer)


def test_a_new_record_that_was_described_is_said_with_all_that_was_typed(visit):
    typed = {"appliance": "new", "appliance_new-maker": "Havn", "appliance_new-model": "Eco 24"}
    came_back(visit.sends(without("appliance"), **typed), "You had written: Havn, Eco 24")


def test_a_question_about_a_new_record_that_is_gone_is_said_with_what_was_typed(visit):
    def no_model(document: dict[str, Any]) -> None:
        document["record_kinds"][0]["fields"].pop()

    typed = {"appliance": "new", "appliance_new-maker": "Havn", "appliance_new-model": "Eco 24"}
    answer = visit.sends(no_model, **typed)
    came_back(answer, "“Which boiler?: Model” is no longer asked. You had written: Eco 24")
    assert 'value="Havn"' in answer.content.decode()


def test_another_label_of_a_kind_of_record_is_taken(visit):
    def renamed(document: dict[str, Any]) -> None:
        document["record_kinds"][0] |= {"name": "Heating"}
        document["record_kinds"][0]["fields"][0]["label"] = "Who made it?"

    assert visit.sends(renamed, appliance=str(visit.record.pk)).status_code == 302
    assert ServiceRequest.objects.get().data["appliance"]["title"] == "Ventra"


def test_a_kind_of_record_that_is_retired_with_its_question(visit):
    def retired(document: dict[str, Any]) -> None:
        field(document, "appliance")["retired"] = True
        document["record_kinds"][0]["retired"] = True

    came_back(visit.sends(retired, appliance=str(visit.record.pk)), "You had written: Ventra")


# ---- what has been hidden since: any version can be named by whoever sends a form


SECRET = "Canarynote of the office"


def hide_the_maker(document: dict[str, Any]) -> None:
    for kind in document["record_kinds"]:
        kind["title"] = "{field:model}"
        kind["fields"][0] |= {"show": {"customer": "hidden"}, "required": False}


def hide_the_plans(document: dict[str, Any]) -> None:
    document["document_kinds"][0] |= {"show": {"customer": "hidden"}, "reusable": False}


def a_plan_on_file(visit: Visit) -> Document:
    file = {"id": str(uuid.uuid4()), "name": f"{SECRET}.pdf", "size": 9, "type": "application/pdf"}
    carol = visit.people["carol"]
    return Document.objects.create(customer=carol, kind_key="plan", state="on_file", is_shared=True, files=[file])


@pytest.mark.parametrize("how", ["question gone", "type retired"])
def test_a_record_is_named_as_it_is_shown_today_whatever_the_form_was(visit, how):
    SavedRecord.objects.filter(pk=visit.record.pk).update(data={"maker": SECRET, "model": "Eco 24"})
    edit = retire if how == "type retired" else without("appliance")
    answer = visit.sends(hide_the_maker, edit, appliance=str(visit.record.pk))
    assert answer.status_code == 409
    assert SECRET not in text(answer)
    assert SECRET not in text(visit.client.get(f"/saved/{visit.record.pk}/"))


@pytest.mark.parametrize("how", ["question gone", "type retired"])
def test_a_document_is_named_only_where_its_kind_is_shown_today(visit, how):
    plan = a_plan_on_file(visit)
    more = [retire] if how == "type retired" else []
    answer = visit.sends(hide_the_plans, without("paper"), *more, paper=f"d-{plan.pk}")
    came_back(answer, "something that is no longer here")
    assert SECRET not in text(answer)


def test_a_document_that_is_still_shown_is_named(visit):
    """The control: the same form names the same file while its kind is shown."""
    plan = a_plan_on_file(visit)
    came_back(visit.sends(without("paper"), paper=f"d-{plan.pk}"), f"You had written: {SECRET}.pdf")


# ---- files


def test_a_file_sent_before_is_named_where_it_is_no_longer_asked(visit):
    token = visit.upload()
    answer = visit.sends(without("paper"), paper=token)
    came_back(answer, "“A plan of the house” is no longer asked. You had written: house.pdf")
    assert token not in text(answer)


def test_a_file_that_comes_along_is_named_too(visit):
    answer = visit.sends(without("paper"), paper_new=sent("house.pdf", pdf()))
    came_back(answer, "“A plan of the house” is no longer asked. You had written: house.pdf")


def test_a_strangers_file_is_not_named(visit, client_for):
    dave = client_for(visit.people["dave"])
    dave.post("/files/", {"file": sent("secret.pdf", pdf()), "kind": "plan", "name": "f-paper"})
    token = str(StoredFile.objects.get().pk)
    answer = visit.sends(without("paper"), paper=token)
    came_back(answer, "You had written: something that is no longer here")
    assert "secret" not in text(answer)


def test_another_kind_of_document_takes_what_fits_it(visit):
    def wider(document: dict[str, Any]) -> None:
        document["document_kinds"][0]["accept"] = ["pdf", "image"]

    assert visit.sends(wider, paper=visit.upload()).status_code == 302
    assert [file["name"] for file in ServiceRequest.objects.get().data["paper"]] == ["house.pdf"]


def test_a_kind_of_document_that_takes_other_files_says_which_does_not_fit(visit):
    def photos(document: dict[str, Any]) -> None:
        field(document, "paper")["document_kind"] = "photo"

    came_back(visit.sends(photos, paper=visit.upload()), "house.pdf", status=400)


def test_a_retired_kind_of_document_leaves_the_file_with_the_request(visit):
    def retired(document: dict[str, Any]) -> None:
        document["document_kinds"][0]["retired"] = True
        del field(document, "paper")["document_kind"]

    assert visit.sends(retired, paper=visit.upload()).status_code == 302


# ---- tables, ratings, amounts

ROWS = {
    "parts": ["r1", "r2"],
    "parts_r1_part": "Valve",
    "parts_r1_colour": "r",
    "parts_r2_part": "Pump",
    "parts_r2_colour": "b",
}


def test_a_table_that_is_gone_is_said_in_words(visit):
    answer = visit.sends(without("parts"), **ROWS)
    came_back(answer, "You had written: Part: Valve; Colour: Red Part: Pump; Colour: Blue")
    assert "r1" not in text(answer)


@pytest.mark.parametrize("edit", ["gone", "retired"])
def test_a_column_that_is_gone_is_said_with_its_cells_and_the_rest_stands_there(visit, edit):
    def without_colour(document: dict[str, Any]) -> None:
        columns = field(document, "parts")["columns"]
        if edit == "gone":
            columns.pop()
        else:
            columns[1]["retired"] = True

    answer = visit.sends(without_colour, **ROWS)
    came_back(answer, "“Parts: Colour” is no longer asked. You had written: Red, Blue")
    assert 'value="Valve"' in answer.content.decode()


def test_one_more_column_is_taken(visit):
    def more(document: dict[str, Any]) -> None:
        field(document, "parts")["columns"].append({"key": "count", "kind": "number", "label": "Count"})

    assert visit.sends(more, **ROWS).status_code == 302
    assert [row["part"] for row in ServiceRequest.objects.get().data["parts"]] == ["Valve", "Pump"]


def test_one_more_column_that_is_needed_comes_back_with_the_rows(visit):
    def more(document: dict[str, Any]) -> None:
        column = {"key": "count", "kind": "number", "label": "Count", "required": True}
        field(document, "parts")["columns"].append(column)

    answer = visit.sends(more, **ROWS)
    came_back(answer, "Count", status=400)
    assert 'value="Pump"' in answer.content.decode()


def test_fewer_rows_come_back_with_all_of_them(visit):
    answer = visit.sends(lambda d: field(d, "parts").update(max_rows=1), **ROWS)
    came_back(answer, "Keep to one row", status=400)
    assert 'value="Pump"' in answer.content.decode()


def test_picked_numbers_and_amounts_are_said_as_they_were_read(visit):
    answer = visit.sends(without("stars", "worth", "works"), stars="4", worth="62.40", works="yes")
    came_back(answer, "“Does it work?” is no longer asked. You had written: Yes", "You had written: £62.40")


def test_an_answer_that_is_gone_is_named(visit):
    def no_leak(document: dict[str, Any]) -> None:
        field(document, "kind")["choices"] = [{"key": "noise", "label": "A noise"}]
        del field(document, "gauge")["when"]
        document["types"][0]["assign"] = [{"team": "desk"}]

    answer = visit.sends(no_leak, kind="leak")
    came_back(answer, "“Which kind?” does not have the answer any more that you had chosen: A leak", status=400)


# ---- languages


def test_texts_in_another_language_are_taken(visit):
    def german(document: dict[str, Any]) -> None:
        field(document, "what")["label"] = {"en": "What is it?", "de": "Was ist es?"}

    assert visit.sends(german, portal={"languages": ["en", "de"]}).status_code == 302


def test_another_language_of_the_portal_is_taken(visit):
    assert visit.sends(portal={"language": "de", "languages": ["de", "en"]}, worth="1,000.50").status_code == 302
    assert ServiceRequest.objects.get().data["worth"] == {"amount_minor": 100_050, "currency": "GBP"}


def test_a_number_typed_in_a_language_that_is_gone_is_not_read_as_another_number(visit):
    publish(actor=SYSTEM, document=load(rich(languages=["en", "de"])))
    visit.form |= hidden(visit.client.get(PAGE).content.decode())
    assert visit.sends(worth="1.000,50", worth_language="de").status_code == 302
    assert ServiceRequest.objects.get().data["worth"] == {"amount_minor": 100_050, "currency": "GBP"}


def test_a_thousand_typed_in_a_language_that_is_gone_is_still_a_thousand(visit):
    publish(actor=SYSTEM, document=load(rich(languages=["en", "de"])))
    visit.form |= hidden(visit.client.get(PAGE).content.decode())
    assert visit.sends(worth="1.000", worth_language="de").status_code == 302
    assert ServiceRequest.objects.get().data["worth"] == {"amount_minor": 100_000, "currency": "GBP"}


def test_another_currency_comes_back_with_the_amount_or_takes_it_as_it_was_meant(visit):
    answer = visit.sends(portal={"currency": "EUR"}, worth="£62.40")
    came_back(answer, status=400)
    assert "62.40" in answer.content.decode()


# ---- types


def retire(document: dict[str, Any]) -> None:
    """Another type takes the place of the only one."""
    document["types"].append({**copy.deepcopy(document["types"][0]), "key": "other", "name": "Other"})
    document["types"][0]["retired"] = True


def test_a_retired_type_shows_each_answer_under_its_question_in_words(visit):
    token = visit.upload()
    answer = visit.sends(retire, kind="leak", appliance=str(visit.record.pk), paper=token, **ROWS)
    came_back(answer, "This is not offered here any more", "Which kind? A leak", "Which boiler? Ventra")
    came_back(answer, "house.pdf", "Colour: Red")
    assert token not in text(answer)
    assert str(visit.record.pk) not in text(answer)


# ---- guests


@pytest.fixture
def guest(people: dict[str, Any], client_for: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(address_proof, "new_code", lambda: CODE)
    publish(actor=SYSTEM, document=load(rich(guests=True)))
    return client_for()


def guest_form(guest: Any, **typed: Any) -> dict[str, Any]:
    opened = hidden(guest.get(PAGE).content.decode())
    filled = {"f-what": "The pump", "f-kind": "leak", "name": "Gina", "email": "gina@example.net", "do": "send"}
    return {**opened, **filled, **typed}


def for_the_signed_in(document: dict[str, Any]) -> None:
    document["types"].append({**copy.deepcopy(document["types"][0]), "key": "other", "name": "Other"})
    document["types"][0]["for"] = {"who": "signed_in"}


GUEST_EDITS = {
    "off": lambda document: document["portal"].update(guests=False),
    "for the signed in": for_the_signed_in,
    "retired": retire,
}


@pytest.mark.parametrize("how", GUEST_EDITS)
def test_a_guest_who_is_no_longer_let_in_reads_what_was_typed_and_why(guest, how):
    form = guest_form(guest)
    publish(actor=SYSTEM, document=load(rich(GUEST_EDITS[how], guests=True)))
    answer = guest.post(PAGE, form)
    came_back(answer, "Nothing was sent.", "What is it? The pump", "Which kind? A leak", "Sign in")


def test_a_guest_who_waits_for_the_code_reads_it_too(guest):
    assert guest.post(PAGE, guest_form(guest)).status_code == 302
    publish(actor=SYSTEM, document=load(rich(guests=False)))
    came_back(guest.post(f"{PAGE}confirm/", {"code": CODE}), "What is it? The pump", "Which kind? A leak")


def test_what_is_no_longer_asked_while_a_guest_waits_for_the_code_is_said(guest):
    assert guest.post(PAGE, guest_form(guest, **{"f-since": "2026-11-01"})).status_code == 302
    publish(actor=SYSTEM, document=load(rich(without("since"), guests=True)))
    answer = guest.post(f"{PAGE}confirm/", {"code": CODE})
    came_back(answer, "“Since when?” is no longer asked.")
    assert 'value="The pump"' in answer.content.decode()


def test_signed_out_nobody_learns_the_questions_of_a_form_that_was_never_open_to_guests(people, client_for):
    publish(actor=SYSTEM, document=load(rich()))
    opened = live_portal().number
    publish(actor=SYSTEM, document=load(rich(name="Beta")))
    form = {"f-what": "x", "f-kind": "leak", "key": str(uuid.uuid4()), "opened": str(opened), "do": "send"}
    page = text(client_for().post(PAGE, form))
    assert "What is it?" not in page
    assert "A leak" not in page
