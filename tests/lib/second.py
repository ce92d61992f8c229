# SPDX-License-Identifier: GPL-3.0-or-later
"""Second persons, budgets, tasks, limits, clock, idle lock: what a member gets over the socket, and what stands on the trail."""
import os
import sys
import time

os.environ.setdefault("TAP_TMP", sys.argv[1])
import kit  # noqa: E402
import wire  # noqa: E402
from kit import LEDGER, cli, ok  # noqa: E402

COUNT = 33
NUMBERS = kit.numbers(COUNT, 5)
DAY = 86400

office = kit.Office(kit.fresh("office"))
office.member("suzuki", "clerk", LEDGER, name="鈴木花子")
office.member("mori", "chief", LEDGER)
office.member("adachi", "admin")
office.member("kansa", "auditor", LEDGER)
PW = {m: "pw-" + m for m in office.members}
PW[kit.CHIEF] = kit.CHIEF_PW

c = office.open()
c.login("suzuki", PW["suzuki"])
PEOPLE = [office.add(c, n, name="人%02d" % i, code="%04d" % i, birth="1980-05-01").get("subject") for i, n in enumerate(NUMBERS)]
office.end(c)

daemon = wire.Daemon(office.dir, kit.fresh("sock"))
where = ("--socket", daemon.sock)


def as_(who):
    return daemon.session(who, PW[who])


def proved(who, name, pairs):
    """With the passphrase where a request wants it each time."""
    return [*pairs, ("passphrase", PW[who])] if wire.REQUESTS[name].passphrase == 2 else pairs


def ask(who, name, pairs=()):
    s = as_(who)
    try:
        return s.call(name, proved(who, name, pairs))
    finally:
        s.close()


def actions(name):
    return [e["body"] for e in kit.trail(office.dir) if e.get("body", {}).get("action") == name]


def export(who, people, destination="年末調整", now=None):
    target = kit.fresh("out.csv")
    words = ["export", "--profile", "generic-utf8", "--ledger", LEDGER, "--destination", destination, "-o", target]
    for p in people:
        words += ["--subject", p]
    if now is not None:
        words += ["--now", now]
    r = cli(office.dir, *words, user=who, secrets=[PW[who]], where=where)
    r.rows = 0
    if os.path.exists(target):
        with open(target, encoding="utf-8-sig") as f:
            r.rows = len(f.read().splitlines()) - 1
        os.unlink(target)
    return r


def waiting(who, all_=False):
    r = ask(who, "approval_list", [("all", True)] if all_ else [])
    return r.all("item")


def newest(who="mori"):
    return waiting(who, True)[0]


def get(record, tag, default=None):
    for t, v in record:
        if t == tag:
            return v
    return default


# --- without second persons (a demo office begins so), then with them
r = export("suzuki", PEOPLE[:31])
ok(r.status == 0 and r.rows == 31, "second persons off: 31 people are exported at once", r)
ok(any("second persons are off" in str(e.get("detail")) for e in actions("export")), "and the record says why")
ok(ask(kit.CHIEF, "office_set", [("field", "approvals"), ("value", "on")]).status == 0, "a chief turns second persons on")
r = export("suzuki", PEOPLE[:30])
ok(r.status == 0 and r.rows == 30, "control: 30 people need none", r)

# --- bulk export
r = export("suzuki", PEOPLE[:31])
ok(r.status == 5 and r.rows == 0, "31 people wait for a second person: status 5, no file", r)
a = newest()
ident = get(a, "approval")
ok(get(a, "state") == "waiting" and get(a, "count") == 31 and get(a, "request") == "export" and get(a, "requester") == office.members["suzuki"],
   "the request waits with its count and who asked", a)
ok(actions("approval_request")[-1]["detail"].get("approval") == ident, "and stands on the trail", actions("approval_request")[-1:])
again = export("suzuki", PEOPLE[:31])
ok(again.status == 5 and len(waiting("mori")) == 1, "asked again it is the same request", again)
show = ask("mori", "approval_show", [("approval", ident)])
people = [get(i, "subject") for i in show.all("item")]
lines = show.all("line")
ok(sorted(people) == sorted(PEOPLE[:31]), "the second person sees every person", len(people))
ok(any(x.startswith("destination: 年末調整") for x in lines) and any(x.startswith("profile: generic-utf8") for x in lines) and
   any(x.startswith("purpose: ") for x in lines), "and profile, purpose and destination", lines)
ok(all(get(i, "name") for i in show.all("item")), "with names for who holds the ledger's key")
blind = ask("adachi", "approval_show", [("approval", ident)])
ok(blind.name == "NOT_FOUND", "an administrator does not even see a request of numbers", blind)
audit = ask("kansa", "approval_show", [("approval", ident)])
ok(audit.name == "ok", "the auditor does", audit)

