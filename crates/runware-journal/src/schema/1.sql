-- One row: what holds for the journal as a whole. `total` is the sum of the checksums of all other rows but requests and
-- parts, which their tasks vouch for.
CREATE TABLE journal (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    next_task INTEGER NOT NULL,
    next_owner INTEGER NOT NULL,
    open INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    undecided INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    abandoned INTEGER NOT NULL,
    total BLOB NOT NULL,
    sum BLOB NOT NULL
) STRICT;

-- Stages: 0 open, 1 settled, 2 undecided, 3 confirmed, 4 refused, 5 abandoned.
CREATE TABLE task (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    task_uuid TEXT NOT NULL,
    task_type TEXT NOT NULL,
    model TEXT,
    account TEXT,
    hash TEXT NOT NULL,
    has_request INTEGER NOT NULL,
    expected INTEGER NOT NULL,
    key TEXT,
    tags TEXT NOT NULL,
    budget TEXT,
    reserved TEXT,
    cost TEXT,
    stage INTEGER NOT NULL,
    is_accepted INTEGER NOT NULL,
    is_resubmitted INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    boot TEXT,
    since_boot INTEGER NOT NULL,
    begun_at INTEGER NOT NULL,
    ended_at INTEGER,
    words TEXT,
    results INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    parts_sum BLOB NOT NULL,
    sum BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX task_by_uuid ON task (task_uuid, scope);
CREATE INDEX task_to_claim ON task (scope, id) WHERE stage <= 2;

-- The exact bytes that are sent. The task has their hash.
CREATE TABLE request (
    task INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

-- What has ended, as the server sent it. The task has the sum of the checksums.
CREATE TABLE part (
    id INTEGER PRIMARY KEY,
    task INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    place INTEGER,
    is_failure INTEGER NOT NULL,
    raw BLOB NOT NULL,
    sum BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX part_by_task ON part (task, ordinal);

CREATE TABLE owner (
    id INTEGER PRIMARY KEY,
    boot TEXT,
    renewed INTEGER NOT NULL,
    lease INTEGER NOT NULL,
    sum BLOB NOT NULL
) STRICT;

CREATE TABLE budget (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    spent TEXT NOT NULL,
    reserved TEXT NOT NULL,
    sum BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX budget_by_name ON budget (name);

CREATE TABLE durations (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    learned BLOB NOT NULL,
    sum BLOB NOT NULL
) STRICT;
