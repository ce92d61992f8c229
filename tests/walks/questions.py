# SPDX-License-Identifier: GPL-3.0-or-later
"""Friday afternoon of the walk: what the auditor asks of the trail, by the command line and from its files."""
import json
import os
import pwd
import re
import shutil

from office import BIN, STATE, answer, as_account, kit, of, run, uid
from kit import ok

kept = {}


def rows(*words):
    r = run("tanaka", "audit", "list", *words)
    return r.lines() if r.status == 0 else [{"failed": repr(r)}]


def detail(row):
    return json.loads(row["detail"]) if row.get("detail") else {}


def day(n):
    return ("--from", "2026-12-%02d" % n, "--to", "2026-12-%02d" % n)


def done(some):
    return [x for x in some if x.get("result") == "ok"]


def who_saw(saw, people, who):
    x = people["E001"]
    got = done(rows(*day(1), "--action", "reveal", "--subject", x))
    want = [w for d, w, s in saw if d == "Tue" and s == x]
    ok(len(want) == 2 and [g["actor"] for g in got] == [who[w] for w in want], "1. who saw the number of E001 on Tuesday? suzuki, twice", got)
    ok(not done(rows(*day(2), "--action", "reveal", "--subject", x)), "control: nobody on Wednesday")


def exports(who, events):
    got = {(g["actor"], detail(g).get("approver"), detail(g).get("approval")) for g in done(rows("--action", "export"))}
    want = {(who[a], who[b], c) for a, b, c in events["exports"]}
    ok(got == want, "2. which exports were there, and who approved them? suzuki's by yamada, yamada's by mori", (got, want))


def refused_on_tuesday(who):
    got = {(x["actor"], detail(x).get("note"), x["result"]) for x in rows(*day(1), "--action", "denied")}
    ok((who["suzuki"], "request=reveal", "budget") in got and (who["suzuki"], "request=approval_grant", "denied") in got,
       "3. what was refused on Tuesday? numbers over the budget, a clerk who would grant his own", got)


def said_no(who, events):
    got = [(x["actor"], x["reason"]) for x in done(rows("--action", "approval_deny"))]
    ok(got == [(who["yamada"], "締め日の前です")], "4. which request did a second person refuse, and why?", got)


def pretender(who):
    got = [(x["uid"], detail(x).get("object")) for x in rows(*day(3), "--action", "login_failed")]
    ok((uid("mori"), who["suzuki"]) in got, "5. who tried to log in as suzuki on Thursday? the account mori", got)


def shut_out(who):
    off = done(rows("--action", "member_disable"))
    on = done(rows("--action", "member_enable"))
    ok([(x["actor"], detail(x).get("object"), x["time"][:13]) for x in off] == [(who["adachi"], who["suzuki"], "2026-12-03T12")],
       "6. when was suzuki shut out, and by whom?", off)
    ok([(x["actor"], detail(x).get("approver")) for x in on] == [(who["adachi"], who["yamada"])], "   and let in again, and who agreed?", on)


def of_the_task(who, saw, people, task):
    got = [x for x in done(rows("--text", task, "--action", "reveal"))]
    ok(len({x["subject"] for x in got}) == 12 and {detail(x).get("approver") for x in got} == {who["yamada"]},
       "7. whom did the task of Tuesday show, and who had agreed? twelve people, yamada", got)


def clock_set():
    got = [detail(x).get("note", "").split()[0] for x in rows(*day(4), "--action", "clock_jump")]
    got += [detail(x).get("note", "").split()[0] for x in rows("--from", "2027-01-01", "--to", "2027-01-31", "--action", "clock_jump")]
    ok("ahead" in got and "returned" in got and "stated" in got, "8. was the clock set? ahead, back, and a stated date", got)


def logins(who):
    got = {(x["actor"], x["uid"]) for x in done(rows("--action", "login"))}
    ok(got == {(m, uid(a)) for a, m in who.items()}, "9. who logged in, and from which account? each from the own one", got)
    got = {(x["terminal"], x["from"]) for x in done(rows("--action", "login"))}
    ok(all(a and b for a, b in got), "   terminal and source are told, or said to be unknown", got)


def runs():
    got = [(x["action"], x["time"][8:16]) for x in rows(*day(4)) if x["action"] in ("start", "stop")]
    ok([a for a, _ in got] == ["start", "start", "stop", "start"], "10. when did the service stop on Friday? once without a stop (killed), once with", got)