for who, want in (("suzuki", "DENIED"), ("adachi", "NOT_FOUND"), ("kansa", "DENIED")):
    r = ask(who, "approval_grant", [("approval", ident)])
    ok(r.name == want, "%s cannot grant it: %s" % (who, want), r)
r = ask("mori", "approval_grant", [("approval", ident), ("digest", "0" * 64)])
ok(r.name == "STATE", "a digest that is not the shown one grants nothing", r)
r = ask("mori", "approval_grant", [("approval", ident), ("digest", show.get("digest"))])
ok(r.name == "ok" and r.get("state") == "granted", "control: a chief who is another member grants it", r)
r = ask("mori", "approval_grant", [("approval", ident)])
ok(r.name == "STATE", "nobody grants twice", r)
r = export("suzuki", PEOPLE[:32])
ok(r.status == 5, "one person more is another act", r)
r = export("suzuki", PEOPLE[:31], destination="別の宛先")
ok(r.status == 5, "another destination is another act", r)
r = export("mori", PEOPLE[:31])
ok(r.status == 5, "another member is another act", r)
r = export("suzuki", PEOPLE[:31])
ok(r.status == 0 and r.rows == 31, "control: exactly what was granted runs", r)
done = [e for e in actions("export") if e["kind"] == "intent"][-1]
ok(done["detail"].get("approval") == ident and done["detail"].get("approver") == office.members["mori"], "its record names the agreement and who gave it", done)
r = export("suzuki", PEOPLE[:31])
ok(r.status == 5 and get(newest(), "approval") != ident, "and only once: the next time it waits anew", r)

second = get(newest(), "approval")
ask("mori", "approval_grant", [("approval", second)])
ask("suzuki", "subject_set", [("ledger", LEDGER), ("subject", PEOPLE[3])] + wire.fields(address="東京都千代田区1-1"))
r = export("suzuki", PEOPLE[:31])
ok(r.status == 5, "a changed field of one person voids the agreement", r)
third = get(newest(), "approval")
r = ask("mori", "approval_deny", [("approval", third)])
ok(r.name == "USAGE", "a refusal wants a reason", r)
r = ask("mori", "approval_deny", [("approval", third), ("reason", "宛先が違う")])
ok(r.name == "ok", "a chief refuses", r)
r = ask("mori", "approval_grant", [("approval", third)])
ok(r.name == "STATE", "what was refused is not granted", r)
r = export("suzuki", PEOPLE[:31])
ok(r.status == 5 and get(newest(), "approval") != third, "asked again it is a new request", r)
r = ask("suzuki", "approval_deny", [("approval", get(newest(), "approval")), ("reason", "取り下げ")])
ok(r.name == "ok", "the clerk withdraws it", r)

# --- 24 hours, by the stated time of a demo office
now = int(time.time())


def iso(t):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t))


def at(who, t, name, pairs=()):
    s = daemon.client()
    try:
        s.must("login", [("member", who), ("passphrase", PW[who]), ("now", t)])
        return s.call(name, proved(who, name, pairs))
    finally:
        s.close()


export("suzuki", PEOPLE[:31])
late = get(newest(), "approval")
r = at("mori", now + 25 * 3600, "approval_grant", [("approval", late)])
ok(r.name == "STATE", "after 24 hours nobody can grant it", r)
export("suzuki", PEOPLE[:31])
late = get(newest(), "approval")
r = at("mori", now + 60, "approval_grant", [("approval", late)])
ok(r.name == "ok", "control: in time it is granted", r)
r = export("suzuki", PEOPLE[:31], now=iso(now + 26 * 3600))
ok(r.status == 5, "an agreement of yesterday serves no more", r)

