"""Partners and sponsors: invited by the lead, each states and confirms its own part — e.g. a sponsor's HK$2m in cash."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from millrace.core.refusal import Refusal
from millrace.registers.documents import actions as documents_register
from millrace.registers.people import invitations
from millrace.registers.people.models import Organisation
from millrace.registers.policy import queries as policy
from millrace.stages.apply import forms, queries
from millrace.stages.apply.actions import attachments, parts
from millrace.stages.apply.models import Part
from millrace.stages.apply.pages import files
from millrace.stages.apply.pages.drafts import frame, gathered_or_case
from millrace.web import asking, commands
from millrace.web.access import entry


@entry(case="invite_partner")
def invite(request: HttpRequest, reference: str) -> HttpResponse:
    """This will list the parts of a draft and invite another organisation."""
    gathered = gathered_or_case(request)
    if isinstance(gathered, HttpResponse):
        return gathered
    form = forms.InvitePartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _invite(request, form)
        except Refusal as no:
            form.add_error("registration_number", _(no.what) + " " + _(no.why))
        else:
            messages.success(request, _invited(form.cleaned_data["email"]))
            return redirect("apply:parts", reference=reference)
    context = frame(gathered) | {"form": form, "parts": queries.parts_of(request.case)}
    return render(request, "apply/parts.html", context, status=422 if form.errors else 200)


def _invited(email: str) -> str:
    if email:
        said = {"email": email, "days": invitations.LASTS.days}
        return _("The invitation is on its way to %(email)s. Its link works once, for %(days)s days.") % said
    return _("The organisation was invited. Its members see the invitation among their applications.")


def _invite(request: HttpRequest, form: forms.InvitePartForm) -> None:
    """Invite by registration number, or by e-mail with a link that leaves in the mail alone."""
    told, organisation, secret = form.cleaned_data, None, ""
    if told["registration_number"]:
        wanted = told["registration_number"].replace(" ", "").upper()
        organisation = Organisation.objects.filter(registration_number=wanted).order_by("id").first()
        if organisation is None:
            raise Refusal(
                "organisation-unknown",
                what=_("No organisation with this number is registered."),
                why=_("Invite it by e-mail instead; it registers when it accepts."),
                field="registration_number",
            )
    else:
        secret = invitations.new_secret()
    parts.invite_part(
        request.case,
        role=told["role"],
        organisation=organisation,
        email=told["email"],
        secret=secret,
        link=request.build_absolute_uri(reverse("apply:take_up", args=[secret])) if secret else "",
        by=request.user,
        at=request.at,
        command=commands.of(request),
    )


@require_POST
@entry(case="invite_partner")
def end(request: HttpRequest, reference: str, part: int) -> HttpResponse:
    """This will take a part off the draft."""
    parts.end_part(_part(request, part), by=request.user, at=request.at, command=commands.of(request))
    return redirect("apply:parts", reference=reference)


def _part(request: HttpRequest, part: int) -> Part:
    found = Part.objects.select_related("case", "organisation").filter(pk=part, case=request.case, ended_at__isnull=True).first()
    if found is None:
        raise Refusal.not_found()
    return found


@entry(case="confirm_part")
def part(request: HttpRequest, reference: str, part: int) -> HttpResponse:
    """This will take from a partner or sponsor what it does and brings, and show it nothing else of the application."""
    found = _own_part(request, part)
    form = _form(found, request.POST or None)
    if request.method == "POST" and "decline" in request.POST:
        parts.decline_part(found, by=request.user, at=request.at, command=commands.of(request))
        return redirect("case_desk:case", reference=reference)
    if request.method == "POST" and form.is_valid():
        try:
            _confirm(request, found, form)
        except Refusal as no:
            if no.field not in form.fields:
                raise
            form.add_error(no.field, f"{_(no.what)} {_(no.why)}")
        else:
            messages.success(request, _("Your part is confirmed."))
            return redirect("case_desk:case", reference=reference)
    return _shown(request, found, form, forms.PartFileForm(), status=422 if form.errors else 200)


def _shown(request: HttpRequest, found: Part, form: forms.PartForm, upload: forms.PartFileForm, status: int) -> HttpResponse:
    context = {
        "form": form,
        "upload": upload,
        "part": found,
        "case": request.case,
        "files": queries.files_of_part(found),
        "crumbs": [(_("My applications"), "/home/")],
    }
    return render(request, "apply/part.html", context, status=status)


def _own_part(request: HttpRequest, part: int) -> Part:
    """A part of the asker's own organisation; another's does not exist for them."""
    found = _part(request, part)
    if found.organisation_id not in request.actor.organisations:
        raise Refusal.not_found()
    return found


@require_POST
@entry(case="upload")
def upload(request: HttpRequest, reference: str, part: int) -> HttpResponse:
    """This will take a file to a partner's or sponsor's own part, in quarantine until an officer accepts it."""
    found = _own_part(request, part)
    form = forms.PartFileForm(request.POST, request.FILES)
    if form.is_valid():
        file, slot = form.cleaned_data["file"], attachments.PART_SLOT
        try:
            documents_register.must_fit(file.size, most_bytes=slot.max_bytes)
            attachments.upload_document(
                request.case,
                place=attachments.place_of_part(found),
                slot=slot,
                name=file.name,
                content=file.read(),
                organisation=found.organisation,
                by=request.user,
                at=request.at,
                command=commands.of(request),
            )
        except Refusal as no:
            no.field = "file"
            asking.put_on(form, no)
        else:
            messages.success(request, _("The file is taken. An officer opens it first."))
            return redirect("apply:part", reference=reference, part=part)
    return _shown(request, found, _form(found), form, status=422)


@entry(case="read_own_part")
def part_file(request: HttpRequest, reference: str, part: int, document: int) -> HttpResponse:
    """This will hand a partner or sponsor back a file of its own."""
    found = _own_part(request, part)
    if request.document.place != attachments.place_of_part(found) or request.document.removed_at is not None:
        raise Refusal.not_found()
    return files.download(request.document)


@require_POST
@entry(case="confirm_part")
def remove_part_file(request: HttpRequest, reference: str, part: int, document: int) -> HttpResponse:
    """This will take a file off a partner's or sponsor's own part, before submission."""
    found = _own_part(request, part)
    if request.document.place != attachments.place_of_part(found):
        raise Refusal.not_found()
    attachments.remove_document(request.document, by=request.user, at=request.at, command=commands.of(request))
    return redirect("apply:part", reference=reference, part=part)


def _form(found: Part, posted: QueryDict | None = None) -> forms.PartForm:
    """What is asked of the part, as the scheme words it, with what was said before."""
    draft = queries.draft_of(found.case)
    asked = queries.sections_for(policy.form(draft.version), found.role) if draft else ()
    initial = {"work": found.work, "cash_cents": found.cash_cents or None, "in_kind_cents": found.in_kind_cents or None}
    return forms.PartForm(posted, initial=initial, asked=asked[0] if asked else None)


def _confirm(request: HttpRequest, found: Part, form: forms.PartForm) -> None:
    told = form.cleaned_data
    parts.confirm_part(
        found,
        work=told.get("work") or "",
        cash_cents=told.get("cash_cents") or 0,
        in_kind_cents=told.get("in_kind_cents") or 0,
        by=request.user,
        at=request.at,
        command=commands.of(request),
    )


@entry("signed_in")
def take_up(request: HttpRequest, secret: str) -> HttpResponse:
    """This will let whoever was invited by e-mail say which of their organisations takes the part."""
    found = Part.objects.select_related("case").filter(secret_sha256=invitations.secret_hash(secret), ended_at__isnull=True).first()
    if found is None or found.email != request.user.email:
        raise Refusal.not_found()
    if found.organisation_id is None:
        invitations.must_be_open(found.invited_at, request.at)
    mine = Organisation.objects.filter(pk__in=request.actor.organisations).exclude(pk=found.case.lead_id).order_by("name")
    form = forms.OpenDraftForm(request.POST or None, organisations=[(str(each.pk), str(each)) for each in mine])
    form.fields["organisation"].label = _("Which organisation takes the part?")
    if request.method == "POST" and form.is_valid():
        chosen = next(each for each in mine if str(each.pk) == form.cleaned_data["organisation"])
        taken = parts.take_up_part(found, organisation=chosen, secret=secret, by=request.user, at=request.at)
        return redirect("apply:part", reference=taken.case.reference, part=taken.pk)
    context = {"form": form, "part": found, "has_organisations": bool(mine), "here": request.path}
    return render(request, "apply/take_up.html", context, status=422 if form.errors else 200)