def admin(who):
    got = [detail(x).get("note") for x in rows(*day(3), "--actor", "adachi", "--action", "denied")]
    ok({"request=reveal", "request=subject_list", "request=subject_show", "request=ledger_grant", "request=export"} <= set(got),
       "11. what did the admin try on Thursday? persons, a number, a key, an export", got)
    got = [(x["actor"], detail(x).get("approver")) for x in done(rows("--action", "member_set"))]
    ok(got == [(who["adachi"], who["yamada"])], "12. who changed roles, and who agreed? adachi, yamada", got)


def ask(saw, people, task, events):
    who = events["id"]
    who_saw(saw, people, who)
    exports(who, events)
    refused_on_tuesday(who)
    said_no(who, events)
    pretender(who)
    shut_out(who)
    of_the_task(who, saw, people, task)
    clock_set()
    logins(who)
    runs()
    admin(who)
    r = run("suzuki", "audit", "list")
    ok(r.status == 4, "control: the clerk gets no answer from the trail", r)


def anomalies():
    r = run("tanaka", "audit", "anomalies")
    got = {x["kind"] for x in r.lines()}
    planted = {"over_budget", "burst", "login_failed", "denied", "clock_jump", "approval_deny", "off_hours"}
    ok(planted <= got, "anomalies: budget, burst, logins, refusals, clock, a no, work at night", got)
    ok(not got & {"rolled_back", "trail_torn", "trail_full", "keyring_repair", "self_approval"}, "and none that was not planted", got)


def slip():
    path = os.path.join(pwd.getpwnam("tanaka").pw_dir, "slip.txt")
    r = run("tanaka", "audit", "anchor", "-o", path)
    kept.update(answer(r))
    with open(path, encoding="utf-8") as f:
        text = f.read()
    ok(r.status == 0 and kept["slip"] in text and kept["key_slip"] in text and str(kept["count"]) in text, "the auditor prints a slip", r)
    r = run("tanaka", "witness", "check", "--slip", kept["slip"], "--count", str(kept["count"]))
    ok(r.status == 0, "the trail still holds the slip's head", r)
    wrong = "0000-" + kept["slip"][5:]
    r = run("tanaka", "witness", "check", "--slip", wrong)
    ok(r.status in (8, 9), "control: another head is not in it", r)


def check(directory, who="tanaka", head=None):
    return as_account(who, [BIN + "mynakura-verify", "--json", "--head", head or kept["slip"], "--key", "/var/lib/home/tanaka/key.txt", directory])


def verified():
    with open("/var/lib/home/tanaka/key.txt", "w", encoding="ascii") as f:
        f.write(kept["key_slip"] + "\n")
    os.chmod("/var/lib/home/tanaka/key.txt", 0o644)
    r = check(STATE + "/trail")
    ok(r.status == 0 and answer(r)["ok"] is True and answer(r)["head_seq"] == kept["count"], "mynakura-verify with slip and key, as the auditor's account: whole", r)
    kit.say("%d entries, %d checkpoints" % (answer(r).get("entries", 0), answer(r).get("checkpoints", 0)))
    r = as_account("suzuki", [BIN + "mynakura-verify", STATE + "/trail"])
    ok(r.status == 10, "the clerk's account cannot read it", r)
    copy = "/run/walk/copy"
    shutil.rmtree(copy, ignore_errors=True)
    os.mkdir(copy)
    for path in kit.segments(STATE):
        shutil.copy(path, copy)
    os.system("chmod -R a+rX " + copy)
    ok(check(copy).status == 0, "control: a copy is whole")
    path = os.path.join(copy, "2026-12.jsonl")
    with open(path, "rb") as f:
        lines = f.read().splitlines(True)
    at = next(i for i, x in enumerate(lines) if b'"action":"export"' in x and b'"kind":"outcome"' in x)
    seq = json.loads(lines[at])["seq"]
    changed = list(lines)
    changed[at] = re.sub(rb'"result":"ok"', b'"result":"io"', lines[at])
    for words, new, first in (("one line changed", changed, seq), ("one line left out", lines[:at] + lines[at + 1:], seq + 1)):
        with open(path, "wb") as f:
            f.writelines(new)
        r = check(copy)
        ok(new != lines and r.status == 8 and answer(r)["seq"] in (first, first - 1), "control: %s: 8, and it names the entry" % words, (r, first))
    with open(path, "wb") as f:
        f.writelines(lines)
    last = kit.segments(STATE)[-1]
    with open(last, "rb") as f:
        lines = f.read().splitlines(True)
    with open(os.path.join(copy, os.path.basename(last)), "wb") as f:
        f.writelines(lines[:len(lines) // 2])
    ok(check(copy).status == 8, "control: the end cut off: 8, by the slip")
    r = as_account("tanaka", [BIN + "mynakura-verify", copy])
    ok(r.status == 0, "which nobody could tell without it", r)
