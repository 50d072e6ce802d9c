"""What an entry's categories call it -> the type of an item."""

from collections.abc import Iterable
from typing import Final

from pipeline.model import Type
from pipeline.text import one_line

# Whole categories, as publishers write them; a word inside a longer one says nothing.
_CALLED: Final = {
    Type.LAW: (
        "act;acts;law;laws;legislation;primary legislation;statute;public law;loi;gesetz;"
        "法律;法令;条例"
    ),
    Type.BILL: (
        "bill;bills;draft bill;government bill;proposed legislation;projet de loi;"
        "proposition de loi;gesetzentwurf;法案;法律案"
    ),
    Type.RULE: (
        "rule;rules;final rule;proposed rule;interim final rule;rulemaking;secondary legislation;"
        "statutory instrument;政令;省令;府省令;告示"
    ),
    Type.ORDER: (
        "executive order;executive orders;order;presidential action;presidential actions;"
        "presidential document;presidential memorandum;presidential memoranda;proclamation;"
        "proclamations;décret;verordnung"
    ),
    Type.CONSULTATION: (
        "consultation;consultations;open consultation;closed consultation;public consultation;"
        "call for evidence;open call for evidence;request for comment;request for comments;"
        "request for information;public comment;have your say;konsultation;パブリックコメント;"
        "パブコメ;意見募集"
    ),
    Type.GUIDANCE: (
        "guidance;guideline;guidelines;statutory guidance;detailed guide;code of practice;"
        "guidance document;leitlinien;ガイドライン;指針;手引き"
    ),
    Type.REPORT: (
        "report;reports;research report;independent report;corporate report;annual report;"
        "policy paper;policy brief;working paper;white paper;whitepaper;discussion paper;"
        "publication;publications;research and analysis;rapport;bericht;報告書;白書;"
        "調査報告"
    ),
    Type.SPEECH: (
        "speech;speeches;speeches and remarks;remarks;testimony;written statement;"
        "written statement to parliament;oral statement to parliament;keynote;discours;rede;"
        "講演;演説;会見;記者会見;大臣会見"
    ),
    Type.PRESS: (
        "press release;press releases;news release;news releases;media release;news story;"
        "press statement;communiqué de presse;pressemitteilung;nota de prensa;報道発表;"
        "プレスリリース;記者発表"
    ),
    Type.STATISTICS: (
        "statistics;official statistics;national statistics;accredited official statistics;"
        "statistical release;statistical data set;statistiques;statistik;統計;統計調査"
    ),
}
_TYPES: Final = {name: kind for kind, names in _CALLED.items() for name in names.split(";")}


def type_of(categories: Iterable[str]) -> Type | None:
    """Return the one type that categories name; None when they name none, or more than one."""
    names = (one_line(category).casefold() for category in categories)
    found = {_TYPES[name] for name in names if name in _TYPES}
    return found.pop() if len(found) == 1 else None
