"""What happens to files that are sent along: nothing accepts one yet, so none is read to its end or written down."""

from typing import NoReturn

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class RefuseFiles(FileUploadHandler):
    """Refuses a request at the first byte of a file: files are outside Django's limit for the body of a request."""

    def new_file(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Called for each file. Raises RequestDataTooBig, answered with 413."""
        raise RequestDataTooBig("no file is taken here")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never reached; a handler has to have it."""

    def file_complete(self, file_size: int) -> None:
        """Never reached; a handler has to have it."""
