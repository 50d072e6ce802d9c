import codecs
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.charset import decode, is_encoding
from pipeline.errors import SourceError

TEXT = "①㈱髙～ 令和の報告書を公表しました ｱｲ"


def prolog(encoding: str, text: str = TEXT) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?><title>{text}</title>'


def euc_jp(text: str) -> bytes:
    """Encode as Windows does: the places of NEC and IBM, that Python's codec has not."""
    return b"".join(map(_euc_character, text))


def _euc_character(character: str) -> bytes:
    sjis = character.encode("cp932")
    if len(sjis) == 1:
        return sjis if sjis < b"\x80" else b"\x8e" + sjis
    # NEC's own row of the IBM characters is the one that fits into EUC.
    lead, trail = (0xEE, 0xE0) if character == "髙" else sjis
    row = 2 * (lead - (0x81 if lead < 0xA0 else 0xC1)) + (trail >= 0x9F)
    cell = trail - 0x9F if trail >= 0x9F else trail - 0x40 - (trail > 0x7F)
    return bytes((row + 0xA1, cell + 0xA1))


@pytest.mark.parametrize("label", ["Shift_JIS", "x-sjis", "windows-31J", "SJIS", "cp932", "ms932"])
def test_shift_jis_is_what_windows_calls_so(label: str) -> None:
    text = prolog(label)
    assert decode(text.encode("cp932")) == text


@pytest.mark.parametrize("label", ["EUC-JP", "x-euc-jp", "eucJP-ms"])
def test_euc_jp_has_the_characters_of_nec_and_ibm(label: str) -> None:
    text = prolog(label)
    assert decode(euc_jp(text)) == text


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        pytest.param("iso-8859-1", "cp1252", "“café” – 5 €", id="Latin is Windows"),
        pytest.param("us-ascii", "cp1252", "café’s", id="ASCII is Windows"),
        pytest.param("ISO-8859-2", "iso8859-2", "Zażółć gęślą jaźń", id="Central Europe"),
        pytest.param("windows-1251", "cp1251", "Закон принят", id="Cyrillic"),
        pytest.param("gb2312", "gb18030", "人工智能管理办法 镕 喆", id="simplified Chinese"),
        pytest.param("Big5", "big5hkscs", "人工智慧基本法 碁", id="traditional Chinese"),
        pytest.param("euc-kr", "cp949", "인공지능 기본법 똠방", id="Korean"),
        pytest.param("iso-2022-jp", "iso2022_jp", "人工知能の利用", id="seven bits"),
        pytest.param("utf-8", "utf-8", TEXT, id="UTF-8"),
    ],
)
def test_a_label_means_what_it_means_to_browsers(label: str, codec: str, text: str) -> None:
    assert decode(prolog(label, text).encode(codec)) == prolog(label, text)


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        pytest.param(codecs.BOM_UTF8, "utf-8", id="UTF-8"),
        pytest.param(codecs.BOM_UTF8 * 2, "utf-8", id="UTF-8, twice"),
        pytest.param(codecs.BOM_UTF16_LE, "utf-16-le", id="UTF-16, small end first"),
        pytest.param(codecs.BOM_UTF16_BE, "utf-16-be", id="UTF-16, big end first"),
        pytest.param(codecs.BOM_UTF32_LE, "utf-32-le", id="UTF-32"),
        pytest.param(b"", "utf-16-le", id="no mark, small end first"),
        pytest.param(b"", "utf-16-be", id="no mark, big end first"),
        pytest.param(b"", "utf-32-le", id="no mark, four bytes, small end first"),
        pytest.param(b"", "utf-32-be", id="no mark, four bytes, big end first"),
    ],
)
def test_a_byte_order_mark_beats_every_label(mark: bytes, codec: str) -> None:
    text = prolog("Shift_JIS")
    assert decode(mark + text.encode(codec), content_type="text/xml; charset=gbk") == text


