"""What each operation of the API does, for the page that shows it to people — e.g. "Keep one section of a draft" in 繁體.

Programs read the English description in the OpenAPI document; these are the same sentences, so that they can be translated.
"""

from django.utils.translation import gettext_noop as word

OPERATIONS = (
    word("The cases you may see, newest first, at most 200."),
    word("One case."),
    word("What happened to a case, newest first, with the seal each event stands under."),
    word("Begin a draft for an organisation of yours."),
    word("Keep one section of a draft; a save that is not based on the last one is refused."),
    word("Sign and submit, as an authorised person of the lead; gives the receipt, and the same receipt when sent again."),
    word("Every figure that may be asked."),
    word("One figure as at a day, as known at a moment or a seal. Repeated with If-None-Match it answers 304 while nothing changed."),
    word("List the published schemes and the facts their rules need."),
    word("Say which published schemes fit the facts told; nothing is kept."),
)
