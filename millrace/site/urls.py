"""The root of all addresses: each stage and desk brings its own — e.g. /desk/ is the programme officer's."""

from django.urls import include, path

from millrace.site import api, settings

urlpatterns = [
    path("", include("millrace.web.urls")),
    path("", include("millrace.web.api.urls")),
    path("api/v1/docs", api.docs, name="api_docs"),
    path("api/v1/", api.urls()),
    path("account/", include("allauth.urls")),
    *[path("", include(f"millrace.stages.{name}.urls")) for name in settings.STAGES],
    *[path("", include(f"millrace.desks.{name}.urls")) for name in settings.DESKS],
]

handler400 = "millrace.web.errors.malformed"
handler403 = "millrace.web.errors.forbidden"
handler404 = "millrace.web.errors.not_found"
handler500 = "millrace.web.errors.broken"
