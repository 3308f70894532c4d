"""Writes cells of files that spreadsheets open — e.g. a title "=HYPERLINK(…)" as words, never as a formula."""


def safe(text: str) -> str:
    """Keep a cell from being run by a spreadsheet: words typed by people may begin like a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text
