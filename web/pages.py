"""What our pages say, and the rules under which a browser shows them."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable

from bs4 import BeautifulSoup
from jinja2 import Environment
from starlette.responses import HTMLResponse

_STYLE = (
    "body{font:1.05rem/1.5 sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem;"
    "color:#1a1a1a;background:#fff}h1{font-size:1.3rem}"
    "button{font:inherit;padding:.5rem 1.2rem;border:2px solid #1a4f8b;border-radius:.3rem;"
    "color:#fff;background:#1a4f8b}button:focus-visible{outline:3px solid #f90;outline-offset:2px}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#16181b}}"
)
_PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>{{ title }}</title>
<style>{{ style }}</style>
</head>
<body>
<main>
<h1>{{ title }}</h1>
{% for paragraph in paragraphs %}
<p>{{ paragraph }}</p>
{% endfor %}
{% if button %}
<form method="post">
<input type="hidden" name="List-Unsubscribe" value="One-Click">
<button>{{ button }}</button>
</form>
{% endif %}
</main>
</body>
</html>
""")


def page(title: str, *paragraphs: str, button: str = "", status: int = 200) -> HTMLResponse:
    """Return a page of ours; a button posts to the address of the page itself."""
    html = _PAGE.render(title=title, paragraphs=paragraphs, button=button, style=_STYLE)
    return _response(html, [_STYLE], (), status)


def mail_page(html: str) -> HTMLResponse:
    """Return a mail's page as it was sent; what is not a style of it does not run."""
    document = BeautifulSoup(html, "lxml")
    styles = [style.get_text() for style in document.find_all("style")]
    attributes = {str(tag["style"]) for tag in document.find_all(style=True)}
    return _response(html, styles, sorted(attributes), 200)


def _response(
    html: str, styles: Iterable[str], attributes: Iterable[str], status: int
) -> HTMLResponse:
    allowed = [_hash(style) for style in styles]
    hashed = [_hash(attribute) for attribute in attributes]
    if hashed:
        allowed += ["'unsafe-hashes'", *hashed]
    sources = " ".join(dict.fromkeys(allowed)) or "'none'"
    policy = (
        f"default-src 'none'; style-src {sources}; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return HTMLResponse(html, status, headers={"Content-Security-Policy": policy})


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
