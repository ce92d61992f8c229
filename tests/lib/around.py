# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways around second persons (R9) and around the end of a right: members who shut each other out, come and go, and requests that wait
while the world moves. The trail role is stopped (SIGSTOP) where an order of events is wanted that is otherwise a matter of luck."""
import os
import signal
import time

import kit
import wire
from kit import LEDGER, ok

HOUR = 3600
NOW = int(time.time())


def office_of(name, *members):
    """An office with second persons on; members: (account, roles)."""
    o = kit.Office(kit.fresh(name))
    for account, roles in members:
        o.member(account, roles, LEDGER if "admin" not in roles else None)
    c = o.chief()
    c.must("office_set", [("field", "approvals"), ("value", "on")])
    o.end(c)
    o.pw = {m: "pw-" + m for m in o.members}
    o.pw[kit.CHIEF] = kit.CHIEF_PW
    o.daemon = wire.Daemon(o.dir, kit.fresh(name + ".sock"))
    return o


def enter(o, who, hours=0):
    c = o.daemon.client()
    pairs = [("member", who), ("passphrase", o.pw[who])]
    c.must("login", pairs + ([("now", NOW + hours * HOUR)] if hours else []))
    return c


def call(o, who, name, pairs=(), hours=0, **kw):
    c = enter(o, who, hours)
    try:
        return c.call(name, pairs, **kw)
    finally:
        c.close()


def add(o, who, account, roles, hours=0):
    return call(o, who, "member_add", [("name", account), ("account", account), ("roles", roles)], hours)


def limit(o, who, field, value, hours=0):
    return call(o, who, "limit_set", [("field", field), ("value", value), ("passphrase", o.pw[who])], hours)


def grant(o, who, approval, hours=0):
    return call(o, who, "approval_grant", [("approval", approval or "none"), ("passphrase", o.pw[who])], hours)


def state(o, who, approval, hours=0):
    r = call(o, who, "approval_show", [("approval", approval or "none")], hours)
    return r.get("state")


def puppet():
    """The set-up phase does not come back: a chief who shuts the other approvers out makes nobody to agree with himself."""
    o = office_of("puppet", ("adachi", "admin"))
    r = add(o, kit.CHIEF, "ayatsuri", "chief")
    ok(r.name == "APPROVAL" and r.get("roles") is not None, "control: with an administrator there a new chief waits for him", r)
    r = call(o, kit.CHIEF, "member_disable", [("member", "adachi")])
    ok(r.error == 0, "the chief shuts the administrator out, which is his right", r)
    r = add(o, kit.CHIEF, "ayatsuri", "chief")
    ok(r.name == "APPROVAL" and r.get("roles") is None, "but makes nobody in his place at once: it waits for the delay", r)
    r = call(o, kit.CHIEF, "member_enable", [("member", "adachi")])
    ok(r.name == "APPROVAL", "nor lets the administrator in again with a new code", r)
    r = add(o, kit.CHIEF, "ayatsuri", "chief", hours=23)
    ok(r.name == "APPROVAL", "an hour before the delay is over it still waits", r)
    r = add(o, kit.CHIEF, "ayatsuri", "chief", hours=25)
    ok(r.error == 0, "control: afterwards it is done, as in a firm of one person", r)
    o.daemon.stop()
    o = office_of("alone")
    r = add(o, kit.CHIEF, "adachi", "admin")
    ok(r.error == 0, "control: the first member of an office needs nobody (set-up phase)", r)
    o.daemon.stop()


def delay():
    """The delay of a firm of one person counts from when nobody else is there, not from when somebody was asked."""
    o = office_of("delay", ("mori", "chief"))
    r = limit(o, kit.CHIEF, "delay_hours", "1")
    grant(o, "mori", r.get("approval"))
    ok(limit(o, kit.CHIEF, "delay_hours", "1").error == 0, "two chiefs make the delay one hour")
    asked = limit(o, kit.CHIEF, "bulk_rows", "5000").get("approval")
    ok(state(o, kit.CHIEF, asked) == "waiting", "one asks for another limit")
    r = limit(o, kit.CHIEF, "bulk_rows", "5000", hours=2)
    ok(r.name == "APPROVAL", "control: two hours later it still waits for the other")
    r = call(o, kit.CHIEF, "member_disable", [("member", "mori")], hours=2)
    ok(r.error == 0, "who is then shut out", r)
    r = limit(o, kit.CHIEF, "bulk_rows", "5000", hours=2)
    ok(r.name == "APPROVAL" and r.get("approval") != asked, "what waited is asked for anew", r)
    ok(state(o, kit.CHIEF, asked) == "void", "the old request is void")
    ok(limit(o, kit.CHIEF, "bulk_rows", "5000", hours=4).error == 0, "control: and done when the delay is over")
    o.daemon.stop()


def agreed():
    """What somebody agreed to is worth no more than he is."""
    o = office_of("agreed", ("mori", "chief"), ("sato", "chief"), ("suzuki", "clerk"))
    first = limit(o, kit.CHIEF, "export_day", "40").get("approval")
    ok(grant(o, "mori", first).error == 0, "a chief agrees to a limit")
    ok(call(o, "sato", "member_disable", [("member", "mori")]).error == 0, "and is shut out")
    r = limit(o, kit.CHIEF, "export_day", "40")
    ok(r.name == "APPROVAL" and state(o, kit.CHIEF, first) == "void", "his agreement went with him", r)
    ok(grant(o, "sato", r.get("approval")).error == 0 and limit(o, kit.CHIEF, "export_day", "40").error == 0,
       "control: another chief's agreement serves")
    first = limit(o, "sato", "export_day", "50").get("approval")
    grant(o, kit.CHIEF, first)
    ok(state(o, "sato", first) == "granted", "control: a request of a member who stays is granted")
    reset = call(o, kit.CHIEF, "member_reset", [("member", "sato")])
    ok(reset.name == "APPROVAL", "a chief asks to reset that member", reset)
    grant(o, "sato", reset.get("approval"))
    ok(call(o, kit.CHIEF, "member_reset", [("member", "sato")]).error == 0, "and does")
    ok(state(o, kit.CHIEF, first) == "void", "what was agreed to for the member is not for who comes with the new code")
    o.daemon.stop()


def task():
    """A task is for the document and purpose that were agreed to."""
    o = office_of("task", ("mori", "chief"), ("suzuki", "clerk"))
    c = enter(o, kit.CHIEF)
    c.must("ledger_add", [("name", "二つ目"), ("purposes", "gensen,koyo_hoken")])
    c.must("ledger_grant", [("ledger", "二つ目"), ("member", "suzuki")])
    n = kit.numbers(1, 77)[0]
    who = c.must("subject_add", [("ledger", "二つ目")] + wire.fields(name="見本一", code="1") + [("number", n), ("number", n)]).get("subject")
    c.close()
    c = enter(o, "suzuki")
    t = c.must("transcribe", [("ledger", "二つ目"), ("subject", who), ("document", "給与支払報告書"), ("purpose", "gensen")]).get("approval")
    ok(grant(o, kit.CHIEF, t).error == 0, "a chief agrees to a task for one purpose")
    base = [("ledger", "二つ目"), ("subject", who), ("reason", "転記"), ("approval", t)]
    r = c.call("reveal", base + [("purpose", "koyo_hoken")])
    ok(r.name == "DENIED" and r.get("number") is None, "the number is not shown under it for another purpose", r)
    r = c.call("reveal", base + [("purpose", "gensen")])
    ok(r.error == 0 and str(r.get("number")) == n, "control: for its own it is", r.name)
    c.close()
    o.daemon.stop()


class Stopped:
    """The trail role answers nothing while this lasts."""

    def __init__(self, o):
        self.pid = o.daemon.roles()["trail"]

    def __enter__(self):
        os.kill(self.pid, signal.SIGSTOP)

    def __exit__(self, *a):
        os.kill(self.pid, signal.SIGCONT)


def send(c, name, pairs):
    c.rid += 1
    c.send_raw(wire.frame(wire.REQUESTS[name].number, wire.items(pairs), c.rid))


def quick():
    """Who is shut out while his login is under way stays out, and so does what was looked up before a right ended."""
    o = office_of("quick", ("mori", "chief"), ("suzuki", "clerk"))
    chief, late = enter(o, kit.CHIEF), o.daemon.client()
    kept = late.call("login", [("member", "suzuki"), ("passphrase", o.pw["suzuki"])]).get("checkpoint")
    late.close()
    late = o.daemon.client()
    with Stopped(o):
        send(chief, "member_disable", [("member", "suzuki")])
        time.sleep(0.3)
        send(late, "login", [("member", "suzuki"), ("passphrase", o.pw["suzuki"]), ("checkpoint", kept)])
        time.sleep(0.7)
    ok(chief.recv().error == 0, "a clerk is shut out while a login of his is half done")
    try:
        r = late.recv()
    except wire.Lost:
        r = None
    ok(r is None or r.error != 0, "the login does not become a session", r)
    if r is not None and r.error == 0:
        r = late.call("subject_list")
        kit.say("a member who is disabled lists people: %s" % r.name)
    late.close()
    late = o.daemon.client()
    r = late.call("login", [("member", "mori"), ("passphrase", o.pw["mori"]), ("checkpoint", kept)])
    ok(r.error == 0, "control: another's login with a kept checkpoint does", r)
    mori = late
    # a member's last day
    r = chief.call("member_set", [("member", "mori"), ("passphrase", o.pw[kit.CHIEF]), ("item", [("field", "until"), ("value", "2020-01-01")])])
    ok(r.name == "APPROVAL", "another last day for a member waits for the second person", r)
    ok(mori.call("approval_grant", [("approval", r.get("approval")), ("passphrase", o.pw["mori"])]).error == 0, "who agrees (to his own end)")
    r = chief.call("member_set", [("member", "mori"), ("passphrase", o.pw[kit.CHIEF]), ("item", [("field", "until"), ("value", "2020-01-01")])])
    ok(r.error == 0, "and is set", r)
    try:
        r = mori.call("subject_list")
    except wire.Lost:
        r = None
    ok(r is None or r.error != 0, "the session that he had ends with it", r)
    chief.close()
    o.daemon.stop()


def flood():
    """A member's program cannot fill the list that others have to read."""
    o = office_of("flood", ("mori", "chief"))
    c = enter(o, kit.CHIEF)
    asked = [c.call("limit_set", [("field", "reveal_day"), ("value", str(100 + i))]).name for i in range(60)]
    c.close()
    n = len(call(o, "mori", "approval_list").all("item"))
    ok(asked[0] == "APPROVAL" and "BUSY" in asked and n <= 50, "of 60 different requests of one member %d wait, the rest are refused" % n, set(asked))
    o.daemon.stop()


puppet()
delay()
agreed()
task()
quick()
flood()
kit.done()
