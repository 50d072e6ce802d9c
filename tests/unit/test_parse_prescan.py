import pytest

from pipeline.parse.prescan import risky

FEED = b'<rss version="2.0"><channel><item><title>R&amp;D</title></item></channel></rss>'


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(FEED, id="a feed"),
        pytest.param(b"<br><img src=a><hr/>" * 900, id="elements that never close"),
        pytest.param(b"<p>x</p>" * 900 + b"</p>" * 900, id="closed too often"),
        pytest.param(b"<ul>" + b"<LI>x" * 900 + b"</ul>", id="closed by the next"),
        pytest.param(b"<tr><td><b></tr>" * 900, id="closed from outside"),
        pytest.param(b"<![CDATA[" + b"<b>" * 900 + b"]]><!-- " + b"<b>" * 900, id="no tags there"),
    ],
)
def test_what_is_cheap_to_parse_needs_no_sandbox(content: bytes) -> None:
    assert risky(content) == ""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b" " * 1_000_001, "1000001 bytes", id="size"),
        pytest.param(
            FEED.decode().encode("utf-16"), "bytes that are not ASCII-compatible", id="UTF-16"
        ),
        pytest.param(b"\x1f\x8bx", "bytes that are not ASCII-compatible", id="gzip"),
        pytest.param(
            FEED.decode().replace("<rss", "<?xml?><rss").encode("cp037"),
            "bytes that are not ASCII-compatible",
            id="EBCDIC",
        ),
        pytest.param(b'<!DOCTYPE x [<!entity a "b">]>', "declares entities", id="entities"),
        pytest.param(b'<a xmlns:x="y"/>' * 101, "101 namespaces", id="namespaces"),
        pytest.param(b"<p>x</p>" * 20_001, "40002 tags", id="tags"),
        pytest.param(b"&" * 2_000, "a long run of &", id="ampersands"),
        pytest.param(b"<!--" * 500, "a long run of <!--", id="comments"),
        pytest.param(b"<" * 2_000, "a long run of <", id="brackets"),
        pytest.param(b'<a b="' + b"c" * 16_000 + b'">', "a tag of 16006 bytes", id="tag"),
        pytest.param(b"<a" + b" b=1" * 501 + b">", "a tag with 501 attributes", id="attributes"),
        pytest.param(b"<a>" * 201, "elements more than 200 deep", id="depth"),
        pytest.param(
            b"<a></b>" * 201, "elements more than 200 deep", id="end tags that close nothing"
        ),
    ],
)
def test_what_may_cost_much_says_why(content: bytes, reason: str) -> None:
    assert risky(content) == reason


def test_an_instruction_that_is_not_closed_hides_nothing_from_the_scan() -> None:
    assert risky(b'<?xml version="1.0"<i' + b"<item>" * 300) == "elements more than 200 deep"


def test_what_a_section_of_cdata_holds_is_no_secret_where_html_is_read() -> None:
    # To HTML the section ends with the first tag in it.
    content = b"<![CDATA[<b><item>x ]]>" * 300
    assert risky(content) == ""
    assert risky(content, html=True) == "elements more than 200 deep"
