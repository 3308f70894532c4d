"""Names the shared web room for Django — e.g. its templates and the stylesheet."""

from django.apps import AppConfig
from django.contrib.messages.apps import MessagesConfig


class WebConfig(AppConfig):
    name = "millrace.web"
    label = "web"


class FlashConfig(MessagesConfig):
    """Django's flash messages under another label: "messages" is the register of letters and mail."""

    label = "flash"
