"""How a case begins: a draft, its answers and files, the signature.

For example: opened on 3 March, written in two sittings, signed on 12 March under the version then in force.
"""

from millrace.core.rules.form import Slot
from millrace.jobs.demonstration import answers
from millrace.jobs.demonstration.answers import Written
from millrace.jobs.demonstration.cast import Cast, Side
from millrace.jobs.demonstration.tale import Tale, Telling
from millrace.registers.cases.models import Case
from millrace.stages.apply import terms
from millrace.stages.apply.actions import attachments, drafts, parts, submission
from millrace.stages.apply.models import Draft, Part

SLOT = Slot(("pdf",), 10_000_000, 10)


def paper(what: str) -> bytes:
    """This will make a small file of its own, so that no two proofs are the same."""
    return f"%PDF-1.7\n% demonstration (invented): {what}\n1 0 obj\n<<>>\nendobj\n%%EOF\n".encode()


def written(case: Case, side: Side, told: Written, tale: Tale) -> Telling:
    """This will write the sections in two sittings and bring the files."""
    sections = list(told.sections.items())
    for position, (section, given) in enumerate(sections):
        if position == len(sections) // 2:
            yield tale.pause(1, 4)
        drafts.save_answers(case, section=section, answers=given, typed={}, based_on=0, by=side.writer, at=tale.at)
    for place in told.files:
        content = paper(f"{case.reference} {place}")
        fields = {"place": place, "slot": SLOT, "name": f"{place}.pdf", "content": content, "organisation": side.organisation}
        tale.act(attachments.upload_document, case, **fields, by=side.writer)


def sponsored(case: Case, side: Side, sponsor: Side, cents: int, tale: Tale) -> Telling:
    """This will invite a sponsor, who states and confirms its own money."""
    tale.act(parts.invite_part, case, role="sponsor", organisation=sponsor.organisation, by=side.writer)
    yield tale.pause(1, 3)
    part = Part.objects.get(case=case, organisation=sponsor.organisation)
    work = "Brings cash and tests the prototype (invented)."
    tale.act(parts.confirm_part, part, work=work, cash_cents=cents, in_kind_cents=0, by=sponsor.signatory)


def drafted(cast: Cast, side: Side, scheme: str, tale: Tale) -> Case:
    """This will open a draft."""
    return tale.act(drafts.open_draft, side.organisation, scheme=scheme, by=side.writer).case


def signed(case: Case, side: Side, tale: Tale) -> Telling:
    """This will have the draft signed and submitted under the rules then in force."""
    if tale.ending == "draft":
        return
    yield tale.pause(1, 3)
    draft = Draft.objects.get(case=case)
    if terms.in_force(case.scheme, tale.at).find(draft.version_id) is None:
        tale.act(drafts.confirm_version, case, by=side.writer)
        tale.soon()
    if side.writer is not side.signatory or tale.ending == "awaiting_sign_off":
        tale.act(submission.request_sign_off, case, by=side.writer)
        if tale.ending == "awaiting_sign_off":
            return
        yield tale.pause(0, 2)
    tale.act(submission.submit_application, case, by=side.signatory)


def nifs(cast: Cast, side: Side, tale: Tale) -> tuple[Case, Written]:
    """This will open the draft of a production line and word its answers."""
    told = answers.nifs(tale, name=side.writer.name, email=side.writer.email)
    return drafted(cast, side, "nifs", tale), told
