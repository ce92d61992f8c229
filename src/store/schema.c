/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables of main.db and of a ledger, version by version. Text only; migrate.c runs it. Rows
 * have an integer key of their own, so that a list in order of creation needs no time stamp and a
 * change of id is not thinkable.
 */
#include "schema_internal.h"

/*
 * main.db. info has one row: the commit number (decisions.md 16) and the highest time that a budget
 * was spent at (security.md R8). Names are unique because commands name their objects by them.
 */
static const char main_1[] =
    "CREATE TABLE info ("
    " one INTEGER PRIMARY KEY CHECK (one = 1),"
    " commits INTEGER NOT NULL CHECK (commits >= 0),"
    " seen INTEGER NOT NULL"
    ") STRICT;"
    "INSERT INTO info (one, commits, seen) VALUES (1, 0, 0);"
    "CREATE TABLE office ("
    " n INTEGER PRIMARY KEY,"
    " id TEXT NOT NULL UNIQUE CHECK (length(id) = 14),"
    " name TEXT NOT NULL UNIQUE CHECK (name <> ''),"
    " own INTEGER NOT NULL CHECK (own IN (0, 1)),"
    " created INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE member ("
    " n INTEGER PRIMARY KEY,"
    " id TEXT NOT NULL UNIQUE CHECK (length(id) = 14),"
    " name TEXT NOT NULL UNIQUE CHECK (name <> ''),"
    " account TEXT NOT NULL,"
    " roles INTEGER NOT NULL CHECK (roles > 0),"
    " until TEXT NOT NULL,"
    " state INTEGER NOT NULL CHECK (state > 0),"
    " created INTEGER NOT NULL"
    ") STRICT;"
    "CREATE UNIQUE INDEX member_account ON member (account) WHERE account <> '';"
    "CREATE TABLE ledger ("
    " n INTEGER PRIMARY KEY,"
    " id TEXT NOT NULL UNIQUE CHECK (length(id) = 14),"
    " office TEXT NOT NULL REFERENCES office (id),"
    " name TEXT NOT NULL UNIQUE CHECK (name <> ''),"
    " class TEXT NOT NULL CHECK (class <> ''),"
    " purposes TEXT NOT NULL,"
    " rotation_due INTEGER NOT NULL CHECK (rotation_due IN (0, 1)),"
    " created INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE setting ("
    " name TEXT PRIMARY KEY CHECK (name <> ''),"
    " value TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE budget ("
    " n INTEGER PRIMARY KEY,"
    " member TEXT NOT NULL,"
    " kind TEXT NOT NULL,"
    " time INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX budget_time ON budget (member, kind, time);"
    "PRAGMA user_version = 1;";

/*
 * A ledger. info has one row: its class (part of every seal's AAD), the one epoch that all its
 * seals are under, and the epoch that a disposal is moving to (decisions.md 2; 0 = none).
 * subject.find is the search form of name, kana and code, a line each; subject.sort that of the
 * kana. number.same is the duplicate index. A picture stands apart from its review item, so that
 * listing the queue does not read it.
 */
