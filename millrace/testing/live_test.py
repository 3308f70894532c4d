"""Tests the live site — e.g. that a page seen in Chromium comes from the test's own database."""

import pytest


@pytest.mark.browser
def test_a_page_is_served_to_a_real_browser(live_site, page, shoot):
    site = live_site()
    answer = page.goto(site.url + "/no-such-page/")
    assert answer.status == 404
    assert shoot(page, "not-found").exists()
