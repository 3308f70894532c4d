"""Mail on the console, short — e.g. an offer with its letter shows who gets it and what is attached, not the PDF's own bytes."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend


class ConsoleBackend(EmailBackend):
    """Prints what a person would read of each message; used where no mail server is set."""

    def write_message(self, message: EmailMessage) -> None:
        """This will print one message."""
        lines = ["", f"To: {', '.join(message.to)}", f"Subject: {message.subject}", "", message.body.strip()]
        lines += [f"(attached: {name})" for name in attached(message)]
        self.stream.write("\n".join(lines) + "\n" + "-" * 60 + "\n")


def attached(message: EmailMessage) -> Sequence[str]:
    """This will name what a message carries."""
    return [one[0] or "" if isinstance(one, tuple) else str(one.get_filename() or "") for one in message.attachments]