@pytest.mark.parametrize(
    ("content", "content_type", "configured"),
    [
        pytest.param(prolog("utf-8").encode("cp932"), "", "Shift_JIS", id="a person knows better"),
        pytest.param(TEXT.encode("cp932"), "text/xml; charset=Shift_JIS", "", id="the header"),
        pytest.param(prolog("cp932").encode("cp932"), "text/xml; charset=utf-8", "", id="prolog"),
        pytest.param(prolog("cp932").encode(), "text/xml; charset=iso-8859-1", "", id="is UTF-8"),
        pytest.param(prolog("utf-16").encode("cp932"), "", "", id="bytes that are not wide"),
        pytest.param(prolog("utf-7").encode(), "", "", id="UTF-7 is refused"),
        pytest.param(prolog("no-such").encode(), "", "windows-1259", id="unknown names"),
        pytest.param(prolog("iso-8859-99").encode("cp932"), "", "", id="no such part"),
    ],
)
def test_a_wrong_label_does_not_win(content: bytes, content_type: str, configured: str) -> None:
    text = decode(content, content_type=content_type, configured=configured)
    assert TEXT in text


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        pytest.param("人工知能に関する報告書を公表しました。", "cp932", id="Shift_JIS"),
        pytest.param("人工知能に関する報告書を公表しました。", "euc_jp", id="EUC-JP"),
        pytest.param("人工知能に関する報告書を公表しました。", "iso2022_jp", id="seven bits"),
        pytest.param("Le rapport est publié : c’est l’été", "cp1252", id="accents"),
        pytest.param("Закон об искусственном интеллекте принят", "cp1251", id="Cyrillic"),
    ],
)
def test_without_a_label_the_bytes_tell(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize("codec", ["cp932", "euc_jp"])
@pytest.mark.parametrize("title", ["会見", "報道発表", "資料1", "ＡＩ戦略会議", "総務省", "更新"])
def test_a_feed_of_one_short_title_is_enough(title: str, codec: str) -> None:
    feed = f"<rss><channel><title>news</title><item><title>{title}</title></item></channel></rss>"
    assert decode(feed.encode(codec)) == feed


def test_a_page_names_its_own_encoding() -> None:
    page = f'<html><meta http-equiv="Content-Type" content="text/html; charset=EUC-JP">{TEXT}'
    assert decode(euc_jp(page), page=True) == page


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        pytest.param("cp437", "cp437", "é½ Ç", id="a code page of DOS"),
        pytest.param("850", "cp850", "é½ Ç", id="a number"),
        pytest.param("x-mac-roman", "mac_roman", "“é” Ç", id="a Macintosh"),
        pytest.param("latin_1", "cp1252", "“é” Ç", id="Python's name for what Windows has wider"),
        pytest.param("iso-2022-jp", "iso2022_jp_ext", "半角ｶﾅと全角 JIS", id="half-width in JIS"),
        pytest.param("iso-2022-jp", "iso2022_jp_ext", "ｶﾅ", id="half-width alone"),
        pytest.param("iso-2022-jp-2", "iso2022_jp_1", "丂補助漢字", id="JIS X 0212"),
        pytest.param("iso-2022-jp-1", "iso2022_jp_1", "丂", id="JIS X 0212 alone"),
        pytest.param("iso-2022-jp-3", "iso2022_jp_3", "①の案㈱", id="JIS X 0213"),
        pytest.param("iso-2022-kr", "iso2022_kr", "인공지능 기본법", id="Korean in seven bits"),
        pytest.param("hz-gb-2312", "hz", "人工智能", id="Chinese in seven bits"),
        pytest.param("cp037", "cp037", "é Ç", id="a mainframe"),
        pytest.param("ebcdic-cp-be", "cp500", "é Ç", id="another mainframe"),
    ],
)
def test_other_labels_mean_what_python_takes_them_for(label: str, codec: str, text: str) -> None:
    assert decode(prolog(label, text).encode(codec)) == prolog(label, text)


def test_a_tilde_in_ascii_is_no_chinese_without_a_label() -> None:
    assert decode(b"<title>~{HK9$~}</title>") == "<title>~{HK9$~}</title>"


def test_a_mainframe_breaks_its_lines_its_own_way() -> None:
    written = '<?xml version="1.0"?>\n<title>é</title>'
    assert decode(written.replace("\n", "\x85").encode("cp037")) == written


def test_nec_characters_are_read_in_jis_too() -> None:
    # Row 13 and the row of IBM, that no Japanese standard has.
    jis = b"\x1b$B-!-j|b\x1b(B is \x1b$B\x21\x21\x1b(B"
    assert decode(jis) == "①㈱髙 is \u3000"


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Shift_JIS", True),
        ("windows-1258", True),
        ("utf-7", False),
        ("rot13", False),
        ("cp037", False),
        ("", False),
        ("x" * 300, False),
    ],
)
def test_an_encoding_is_one_that_documents_are_written_in(label: str, expected: bool) -> None:
    assert is_encoding(label) is expected


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        pytest.param(TEXT, "cp932", id="Shift_JIS"),
        pytest.param("人工知能に関する報告書を公表しました", "euc_jp", id="EUC-JP"),
    ],
)
@pytest.mark.parametrize("label", ["iso-8859-1", "utf-8", "euc-jp", "shift_jis", "koi8-r", "gbk"])
def test_kana_are_stronger_than_a_label(text: str, codec: str, label: str) -> None:
    assert decode(prolog(label, text).encode(codec)) == prolog(label, text)


@pytest.mark.parametrize("codec", ["cp932", "euc_jp"])
@pytest.mark.parametrize("label", ["iso-8859-1", "us-ascii", "windows-1252"])
def test_everyday_kanji_are_stronger_than_what_servers_say_of_everything(
    label: str, codec: str
) -> None:
    feed = "<title>人工知能基本計画</title>"
    assert decode(feed.encode(codec), content_type=f"text/xml; charset={label}") == feed