# --- limits, members, the own thing
r = ask(kit.CHIEF, "limit_set", [("field", "reveal_day"), ("value", "40")])
ok(r.name == "APPROVAL" and r.get("approval"), "a limit waits for a second person", r)
limit = r.get("approval")
ok(ask("suzuki", "limit_set", [("field", "reveal_day"), ("value", "40")]).name == "DENIED", "a clerk cannot ask for it")
ok(ask(kit.CHIEF, "limit_set", [("field", "reveal_day"), ("value", "0")]).name == "INPUT", "nor anybody for a limit out of its range")
ok(ask(kit.CHIEF, "approval_grant", [("approval", limit)]).name == "DENIED", "nobody agrees to the own request")
ok(ask("adachi", "approval_grant", [("approval", limit)]).name == "ok", "an administrator agrees")
ok(ask(kit.CHIEF, "limit_set", [("field", "reveal_day"), ("value", "40")]).name == "ok", "then it is set")
r = ask(kit.CHIEF, "member_add", [("name", "新人"), ("account", "shin"), ("roles", "clerk")])
ok(r.name == "APPROVAL" and not r.get("otc"), "a new slot waits: no code is shown", r)
ask("mori", "approval_grant", [("approval", r.get("approval"))])
r = ask(kit.CHIEF, "member_add", [("name", "新人"), ("account", "shin"), ("roles", "clerk")])
ok(r.name == "ok" and r.get("otc"), "then there is a code", r)
r = ask("adachi", "member_set", [("member", "adachi")] + wire.fields(roles="admin,chief"))
ok(r.name == "DENIED", "nobody changes the own roles", r)
r = ask("adachi", "member_set", [("member", "suzuki")] + wire.fields(roles="admin"))
ok(r.name == "APPROVAL", "another's roles wait", r)
ask("mori", "approval_grant", [("approval", r.get("approval"))])
held = as_("suzuki")
r = ask("adachi", "member_set", [("member", "suzuki")] + wire.fields(roles="admin"))
ok(r.name == "ok", "then they change", r)
ok(held.call("status").name == "LOCKED" and held.notices == 1, "and the member's open sessions end, and are told")
r = ask("suzuki", "reveal", [("ledger", LEDGER), ("subject", PEOPLE[0]), ("reason", "照合")])
ok(r.name == "DENIED", "an administrator sees no number any more", r)
slots = ask("adachi", "key_slots")
grants = {get(i, "account"): [get(v, "grant") for t, v in i if t == "item"] for i in slots.all("item")}
ok(grants.get("suzuki") == ["page"] and grants.get("mori") == ["number"], "the number key has gone with the role", grants)
r = ask("adachi", "member_set", [("member", "suzuki")] + wire.fields(roles="clerk"))
ask("mori", "approval_grant", [("approval", r.get("approval"))])
ask("adachi", "member_set", [("member", "suzuki")] + wire.fields(roles="clerk"))
s = as_(kit.CHIEF)
s.must("ledger_grant", [("ledger", LEDGER), ("member", "suzuki")])
s.close()
ok(ask(kit.CHIEF, "member_disable", [("member", kit.CHIEF)]).name == "DENIED", "nobody disables himself")

# --- budget: over sessions, connections and a restart; stated times refund nothing
def reveal(who, person, **kw):
    return ask(who, "reveal", [("ledger", LEDGER), ("subject", person), ("reason", "照合")] + list(kw.items()))


seen = [reveal("suzuki", p).name for p in PEOPLE[:10]]
ok(seen == ["ok"] * 10, "ten reveals in ten minutes", seen)
r = reveal("suzuki", PEOPLE[11])
ok(r.name == "BUDGET" and r.get("number") is None, "the eleventh is refused, without a digit", r)
ok([e for e in actions("alarm") if e.get("result") == "budget"], "with an alarm on the trail")
r = daemon.client()
alarms = r.must("login", [("member", "mori"), ("passphrase", PW["mori"])]).all("alarm")
r.close()
ok(any("budget" in x for x in alarms), "and one for the chief at the next login", alarms)
r = at("suzuki", now + 3 * DAY, "reveal", [("ledger", LEDGER), ("subject", PEOPLE[11]), ("reason", "照合")])
ok(r.name == "BUDGET", "a stated time refunds nothing", r)
daemon.stop()
daemon = wire.Daemon(office.dir, daemon.sock)
r = reveal("suzuki", PEOPLE[11])
ok(r.name == "BUDGET", "nor does a restart", r)
r = reveal("mori", PEOPLE[11])
ok(r.name == "ok", "control: another member has a budget of the own", r)

# --- a task (転記): N people, once each, outside the budget
task = [("ledger", LEDGER), ("document", "給与支払報告書")] + [("subject", p) for p in PEOPLE[:12]]
r = ask("suzuki", "transcribe", task)
ok(r.name == "ok" and r.get("state") == "waiting", "a task waits", r)
tid = r.get("approval")
r = reveal("suzuki", PEOPLE[0], approval=tid)
ok(r.name == "APPROVAL" and r.get("number") is None, "and shows nobody before it is granted", r)
ok(ask("adachi", "approval_grant", [("approval", tid)]).name == "NOT_FOUND", "an administrator has nothing to do with it")
ok(ask("mori", "approval_grant", [("approval", tid)]).name == "ok", "a chief grants it")
r = reveal("mori", PEOPLE[0], approval=tid)
ok(r.name == "NOT_FOUND", "it is the clerk's, not the chief's", r)
r = reveal("suzuki", PEOPLE[20], approval=tid)
ok(r.name == "DENIED", "who is not in it is not shown", r)
seen = [reveal("suzuki", p, approval=tid).name for p in PEOPLE[:12]]
ok(seen == ["ok"] * 12, "each of the twelve is shown, over the budget of ten", seen)
r = reveal("suzuki", PEOPLE[0], approval=tid)
ok(r.name in ("STATE", "APPROVAL") and r.get("number") is None, "nobody twice", r)
ok(get([i for i in waiting("mori", True) if get(i, "approval") == tid][0], "state") == "used", "after the last one it is used up")
told = [e for e in actions("reveal") if e["kind"] == "intent" and e.get("detail", {}).get("approval") == tid]
ok(len(told) >= 12, "each look is on the trail with its task", len(told))

