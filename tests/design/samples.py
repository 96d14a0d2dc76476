"""Every component with the variables its header names, and hostile text wherever a text may stand."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace as Thing
from typing import Any

from django import forms

from portal_core.config.kinds.shown import Link, Shown, Table
from portal_core.documents.field import FilesField, Sender, SentData
from portal_core.documents.shown import shown_file
from portal_core.documents.uploads import Rules
from portal_core.documents.vault import Offer
from tenants.shell import NavItem
from tenants.ui.addresses import NotUnderstood
from tenants.ui.fields import FieldLook
from tenants.ui.parts import Part, PartsWidget
from tenants.ui.rows import Column, RowsWidget

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7|add:7 }}{% now 'Y' %}"
NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


class SampleForm(forms.Form):
    """One field of every shape."""

    words = forms.CharField(label=HOSTILE, help_text=HOSTILE, max_length=50)
    story = forms.CharField(widget=forms.Textarea, max_length=2000, required=False)
    amount = forms.DecimalField(label="Pressure")
    choice = forms.ChoiceField(choices=[("a", HOSTILE), ("b", "B")], widget=forms.RadioSelect)
    several = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple, required=False)
    pick = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
    slot = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
    seg = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
    select = forms.ChoiceField(choices=[("a", HOSTILE)])
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    tick = forms.BooleanField(required=False, label=HOSTILE)
    stars = forms.ChoiceField(choices=[("1", HOSTILE), ("2", "2 stars")], widget=forms.RadioSelect)
    place = forms.CharField(
        label=HOSTILE,
        widget=PartsWidget((Part("line", HOSTILE), Part("country", "Land", options=(("GB", HOSTILE),)))),
    )
    table = forms.CharField(
        label=HOSTILE,
        widget=RowsWidget(
            [
                Column("part", HOSTILE, forms.TextInput(), sign=HOSTILE, is_needed=True),
                Column("which", "Which", forms.Select(choices=[("a", HOSTILE)])),
                Column("some", "Some", forms.CheckboxSelectMultiple(choices=[("a", HOSTILE)])),
                Column("when", "When", PartsWidget((Part("day", HOSTILE),))),
                Column("more", "More", forms.Textarea()),
            ],
            max_rows=3,
        ),
    )
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].look = FieldLook(suffix=HOSTILE, prefix="<b>", width="w-m")
        self.fields["pick"].look = FieldLook(layout="pick", subs={"a": HOSTILE})
        self.fields["slot"].look = FieldLook(layout="slots", subs={"a": HOSTILE})
        self.fields["seg"].look = FieldLook(layout="seg")
        self.fields["stars"].look = FieldLook(layout="stars")


FILE = shown_file({"id": "0", "name": HOSTILE, "size": 1_900_000, "type": "image/jpeg"})


def asked_document(*, standing: str) -> Thing:
    return Thing(
        name=HOSTILE, standing=standing, files=[FILE, replace(FILE, state="waiting")], note=HOSTILE, due_on=NOW.date(),
        reference=HOSTILE, request_path="/requests/7/", answer_path="/documents/add/?for=7",
    )  # fmt: skip


def vault_document(**values: Any) -> Thing:
    """A VisibleDocument."""
    defaults = {
        "id": "0", "name": HOSTILE, "source": HOSTILE, "reference": HOSTILE, "icon": "check",
        "request_path": "/requests/1/",
        "verdict": HOSTILE, "valid_until": NOW.date(), "standing": "on_file", "share_used": 40,
    }  # fmt: skip
    return Thing(**defaults | values)


class FilesForm(forms.Form):
    """A field of files."""

    files = FilesField(rules=Rules(), sender=Sender(None), label=HOSTILE, help_text=HOSTILE, offers=[
        Offer(uuid.UUID(int=1), HOSTILE, NOW, NOW.date(), ({"id": "1", "name": HOSTILE, "size": 1, "type": "x"},)),
    ])  # fmt: skip


def files_form(*, bound: bool = False) -> FilesForm:
    """With a file in it, or with what was refused."""
    data = SentData(mutable=True)
    data.refusals = {"files": [HOSTILE]}
    form = FilesForm(data if bound else None)
    form.fields["files"].starts_with([{"id": "0", "name": HOSTILE, "size": 5, "type": "x"}])
    return form


class WriteForm(forms.Form):
    """What the composers take."""

    kind = forms.CharField(required=False)
    body = forms.CharField(widget=forms.Textarea)
    key = forms.CharField(widget=forms.HiddenInput, required=False)


def wrong_form() -> SampleForm:
    """A bound form in which everything is wrong."""
    sent = {"words": HOSTILE * 2, "amount": HOSTILE, "choice": HOSTILE, "day": HOSTILE, "select": HOSTILE,
            "place_line": HOSTILE, "place_country": HOSTILE, "table": "r1", "table_r1_part": HOSTILE}  # fmt: skip
    form = SampleForm(sent)
    wrong = {"row": 1, "column": HOSTILE, "words": HOSTILE, "cell": "r1_part"}
    form.add_error("table", forms.ValidationError("Row %(row)s, %(column)s: %(words)s", params=wrong))
    form.add_error("place", forms.ValidationError("%(words)s", params={"part": "line", "words": HOSTILE}))
    return form


def status(turn: str = "us", **values: Any) -> Thing:
    """A VisibleStatus."""
    defaults = {
        "name": HOSTILE, "turn": turn, "progress": 60, "outcome": "", "glyph": "", "step_number": 3, "step_count": 5,
        "next_step": HOSTILE, "expected": HOSTILE, "meaning": HOSTILE,
        "said": HOSTILE,
    }  # fmt: skip
    return Thing(**defaults | values)


def request(turn: str = "us") -> Thing:
    """A VisibleRequest."""
    return Thing(
        title=HOSTILE, path="/requests/1/", reference="NW-1", sent_at=NOW, last_news_at=NOW, turn=turn,
        business=HOSTILE, handler_name=HOSTILE, handler=Thing(name=HOSTILE), team_name=HOSTILE, type_icon="wrench",
        holder_name=HOSTILE, team_note=HOSTILE,
        status=status(turn),
    )  # fmt: skip


def entry(kind: str = "replied", **values: Any) -> Thing:
    """A VisibleEntry."""
    defaults = {
        "id": "0", "kind": kind, "side": "staff", "who": Thing(id="7", name=HOSTILE), "is_mine": False,
        "is_note": kind == "noted", "is_message": kind in ("replied", "noted"), "title": HOSTILE, "body": HOSTILE,
        "changes": (Thing(label=HOSTILE, before=HOSTILE, after=""),), "customer_told": True, "glyph": "us", "at": NOW,
        "from_reference": HOSTILE,
    }  # fmt: skip
    return Thing(**defaults | values)


def offered(do: str, **values: Any) -> Thing:
    """An OfferedAsk."""
    ask = Thing(
        key="a", do=do, icon=HOSTILE, title=HOSTILE, why=HOSTILE, verb=HOSTILE, is_required=False,
        is_small=do != "approve", is_done=False, last_day=NOW.date(), has_lapsed=False, lines=(),
        consent=HOSTILE, token=HOSTILE, amount=HOSTILE,
        text=HOSTILE if do == "read" else "",
    )  # fmt: skip
    filling = Thing(form=WriteForm({}), seen_token=HOSTILE, is_single=True) if do == "fill" else None
    return Thing(
        ask=ask, request=request("customer"), filling=filling, anchor="ask-a", key=HOSTILE, since=HOSTILE, **values
    )


def _form_cases() -> list[tuple[str, dict[str, Any]]]:
    form, wrong = SampleForm(), wrong_form()
    fields = [("field.html", {"field": bound}) for each in (form, wrong) for bound in each]
    nested = {"field": form["choice"], "reveals": {"a": [form["amount"]]}, "large_label": True, "label": HOSTILE}
    return [
        *fields,
        ("field.html", nested),
        ("errors.html", {"form": wrong}),
        ("field.html", {"field": files_form()["files"]}),
        ("upload.html", {"field": files_form(bound=True)["files"], "compact": True}),
        ("_upl.html", {"file": FILE, "name": "f-x"}),
        *[("vault_row.html", {"document": vault_document(tone=tone, files=files)})
          for tone in ("good", "warn", "quiet") for files in ((FILE,), (FILE, FILE), ())],
        *[("document_step.html", {"document": asked_document(standing=standing), "first": standing == "asked"})
          for standing in ("asked", "sent_back")],
        *[("doc.html", {"file": replace(FILE, state=state), "sub": HOSTILE})
          for state in ("clean", "waiting", "infected", "gone")],
        ("composer.html", {"form": WriteForm({"body": HOSTILE}), "to": HOSTILE, "action": "/", "reply_hint": HOSTILE}),
        ("desk_composer.html", {"form": WriteForm({}), "customer": HOSTILE, "told": HOSTILE, "may_reply": True,
                                "ready_answers": [Thing(key="a", name=HOSTILE, text=HOSTILE)], "back": HOSTILE,
                                "may_note": True, "action": "/"}),
    ]  # fmt: skip


def _shown() -> list[Shown]:
    words, link = Shown(HOSTILE), Shown(HOSTILE, links=(Link(HOSTILE, "https://example.com/", HOSTILE, True),))
    stars = Shown(HOSTILE, stars="★★☆")
    return [words, link, stars, Shown(HOSTILE, table=Table((HOSTILE, "B", "C"), ((words, link, stars),)))]


def _request_cases() -> list[tuple[str, dict[str, Any]]]:
    requests = [request(turn) for turn in ("us", "customer", "nobody")]
    entries = [entry(), entry("noted"), entry("moved"), entry("changed"), entry("assigned", who=None)]
    steps = [Thing(name=HOSTILE, state=state, at=NOW, note="") for state in ("done", "current")]
    steps.append(Thing(name=HOSTILE, state="todo", at=None, note=HOSTILE))
    facts = [Thing(label=HOSTILE, text=HOSTILE, key="a", may_edit=True, customer_mark=mark, note=HOSTILE)
             for mark in ("", "edit", "see", "hidden")]  # fmt: skip
    mail = Thing(to=HOSTILE, subject=HOSTILE, body=HOSTILE, button=HOSTILE)
    return [
        *[(name, {"request": each}) for each in requests
          for name in ("request_card.html", "request_row.html", "next_step.html", "facts.html")],
        *[("request_row.html", {"request": each, "news": news, "again_href": "/new/a/?again=1",
                                "snippet": Thing(label=HOSTILE, before=HOSTILE, hit=HOSTILE, after=HOSTILE)})
          for each in requests for news in ("message", "other")],
        *[("entry.html", {"entry": each, "customer_side": side}) for each in entries for side in (True, False)],
        *[("next_step.html", {"request": requests[1], "offered": offered(do)}) for do in ("fill", "approve", "read")],
        *[("ask_small.html", {"offered": offered(do), "first": True}) for do in ("fill", "read")],
        ("facts.html", {"handler": HOSTILE, "next_step": HOSTILE, "expected": HOSTILE, "expected_note": HOSTILE}),
        ("example_card.html", {"title": HOSTILE, "status_name": HOSTILE, "business": HOSTILE}),
        ("colonnade.html", {"steps": steps}),
        ("status.html", {"status": status("customer"), "chip": True}),
        ("fact_list.html", {"facts": facts, "edit_base": "?"}),
        *[("value.html", {"shown": each, "label": HOSTILE}) for each in _shown()],
        ("fact_list.html", {"facts": [Thing(label=HOSTILE, text=HOSTILE, key="a", may_edit=True, customer_mark="see",
                                            shown=each) for each in _shown()], "edit_base": "/"}),
        ("vis.html", {"mark": "see"}),
        ("vis_legend.html", {}),
        ("mail_preview.html", {"mail": mail, "turn_after": "customer", "you": HOSTILE, "business": HOSTILE}),
        ("mail_preview.html", {"mail": None, "told_name": HOSTILE, "turn_after": "nobody"}),
    ]  # fmt: skip


def _list_cases() -> list[tuple[str, dict[str, Any]]]:
    item = NavItem(label=HOSTILE, href="/", count=3, current=True)
    option = Thing(label=HOSTILE, href="?a=1", current=True)
    steps = [Thing(state=state, title=HOSTILE, sub=HOSTILE, icon="user", href="/", action_label=HOSTILE, hint=HOSTILE)
             for state in ("done", "now", "todo")]  # fmt: skip
    return [
        ("filters.html", {"filters": [Thing(name=HOSTILE, value=HOSTILE, options=[option], remove_href="?")],
                          "summary": HOSTILE}),
        ("sort_head.html", {"column": Thing(label=HOSTILE, href="?", order="ascending", classes="r")}),
        ("pager.html", {"pager": Thing(newer_href="?a", older_href="?b", newer_label=HOSTILE, summary=HOSTILE)}),
        ("tabs.html", {"items": [item], "label": HOSTILE, "page": True}),
        ("first_list.html", {"steps": steps}),
        ("notice.html", {"tone": "bad", "text": HOSTILE, "strong": HOSTILE, "action_href": "/",
                         "action_label": HOSTILE}),
        ("messages.html", {"messages": [Thing(level_tag="success", __str__=lambda: HOSTILE)], "desk": True}),
        ("empty.html", {"text": HOSTILE, "href": "/", "label": HOSTILE}),
        ("choice.html", {"href": "/", "icon": HOSTILE, "name": HOSTILE, "promise": HOSTILE, "large": True}),
        ("prefilled.html", {"label": HOSTILE, "value": HOSTILE, "source": HOSTILE, "change_href": "/"}),
        ("crumb.html", {"href": "/", "label": HOSTILE}),
        ("desk_head.html", {"title": HOSTILE, "sub": HOSTILE, "back_href": "/", "back_label": HOSTILE}),
        ("keys.html", {"on_request": True}),
        ("keys.html", {"can_select": True}),
        ("keys.html", {}),
        ("keys_help.html", {}),
        ("not_understood.html", {"unknown": NotUnderstood([HOSTILE, HOSTILE], "/"), "desk": True}),
        ("desk_search.html", {"query": HOSTILE, "kept": [(HOSTILE, HOSTILE)]}),
        ("mark.html", {"letter": HOSTILE}),
        ("brandmark.html", {"brand": Thing(letter=HOSTILE, logo=None), "name": HOSTILE}),
        ("scene.html", {}),
    ]  # fmt: skip


def _kept_cases() -> list[tuple[str, dict[str, Any]]]:
    """Of what customers keep: records, remembered answers, updates, and the questions of a form."""
    form = SampleForm()
    known = {"text": HOSTILE, "source": HOSTILE, "keep_name": "f-words_keep", "keeps": True, "is_own": True}
    answers = [Thing(**{**known, "is_open": is_open}) for is_open in (True, False)]
    answers.append(Thing(**{**known, "text": "", "is_own": False, "is_open": False}))
    questions = [
        Thing(kind=kind, label=HOSTILE, help=HOSTILE, text=HOSTILE, bound=_known(form["words"], None), reveals={},
              decides="f-words")
        for kind in ("heading", "info", "text")
    ]  # fmt: skip
    file = shown_file({"id": str(uuid.uuid4()), "name": HOSTILE, "size": 2048, "type": "image/jpeg"})
    record = Thing(icon="home", path="/saved/1/", title=HOSTILE, kind_name=HOSTILE, card_fields=[], may_edit=True,
                   is_archived=False)  # fmt: skip
    update = Thing(id=uuid.uuid4(), icon="message", headline=HOSTILE, excerpt=HOSTILE, title=HOSTILE, reference=HOSTILE,
                   is_new=True, at=NOW)  # fmt: skip
    page = Thing(updates=[update], older=uuid.uuid4(), is_first=False)
    offers = [Thing(value="a", element_id="a", title=HOSTILE, summary=HOSTILE, chosen=True)]
    field = {"errors": [], "auto_id": "id_f-boiler", "html_name": "f-boiler", "label": HOSTILE, "chosen": "a",
             "inner": questions, "offers": offers, "can_add": True, "chooses_new": False, "kind_name": HOSTILE,
             "field": Thing(required=False)}  # fmt: skip
    return [
        *[("known_answer.html", {"field": _known(form["words"], each), "swaps": True}) for each in answers],
        *[("question.html", {"question": each, "swaps": True}) for each in questions],
        ("record_files.html", {"files": Thing(shown=[Thing(file=file, sub=HOSTILE)], more=3)}),
        ("record_card.html", {"record": record, "start": Thing(name=HOSTILE, href="/new/job/")}),
        ("record_card.html", {"record": record, "start": None}),
        *[("record_choice.html", {"field": Thing(**field, adds_only=adds_only)}) for adds_only in (True, False)],
        ("updates.html", {"page": page, "update_url": "portal:update", "read_url": "portal:updates_read"}),
    ]  # fmt: skip


def _known(bound: Any, known: Any) -> Any:
    """A bound field as answers forms give it: with what is known already."""
    bound.known = known
    return bound


def cases() -> list[tuple[str, dict[str, Any]]]:
    """Pairs of a component's file name and its variables."""
    return [*_form_cases(), *_request_cases(), *_list_cases(), *_kept_cases()]
