-- what a night would have done while the programme had not started: one row a night, so that a trial can be read
CREATE TABLE trial_night (
    day       TEXT PRIMARY KEY,
    members   INTEGER NOT NULL,
    with_tier INTEGER NOT NULL,
    starts    INTEGER NOT NULL,
    rises     INTEGER NOT NULL,
    falls     INTEGER NOT NULL,
    ends      INTEGER NOT NULL
) WITHOUT ROWID;

-- an installation that has worked is live: it was started before there was a word for it
INSERT INTO note (name, value)
    SELECT 'started', json_object('at', coalesce((SELECT min(decided_at) FROM decision), (SELECT min(started_at) FROM run)), 'who', '')
    WHERE EXISTS (SELECT 1 FROM decision) OR EXISTS (SELECT 1 FROM run);
