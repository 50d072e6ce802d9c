"""Issues to look at, invented for this project: a normal day, a quiet one, one big event, a start.

The authorities are real, what they publish here is not: every title begins with "Sample".
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from pipeline.deadlines import Deadline
from pipeline.excerpts import Excerpt
from pipeline.issue import (
    Card,
    Due,
    DueWhy,
    Headline,
    Issue,
    NearMiss,
    NewSource,
    Section,
    Story,
    ThemeHit,
    Told,
    Trouble,
    Words,
)
from pipeline.model import Field, Outcome, Precision, Reason, Tier, Type
from tests.bigevent import LANGUAGES, articles

NOW = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
_TODAY = date(2026, 11, 23)


def _hit(title: str, *words: str, score: float = 4.5) -> ThemeHit:
    name = title.partition(" ")[0].lower()
    found = tuple(
        Words(rule=f"{name}-{n}", field=Field.TITLE, text=word, count=n)
        for n, word in enumerate(words, 1)
    )
    return ThemeHit(theme=title, title=title, score=score, words=found)


def _card(number: int, title: str, source: str, **more: object) -> Card:
    base = Card(
        id=4_000 + number,
        title=f"Sample: {title}",
        url=f"https://sample.example/{number}",
        source_id=f"s{number}",
        source=source,
        organisation="",
        jurisdiction="US",
        tier=Tier.OFFICIAL,
        type=Type.PRESS,
        language="en",
        published=NOW - timedelta(hours=number % 20 + 1),
        precision=Precision.SECOND,
        first_seen=NOW - timedelta(hours=number % 20),
        reason=Reason.NEW,
        themes=(_hit("Frontier model safety", "frontier model"),),
    )
    return replace(base, **more)  # type: ignore[arg-type]


def _marked(text: str, *words: str) -> Excerpt:
    starts = sorted((text.index(word), len(word)) for word in words)
    return Excerpt(text=text, marks=tuple((start, start + size) for start, size in starts))


def _told(number: int, source: str, language: str, tier: Tier = Tier.PRESS) -> Told:
    return Told(
        id=4_500 + number,
        title=f"Sample: report {number} of {source}",
        url=f"https://sample.example/told/{number}",
        language=language,
        source_id=f"t{number}",
        source=source,
        tier=tier,
    )


_FIRST = (
    _card(
        1,
        "AI Office consults on a template for reporting serious incidents",
        "European AI Office",
        jurisdiction="EU",
        type=Type.CONSULTATION,
        deadline=Deadline(day=date(2026, 12, 18)),
        excerpt=_marked(
            "The draft template sets fifteen days for reports of a serious incident and asks "
            "providers of general-purpose AI to name who is accountable.",
            "serious incident",
            "general-purpose AI",
        ),
        themes=(
            _hit("Frontier model safety", "serious incident", "general-purpose AI", score=9),
            _hit("Privacy and biometrics", "accountable", score=3),
        ),
        reports=(_told(1, "Euractiv", "en"), _told(2, "Ada Lovelace Institute", "en")),
    ),
    _card(
        2,
        "AI事業者ガイドライン改訂案に対する意見募集の開始について",
        "経済産業省",
        jurisdiction="JP",
        language="ja",
        type=Type.CONSULTATION,
        deadline=Deadline(day=date(2026, 12, 22), at=datetime(2026, 12, 22, 8, tzinfo=UTC)),
        gloss="Sample: call for comments on the revised AI guidelines for business",
        excerpt=_marked(
            "高度なAIシステムの開発者に対し、リスク評価結果の公表と外部評価の受入れを求める項目を新設する。",
            "リスク評価",
        ),
        themes=(_hit("AI promotion and strategy", "リスク評価", "高度なAIシステム", score=8),),
    ),
    _card(
        3,
        "Proposed rule on licences for advanced computing items",
        "Federal Register",
        organisation="Bureau of Industry and Security",
        type=Type.RULE,
        deadline=Deadline(
            day=None, candidates=(date(2027, 1, 2), date(2027, 2, 1)), words="01/02/2027"
        ),
        excerpt=_marked(
            "Would replace the country tiers with a cap for each entity, and have providers "
            "report training runs above a compute threshold.",
            "compute threshold",
        ),
        themes=(_hit("Compute and export controls", "advanced computing", score=7.5),),
    ),
)


def _themes() -> tuple[Section, ...]:
    copyright_ = "Copyright and training data"
    bill = _card(
        4,
        "SB 1180 on frontier developers passes the committee, 9 to 4",
        "California Legislature",
        jurisdiction="US-CA",
        type=Type.BILL,
        excerpt=_marked(
            "Amended to narrow who is a large frontier developer.", "frontier developer"
        ),
    )
    agents = _card(
        5,
        "Protocol for testing autonomous agents before deployment",
        "AI Security Institute",
        jurisdiction="GB",
        type=Type.GUIDANCE,
        excerpt=_marked("Sets out the access that developers are asked for.", "access"),
    )
    registries = _card(
        6, "Comparing national AI incident registries", "OECD.AI", jurisdiction="INT",
        tier=Tier.RESEARCH, type=Type.REPORT,
    )  # fmt: skip
    revised = _card(
        7,
        "AIと著作権に関する考え方（改訂案）文化審議会著作権分科会 法制度小委員会（第5回）資料",
        "文化庁",
        jurisdiction="JP",
        language="ja",
        excerpt=_marked("学習段階における享受目的の併存に関する記述を更新した。", "学習段階"),
        themes=(_hit(copyright_, "著作権", "学習段階", score=8),),
    )
    korean = _card(
        8,
        "생성형 인공지능 학습데이터 공개 기준 행정예고",
        "문화체육관광부",
        jurisdiction="KR",
        language="ko",
        themes=(_hit(copyright_, "학습데이터", score=5),),
    )
    lyrics = _card(
        9, "Court of appeal hears arguments on music lyrics", "Law Gazette", jurisdiction="GB",
        tier=Tier.PRESS, themes=(_hit(copyright_, "training", "copyright", score=4),),
    )  # fmt: skip
    head = Headline(
        id=3_900, title="Sample: a national policy on state AI laws", language="en",
        url="https://sample.example/order",
    )  # fmt: skip
    later = tuple(_told(n, f"Outlet {n}", list(LANGUAGES)[n % 9]) for n in range(34))
    story = Story(head=head, since=NOW - timedelta(days=6), reports=later)
    return (
        Section(
            theme="a",
            title="Frontier model safety",
            cards=(bill, agents, registries),
            stories=(story,),
        ),
        Section(theme="b", title=copyright_, cards=(revised, korean, lyrics)),
    )


def _trouble(name: str, **more: object) -> Trouble:
    base = Trouble(
        source_id=name,
        name=name,
        tier=Tier.OFFICIAL,
        outcome=Outcome.HTTP_ERROR,
        error="HTTP 503",
        since=NOW - timedelta(hours=9),
        last_read=NOW - timedelta(hours=10),
        read=False,
        lost=True,
    )
    return replace(base, **more)  # type: ignore[arg-type]


def _dues() -> tuple[Due, ...]:
    known = (
        ("Registry of opt-outs: call for technical input", "EUIPO", "EU", 12, DueWhy.NEAR),
        ("Sovereign accelerators: call for proposals", "Chips JU", "EU", 96, DueWhy.CHANGED),
    )
    listed = [
        Due(
            item=Headline(
                id=3_000 + days,
                title=f"Sample: {title}",
                url=f"https://sample.example/due/{days}",
                language="en",
            ),
            source=source,
            jurisdiction=place,
            deadline=Deadline(day=_TODAY + timedelta(days=days)),
            days=days,
            why=why,
        )
        for title, source, place, days, why in known
    ]
    for card in _FIRST:
        if card.deadline:
            item = Headline(id=card.id, title=card.title, url=card.url, language=card.language)
            listed.append(
                Due(
                    item=item,
                    source=card.organisation or card.source,
                    jurisdiction=card.jurisdiction,
                    deadline=card.deadline,
                    days=(card.deadline.last - _TODAY).days,
                    why=DueWhy.NEW,
                )
            )
    return tuple(sorted(listed, key=lambda due: due.deadline.last))


def normal_day() -> Issue:
    """Give a Monday with a bit of everything."""
    return Issue(
        digest="daily",
        title="AI policy",
        number=212,
        previous_number=211,
        zone="Asia/Tokyo",
        window_start=NOW - timedelta(days=1),
        window_end=NOW,
        seq_from=9_010,
        seq_to=9_052,
        notices=tuple(range(9_011, 9_053)),
        first=_FIRST,
        sections=_themes(),
        deadlines=_dues(),
        updated=(
            _card(
                10,
                "Guidance on buying AI, second edition",
                "Government Digital Service",
                jurisdiction="GB",
                type=Type.GUIDANCE,
                reason=Reason.UPDATED,
                themes=(_hit("Public-sector use", "procurement", score=6),),
            ),
        ),
        late=(),
        rule_changes=(),
        new_sources=(
            NewSource(
                id="n",
                name="Senate committee papers",
                stored=34,
                matching=1,
                titles=(
                    Headline(id=3_950, title="Sample: papers on chatbots", url="", language="en"),
                ),
            ),
        ),
        trouble=(
            _trouble("Bundesnetzagentur"),
            _trouble("Example Tank", tier=Tier.RESEARCH, lost=False, since=NOW - timedelta(days=9)),
            _trouble("Example Wire", tier=Tier.PRESS, lost=False, since=NOW - timedelta(days=3)),
        ),
        near_misses=(),
        read=148,
        sources=151,
    )


def quiet_day() -> Issue:
    """Give a Sunday with nothing new, and the proof of it."""
    near = (
        ("Hearing on model cards", "Frontier model safety", ("frontier",)),
        ("Libraries and digital lending", "Copyright and training data", ("training",)),
        ("顔認証ゲートの実証実験を開始", "Privacy and biometrics", ("規制",)),
    )
    misses = tuple(
        NearMiss(
            item=Headline(
                id=3_700 + n,
                title=f"Sample: {title}",
                url=f"https://sample.example/near/{n}",
                language="ja" if not title.isascii() else "en",
            ),
            theme=theme,
            missing=missing,
        )
        for n, (title, theme, missing) in enumerate(near)
    )
    return replace(
        normal_day(),
        first=(),
        sections=(),
        deadlines=(),
        updated=(),
        new_sources=(),
        notices=(),
        trouble=(),
        near_misses=misses,
        read=151,
    )


def big_event(count: int = 80) -> Issue:
    """Give the day on which everybody reports one order, and little else happens."""
    order, *others = articles(count)
    told = tuple(
        Told(
            id=a.report.id,
            title=a.item.title,
            url=a.item.url,
            language=a.language,
            source_id=a.source.id,
            source=a.source.name,
            tier=a.source.tier,
        )
        for a in others
    )
    head = _card(
        20,
        order.item.title.partition(": ")[2],
        "Office of Sample Orders",
        url=order.item.url,
        type=Type.ORDER,
        excerpt=_marked("The order directs agencies to review state laws on AI.", "state laws"),
        themes=(_hit("State and federal law", "executive order", "state laws", score=12),),
        reports=(
            _told(900, "Sample Office of Management", "en", Tier.OFFICIAL),
            _told(901, "Sample Institute", "en", Tier.RESEARCH),
            *told,
        ),
    )
    return replace(normal_day(), first=(head, *_FIRST[:1]), deadlines=_dues()[:2])


def in_japanese() -> Issue:
    """Give the normal day in a Japanese frame."""
    return replace(normal_day(), language="ja", title="AI政策")


SAMPLES: Mapping[str, Issue] = {
    "normal": normal_day(),
    "quiet": quiet_day(),
    "big-event": big_event(),
    "japanese": in_japanese(),
}
