# SPDX-License-Identifier: GPL-3.0-or-later
"""Second persons (security.md R9), tasks, limits and the clock as a user of the command line meets them."""
import datetime
import json
import os
import re

import kit
import wire
from kit import LEDGER, cli, ok

PEOPLE = 32
NUMBERS = kit.numbers(PEOPLE, 41)
JST = datetime.timezone(datetime.timedelta(hours=9))

office = kit.Office(kit.fresh("office"))
office.member("mori", "chief", name="森")
office.member("suzuki", "clerk", LEDGER, name="鈴木花子")
office.member("kansa", "auditor")
office.member("adachi", "admin")
c = office.chief()
ids = [office.add(c, n, name="見本%02d" % i, code="%04d" % i).get("subject") for i, n in enumerate(NUMBERS)]
office.end(c)


def now(hours=0):
    return (datetime.datetime.now(JST) + datetime.timedelta(hours=hours)).isoformat(timespec="seconds")


def run(user, *args, **kw):
    secret = kit.CHIEF_PW if user == kit.CHIEF else "pw-" + user
    return cli(office.dir, *args, "--json", secrets=(secret,) + kw.pop("secrets", ()), user=user, **kw)


def error(r):
    return json.loads(r.text.splitlines()[-1])["error"] if r.status else {}


def export(user, people, name, *more):
    path = kit.fresh(name)
    args = [x for i in people for x in ("--subject", i)]
    return path, run(user, "export", "--profile", "generic-utf8", "--ledger", LEDGER, *args, "-o", path, *more)


def waits(r):
    return error(r).get("approval") if r.status == 5 else None


def listed(user, *more):
    r = run(user, "approval", "list", *more)
    return {x["approval"]: x for x in r.lines()} if r.status == 0 else {}


def show(user, approval):
    r = run(user, "approval", "show", approval)
    return json.loads(r.text) if r.status == 0 else {}


def rows(path):
    with open(path, encoding="utf-8-sig") as f:
        return len(f.read().splitlines()) - 1


# --- off at first in a demo office
path, r = export("suzuki", ids[:31], "off.csv")
ok(r.status == 0 and rows(path) == 31, "control: with second persons off 31 people are written at once", r)
r = run("suzuki", "transcribe", "--ledger", LEDGER, "--subject", *ids[:2], "--document", "gensen")
ok(r.status == 0 and json.loads(r.text)["state"] == "granted", "and a task is granted at once", r)
r = run(kit.CHIEF, "office", "set", "approvals=on")
ok(r.status == 0 and json.loads(run(kit.CHIEF, "office", "show").text)["approvals"] == "on", "second persons on", r)

# --- an export of 31
path, r = export("suzuki", ids[:30], "thirty.csv")
ok(r.status == 0 and rows(path) == 30, "control: 30 people do not wait", r)
path, r = export("suzuki", ids[:31], "big.csv")
a = waits(r)
ok(a is not None and not os.path.exists(path), "31 people wait, status 5 with the id, and no file is left", r)
text = cli(office.dir, "export", "--profile", "generic-utf8", "--ledger", LEDGER, *[x for i in ids[:31] for x in ("--subject", i)], "-o", path,
           secrets=("pw-suzuki",), user="suzuki")
ok(text.status == 5 and a in text.words and "chief" in text.words.lower() and re.search(r"until 20\d\d-", text.words) and "again" in text.words,
   "for people: the id, who may approve, until when, and what to do then", text)
ok(not any(kit.holds_digits(text.words + r.text, n) for n in NUMBERS), "no number in it")
mine = listed("suzuki")
ok(mine.get(a, {}).get("state") == "waiting" and mine[a]["request"] == "export" and mine[a]["count"] == 31 and not mine[a]["may_decide"],
   "asked twice it is one request; the asker sees it and may not decide", mine)
ok(listed("mori").get(a, {}).get("may_decide") is True, "another chief may", listed("mori"))
ok(a in listed("kansa") and not listed("kansa")[a]["may_decide"], "an auditor sees it and may not decide")
ok(a not in listed("adachi"), "an administrator has nothing to do with it")
whole = show("mori", a)
ok(len(whole.get("subjects", [])) == 31 and {x["subject"] for x in whole["subjects"]} == set(ids[:31]) and re.fullmatch("[0-9a-f]{64}", whole["digest"] or ""),
   "it is shown in full: all 31 ids and the digest", whole)