@pytest.mark.parametrize("text", ["I’m señor, c’è", "“décret” à l’été", "rock ’n roll, don’t"])
def test_apostrophes_are_no_kanji(text: str) -> None:
    written = prolog("iso-8859-1", text)
    assert decode(written.encode("cp1252")) == written


def test_what_was_read_byte_by_byte_is_not_wide_whatever_it_says() -> None:
    assert decode(prolog("utf-16", "Größe").encode("cp1252")) == prolog("utf-16", "Größe")


def test_half_of_a_character_says_nothing_against_utf8() -> None:
    text = prolog("iso-8859-1", "報告書を公表しました" * 9)
    torn = text.encode().replace("した</title>".encode(), b"\xe3\x81</title>")
    assert decode(torn).endswith("公表しま\ufffd</title>")


def test_single_bytes_of_windows_in_utf8_are_what_windows_means() -> None:
    content = prolog("utf-8", "§ café").encode()
    assert decode(content.replace(b"<title>", b"<title>It\x92s \x81 ")) == (
        prolog("utf-8", "It’s \ufffd § café")
    )


def test_controls_among_ascii_are_the_signs_that_windows_has_there() -> None:
    assert decode(prolog("utf-8", "It\x92s \x9b").encode()) == prolog("utf-8", "It’s ›")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_fills_the_last_block_is_no_text(encoding: str) -> None:
    content = prolog(encoding, "報告書").encode(encoding)
    assert decode(content + bytes(4096)) == prolog(encoding, "報告書")


def test_a_text_that_was_encoded_twice_is_still_refused() -> None:
    with pytest.raises(SourceError):
        decode("報告書を公表しました".encode().decode("latin-1").encode())


def test_halves_of_characters_in_utf8_are_joined() -> None:
    content = prolog("utf-8", "AI @ policy").encode()
    joined = decode(content.replace(b"@", b"\xed\xa0\xbd\xed\xb8\x80"))
    assert joined == prolog("utf-8", "AI 😀 policy")


def test_half_a_character_says_nothing_and_is_no_sign_of_another_encoding() -> None:
    content = prolog("utf-8", "a @").encode()
    assert decode(content.replace(b"@", b"\xed\xa0\x80")) == prolog("utf-8", "a ")


def test_halves_of_characters_in_other_encodings_are_left_alone() -> None:
    content = prolog("gb18030", "报告 @").encode("gb18030")
    content = content.replace(b"@", b"\xed\xa0\xa1\xa1")
    assert decode(content) == content.decode("gb18030")


def test_one_torn_character_is_damage_and_not_another_encoding() -> None:
    content = ("報告書を公表しました" * 9).encode()
    assert decode(content[:-1]) == "報告書を公表しました" * 8 + "報告書を公表しまし\ufffd"


def test_a_torn_character_of_euc_jp_is_damage_too() -> None:
    content = prolog("euc-jp", "報告書を公表しました" * 9).encode("euc_jp")
    torn = content.replace(b"</title>", b"\xb0\x20\xfe\xfe</title>")
    assert decode(torn).endswith("ました\ufffd \ufffd</title>")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        pytest.param(bytes(range(256)) * 9, "no encoding named", id="noise"),
        pytest.param(b"\x00\x01\x02plain" * 9, "no encoding named", id="controls"),
        pytest.param(prolog("utf-8", "\x01" * 9).encode(), "utf-8", id="controls in UTF-8"),
    ],
)
def test_mojibake_is_refused(content: bytes, named: str) -> None:
    with pytest.raises(SourceError) as caught:
        decode(content)
    assert str(caught.value) == (
        f"cannot be decoded ({named}): give the source its right 'encoding', if this is text"
    )


def test_what_is_wrong_inside_utf8_is_not_hidden_by_another_encoding() -> None:
    with pytest.raises(SourceError):
        decode("\ufffd\ufffd".encode(), content_type="text/xml; charset=windows-1251")


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn"], exclude_characters="\ufffd"))
)
def test_utf8_comes_out_as_it_went_in(text: str) -> None:
    assert decode(text.encode()) == text.lstrip("\ufeff")


@given(st.binary(), st.sampled_from(["", "Shift_JIS", "euc-jp", "utf-16", "iso-2022-jp"]))
def test_what_is_decoded_has_next_to_no_damage(content: bytes, label: str) -> None:
    with suppress(SourceError):
        text = decode(content, configured=label, page=True)
        assert text.count("\ufffd") <= 0.02 * len(text)


def test_megabytes_of_damage_are_read_in_one_go() -> None:
    # One call of ours for each of them, and each copying the rest, took minutes.
    with pytest.raises(SourceError):
        decode(b"\x80\x81" * 1_000_000)


def test_the_reading_of_nec_characters_does_not_write() -> None:
    with pytest.raises(UnicodeEncodeError):
        "é".encode("ascii", "nec")
    with pytest.raises(UnicodeEncodeError):
        "é".encode("ascii", "stray")
