"""The tables, as the first migration makes them. What was released is never edited."""

SOURCES = """
create table deployment (
    id integer primary key check (id = 1),
    name text not null,
    index_version text not null default ''
);
create table source (
    id integer primary key,
    slug text not null unique,
    name text not null,
    kind text not null,
    url text not null,
    organisation text not null,
    jurisdiction text not null,
    language text not null,
    type text not null,
    tier text not null,
    "group" text not null,
    enabled integer not null,
    configured integer not null default 1,
    added_at text not null
);
create table source_state (
    source_id integer primary key references source (id),
    etag text not null,
    last_modified text not null,
    body_hash text not null,
    baseline_at text,
    last_attempt_at text,
    last_success_at text,
    full_read_at text,
    due_at text,
    not_before text,
    interval_minutes integer not null,
    failures real not null,
    good_polls integer not null,
    last_new_at text,
    newest_at text,
    entries integer not null,
    outcome text,
    error text not null,
    failing_since text
);
"""

RUNS = """
create table run (
    id integer primary key autoincrement,
    job text not null,
    started_at text not null,
    finished_at text
);
create table source_result (
    id integer primary key autoincrement,
    run_id integer not null references run (id),
    source_id integer not null references source (id),
    at text not null,
    outcome text not null,
    status integer,
    new integer not null,
    updated integer not null,
    entries integer not null,
    error text not null,
    seconds real not null,
    bytes integer not null,
    newest_at text
);
create index source_result_run on source_result (run_id);
create index source_result_source on source_result (source_id, at, outcome);
create table ruleset (
    id integer primary key,
    hash text not null unique,
    text text not null,
    file text not null,
    at text not null
);
"""

ITEMS = """
create table item (
    id integer primary key autoincrement,
    source_id integer not null references source (id),
    guid text not null,
    url text not null,
    title text not null,
    summary text not null,
    body text not null,
    author text not null,
    language text not null,
    type text not null,
    published_raw text not null,
    published_at text,
    precision text,
    fingerprint text not null,
    first_seen_at text not null,
    origin text not null,
    revision integer not null default 1,
    revised_at text not null,
    ruleset_id integer not null references ruleset (id)
);
create index item_source on item (source_id, origin, published_at);
create index item_first_seen on item (first_seen_at);
create index item_url on item (url);
create table item_key (
    source_id integer not null references source (id),
    key text not null,
    item_id integer not null references item (id),
    primary key (source_id, key, item_id)
) without rowid;
create index item_key_item on item_key (item_id);
create table revision (
    id integer primary key,
    item_id integer not null references item (id),
    number integer not null,
    guid text not null,
    url text not null,
    title text not null,
    summary text not null,
    body text not null,
    author text not null,
    language text not null,
    type text not null,
    published_raw text not null,
    published_at text,
    precision text,
    fingerprint text not null,
    seen_at text not null,
    unique (item_id, number)
);
create table match (
    id integer primary key,
    item_id integer not null references item (id),
    revision integer not null,
    theme text not null,
    ruleset_id integer not null references ruleset (id),
    verdict text not null,
    score real not null,
    evidence text not null,
    missing text not null,
    excluded_by text not null,
    unique (item_id, revision, theme, ruleset_id)
);
create index match_theme on match (theme, verdict, item_id);
create virtual table item_fts using fts5 (title, summary, body, content='', tokenize='ascii');
"""

LEDGER = """
create table notice (
    seq integer primary key autoincrement,
    source_id integer not null references source (id),
    item_id integer references item (id),
    revision integer,
    ruleset_id integer references ruleset (id),
    theme text not null,
    reason text not null,
    at text not null
);
create unique index notice_once on notice (item_id, revision, theme, reason)
    where item_id is not null;
create table digest_issue (
    id integer primary key autoincrement,
    digest text not null,
    number integer not null,
    window_start text not null,
    window_end text not null,
    seq_from integer not null,
    seq_to integer not null,
    contents text not null,
    at text not null,
    unique (digest, number),
    unique (digest, window_start)
);
create table digest_item (
    digest text not null,
    seq integer not null references notice (seq),
    issue_id integer not null references digest_issue (id),
    primary key (digest, seq)
) without rowid;
create index digest_item_issue on digest_item (issue_id);
create index digest_item_seq on digest_item (seq);
create table outbox (
    id integer primary key autoincrement,
    issue_id integer not null references digest_issue (id),
    address text not null collate nocase,
    message_id text not null unique,
    payload blob not null,
    state text not null,
    attempts integer not null default 0,
    resent integer not null default 0,
    next_attempt_at text,
    error text not null default '',
    planned_at text not null,
    changed_at text not null,
    unique (issue_id, address)
);
create index outbox_open on outbox (id) where state in ('planned', 'sending', 'unknown');
"""

PEOPLE = """
create table subscriber (
    id integer primary key,
    address text not null collate nocase,
    digest text not null,
    added_at text not null,
    unique (digest, address)
);
"""
