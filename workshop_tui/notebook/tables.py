"""The notebook's tables, and how an older notebook comes by those that it lacks."""

_FIRST = """
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY, job_id TEXT NOT NULL, started TEXT NOT NULL, lesson TEXT NOT NULL,
    exercise TEXT NOT NULL, sweep TEXT NOT NULL, outcome TEXT NOT NULL, record TEXT NOT NULL
);
CREATE INDEX runs_by_sweep ON runs (lesson, exercise, sweep);
CREATE TABLE observations (
    lesson TEXT NOT NULL, exercise TEXT NOT NULL, sweep TEXT NOT NULL, field TEXT NOT NULL,
    value TEXT NOT NULL, changed TEXT NOT NULL, PRIMARY KEY (lesson, exercise, sweep, field)
);
CREATE TABLE checklist (
    lesson TEXT NOT NULL, problem TEXT NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL,
    run_id TEXT NOT NULL, changed TEXT NOT NULL, PRIMARY KEY (lesson, problem)
);
CREATE TABLE improvements (
    lesson TEXT NOT NULL, place INTEGER NOT NULL, text TEXT NOT NULL, changed TEXT NOT NULL,
    PRIMARY KEY (lesson, place)
);
CREATE TABLE kept (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE owner (
    only INTEGER PRIMARY KEY CHECK (only = 1), token TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL,
    seen REAL NOT NULL
);
"""

_NOTES = """
CREATE TABLE notes (
    lesson TEXT NOT NULL, section TEXT NOT NULL, text TEXT NOT NULL, changed TEXT NOT NULL,
    PRIMARY KEY (lesson, section)
);
"""

_TICKS = """
ALTER TABLE checklist ADD COLUMN own TEXT NOT NULL DEFAULT '';
ALTER TABLE checklist ADD COLUMN title TEXT NOT NULL DEFAULT '';
CREATE TABLE ticks (
    lesson TEXT NOT NULL, problem TEXT NOT NULL, solution TEXT NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL,
    run_id TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (lesson, problem, solution)
);
"""

VERSIONS = (_FIRST, _NOTES, _TICKS)
"""What each version of the tables added to the one before it."""

SCHEMA = len(VERSIONS)
"""Version of the tables; a notebook with a higher one is left alone."""
