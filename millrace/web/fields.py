"""Form fields whose errors name the field, the rule and what to do — e.g. "Total project cost: 3.001 has more than 2 decimals".

They are Django form fields, so officers' own forms and the policy's described forms draw and check alike; what was typed is
always shown again.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import money
from millrace.web import funder, words

FORMS_OF_A_DAY = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})[/. ](?P<m>\d{1,2})[/. ](?P<y>\d{4})"),
)
# A day beyond these is a slip of the hand, and there is no day before the calendar's first nor after its last to reckon with.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
WRONG_AMOUNT = {
    "not_a_number": word("“%(label)s”: “%(typed)s” is not an amount. Write it in digits, such as 1,250,000 or 1,250,000.50."),
    "too_many_decimals": word(
        "“%(label)s”: %(typed)s has more than %(decimals)s decimals, and it is never rounded for you. Write it to the cent."
    ),
    "negative": word("“%(label)s”: an amount here cannot be less than zero. Write it without the minus sign."),
    "too_large": word("“%(label)s”: %(typed)s is more than this system keeps. Check the number of zeros."),
}


def refused(sentence: str, code: str, **values: Any) -> ValidationError:
    """This will make an error of a msgid and its values, in the reader's language."""
    return ValidationError(_(sentence) % values, code=code)


class Plain:
    """What our fields share: a required answer is asked for by its label."""

    label: Any

    def name_required(self) -> None:
        """This will replace Django's "This field is required" by a sentence naming the field."""
        self.error_messages["required"] = _must_be_answered(self.label)  # type: ignore[attr-defined]  # given by forms.Field


# Worded when it is shown, for most fields are answered.
_must_be_answered = lazy(lambda label: _("“%(label)s” must be answered before you go on.") % {"label": label}, str)


def typed(value: Any) -> str:
    """This will read typed text as the person meant it: full-width digits as digits, no spaces at the ends."""
    return unicodedata.normalize("NFKC", str(value)).strip() if value not in (None, "") else ""


def read_amount(text: str, label: str, unit: str = "") -> int:
    """This will read an amount into minor units, of the funder's own currency without a unit, or refuse in a sentence."""
    unit = unit or funder.current().unit
    if unit not in money.CURRENCIES:  # hours of a facility: whole numbers
        return read_count(text, label, minimum=0)
    try:
        return money.read(typed(text), currency=unit)
    except money.NotMoney as wrong:
        values = {"label": label, "typed": text, "decimals": money.decimals_of(unit)}
        raise refused(WRONG_AMOUNT[wrong.code], wrong.code, **values) from None


def plain_amount(value: int, unit: str = "") -> str:
    """This will write the digits of an amount alone, as its field shows them again."""
    unit = unit or funder.current().unit
    return money.plain(value, currency=unit) if unit in money.CURRENCIES else f"{abs(value):,}"


def read_count(text: str, label: str, minimum: int | None = None, maximum: int | None = None) -> int:
    """This will read a whole number within its limits, or refuse in a sentence."""
    cleaned = typed(text).replace(",", "")
    if not re.fullmatch(r"-?\d{1,15}", cleaned):
        raise refused(
            word("“%(label)s”: “%(typed)s” is not a whole number. Write digits only, such as 12."), "not_a_number", label=label, typed=text
        )
    number = int(cleaned)
    if minimum is not None and number < minimum:
        raise refused(
            word("“%(label)s” must be at least %(limit)s; you wrote %(typed)s."), "too_small", label=label, limit=minimum, typed=text
        )
    if maximum is not None and number > maximum:
        raise refused(
            word("“%(label)s” must be at most %(limit)s; you wrote %(typed)s."), "too_large", label=label, limit=maximum, typed=text
        )
    return number


def read_day(text: str, label: str) -> date:
    """This will read 2024-01-08 or 8/1/2024 as a day, or refuse in a sentence."""
    for pattern in FORMS_OF_A_DAY:
        if match := pattern.fullmatch(typed(text)):
            try:
                day = date(int(match["y"]), int(match["m"]), int(match["d"]))
            except ValueError:
                break
            if FIRST_DAY <= day <= LAST_DAY:
                return day
    raise refused(
        word("“%(label)s”: “%(typed)s” is not a day. Write day, month and year, such as 8/1/2024."), "not_a_day", label=label, typed=text
    )


class MoneyInput(forms.TextInput):
    """A text box with the currency before it; keeps what was typed, groups thousands of what was stored."""

    template_name = "web/widgets/money.html"

    def __init__(self, unit: str = "") -> None:
        super().__init__({"class": "money", "inputmode": "decimal", "autocomplete": "off"})
        self.unit = unit

    def format_value(self, value: Any) -> str:
        return plain_amount(value, self.unit) if isinstance(value, int) else "" if value is None else str(value)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        unit = self.unit or funder.current().unit
        context["widget"]["sign"] = (
            money.written(0, currency=unit).rstrip("0") if unit in money.CURRENCIES else words.amount(0, unit)[1:].strip()
        )
        return context


class MoneyField(Plain, forms.Field):
    """An amount, as minor units."""

    def __init__(self, *, unit: str = "", minimum: int | None = None, maximum: int | None = None, **kwargs: Any) -> None:
        super().__init__(widget=MoneyInput(unit), **kwargs)
        self.unit, self.minimum, self.maximum = unit, minimum, maximum

    def clean(self, value: Any) -> int | None:
        self.name_required()
        if not typed(value):
            self.validate(None)
            return None
        amount = read_amount(str(value), str(self.label), self.unit)
        for limit, is_beyond, sentence in (
            (self.minimum, lambda limit: amount < limit, word("“%(label)s” must be at least %(limit)s; you wrote %(typed)s.")),
            (self.maximum, lambda limit: amount > limit, word("“%(label)s” must be at most %(limit)s; you wrote %(typed)s.")),
        ):
            if limit is not None and is_beyond(limit):
                raise refused(
                    sentence, "limit", label=self.label, limit=words.amount(limit, self.unit), typed=words.amount(amount, self.unit)
                )
        return amount


