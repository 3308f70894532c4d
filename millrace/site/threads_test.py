"""What one thread sets, no other sees: run in a process of its own, since the suite's connection is kept where Django keeps it."""

import os
import subprocess
import sys

TOLD = """
import threading, django
django.setup()
from django.db import connections
from django.urls import reverse
from django.utils import timezone, translation
from millrace.site import threads
threads.own()
told = {}
both = threading.Barrier(2)

def ask(language, zone):
    with translation.override(language), timezone.override(zone):
        both.wait(20)
        one = id(connections["default"])
        told[language] = translation.get_language(), timezone.get_current_timezone_name(), one, reverse("public_desk:find")
        assert connections["default"] is connections["default"]
        both.wait(20)
    connections.close_all()

asking = [threading.Thread(target=ask, args=each) for each in (("zh-hant", "Asia/Hong_Kong"), ("en", "UTC"))]
for each in asking: each.start()
for each in asking: each.join(30)
chinese, english = told["zh-hant"], told["en"]
assert chinese[:2] == ("zh-hant", "Asia/Hong_Kong") and english[:2] == ("en", "UTC"), told
assert chinese[2] != english[2] and chinese[3] == english[3]
"""


def test_each_thread_keeps_its_own_language_zone_and_connection() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "millrace.site.settings"}
    asked = subprocess.run([sys.executable, "-c", TOLD], env=environment, capture_output=True, text=True, timeout=60)
    assert asked.returncode == 0, asked.stderr
