"""The mark each form carries so that sent twice it acts once — e.g. a double click on "Sign and submit".

`{% command %}` puts it in the form; the action it is handed to returns the first event when it meets the same mark again.
"""

import uuid

from django.http import HttpRequest

from millrace.web import errors


def of(request: HttpRequest) -> uuid.UUID:
    """This will give the command of a posted form; one without a readable mark counts as new."""
    try:
        return uuid.UUID(str(request.POST.get("command", "")))
    except ValueError:
        return uuid.uuid4()


def given(request: HttpRequest) -> uuid.UUID:
    """This will give the command of a posted form that moves money or ends something; one without its mark was not ours."""
    try:
        return uuid.UUID(str(request.POST.get("command", "")))
    except ValueError:
        raise errors.MALFORMED from None
