"""What was found, asked, declared, scored and recommended on a case — e.g. one assessor's second version of a review.

Words that people wrote live in these ordinary rows; events carry only codes, counts and amounts.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Screening(models.Model):
    """The finding of a screening: passed, or ineligible for reasons by clause, on a stored verdict."""

    class Outcome(models.TextChoices):
        PASSED = "passed", _("Passed")
        INELIGIBLE = "ineligible", _("Ineligible")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    verdict = models.ForeignKey("cases.Verdict", on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField(default=list, help_text="rules that failed, each with its clause")
    remarks = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="screening_case")]


class Reversal(models.Model):
    """A second officer's decision that an ineligible finding was made in error, on a verdict of that day."""

    screening = models.OneToOneField(Screening, on_delete=models.PROTECT, related_name="reversal")
    reason = models.CharField(max_length=40, help_text="why, as a code")
    remarks = models.TextField(blank=True)
    verdict = models.ForeignKey("cases.Verdict", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")


class InformationRequest(models.Model):
    """Questions sent back to the applicant together, with the day their answers are due; the rest of the case stays closed."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    status_before = models.CharField(max_length=40, help_text="where the case goes back to when the answers are in")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(answered_at__isnull=True, lapsed_at__isnull=True), name="information_request_one_open"
            ),
        ]


class Question(models.Model):
    """One question of a request, about one question of the form or about none, and its answer."""

    request = models.ForeignKey(InformationRequest, on_delete=models.PROTECT, related_name="questions")
    number = models.PositiveSmallIntegerField()
    form_question = models.CharField(max_length=60, blank=True)
    text = models.TextField()
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="question_number_once")]


class Assignment(models.Model):
    """A person asked to assess a case in one role; the dossier opens only to a declaration without conflict."""

    class Role(models.TextChoices):
        EXPERT = "expert", _("Expert review")
        BUSINESS = "business", _("Business review")
        COMMITTEE = "committee", _("Committee")

    class Outcome(models.TextChoices):
        WAITING = "", _("Waiting for the declaration")
        CLEAR = "clear", _("No conflict")
        CONFLICT = "conflict", _("Conflict")
        DECLINED = "declined", _("Declined")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=Role.choices)
    due_on = models.DateField()
    assigned_at = models.DateTimeField()
    assigned_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default=Outcome.WAITING)
    declared_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True, help_text="when the review was, first: what is to do is found without looking")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "outcome"], name="assignment_person"),
            models.Index(fields=["person", "due_on", "id"], name="assignment_due", condition=Q(ended_at__isnull=True)),
            # Holds what the counts of an assessor's queues ask, so that they read it alone.
            models.Index(
                fields=["person", "due_on", "id"],
                include=["case", "outcome", "role"],
                name="assignment_to_do",
                condition=Q(ended_at__isnull=True, written_at__isnull=True),
            ),
            # The reviews that keep a case from its meeting; papers of the committee ask for none.
            models.Index(
                fields=["case"],
                name="assignment_unwritten",
                condition=Q(ended_at__isnull=True, written_at__isnull=True) & ~Q(role="committee"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "person", "role"], condition=Q(ended_at__isnull=True), name="assignment_once"),
        ]


class Interest(models.Model):
    """What a person declared about a case, before its dossier opened or in the meeting; a conflict names its kind."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    is_conflict = models.BooleanField()
    kind = models.CharField(max_length=30, blank=True)
    details = models.TextField(blank=True)
    declared_at = models.DateTimeField()
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["case", "person"], name="interest_case")]


class Review(models.Model):
    """One version of one person's review; a change after submission is a new version, and every earlier one is kept."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="reviews")
    version = models.PositiveSmallIntegerField()
    marks = models.JSONField(help_text="criterion → whole mark from 0 to 100")
    comments = models.JSONField(default=dict, help_text="criterion → words")
    summary = models.TextField(blank=True)
    is_supporting = models.BooleanField()
    total_tenths = models.PositiveIntegerField()
    submitted_at = models.DateTimeField()
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "version"], name="review_version_once")]


class Meeting(models.Model):
    """One sitting of a scheme's committee, or one circulation of papers, and who was there."""

    scheme = models.SlugField(max_length=60)
    held_on = models.DateField()
    is_by_circulation = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "held_on", "is_by_circulation"], name="meeting_once")]


