"""The tables, as each migration makes or changes them. What was released is never edited."""

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

JUDGING = """
alter table ruleset add column who text not null default '';
alter table ruleset add column why text not null default '';
create table label (
    id integer primary key,
    item_id integer not null references item (id),
    theme text not null,
    applies integer not null,
    who text not null,
    at text not null,
    unique (item_id, theme, who)
);
create index label_theme on label (theme, item_id);
create table reclassification (
    ruleset_id integer primary key references ruleset (id),
    done_to integer not null default 0,
    items integer not null default 0,
    changed integer not null default 0,
    started_at text not null,
    finished_at text
);
"""

READING = """
alter table source_state add column wait_scope text not null default '';
alter table source_state add column floor_minutes integer not null default 0;
alter table source_state add column empty_since text;
alter table source_state add column overlaps integer not null default 0;
alter table source_state add column gap_at text;
alter table source_state add column usual_hours real;
alter table source_state add column moved_from text not null default '';
alter table source_state add column moved_to text not null default '';
alter table source_state add column moved_since text;
alter table source_state add column robots_at text;
create table snapshot (
    source_id integer not null references source (id),
    good integer not null,
    position integer not null,
    at text not null,
    outcome text not null,
    error text not null,
    url text not null,
    status integer not null,
    content_type text not null,
    packed blob not null,
    primary key (source_id, good, position)
);
"""

DEADLINES = """
alter table item add column deadline text;
alter table revision add column deadline text;
create table backfill (
    source_id integer primary key references source (id),
    since text not null,
    waiting text not null,
    pages integer not null,
    new integer not null,
    at text not null
);
"""

PAGES = """
alter table source_state add column read_as text not null default '';
alter table source_state add column yields text not null default '[]';
alter table source_state add column watched text not null default '';
"""

LINKED_PAGES = """
alter table item add column linked_state text;
alter table item add column linked_trouble text not null default '';
alter table item add column linked_tries integer not null default 0;
alter table item add column linked_next_at text;
create index item_linked_waiting on item (source_id, linked_next_at)
    where linked_state = 'waiting';
alter table source_result add column pages integer not null default 0;
alter table source_result add column title_only integer not null default 0;
create table host_wait (
    scope text primary key,
    until text not null
) without rowid;
create table page_copy (
    item_id integer primary key references item (id),
    url text not null,
    content_type text not null,
    sha256 text not null,
    size integer not null,
    packed_size integer not null,
    fetched_at text not null,
    packed blob not null
);
"""

ALARMS = """
alter table source_state add column signs text not null default '';
create table alarm (
    id integer primary key,
    source_id integer not null references source (id),
    kind text not null,
    since text not null,
    text text not null,
    raised_at text not null,
    ended_at text
);
create unique index alarm_open on alarm (source_id, kind) where ended_at is null;
create index alarm_ended on alarm (ended_at);
create index item_coverage on item (
    first_seen_at, source_id, type, language, origin, published_at, revision, ruleset_id
);
drop index item_first_seen;
create index match_applies on match (item_id, revision, ruleset_id) where verdict = 'applies';
"""

STORIES = """
alter table item add column links text not null default '';
alter table revision add column links text not null default '';
create table cluster (
    item_id integer primary key references item (id),
    opened_by integer not null references item (id),
    opened_at text not null,
    language text not null,
    keys text not null
);
create index cluster_opened on cluster (opened_at);
create index cluster_opened_by on cluster (opened_by);
create table closing (
    item_id integer primary key references item (id),
    day text,
    at text,
    candidates text not null,
    words text not null,
    last_day text not null,
    sequence integer not null default 0
);
create index closing_last_day on closing (last_day);
insert into closing (item_id, day, candidates, words, last_day)
select id, deadline, '[]', '', deadline from item
where deadline is not null and id in (select item_id from notice);
"""

DELIVERY = """
alter table deployment add column secret text not null default '';
create table digest (
    id text primary key,
    added_at text not null,
    seq_from integer not null,
    passed_at text,
    waiting_since text
) without rowid;
create table timetable (
    id integer primary key,
    digest text not null references digest (id),
    since text not null,
    schedule text not null,
    zone text not null
);
create index timetable_digest on timetable (digest);
alter table digest_issue add column merged integer not null default 1;
alter table digest_issue add column first_cutoff text;
alter table digest_issue add column last_cutoff text;
alter table digest_issue add column read_at text;
alter table digest_issue add column unread integer not null default 0;
alter table outbox add column refused integer not null default 0;
alter table outbox add column short integer not null default 0;
alter table subscriber add column paused_at text;
alter table subscriber add column why text not null default '';
alter table subscriber add column refusals integer not null default 0;
alter table subscriber add column refusal text not null default '';
"""

TRIAGE = """
create table triage (
    id integer primary key,
    item_id integer not null references item (id),
    state text not null,
    who text not null,
    decided_at text not null,
    note text not null default ''
);
create index triage_item on triage (item_id, id);
create table digest_wait (
    digest text not null,
    seq integer not null references notice (seq),
    primary key (digest, seq)
) without rowid;
create index digest_wait_seq on digest_wait (seq);
"""

JUDGED_AGAIN = """
create table item_judged (
    item_id integer primary key references item (id),
    ruleset_id integer not null references ruleset (id)
);
create trigger item_judged_anew after update of ruleset_id on item begin
    delete from item_judged where item_id = new.id;
end;
"""