# --- locks
a, b = as_("suzuki"), as_("mori")
x = daemon.client()
x.call("lock")
ok(a.call("status").name == "ok", "a lock without a session is its own only")
ok(x.call("lock", [("all", True)]).name == "ok", "a connection without a session locks the account's sessions")
x.close()
ok(a.call("status").name == "LOCKED" and b.call("status").name == "LOCKED", "all of them")
ok(a.notices == 1 and b.notices == 1, "and each was told", (a.notices, b.notices))
a.close()
b.close()
r = ask(kit.CHIEF, "limit_set", [("field", "idle_seconds"), ("value", "10")])
ask("mori", "approval_grant", [("approval", r.get("approval"))])
ok(ask(kit.CHIEF, "limit_set", [("field", "idle_seconds"), ("value", "10")]).name == "ok", "the idle time is a limit, too")

# --- clock
r = ask("suzuki", "clock_status")
ok(r.name == "ok" and r.get("confirmed") is True and abs(r.get("wall") - r.get("steady")) <= 1, "the clock agrees with the time that passed", r)
r = at("suzuki", now + 7 * 365 * DAY, "clock_status")
ok(r.get("confirmed") is False and r.get("steady") < now + DAY, "seven years ahead: not believed", r)
ok(any("stated" in str(e.get("detail")) for e in actions("clock_jump")), "and recorded")
r = at(kit.CHIEF, now + 7 * 365 * DAY, "clock_confirm")
ok(r.name == "APPROVAL", "confirming it waits for a second person", r)
ok(at("suzuki", now + 7 * 365 * DAY, "clock_confirm").name == "DENIED", "a clerk cannot")
ok(at("adachi", now + 7 * 365 * DAY, "approval_grant", [("approval", r.get("approval"))]).name == "ok", "who agrees")
ok(at(kit.CHIEF, now + 7 * 365 * DAY, "clock_confirm").name == "ok", "then it is confirmed")
ok(at("suzuki", now + 7 * 365 * DAY, "clock_status").get("confirmed") is True, "and believed")

# idle: 10 s is the least
a = as_("suzuki")
time.sleep(13)
ok(a.call("status").name == "LOCKED", "an unused session locks in the daemon")
ok([e for e in actions("session_end") if "idle" in str(e.get("detail"))], "and the record says so")
a.close()
daemon.stop()

# --- a firm of one: the delay
alone = kit.Office(kit.fresh("alone"))
c = alone.open()
c.login(kit.CHIEF, kit.CHIEF_PW)
few = [alone.add(c, n, name="人%02d" % i, code="%04d" % i, birth="1980-05-01").get("subject") for i, n in enumerate(NUMBERS[:32])]
c.must("office_set", [("field", "approvals"), ("value", "on")])
r = c.call("limit_set", [("field", "bulk_rows"), ("value", "40")])
ok(r.name == "APPROVAL" and "hours" in r.get("message"), "nobody else is there: it waits a day", r)
r = c.call("approval_grant", [("approval", r.get("approval")), ("passphrase", kit.CHIEF_PW)])
ok(r.name == "DENIED", "not even then does anybody agree to himself", r)
ok(c.call("member_add", [("name", "鈴木"), ("account", "suzuki"), ("roles", "clerk")]).name == "ok", "set-up: the chief alone adds members")
alone.end(c)


def later(hours):
    s = alone.open()
    s.must("login", [("member", kit.CHIEF), ("passphrase", kit.CHIEF_PW), ("now", now + hours * 3600)])
    out = s.call("limit_set", [("field", "bulk_rows"), ("value", "40")])
    alone.end(s)
    return out


ok(later(23).name == "APPROVAL", "after 23 hours it still waits")
ok(later(25).name == "ok", "after 25 it runs")
done = [e["body"] for e in kit.trail(alone.dir) if e.get("body", {}).get("action") == "limit_set" and e["body"].get("result") == "ok"]
ok(done and "self-approval" in str(done[-1]["detail"]), "and its record says that nobody else agreed", done)
ok(later(25).name == "APPROVAL", "once")
v = kit.verify(office.dir)
ok(v.status == 0, "the chain is whole", v)
kit.done()
