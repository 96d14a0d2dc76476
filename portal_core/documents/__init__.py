"""Files and a customer's documents.

What other packages use (everything else here is for this package alone):

Taking files. A page with a form that may hold files marks its view with `tenants.uploads.takes_files(UploadLimits())`,
gives its `<form>` the enctype multipart/form-data, and replaces `request.POST` by
`documents.field.with_files(request, make_form)`: files that came along are checked and kept first, whatever else is
wrong with the form. A form field of files is `field.FilesField(rules=…, sender=Sender(owner_id, customer_id))`, drawn
by `components/field.html` like every other; it cleans to `[{"id", "name", "size", "type"}, …]`. Rules:
`kinds.rules_of(kind)` for a document kind, `uploads.Rules()` without one. With script a file is sent to `/files/` when
it is chosen.
Fields of a document have the kind `file` (`file_kind.py`); `AnswersForm` makes and cleans them like all others.

Attaching. A file is its sender's alone until an action attaches it, in its transaction:
- answers: nothing to do, `service_requests.answers.write_answers` and filing see to it
- messages and notes: `messaging.actions.Message(file_ids=…)`
- an ask for a document (`upload`): `service_requests.uploading` is its form, `service_requests.taking` the rest
- a document without a request: `service_requests.actions.vault.add_document(paper=Paper(…))`
- elsewhere (records): `filing.lock_files`, `filing.attach_loose`, then register with `access.register` who may fetch it
A guest's browser owns files under a random id (`Sender(owner_id=…)`); `uploads.adopt` gives them to the account.

Reading. `shown.shown_files(value)` makes stored values into what `components/doc.html` shows; the address is
`/files/ID/`, and `access.file_for` checks it at every fetch by asking all registered users of files.
`vault.on_shelf(…)` and `vault.shelves(…)` are documents on file that can be used again;
`vault.documents_of(customer_id)` all of a customer.
For approving: `kinds.kind_visibility(kind, role)`; a document's files with their sizes stand in `Document.files`, the
hash of their content in `StoredFile.sha256`.

Searching. Names may be indexed where every staff role sees the field (`VisibleField.files`), and names in
`HistoryEntry.data["files"]` of messages and notes, which every staff role sees; those of documents only of kinds that
every staff role sees (`service_requests/search_index.py: index_papers`).
"""
