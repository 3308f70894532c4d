"""Finds files and who read them — e.g. the quotations of one NIFS draft, by the form field each answers."""

from collections import defaultdict

from django.db.models import QuerySet

from millrace.registers.cases.models import Case
from millrace.registers.documents.models import Document, Reading
from millrace.registers.people import prepared

_documents = prepared.Prepared(lambda case: Document.objects.filter(case=case, removed_at__isnull=True).order_by("id"), case=int)


def documents_of(case: Case) -> list[Document]:
    """This will give the files of a case that were not taken off again, oldest first."""
    return _documents(case=case.pk)


def documents_by_place(case: Case) -> dict[str, list[Document]]:
    """This will give the same files by the field they answer."""
    held: dict[str, list[Document]] = defaultdict(list)
    for document in documents_of(case):
        held[document.place].append(document)
    return dict(held)


def readings_of(case: Case) -> QuerySet[Reading]:
    """This will give who read the case and its files, latest first."""
    return Reading.objects.filter(case=case).select_related("person", "document").order_by("-read_at", "-id")