class Recommendation(models.Model):
    """The committee's advice on one case: for an award, or for going on to stage two."""

    class Purpose(models.TextChoices):
        AWARD = "award", _("Award")
        STAGE_TWO = "stage_two", _("Stage two")

    class Outcome(models.TextChoices):
        RECOMMENDED = "recommended", _("Recommended")
        NOT_RECOMMENDED = "not_recommended", _("Not recommended")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="recommendations")
    purpose = models.CharField(max_length=12, choices=Purpose.choices, default=Purpose.AWARD)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    amount_cents = models.BigIntegerField(default=0)
    stage_number = models.PositiveSmallIntegerField(default=1, help_text="the stage the case enters: 2 where it enters stage 2 directly")
    conditions = models.TextField(blank=True, help_text="one a line")
    reasons = models.TextField(blank=True)
    reason_codes = models.JSONField(default=list, help_text="rules or criteria the reasons rest on")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["case", "purpose", "-id"], name="recommendation_case")]


class Seat(models.Model):
    """One member at one item of a meeting: took part, or left the room for it and why."""

    recommendation = models.ForeignKey(Recommendation, on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    has_left = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recommendation", "person"], name="seat_once")]


class JointFiling(models.Model):
    """The partner's own application to the other funder, as an officer saw it; a correction is a later row, and the last counts."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=100, help_text="as the other funder numbers it")
    filed_on = models.DateField()
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["case", "-id"], name="joint_filing_case")]


class JointDecision(models.Model):
    """What the other funder decided on its side, with the evidence; the last row counts. Its money is shown and never in our books."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    decided_on = models.DateField()
    amount_cents = models.BigIntegerField(default=0, help_text="minor units of `currency`: theirs, not ours")
    currency = models.CharField(max_length=12)
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    remarks = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["case", "-id"], name="joint_decision_case")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gte=0), name="joint_decision_not_negative"),
            models.CheckConstraint(condition=Q(outcome="approved") | Q(amount_cents=0), name="joint_decision_refused_gives_nothing"),
        ]


class JointContinuation(models.Model):
    """The authority's decision that our side goes on although the other funder took its approval back, and why."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    theirs = models.ForeignKey(JointDecision, on_delete=models.PROTECT, related_name="+")
    reasons = models.TextField()
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["case", "-id"], name="joint_continuation_case")]


class PanelMeeting(models.Model):
    """The meeting in which an applicant's own panel selected for the funder within its block grant: when, and out of how much."""

    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    scheme = models.SlugField(max_length=60)
    stream = models.CharField(max_length=40, blank=True)
    met_on = models.DateField()
    unit = models.CharField(max_length=12)
    block_cents = models.BigIntegerField(help_text="the block grant it selected within")
    used_cents = models.BigIntegerField(help_text="what of it was granted or selected before")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["organisation", "scheme", "-id"], name="panel_meeting_of")]


class PanelMember(models.Model):
    """One member present at such a meeting, in the university's own words; a declared interest is in one case, and closes it to them."""

    meeting = models.ForeignKey(PanelMeeting, on_delete=models.PROTECT, related_name="members")
    line = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    interest = models.CharField(max_length=300, blank=True)
    interest_in = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    has_left = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "line"], name="panel_member_line_once")]


class PanelChoice(models.Model):
    """What the panel said of one case: selected for an amount, or not and why."""

    meeting = models.ForeignKey(PanelMeeting, on_delete=models.PROTECT, related_name="choices")
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+")
    is_selected = models.BooleanField()
    amount_cents = models.BigIntegerField(default=0)
    reason = models.TextField(blank=True, help_text="why it was not selected")
    event = models.ForeignKey("timeline.Event", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_selected=True, amount_cents__gt=0) | (Q(is_selected=False, amount_cents=0) & ~Q(reason="")),
                name="panel_choice_whole",
            ),
        ]
