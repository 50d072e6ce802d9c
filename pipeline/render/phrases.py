"""Everything that a mail says of its own: each phrase in English and in Japanese.

{n} is a number; what else stands in braces is text that was made visible before.
"""

from collections.abc import Mapping
from types import MappingProxyType

Pair = tuple[str, str]

NOUNS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "new item": ("{n} new item", "{n} new items", "新着{n}件"),
        "item": ("{n} item", "{n} items", "{n}件"),
        "entry": ("told in {n} entry", "told in {n} entries", "{n}項目にまとめて掲載"),
        "jurisdiction": ("{n} jurisdiction", "{n} jurisdictions", "{n}の国・地域"),
        "theme": ("{n} theme", "{n} themes", "{n}テーマ"),
        "source": ("{n} source", "{n} sources", "{n}件の情報源"),
        "more source": ("{n} more source", "{n} more sources", "ほか{n}件の情報源"),
        "new source": ("{n} new source", "{n} new sources", "新しい情報源{n}件"),
        "undecided": (
            "{n} matched item waits for a decision",
            "{n} matched items wait for a decision",
            "判断待ちの合致項目{n}件",
        ),
        "older item": ("{n} older item", "{n} older items", "過去の{n}件"),
        "more report": ("{n} more report", "{n} more reports", "ほか{n}件の報道"),
        "later report": ("{n} more report", "{n} more reports", "続報{n}件"),
        "language": ("{n} language", "{n} languages", "{n}言語"),
        "day left": ("{n} day", "{n} days", "あと{n}日"),
        "lost": ("{n} source lost", "{n} sources lost", "確認できない情報源{n}件"),
        "other word": ("and {n} more word", "and {n} more words", "ほか{n}語"),
        "rule": ("by rule", "by rules", "規則"),
    }
)
"""One, many, and how Japanese counts."""

