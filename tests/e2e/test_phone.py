"""A mail is as wide as the phone that shows it; asked of a real browser, where there is one."""

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.render.mail import Frame, render
from tests.samples import SAMPLES

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
FRAME = Frame(sender="watch@example.org", deployment="sample")
# A window is never narrower than 500 px, so each mail has a frame; the widths are written down.
PAGE = """<body>{frames}<p id="widths"></p><script>
onload = () => {{ document.getElementById("widths").textContent =
  [...document.querySelectorAll("iframe")].map(
    f => f.contentDocument.documentElement.scrollWidth).join(" "); }};
</script></body>"""


@pytest.mark.skipif(not BROWSER, reason="there is no Chromium on this machine")
def test_no_mail_is_wider_than_a_phone(tmp_path: Path) -> None:
    frames = "".join(
        f'<iframe width="390" height="800" style="border:0" srcdoc="{html.escape(mail)}"></iframe>'
        for mail in (render(issue, FRAME, "a@example.org").html for issue in SAMPLES.values())
    )
    page = tmp_path / "page.html"
    page.write_text(PAGE.format(frames=frames), encoding="utf-8")
    answer = subprocess.run(
        [
            BROWSER,
            "--headless=new",
            "--no-sandbox",
            "--hide-scrollbars",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    widths = re.search('id="widths">([\\d ]+)<', answer.stdout)
    assert widths is not None
    assert [int(width) for width in widths[1].split()] == [390] * len(SAMPLES)
