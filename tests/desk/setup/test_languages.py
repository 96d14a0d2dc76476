"""A language comes with the words of the starter, and goes with them; what the business wrote is its own."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.config.actions import publish
from portal_core.config.canonical import canonical
from portal_core.config.changes import compare
from portal_core.config.document import load
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Insert, Set
from portal_core.config.draft.reading import current
from portal_core.config.live import live_portal
from portal_core.config.models import DraftOperation
from portal_core.config.starters import starter, starter_for
from portal_core.config.starters.words import words_for
from portal_core.desk.setup.languages import MAX_LANGUAGES

CHANGE, BRAND, TEXTS = "/desk/setup/portal/languages/", "/desk/setup/portal/", "/desk/setup/texts/?language=de"
NAME = ("types", "question", "name")


@pytest.fixture
def english(people: Any, client_for: Any) -> Client:
    """The owner of a portal as an English business opens it."""
    publish(actor=actor_for(people["alice"]), document=starter_for("documents", name="Acme", language="en"))
    return client_for(people["alice"])


def do(client: Client, what: str, language: str) -> str:
    answer = client.post(CHANGE, {"do": what, "language": language}, follow=True)
    assert answer.redirect_chain[0][0].startswith(BRAND)
    return plain(answer)


def plain(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_new_language_brings_the_starters_words_and_the_rest_is_listed(english):
    own = "Ask us anything about cheese"
    edit(actor=SYSTEM, operations=[Set(NAME, own)], title="Own words")
    page = plain(english.get(BRAND))
    texts = int(re.search(r"Add German The words of your starter come with it, for (\d+) texts", page)[1])  # type: ignore[index]
    assert texts > 150 and "1 of your own is missing." in page
    assert f"German is spoken too. The words of your starter come with it, for {texts} texts." in do(
        english, "add", "de"
    )
    document = canonical(current().document)
    assert document["portal"]["languages"] == ["en", "de"]
    assert current().read(NAME) == own
    assert [line.said for line in english.get(TEXTS).context["lines"]] == [own]
    # But for it, the starter is as it was written.
    edit(actor=SYSTEM, operations=[Set(NAME, item("documents", "types", "question")["name"])], title="As it was")
    now, written = once(canonical(current().document)), once(canonical(load(starter("documents"))))
    for part in ("types", "flows", "messages", "ready_answers", "document_kinds", "record_kinds", "teams"):
        assert now.get(part) == written.get(part)
    assert "Add German" not in plain(english.get(BRAND))
    # One edit, which can be taken back.
    assert [row.title for row in DraftOperation.objects.order_by("revision")][1] == "Languages: German is spoken too"


def test_at_the_limit_no_language_is_offered_and_it_says_why(english):
    codes = ["en", "fr", "es", "it", "nl", "pl", "pt", "cs", "da", "sv", "fi", "el"]
    assert len(codes) == MAX_LANGUAGES
    edit(actor=SYSTEM, operations=[Set(("portal", "languages"), codes[:-1])], title="Many")
    page = english.get(BRAND)
    assert "Add German" in plain(page) and 'id="new-language"' in page.content.decode()
    do(english, "add", "el")
    page = english.get(BRAND)
    assert "Add German" not in plain(page) and 'id="new-language"' not in page.content.decode()
    assert "These are as many languages as a portal can have." in plain(page)
    revision = current().revision
    assert "A portal can have 12 languages. Take one out to add another." in do(english, "add", "de")
    assert (current().revision, current().read(("portal", "languages"))) == (revision, codes)
    do(english, "remove", "el")
    assert "Add German" in plain(english.get(BRAND))


def once(value: Any) -> Any:
    """What is the same in both languages is written once."""
    if isinstance(value, dict) and value.keys() == {"de", "en"} and value["de"] == value["en"]:
        return value["en"]
    if isinstance(value, dict):
        return {name: once(each) for name, each in value.items()}
    return [once(each) for each in value] if isinstance(value, list) else value


def item(key: str, part: str, name: str) -> dict[str, Any]:
    return next(one for one in starter(key)[part] if one["key"] == name)


def test_what_comes_and_goes_is_one_sentence_of_the_review_which_shows_each_text(english):
    page_before = do(english, "add", "de")
    live = live_portal().document
    (change,) = compare(live, current().document)
    count = int(re.search(r"(\d+) texts", page_before)[1])  # type: ignore[index]
    assert change.text == f"The portal speaks English and German. {count} texts come with it."
    assert len(change.places) == len(change.lines) + 1
    page = plain(english.get("/desk/setup/publish/"))
    assert "Read them" in page and "German: Ihre Beratung fragen" in page
    (back,) = compare(current().document, live)
    assert back.text == f"The portal speaks one language, no longer English and German. {count} texts go with it."
    # Taken back, it is gone with every word.
    english.post("/desk/setup/publish/back/", {"path": change.paths, "what": change.text})
    assert current().count == 0


def test_statuses_that_were_begun_blank_are_said_in_a_new_language_too(english):
    english.post("/desk/setup/types/_add/", {"name": "Lend me a heater", "flow": "-own"})
    statuses = ("flows", "lend-me-a-heater", "statuses")
    name, read_name = (*statuses, "new", "name"), (*statuses, "done", "customer_name")
    assert (current().read(name), current().read(read_name)) == ("New", "All settled")
    do(english, "add", "de")
    assert current().read(name) == {"de": "Neu", "en": "New"}
    assert current().read(read_name) == {"de": "Alles geklärt", "en": "All settled"}
    lacking = [line.said for line in english.get(TEXTS).context["lines"]]
    assert lacking == ["Lend me a heater", "Lend me a heater"], "the names of the type and of its statuses alone"


def take_back(client: Client, kind: str) -> None:
    """Presses "Take back" beside a change, as the page has it."""
    (change,) = [one for one in compare(live_portal().document, current().document) if one.kind == kind]
    page = client.get("/desk/setup/publish/").content.decode()
    boxes = re.findall(r'<input type="hidden" name="path" value="([^"]*)">', page)
    (places,) = [box for box in map(unescape, boxes) if box.split()[0] == change.paths[0]]
    client.post("/desk/setup/publish/back/", {"path": places, "what": change.text})


def test_however_many_texts_a_language_has_it_is_taken_back_with_all_of_them(english):
    live = canonical(live_portal().document)
    for number in range(8):
        live["types"] += [{**kind, "key": f"{kind['key'][:30]}-{number}"} for kind in live["types"][:4]]
    publish(actor=SYSTEM, document=load(live))
    do(english, "add", "de")
    (change,) = compare(live_portal().document, current().document)
    assert len(change.places) > 500
    take_back(english, "portal.languages")
    assert current().count == 0


def test_no_words_are_left_in_a_language_that_is_not_theirs(english):
    do(english, "add", "de")
    do(english, "first", "de")
    assert [change.kind for change in compare(live_portal().document, current().document)] == [
        "portal.language",
        "portal.languages",
    ]
    # English alone is not what a portal speaks that is German first: what it was first is taken back as well.
    take_back(english, "portal.languages")
    assert current().count == 0


def test_which_comes_first_is_taken_back_alone_where_the_other_is_spoken_as_well(english):
    do(english, "add", "de")
    do(english, "first", "de")
    take_back(english, "portal.language")
    portal = canonical(current().document)["portal"]
    assert (portal["language"], portal["languages"]) == ("en", ["en", "de"])
    assert current().read(NAME) == item("documents", "types", "question")["name"]


def test_a_language_that_is_taken_out_again_leaves_the_draft_as_it_was(english):
    do(english, "add", "de")
    edit(actor=SYSTEM, operations=[Set(NAME, {"en": "Ask", "de": "Fragen"})], title="Own words")
    assert "German is not spoken any more. The words of your starter go with it" in do(english, "remove", "de")
    # Own words are kept, for the day on which it comes back.
    assert [path.text for path in compare(live_portal().document, current().document)] == [
        change.text for change in compare(live_portal().document, current().document) if "Fragen" in change.text
    ]
    do(english, "add", "de")
    assert current().read(NAME) == {"de": "Fragen", "en": "Ask"}


def test_the_first_language_can_be_changed_for_another_altogether(english):
    do(english, "add", "de")
    do(english, "first", "de")
    do(english, "remove", "en")
    german = canonical(current().document)
    opened = starter_for("documents", name="Acme", language="de")
    assert german["portal"]["language"] == "de" and "languages" not in german["portal"]
    for part in ("types", "flows", "messages", "ready_answers"):
        assert german.get(part) == opened.get(part)
    (change,) = compare(live_portal().document, current().document)
    assert change.text.startswith("The portal’s own language is English German.")


def test_types_that_were_copied_or_brought_in_later_get_their_words_too(english):
    english.post("/desk/setup/starters/", {"starter": "booking", "types": ["book"]})
    copied = {**item("documents", "types", "question"), "key": "ask-again"}
    edit(actor=SYSTEM, operations=[Insert(("types",), english_only(copied))], title="Copied")
    assert current().read(("types", "book", "name")) == item("booking", "types", "book")["name"]["en"]
    do(english, "add", "de")
    assert current().read(("types", "book", "name")) == item("booking", "types", "book")["name"]
    assert current().read(("types", "ask-again", "name")) == copied["name"]
    assert english.get(TEXTS).context["page"].paginator.count == 0


def english_only(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"de", "en"}:
        return value["en"]
    if isinstance(value, dict):
        return {name: english_only(each) for name, each in value.items()}
    return [english_only(each) for each in value] if isinstance(value, list) else value


def test_a_language_that_no_starter_speaks_comes_without_words(english):
    assert "Add French" not in plain(english.get(BRAND))
    assert "French is spoken too." in do(english, "add", "fr")
    assert current().read(NAME) == item("documents", "types", "question")["name"]["en"]


def test_words_that_are_said_in_two_ways_are_those_of_the_place_then_of_the_starter():
    asked = {"own": "en", "language": "de"}
    place = "record_kinds.place.fields.address.label"
    assert words_for("Where is it?", place, **asked) == "Wo ist er?"
    assert words_for("Where is it?", "elsewhere.label", **asked, opened_from="support-tickets") == "Wo steht es?"
    assert words_for("Where is it?", "elsewhere.label", **asked) != ""
    assert words_for("Where is the cheese?", place, **asked) == ""
    assert words_for("Where is it?", place, own="en", language="fr") == ""