ok(all(x["name"] is None for x in whole["subjects"]), "no name for a chief without the ledger's key")
ok(any(line.startswith("purpose: ") for line in whole["lines"]), "and what for", whole.get("lines"))
r = run("suzuki", "approval", "grant", a)
ok(r.status == 4, "a clerk does not grant, least of all his own", r)
r = run("mori", "approval", "grant", a, "--digest", "0" * 64)
ok(r.status == 12 and listed("mori")[a]["state"] == "waiting", "with another digest nothing is granted", r)
r = run("mori", "approval", "grant", a, "--digest", whole["digest"])
ok(r.status == 0, "the other chief grants what was shown", r)
r = run("mori", "approval", "grant", a)
ok(r.status == 12, "once", r)
path, r = export("suzuki", ids[:30] + ids[31:], "changed.csv")
b = waits(r)
ok(b is not None and b != a and not os.path.exists(path), "with another person it is another request that waits anew", r)
path, r = export(kit.CHIEF, ids[:31], "other.csv")
own = waits(r)
ok(own is not None and own not in (a, b), "another asker does not use it", r)
r = run(kit.CHIEF, "approval", "grant", own)
ok(r.status == 4, "a chief does not grant his own", r)
path, r = export("suzuki", ids[:31], "big.csv")
ok(r.status == 0 and rows(path) == 31 and json.loads(r.text)["rows"] == 31, "the same command again: it runs", r)
path, r = export("suzuki", ids[:31], "big2.csv")
again = waits(r)
ok(again is not None and again != a and not os.path.exists(path), "and a second time it waits again", r)
ok(listed("suzuki", "--all")[a]["state"] == "used" and a not in listed("suzuki"), "used ones stand in --all only")

# --- denied, withdrawn, expired
r = run("mori", "approval", "deny", b, "--reason", "今月は要らない")
ok(r.status == 0, "denied with a reason", r)
row = listed("suzuki", "--all")[b]
ok(row["state"] == "denied" and row["reason"] == "今月は要らない" and row["approver"] == office.members["mori"], "the asker sees by whom and why", row)
path, r = export("suzuki", ids[:30] + ids[31:], "changed.csv")
ok(r.status != 0 and not os.path.exists(path), "what was denied does not run", r)
r = run("suzuki", "approval", "deny", again, "--reason", "mistaken")
ok(r.status == 0 and listed("suzuki", "--all")[again]["state"] == "denied", "the asker withdraws it", r)
r = run("kansa", "approval", "deny", own, "--reason", "x")
ok(r.status == 4 and own in listed("mori"), "an auditor denies nothing", r)
r = run("mori", "approval", "deny", own)
ok(r.status == 2, "a reason is wanted", r)
r = run("mori", "approval", "grant", own, "--now", now(25))
ok(r.status == 12 and listed("mori", "--all", )[own]["state"] == "expired", "after 25 hours it is over", r)
r = run("mori", "approval", "show", "a0000000000000")
ok(r.status == 13, "no such approval: 13", r)

# --- limits
r = run("adachi", "office", "set", "limit.bulk_rows=31")
lim = waits(r)
ok(lim is not None, "a limit waits", r)
ok("from: 30" in show("mori", lim)["lines"] and "to: 31" in show("mori", lim)["lines"], "with what it is and what it becomes")
ok(run("mori", "approval", "grant", lim).status == 0, "a chief grants it")
r = run("adachi", "office", "set", "limit.bulk_rows=32")
ok(waits(r) not in (None, lim), "another value is another request", r)
r = run("adachi", "office", "set", "limit.bulk_rows=31")
ok(r.status == 0 and json.loads(run("adachi", "office", "show").text)["limits"]["bulk_rows"] == 31, "it is set", r)
path, r = export("suzuki", ids[:31], "now.csv")
ok(r.status == 0 and rows(path) == 31, "31 people do not wait any more", r)
path, r = export("suzuki", ids[:32], "now32.csv")
ok(r.status == 5, "32 do", r)
r = run("adachi", "office", "set", "limit.bulk_rows=0")
ok(r.status == 12, "outside of its range: 12", r)
r = run("adachi", "office", "set", "limit.nosuch=1")
ok(r.status == 12, "no such limit: 12", r)
r = run("suzuki", "office", "set", "limit.bulk_rows=100")
ok(r.status == 4, "a clerk sets no limit", r)
names = {x["code"] for x in cli(office.dir, "codes", "limits", "--json").lines()}
ok(names == set(json.loads(run("adachi", "office", "show").text)["limits"]), "codes limits names those that office show has", names)