class CountField(Plain, forms.Field):
    """A whole number."""

    def __init__(self, *, minimum: int | None = None, maximum: int | None = None, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput({"inputmode": "numeric", "class": "short", "autocomplete": "off"}), **kwargs)
        self.minimum, self.maximum = minimum, maximum

    def clean(self, value: Any) -> int | None:
        self.name_required()
        if not typed(value):
            self.validate(None)
            return None
        return read_count(str(value), str(self.label), self.minimum, self.maximum)


class DayInput(forms.DateInput):
    """The browser's own day picker — but a plain text box when what was typed is no day, so that it is shown again."""

    def __init__(self) -> None:
        super().__init__({"type": "date"}, format="%Y-%m-%d")

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if value and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)):
            context["widget"]["type"] = context["widget"]["attrs"]["type"] = "text"
        return context


class DayField(Plain, forms.Field):
    """A day, typed or picked."""

    def __init__(self, *, earliest: date | None = None, latest: date | None = None, **kwargs: Any) -> None:
        super().__init__(widget=DayInput(), **kwargs)
        self.earliest, self.latest = earliest, latest

    def clean(self, value: Any) -> date | None:
        self.name_required()
        if not typed(value):
            self.validate(None)
            return None
        day = value if isinstance(value, date) else read_day(str(value), str(self.label))
        if self.earliest and day < self.earliest:
            raise refused(word("“%(label)s” must not be before %(limit)s."), "too_early", label=self.label, limit=words.day(self.earliest))
        if self.latest and day > self.latest:
            raise refused(word("“%(label)s” must not be after %(limit)s."), "too_late", label=self.label, limit=words.day(self.latest))
        return day


class LongText(forms.Textarea):
    """A text box that says how many characters are left."""

    is_counted = True

    def __init__(self, max_length: int | None = None, rows: int = 6) -> None:
        super().__init__({"rows": rows, **({"data-count-to": max_length} if max_length else {})})


class TextField(Plain, forms.CharField):
    """A line or a passage of text; a passage too long is refused with how much too long, never cut."""

    def __init__(self, *, max_length: int | None = None, is_long: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("widget", LongText(max_length) if is_long else forms.TextInput)
        super().__init__(**kwargs)
        self.most = max_length

    def clean(self, value: Any) -> str:
        self.name_required()
        text: str = super().clean(value).replace("\r\n", "\n")
        if self.most and len(text) > self.most:
            sentence = word("“%(label)s” may have %(most)s characters; yours has %(length)s. Shorten it by %(over)s.")
            raise refused(sentence, "too_long", label=self.label, most=self.most, length=len(text), over=len(text) - self.most)
        return text


class SingleCheckbox(forms.CheckboxInput):
    """One box to tick, its label beside it."""

    is_single_checkbox = True


def yes_or_no() -> list[tuple[str, str]]:
    """The two answers, worded when they are shown."""
    return [("yes", _("Yes")), ("no", _("No"))]


class FlagField(Plain, forms.TypedChoiceField):
    """Yes or no, asked as two radio buttons: an unanswered question is not a no."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=yes_or_no, coerce=lambda value: value == "yes", empty_value=None, widget=forms.RadioSelect, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value

    def clean(self, value: Any) -> bool | None:
        self.name_required()
        return super().clean(value)


class ChoiceField(Plain, forms.ChoiceField):
    """One of a list: radio buttons up to seven, a drop-down list above."""

    def __init__(self, *, choices: Sequence[tuple[str, str]], as_list: bool | None = None, **kwargs: Any) -> None:
        in_list = len(choices) > 7 if as_list is None else as_list
        offered = [("", "—"), *choices] if in_list else choices
        super().__init__(choices=offered, widget=forms.Select if in_list else forms.RadioSelect, **kwargs)

    def clean(self, value: Any) -> str:
        self.name_required()
        self.error_messages["invalid_choice"] = _("“%(label)s”: choose one of those listed.") % {"label": self.label}
        return super().clean(value)


class ChoicesField(Plain, forms.MultipleChoiceField):
    """Any of a list, as boxes to tick."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, **kwargs)

    def clean(self, value: Any) -> list[str]:
        self.name_required()
        self.error_messages["invalid_choice"] = _("“%(label)s”: choose from those listed.") % {"label": self.label}
        return super().clean(value)


def share_text(basis_points: int) -> str:
    """This will write a share as its input shows it: 3333 → 33.33."""
    return f"{basis_points / 100:.2f}".rstrip("0").rstrip(".")


def read_share(text: str, label: str) -> int:
    """This will read a percentage ("33.33", "33.33%") into basis points, or refuse in a sentence."""
    match = re.fullmatch(r"(\d{1,3})(?:\.(\d{1,2}))?\s*%?", typed(text))
    points = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0") or 0) if match else -1
    if not 0 <= points <= 10_000:
        sentence = word("“%(label)s”: “%(typed)s” is not a percentage from 0 to 100 with at most 2 decimals. Write it as 33.33.")
        raise refused(sentence, "not_a_share", label=label, typed=text)
    return points


class ShareField(Plain, forms.Field):
    """A percentage, as basis points."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput({"inputmode": "decimal", "class": "short", "autocomplete": "off"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return share_text(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        self.name_required()
        if not typed(value):
            self.validate(None)
            return None
        return read_share(str(value), str(self.label))
