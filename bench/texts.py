"""Made-up items, as short or as long as asked: everyday words, and in some of them others."""

import random
from collections.abc import Sequence

from pipeline.model import Field

# Two words of each language stand in the shipped rules, as stray ones do in any text.
ENGLISH = """
    the of to and in for on with by from as at this that new its more than over after before their
    have has was were been will would not but about into through during against between since until
    river coast farm farmers fishing harvest rain flood storm winter summer spring morning evening
    road roads tunnel rail railway station airport port ferry bus drivers passengers traffic tickets
    water energy gas wind solar heating housing rent tenants homes families parents pupils teachers
    clinic doctors nurses health vaccine budget fees price prices wages pensions loans savings debts
    growth market shops bakery factory workers union strike owner owners buyers sellers builders
    city town village council mayor members board vote election jury police fire rescue ambulance
    museum theatre concert festival football team season match winner record library park garden
    year years week month today yesterday quarter review study report survey figures share half
    third said says told asked noted found opened closed agreed announced published plan public
    local group office staff visitors residents neighbours volunteers tourists hotels beaches
"""
JAPANESE = """
    地域の 住民は 新しい 計画に ついて 意見を 述べた 市場の 会議が 開かれ、 委員は 報告を
    エネルギーの 価格が 上がり、 対応が 求められる。 まとめた。 祭りでは 屋台が 並んだ。 今年度の
    漁港の 周りで 祭りが 催され、 多くの 家族連れが 訪れた。 大雨の ため 道路が 通れなく なった。
    駅前の 商店街に パン屋が できた。 診療所の 待合室を 広げる 工事が 来春に 終わる。 バスの 便数が
    減り、 高齢者の 足が 心配される。 図書館は 休館日を 変える。 農家は 収穫の 時期を 迎えた。
    サッカーの 試合に 勝ち、 観客が 喜んだ。 美術館の 入場者が 増えた。 町長は 記者に 語った。
    水道の 料金を 見直す。 保育所に 入れない 家庭が 減った。 橋の 点検を 来月に 行う。 政府は
    消防隊が 出動した。 空港の 乗客が 戻って きた。 新幹線の ダイヤが 変わる。 住宅の 家賃が
"""
LANGUAGES = ("en", "ja")


def made_up(
    rng: random.Random, size: int, language: str, others: Sequence[str], share: float
) -> dict[Field, str]:
    """Return a text of about so many bytes, of whose words a share is taken from the others."""
    japanese = language == "ja"
    words, glue = (JAPANESE.split(), "") if japanese else (ENGLISH.split(), " ")
    chosen: list[str] = []
    length = 0
    while length < size:
        word = rng.choice(others) if rng.random() < share else rng.choice(words)
        chosen.append(word)
        length += len(word.encode()) + len(glue)
    title = max(3, min(len(chosen) // 6, 14))
    summary = title + 60
    return {
        Field.TITLE: glue.join(chosen[:title]),
        Field.SUMMARY: glue.join(chosen[title:summary]),
        Field.BODY: glue.join(chosen[summary:]),
    }