# --- a member's roles
r = run("adachi", "member", "set", "suzuki", "roles=clerk,chief", "until=2030-03-31")
mem = waits(r)
ok(mem is not None and listed("mori")[mem]["request"] == "member_set", "roles wait", r)
ok(run("mori", "approval", "grant", mem).status == 0, "granted")
r = run("adachi", "member", "set", "suzuki", "roles=clerk,chief", "until=2030-03-31")
row = [x for x in run("adachi", "member", "list").lines() if x["account"] == "suzuki"][0]
ok(r.status == 0 and sorted(row["roles"]) == ["chief", "clerk"] and row["until"] == "2030-03-31", "and stand in the list", row)
r = run("adachi", "member", "set", "adachi", "roles=chief")
ok(r.status == 4, "nobody sets his own roles", r)

# --- a task
r = run("suzuki", "transcribe", "--ledger", LEDGER, "--subject", *ids[:3], "--document", "gensen")
task = waits(r)
ok(task is not None, "a task waits with its id", r)
r = run("suzuki", "reveal", ids[0], "--ledger", LEDGER, "--reason", "転記", "--task", task)
ok(r.status == 5 and not kit.holds_digits(r.text, NUMBERS[0]), "not before it is granted", r)
ok(run("mori", "approval", "grant", task).status == 0, "granted")
r = run("suzuki", "reveal", ids[0], "--ledger", LEDGER, "--reason", "転記", "--task", task)
ok(r.status == 0 and json.loads(r.text)["number"] == NUMBERS[0], "then each person", r)
ok([x["shown"] for x in show("mori", task)["subjects"]] == [True, False, False], "and the task knows who was shown", show("mori", task)["subjects"])
r = run("suzuki", "reveal", ids[0], "--ledger", LEDGER, "--reason", "転記", "--task", task)
ok(r.status == 12 and not kit.holds_digits(r.text, NUMBERS[0]), "once", r)
r = run("suzuki", "reveal", ids[5], "--ledger", LEDGER, "--reason", "転記", "--task", task)
ok(r.status == 4 and not kit.holds_digits(r.text, NUMBERS[5]), "nobody else", r)
r = run(kit.CHIEF, "reveal", ids[1], "--ledger", LEDGER, "--reason", "転記", "--task", task)
ok(r.status == 13 and not kit.holds_digits(r.text, NUMBERS[1]), "for nobody else", r)
r = run("suzuki", "reveal", ids[1], "--ledger", LEDGER, "--reason", "control")
ok(r.status == 0, "control: without the task it is an ordinary reveal", r)

# --- the batch says the id as well
r = cli(office.dir, "batch", secrets=("pw-adachi", "office set limit.reveal_day=31", "status --json"), user="adachi")
ok(re.search(r"^ERR 1 approval .*\ba[0-9a-z]{13}\b", r.text, re.M) and r.status == 5, "a batch goes on behind what waits and says its id", r)

# --- the trail
words = [x["body"] for x in office.trail()]
made = [b for b in words if b.get("action") == "approval_request"]
ok(len(made) >= 6 and all(b.get("actor") for b in made), "each request stands on the trail", len(made))
ok(len([b for b in words if b.get("action") == "approval_grant" and b.get("kind") == "outcome" and b.get("result") == "ok"]) == 4, "and each grant")
flat = json.dumps(words, ensure_ascii=False)
ok(not any(kit.holds_digits(flat, n) for n in NUMBERS) and "見本01" not in flat, "without a number or a name")
r = cli(office.dir, "audit", "verify", "--json")
ok(r.status == 0, "which verifies", r)
kit.done()
