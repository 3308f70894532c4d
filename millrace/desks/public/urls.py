"""The addresses of this desk: what anyone may see — e.g. the front door, which scheme fits me, the records anyone can check."""

from django.urls import URLPattern, path

from millrace.desks.public import following, front, organisation, pages, project, publication, register

app_name = "public_desk"
urlpatterns: list[URLPattern] = [
    path("", front.home, name="home"),
    path("find/", pages.find, name="find"),
    path("schemes/", pages.schemes, name="schemes"),
    path("schemes/calls.ics", following.calendar, name="calendar"),
    path("schemes/<slug:slug>/", pages.scheme, name="scheme"),
    path("register/", register.register, name="register"),
    path("register/feed/", following.feed, name="feed"),
    path("register/organisations/<int:organisation>/", organisation.organisation, name="organisation"),
    path("register/<str:reference>/", project.project, name="project"),
    path("trust/", front.trust, name="trust"),
    path("cite/", front.cite, name="cite"),
    path("open-data/", publication.open_data, name="open_data"),
    path("open-data/360giving.json", publication.file, {"kept_as": "360giving.json"}, name="open_json"),
    path("open-data/360giving.csv", publication.file, {"kept_as": "360giving.csv"}, name="open_csv"),
    path("open-data/datapackage.zip", publication.file, {"kept_as": "datapackage.zip"}, name="open_package"),
]
