"""What can go wrong with files and documents, by code; pages decide the words around it and the HTTP status."""


class DocumentError(Exception):
    """Base of the domain errors of this package."""

    code = "document"


class UploadRefused(DocumentError):
    """A file was not taken. `reason` is one sentence for the person who sent it, naming the file."""

    code = "upload_refused"

    def __init__(self, why: str, reason: str) -> None:
        super().__init__(reason)
        self.why = why
        self.reason = reason


class NotTheirs(DocumentError):
    """A file or document that does not exist for this person. Answered 404, so that nobody learns that it does."""

    code = "not_theirs"


class NotAllowed(DocumentError):
    """The person sees the document and may not do this to it. Answered 403."""

    code = "not_allowed"


class StillChecked(DocumentError):
    """The scanner has not looked at all files of a document yet: nobody could open what is approved."""

    code = "still_checked"


class Overtaken(DocumentError):
    """The document has changed since the page showed it; nothing was written. Answered 409."""

    code = "overtaken"


class AlreadyOnFile(DocumentError):
    """A file that is part of a document already cannot become one more. Nothing was written."""

    code = "already_on_file"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
