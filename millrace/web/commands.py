"""The mark each form carries so that sent twice it acts once — e.g. a double click on "Sign and submit".

`{% command %}` puts it in the form; the action it is handed to returns the first event when it meets the same mark again.
"""

import uuid

from django.http import HttpRequest


def of(request: HttpRequest) -> uuid.UUID:
    """This will give the command of a posted form; one without a readable mark counts as new."""
    try:
        return uuid.UUID(str(request.POST.get("command", "")))
    except ValueError:
        return uuid.uuid4()
