"""Finds files and who read them — e.g. the quotations of one NIFS draft, by the form field each answers."""

from collections import defaultdict

from django.db.models import QuerySet

from millrace.registers.cases.models import Case
from millrace.registers.documents.models import Document, Reading
from millrace.registers.people import prepared

# The places of the funder's own files of a case, such as what a debt rests on: no list of the case's files holds them.
OF_FUNDER = "funder-"
_documents = prepared.Prepared(
    lambda case: Document.objects.filter(case=case, removed_at__isnull=True).exclude(place__startswith=OF_FUNDER).order_by("id"), case=int
)


def documents_of(case: Case) -> list[Document]:
    """This will give the files of a case that were not taken off again, oldest first; the funder's own are not among them."""
    return _documents(case=case.pk)


def funders_own(case: Case, place: str) -> QuerySet[Document]:
    """This will give the funder's own files of one place of a case, oldest first."""
    return Document.objects.filter(case=case, place=place).order_by("id")


def is_funders_own(document: Document) -> bool:
    """This will say whether a file is the funder's own, shown by a page of its own or not at all."""
    return document.place.startswith(OF_FUNDER)


def documents_by_place(case: Case) -> dict[str, list[Document]]:
    """This will give the same files by the field they answer."""
    held: dict[str, list[Document]] = defaultdict(list)
    for document in documents_of(case):
        held[document.place].append(document)
    return dict(held)


def readings_of(case: Case) -> QuerySet[Reading]:
    """This will give who read the case and its files, latest first."""
    return Reading.objects.filter(case=case).select_related("person", "document").order_by("-read_at", "-id")
