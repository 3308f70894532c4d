"""A web worker starts light: no page's address loads what only solvers and comparisons need — e.g. NumPy, 15 MB in each of two workers."""

import subprocess
import sys

HEAVY = ("numpy", "scipy", "numba", "ortools", "sklearn", "duckdb")
CODE = f"""
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "millrace.site.settings"
import django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
if sys.argv[1:]:
    import numpy
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""


def loaded(*words: str) -> list[str]:
    """What of the heavy libraries a process holds that knows every address, and one that was made to load one."""
    done = subprocess.run([sys.executable, "-c", CODE, *words], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_no_address_loads_a_heavy_library() -> None:
    assert loaded() == []


def test_one_that_is_loaded_is_seen() -> None:
    assert loaded("numpy") == ["numpy"]