PHRASES: Mapping[str, Pair] = MappingProxyType(
    {
        # --- between words ---
        "comma": (", ", "、"),
        "stop": (".", "。"),
        "and more": ("{listed} and {n} more", "{listed}、ほか{n}件"),
        "in brackets": ("({text})", "（{text}）"),
        "quoted": ("“{text}”", "「{text}」"),
        # --- the top ---
        "kicker": ("policywatch digest", "policywatch ダイジェスト"),
        "window": ("{start} to {end} ({zone})", "{start}から{end}まで（{zone}）"),
        "first seen": ("New items first seen {window}", "新着の確認期間: {window}"),
        "kept until": (
            "Items that were kept; window {window}",
            "採用された項目のみ。期間: {window}",
        ),
        "from": ("{items} from {places}", "{items}（{places}）"),
        "in themes": ("{items} in {themes}", "{items}、{themes}"),
        "updated n": ("{n} updated", "更新{n}件"),
        "late n": ("{n} found late", "遅れて確認{n}件"),
        "closing n": ("{n} closing", "締切間近{n}件"),
        "closing lead": ("{n} closing within 14 days", "14日以内に締切{n}件"),
        "starter n": ("{n} from before the start", "開始前の{n}件"),
        "new n": ("{n} new", "新着{n}件"),
        "nothing new": ("Nothing new", "新着なし"),
        "nothing kept": ("Nothing kept", "採用された項目なし"),
        "none undecided": ("no matched item waits for a decision", "判断待ちの合致項目なし"),
        "undecided before": ("{n} earlier ones too", "それ以前の{n}件も判断待ち"),
        "nothing in window": ("Nothing new in this window", "この期間に新着はありません"),
        "nothing read": ("nothing new, {read} of {all} read", "新着なし、{all}件中{read}件を確認"),
        "nothing kept read": (
            "nothing kept, {n} undecided, {read} of {all} read",
            "採用なし、判断待ち{n}件、{all}件中{read}件を確認",
        ),
        "proof": (
            "{read} of {sources} read in this window.",
            "{sources}のうち{read}件を確認しました。",
        ),
        "lost": ("Lost:", "確認できず:"),
        "and others": ("and others", "ほか"),
        "in this issue": ("In this issue:", "この号の内容:"),
        "rehearsal": (
            "Rehearsal: the clock is set to {end} ({zone}).",
            "予行: 時計は{end}（{zone}）に設定されています。",
        ),
        "rehearsal mark": (" (rehearsal)", "（予行）"),
        "not in time": (
            "Not read in time for this issue: {sources}; the last reading was at {when} ({zone}).",
            "{sources}はこの号に間に合いませんでした。最新の確認は{when}（{zone}）です。",
        ),
        "never in time": (
            "Not read in time for this issue: {sources}; none was read yet.",
            "{sources}はこの号に間に合わず、まだ一度も確認できていません。",
        ),
        "catch-up": ("catch-up", "まとめ"),
        "catch-up lead": ("Catch-up: ", "まとめ号: "),
        "catch-up banner": (
            "Catch-up: this issue stands for {n} issues that were due.",
            "まとめ号: この号は、予定されていた{n}号分をまとめたものです。",
        ),
        "starter banner": (
            "Starter issue: what was published before the start is marked as such.",
            "創刊号: 開始前に公表されたものは、その旨を記しています。",
        ),
        # --- headings ---
        "read first": ("Read first", "最初に読むもの"),
        "deadlines": ("Deadlines", "締切"),
        "all deadlines": ("All open deadlines", "受付中のすべての締切"),
        "updated": ("Updated", "更新"),
        "updated note": ("Reported before, and changed since.", "既報で、その後に変更されたもの。"),
        "late": ("Found late", "遅れて確認"),
        "late note": (
            "Published before this window, but readable only now; not news of today.",
            "この期間より前に公表され、今回はじめて読み取れたもの。今日の新着ではありません。",
        ),
        "starter": ("Before the start", "開始前の主なもの"),
        "starter note": (
            "The best of the seven days before the first reading; published before the start.",
            "最初の読み取りより前の7日間で最もよく合致したもの。開始前に公表されています。",
        ),
        "new sources": ("New sources", "新しい情報源"),
        "new sources note": (
            "Read for the first time: what they held before is stored and can be searched.",
            "今回はじめて読み取りました。以前の内容は保存済みで、検索できます。",
        ),
        "rules changed": ("Rules changed", "規則の変更"),
        "near": ("Closest to the brief", "惜しくも合致しなかったもの"),
        "trouble": ("Source trouble", "情報源の不調"),
        # --- an item ---
        "no title": ("(no title)", "（タイトルなし）"),
        "undated": ("undated", "日付なし"),
        "in language": ("In {language}", "{language}"),
        "language": ("Language: {code}", "言語: {code}"),
        "closes": ("Closes {day}", "締切 {day}"),
        "closed": ("Closed {day}", "締切済み {day}"),
        "closes or": ("Closes {days} (unclear: “{words}”)", "締切 {days}（不確か:「{words}」）"),
        "or": (" or ", " または "),
        "title only": ("Title only", "タイトルのみ参照"),
        "after change": ("After a change of the site", "サイト変更後に検出"),
        "before start": ("Published before the start", "開始前の公表"),
        "matched": ("Matched", "該当語:"),
        "no words": ("no words kept", "記録なし"),
        "unknown": ("unknown", "不明"),
        "of theme": ("of {theme}, score {score}", "テーマ「{theme}」、スコア{score}"),
        "also under": ("Also under", "ほかのテーマ:"),
        "seen": ("Seen {when}.", "確認 {when}。"),
        "note": ("Note:", "規則の注記:"),
        "analyst": ("Analyst’s note:", "担当者の注記:"),
        "times": (" ×{n}", "×{n}"),
        "also": ("Also:", "関連:"),
        "also in": ("Also reported by {names}", "ほかの報道: {names}"),
        "in languages": ("{reports} in {languages}", "{reports}（{languages}）"),
        "follows": ("Told before:", "既報:"),
        "since": ("{reports} since {day}:", "{day}以降の{reports}:"),
        # --- what did not fit ---
        "by title": ("By title:", "タイトルのみ:"),
        "hidden": ("And {n} more: {languages}.", "ほか{n}件: {languages}。"),
        "n in language": ("{n} in {language}", "{language}{n}件"),
        "other language": ("other languages", "その他の言語"),
        "whole attached": (
            "Not every item fits into a mail: the attached file holds the whole issue.",
            "メールに収まらない項目があります。添付ファイルに全文があります。",
        ),
        "whole linked": (
            "Not every item fits into a mail: the whole issue is at",
            "メールに収まらない項目があります。全文はこちら:",
        ),
        # --- deadlines ---
        "closes on": ("Closes", "締切"),
        "what": ("What", "内容"),
        "today": ("today", "本日"),
        "moved": ("moved", "変更"),
        "dues more": ("And {n} more.", "ほか{n}件。"),
        "calendar": (
            "The attached deadlines.ics adds these days to a calendar.",
            "添付の deadlines.ics で、これらの日をカレンダーに追加できます。",
        ),
        "calendar unclear": (
            "A day that can be read in two ways is not in it.",
            "二通りに読める日は含まれません。",
        ),
        # --- sources ---
        "stored": ("{items} stored", "保存{items}"),
        "last days": ("{n} of its last days {match}", "直近のうち{n}件が合致{match}"),
        "matches": ("matches", ""),
        "match": ("match", ""),
        "crowd": (
            (
                "{sources} read for the first time, {items} stored, {n} of the last days match: "
                "{names}."
            ),
            "{sources}を初めて読み取りました。保存{items}、直近のうち{n}件が合致: {names}。",
        ),
        "now match": ("{items} now match.", "{items}が新たに合致しました。"),
        "now matches": ("{items} now matches.", "{items}が新たに合致しました。"),
        "official": ("{name}, official", "{name}（公式）"),
        "last read": ("last read {when}", "最終確認 {when}"),
        "never read": ("never read yet", "未確認"),
        "not tried": ("not tried in this window", "この期間には試していません"),
        "since day": ("{name} (since {day})", "{name}（{day}から）"),
        "lost more": (
            "And {sources} lost in this window.",
            "{sources}もこの期間に確認できませんでした。",
        ),
        "again": ("Read again: {names}.", "再び確認: {names}。"),
        "still": ("Still not read: {names}.", "引き続き確認できず: {names}。"),
        "shaky": ("Read, but not all is well: {names}.", "確認済みだが不調あり: {names}。"),
        "whole on mondays": (
            "The whole list comes with the first issue of each week.",
            "全件の一覧は、毎週最初の号に載ります。",
        ),
        "nearly": ("nearly {theme}", "テーマ「{theme}」に近い"),
        "nearly lacks": (
            "nearly {theme}: lacks {words}",
            "テーマ「{theme}」に近い: 欠けた語 {words}",
        ),
        # --- the foot ---
        "issue first": ("Issue {n} of {title}, the first", "{title} 第{n}号（創刊号）"),
        "issue after": (
            "Issue {n} of {title}; the one before is issue {before}",
            "{title} 第{n}号（前号は第{before}号）",
        ),
        "foot": ("{issue}. Window: {window}{notices}.", "{issue}。期間: {window}{notices}。"),
        "notices": ("; notices {start} to {end}", "、通知{start}から{end}"),
        "items show": ("All that we hold about an item:", "項目について保存されている内容:"),
        "with the id": (", with the id that stands behind it.", "（各項目の末尾のIDを指定）"),
        "unsubscribe": ("Unsubscribe", "配信停止"),
        "or write": (
            ', or write to {address} with the subject "{subject}".',
            "、または{address}宛てに件名「{subject}」でメールを送ってください。",
        ),
        "to unsubscribe": (
            'To unsubscribe, write to {address} with the subject "{subject}".',
            "配信停止は、{address}宛てに件名「{subject}」でメールを送ってください。",
        ),
    }
)
