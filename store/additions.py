"""What later migrations add to the tables. What was released is never edited."""

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
