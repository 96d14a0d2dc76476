"""When a form says what is wrong with it: once it was sent, and from then on.

A form comes in unsent, too: an answer decides about other questions, a draft is opened again, a row is added. Whoever
is still at the first question is not told that the last one has no answer. A page that has said what is wrong carries
`tried` (components/errors.html), and goes on saying it.
"""

from typing import Final

from django.core.exceptions import ValidationError
from django.forms import BaseForm

TRIED: Final = "tried"
# The code of what is said at once: something came along that was not taken, and is gone.
REFUSED: Final = "refused"


def is_said_at_once(error: object) -> bool:
    """Whether an error is about something that will not come in again with the form."""
    return isinstance(error, ValidationError) and any(one.code == REFUSED for one in error.error_list)


def hush(form: BaseForm) -> bool:
    """Takes the errors out of a form that was not sent, for showing it; whether its page had not said them before."""
    if not form.is_bound or form.data.get(TRIED):
        return False
    for name, problems in form.errors.as_data().items():
        if not any(map(is_said_at_once, problems)):
            del form.errors[name]
    return True
