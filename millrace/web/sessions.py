"""Sessions kept in the database, read on every click — e.g. that of the officer who signed in at nine.

Django's own store; only the question for one session is put into SQL once per process instead of on every request.
"""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from millrace.registers.people import prepared

_session = prepared.Prepared(lambda key: Session.objects.filter(session_key=key, expire_date__gt=Now()), key=str)


class SessionStore(db.SessionStore):
    """Finds a session that has not expired; an unknown one begins afresh."""

    def _get_session_from_db(self) -> Session | None:
        found = _session.first(key=self.session_key)
        if found is None:
            self._session_key = None
        return found
