"""Official APIs on loopback that answer as their documentation says, with invented content."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, quote, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request: its path, the last value of each parameter, and its headers."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]

    def number(self, name: str, otherwise: int) -> int:
        return int(self.query.get(name, otherwise))


@dataclass
class Answer:
    value: object
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        return self.value if isinstance(self.value, bytes) else json.dumps(self.value).encode()


Respond = Callable[[Asked], Answer]


class ApiServer:
    """Serves one API on 127.0.0.1 and remembers what it was asked; `fault` goes first."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        self.fault: Callable[[Asked], Answer | None] = lambda _: None
        self.asked: list[Asked] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                values = parse_qs(parts.query, keep_blank_values=True)
                query = {name: value[-1] for name, value in values.items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(parts.path, query, headers)
                server.asked.append(asked)
                answer = server.fault(asked) or server.respond(asked)
                content = answer.content()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str) -> str:
        return f"http://{self.netloc}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


# --- the Federal Register --------------------------------------------------------------------


def rule(number: int, day: str, **more: Any) -> dict[str, Any]:
    return {
        "document_number": f"2026-{number:05}",
        "title": f"Guidance {number} on AI",
        "type": "Rule",
        "abstract": "Thinking machines are tested.",
        "html_url": f"https://register.example/documents/2026-{number:05}",
        "publication_date": day,
        "agencies": [{"name": "Office of Thinking Machines"}],
        "docket_ids": [f"OTM-2026-{number:04}"],
    } | more


def federal_register(documents: list[dict[str, Any]]) -> Respond:
    def respond(asked: Asked) -> Answer:
        begin = asked.query.get("conditions[publication_date][gte]", "")
        until = asked.query.get("conditions[publication_date][lte]", "9")
        found = [d for d in documents if begin <= d["publication_date"] <= until]
        found.sort(key=lambda d: str(d["publication_date"]), reverse=True)
        size, page = asked.number("per_page", 20), asked.number("page", 1)
        answer: dict[str, Any] = {"count": len(found), "description": "Documents matching AI"}
        shown = found[(page - 1) * size : page * size]
        if shown:
            answer |= {"results": shown, "total_pages": -(-len(found) // size)}
        if page * size < len(found):
            query = "&".join(
                f"{quote(n)}={quote(v)}" for n, v in (asked.query | {"page": str(page + 1)}).items()
            )
            answer["next_page_url"] = f"https://register.example{asked.path}?{query}"
        return Answer(answer)

    return respond


# --- congress.gov ----------------------------------------------------------------------------


def bill(number: int, day: str, **more: Any) -> dict[str, Any]:
    return {
        "congress": 119,
        "type": "HR",
        "number": str(number),
        "title": f"Machines Act {number}",
        "originChamber": "House",
        "latestAction": {"actionDate": day, "text": "Referred to the Committee on AI."},
        "updateDate": day,
        "url": f"https://api.congress.example/v3/bill/119/hr/{number}?format=json",
    } | more


def congress(bills: list[dict[str, Any]], key: str) -> Respond:
    def respond(asked: Asked) -> Answer:
        if asked.headers.get("x-api-key") != key:
            message = f"The key {asked.headers.get('x-api-key')} is not valid."
            return Answer({"error": {"code": "API_KEY_INVALID", "message": message}}, 403)
        begin = asked.query["fromDateTime"][:10]
        found = [one for one in bills if begin <= one["updateDate"]]
        offset, limit = asked.number("offset", 0), asked.number("limit", 20)
        pagination = {"count": len(found)}
        return Answer({"bills": found[offset : offset + limit], "pagination": pagination})

    return respond


# --- GOV.UK ----------------------------------------------------------------------------------


def page(number: int, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "content_id": f"00000000-0000-4000-8000-{number:012}",
        "content_store_document_type": kind,
        "title": f"Tests of AI {number}",
        "description": "Views on tests.",
        "link": f"/government/pages/{number}",
        "public_timestamp": "2026-03-01T09:00:00Z",
        "organisations": [{"title": "Office of Models"}],
    } | more


def govuk(pages: list[dict[str, Any]], closing: dict[str, str]) -> Respond:
    def respond(asked: Asked) -> Answer:
        path = asked.path.removeprefix("/api/content")
        if path != asked.path:
            one = next(p for p in pages if p["link"] == path)
            return Answer(
                {
                    "base_path": path,
                    "content_id": one["content_id"],
                    "title": one["title"],
                    "description": one["description"],
                    "document_type": one["content_store_document_type"],
                    "public_updated_at": one["public_timestamp"],
                    "details": {"body": "<p>Text</p>", "closing_date": closing[path]},
                    "links": {"organisations": one["organisations"]},
                }
            )
        begin = asked.query["filter_public_timestamp"].removeprefix("from:")
        found = [p for p in pages if begin <= p["public_timestamp"]]
        start, count = asked.number("start", 0), asked.number("count", 10)
        return Answer({"results": found[start : start + count], "total": len(found)})

    return respond


# --- the Diet of Japan -----------------------------------------------------------------------


def speech(number: int, day: str) -> dict[str, Any]:
    return {
        "speechID": f"129900000X00120260226_{number:03}",
        "nameOfHouse": "衆議院",
        "nameOfMeeting": "思考機械特別委員会",
        "issue": "第1号",
        "date": day,
        "speaker": f"話者{number}",
        "speech": "生成AIの規制について伺います。",
        "speechURL": f"https://diet.example/txt/129900000X00120260226/{number}",
    }


def kokkai(speeches: list[dict[str, Any]]) -> Respond:
    def respond(asked: Asked) -> Answer:
        if "recordPacking" not in asked.query or "from" not in asked.query:
            return Answer({"message": "検索条件を指定してください", "details": []})
        found = [s for s in speeches if asked.query["from"] <= s["date"]]
        start, size = asked.number("startRecord", 1), asked.number("maximumRecords", 30)
        shown, following = found[start - 1 : start - 1 + size], start + size
        answer = {
            "numberOfRecords": len(found),
            "numberOfReturn": len(shown),
            "startRecord": start,
            "nextRecordPosition": following if following <= len(found) else None,
        }
        return Answer(answer | ({"speechRecord": shown} if shown else {}))

    return respond


# --- Cellar ----------------------------------------------------------------------------------


def cellar(documents: list[tuple[str, str, str]]) -> Respond:
    def respond(asked: Asked) -> Answer:
        query = asked.query["query"]
        begin = query.partition('?date >= "')[2][:10]
        offset = int(query.rstrip().rpartition(" ")[2])
        limit = int(query.partition("LIMIT ")[2].split()[0])
        found = [one for one in documents if begin <= one[2]][offset : offset + limit]
        rows = [
            {
                name: {"type": "literal", "value": value}
                for name, value in zip(("celex", "title", "date"), one, strict=True)
            }
            for one in found
        ]
        return Answer({"head": {"vars": ["celex", "title", "date"]}, "results": {"bindings": rows}})

    return respond
