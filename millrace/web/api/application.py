"""The API as a whole: OpenAPI 3.1 with problem documents described once — e.g. every 404 is `application/problem+json`.

Each stage brings a router of its own endpoints; `site` puts them together.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from millrace.core.refusal import Refusal
from millrace.web import errors

PROBLEM = {
    "type": "object",
    "description": "RFC 9457: what was refused, why, and what can be done next.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "field": {"type": "string"},
        "clause": {"type": "string"},
        "values": {
            "type": "object",
            "description": "What the sentences speak of; of “not-complete”, `problems` has section, field and sentence of each answer.",
        },
    },
}
STATUSES = {
    "400": "Not understood",
    "401": "Nobody is signed in, or the key is unknown",
    "403": "Not with this key",
    "404": "Nothing at this address",
    "409": "Refused as things stand",
    "422": "A value cannot be used",
}


class Api(NinjaAPI):
    """django-ninja with our refusals: every no is a problem document, in the schema and in the answer."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """This will describe the problem documents of every endpoint beside its answers."""
        schema = super().get_openapi_schema(**options)
        schema["components"].setdefault("schemas", {})["Problem"] = PROBLEM
        body = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        for operations in schema["paths"].values():
            for operation in operations.values():
                answers = operation["responses"]
                known = {str(status): answer for status, answer in answers.items()}
                problems = {status: {"description": words, **body} for status, words in STATUSES.items()}
                operation["responses"] = problems | known
        return schema

    def get_openapi_operation_id(self, operation: Any) -> str:
        """This will name an operation by its function, without the folders it lies in."""
        return str(operation.view_func.__name__)


def refuse_in_words(api: NinjaAPI) -> None:
    """This will answer every error of the API with a problem document."""
    api.add_exception_handler(Refusal, errors.answer)
    api.add_exception_handler(Http404, errors.not_found)
    api.add_exception_handler(AuthenticationError, _not_signed_in)
    api.add_exception_handler(HttpError, _not_understood)
    api.add_exception_handler(ValidationError, _wrong_values)


def _not_signed_in(request: HttpRequest, _raised: AuthenticationError) -> HttpResponse:
    refusal = Refusal("not-signed-in", what=_("Nobody is signed in, or the key is unknown, revoked or expired."), status=401)
    answer = errors.answer(request, refusal)
    answer["WWW-Authenticate"] = "Bearer"
    return answer


def _not_understood(request: HttpRequest, raised: HttpError) -> HttpResponse:
    """This will say why a body was not taken, where what reads bodies says it."""
    if isinstance(raised.__cause__, Refusal):
        return errors.answer(request, raised.__cause__)
    what = _("The request could not be read.")
    return errors.answer(request, Refusal("not-understood", what=what, status=raised.status_code))


def _wrong_values(request: HttpRequest, raised: ValidationError) -> HttpResponse:
    """This will name the first value that cannot be used, by its place in the request."""
    first = raised.errors[0] if raised.errors else {}
    place = ".".join(str(part) for part in first.get("loc", ())[1:])
    what = _("“%(field)s” cannot be used: %(reason)s.")
    values = {"field": place, "reason": str(first.get("msg", "")).rstrip(".")}
    return errors.answer(request, Refusal("wrong-value", what=what, field=place, status=422, values=values))