static const char ledger_1[] =
    "CREATE TABLE info ("
    " one INTEGER PRIMARY KEY CHECK (one = 1),"
    " commits INTEGER NOT NULL CHECK (commits >= 0),"
    " class TEXT NOT NULL,"
    " number_epoch INTEGER NOT NULL,"
    " pending_epoch INTEGER NOT NULL"
    ") STRICT;"
    "INSERT INTO info (one, commits, class, number_epoch, pending_epoch) VALUES (1, 0, '', 0, 0);"
    "CREATE TABLE subject ("
    " n INTEGER PRIMARY KEY,"
    " id TEXT NOT NULL UNIQUE CHECK (length(id) = 14),"
    " code TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " kana TEXT NOT NULL,"
    " birth TEXT NOT NULL,"
    " sex TEXT NOT NULL,"
    " address TEXT NOT NULL,"
    " relationship TEXT NOT NULL,"
    " parent TEXT NOT NULL,"
    " purposes TEXT NOT NULL,"
    " state INTEGER NOT NULL CHECK (state > 0),"
    " disposal_due TEXT NOT NULL,"
    " created INTEGER NOT NULL,"
    " updated INTEGER NOT NULL,"
    " sort TEXT NOT NULL,"
    " find TEXT NOT NULL"
    ") STRICT;"
    "CREATE UNIQUE INDEX subject_code ON subject (code) WHERE code <> '';"
    "CREATE INDEX subject_name ON subject (name);"
    "CREATE INDEX subject_sort ON subject (sort, name, id);"
    "CREATE TABLE number ("
    " subject TEXT PRIMARY KEY REFERENCES subject (id),"
    " epoch INTEGER NOT NULL,"
    " seal BLOB NOT NULL CHECK (length(seal) = 40),"
    " same BLOB NOT NULL UNIQUE CHECK (length(same) = 16),"
    " source TEXT NOT NULL,"
    " created INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE review ("
    " n INTEGER PRIMARY KEY,"
    " id TEXT NOT NULL UNIQUE CHECK (length(id) = 14),"
    " subject TEXT NOT NULL,"
    " layout TEXT NOT NULL,"
    " certain INTEGER NOT NULL CHECK (certain IN (0, 1)),"
    " member TEXT NOT NULL,"
    " first_view TEXT NOT NULL,"
    " width INTEGER NOT NULL CHECK (width >= 0),"
    " height INTEGER NOT NULL CHECK (height >= 0),"
    " created INTEGER NOT NULL,"
    " epoch INTEGER NOT NULL,"
    " payload BLOB NOT NULL CHECK (length(payload) >= 28)"
    ") STRICT;"
    "CREATE TABLE picture ("
    " review TEXT PRIMARY KEY REFERENCES review (id),"
    " seal BLOB NOT NULL CHECK (length(seal) >= 28)"
    ") STRICT;"
    "PRAGMA user_version = 1;";

/*
 * approval: what waits for a second person, and what became of it (security.md R9). digest is over the
 * exact act; content is what the second person is shown. shown: whom a task (転記) has shown already.
 * clock has one row: the last look at the clock (security.md R14); jump is a forward jump in seconds
 * that nobody has confirmed.
 */
static const char main_2[] = "CREATE TABLE approval ("
			     " n INTEGER PRIMARY KEY,"
			     " id TEXT NOT NULL UNIQUE CHECK (length(id) = 14),"
			     " request TEXT NOT NULL CHECK (request <> ''),"
			     " requester TEXT NOT NULL,"
			     " uid INTEGER NOT NULL,"
			     " ledger TEXT NOT NULL,"
			     " people INTEGER NOT NULL,"
			     " created INTEGER NOT NULL,"
			     " deadline INTEGER NOT NULL,"
			     " state INTEGER NOT NULL CHECK (state > 0),"
			     " digest TEXT NOT NULL CHECK (length(digest) = 64),"
			     " content BLOB NOT NULL,"
			     " approver TEXT NOT NULL,"
			     " approver_uid INTEGER NOT NULL,"
			     " decided INTEGER NOT NULL,"
			     " reason TEXT NOT NULL"
			     ") STRICT;"
			     "CREATE INDEX approval_digest ON approval (requester, digest);"
			     "CREATE INDEX approval_state ON approval (state);"
			     "CREATE TABLE shown ("
			     " approval TEXT NOT NULL REFERENCES approval (id),"
			     " subject TEXT NOT NULL,"
			     " PRIMARY KEY (approval, subject)"
			     ") STRICT, WITHOUT ROWID;"
			     "CREATE TABLE clock ("
			     " one INTEGER PRIMARY KEY CHECK (one = 1),"
			     " boot TEXT NOT NULL,"
			     " up INTEGER NOT NULL,"
			     " steady INTEGER NOT NULL,"
			     " spent INTEGER NOT NULL,"
			     " jump INTEGER NOT NULL"
			     ") STRICT;"
			     "PRAGMA user_version = 2;";

static const char *const main_steps[] = {main_1, main_2};
static const char *const ledger_steps[] = {ledger_1};

const struct mk_schema mk_schema_main = {
    "main", main_steps, sizeof main_steps / sizeof main_steps[0]};
const struct mk_schema mk_schema_ledger = {
    "ledger", ledger_steps, sizeof ledger_steps / sizeof ledger_steps[0]};
