# SPDX-License-Identifier: GPL-3.0-or-later
"""A clerk's own program on the socket: it gets what the clerk gets, and every try of it is on the trail."""
import collections
import os
import time

import kit
import wire
from kit import LEDGER, ok

BUDGET = 10
PEOPLE = 12
RACERS = ["r%d" % i for i in range(1, 3 if kit.SANITIZED else 7)]
NUMBERS = kit.numbers(PEOPLE, 4711)
office = kit.Office(kit.fresh("office"))
for name in ["suzuki", "tanaka", "sato", "mori", *RACERS]:
    office.member(name, "clerk", LEDGER)
office.member("oda", "chief")
c = office.open()
c.login("suzuki", "pw-suzuki")
people = [office.add(c, n, name="社員%s" % "一二三四五六七八九十百千"[i], code="%04d" % i).get("subject") for i, n in enumerate(NUMBERS)]
office.end(c)
sock = kit.fresh("socket")
daemon = wire.Daemon(office.dir, sock)
answers = collections.defaultdict(collections.Counter)  # member: what its tries were answered
got = collections.defaultdict(list)  # member: the numbers that it got


def ask(i, **more):
    pairs = {"subject": people[i % PEOPLE], "reason": "照合", "ledger": LEDGER, **more}
    return list(pairs.items())


def judge(who, r):
    answers[who][r.name] += 1
    if r.get("number") is not None:
        got[who].append(r.get("number"))
    if r.error != 0 and (len(r.items) > 2 or r.fds or any(kit.holds_digits(str(x), n) for x in r.items for n in NUMBERS)):
        answers[who]["a refusal that carries something"] += 1
    return r


def reveal(c, who, i, **more):
    return judge(who, c.call("reveal", ask(i, **more)))


def login(who, **more):
    c = daemon.client()
    c.must("login", [("member", who), ("passphrase", "pw-" + who), *more.items()])
    return c


def restart():
    global daemon
    status = daemon.stop()
    daemon = wire.Daemon(office.dir, sock)
    return status


def records():
    return [x["body"] for x in kit.trail(office.dir)]


def tries(who, result=None, action="reveal"):
    """What the trail says that a member tried: intents, and refusals before an intent; with a result: those that ended so."""
    member = office.members[who]
    out = 0
    for b in records():
        if b.get("actor") != member:
            continue
        refusal = b.get("action") == "denied" and b.get("detail", {}).get("note", "").startswith("request=" + action)
        if result is None:
            out += refusal or (b.get("action") == action and b.get("kind") == "intent")
        else:
            out += (refusal or (b.get("action") == action and b.get("kind") == "outcome")) and b.get("result") == result
    return out


# --- to the last unit: sessions and connections at once, reconnects, a restart; then the race for the last one
for who in RACERS:
    a, b = login(who), login(who)
    for i in range(4):
        reveal((a, b)[i % 2], who, i)
    a.close()
    a = login(who)
    for i in range(4, BUDGET - 1):
        reveal((a, b)[i % 2], who, i)
    a.close()
    b.close()
ok(all(answers[w] == {"ok": BUDGET - 1} for w in RACERS), "control: %d clerks' programs get %d numbers each, over several sessions" % (len(RACERS), BUDGET - 1),
   dict(answers))
ok(restart() == 0, "the daemon is stopped and started again")
for k, who in enumerate(RACERS):
    conns = [login(who) for _ in range((2, 4, 6)[k % 3])]
    frames = [wire.frame(wire.REQUESTS["reveal"].number, wire.items(ask(j)), 7) for j in range(len(conns))]
    for c, f in zip(conns, frames):
        c.send_raw(f)
    if k % 2:  # and behind the first, on the same connection
        conns[0].send_raw(frames[0])
    for c in conns:
        judge(who, c.recv())
    if k % 2:
        judge(who, conns[0].recv())
    for c in conns:
        c.close()
ok(all(answers[w]["ok"] == BUDGET for w in RACERS), "two, four and six connections at the same moment for the last unit: one of them gets it",
   {w: dict(answers[w]) for w in RACERS})
ok(all(set(answers[w]) == {"ok", "BUDGET"} for w in RACERS), "the others are told that the budget is spent, and nothing else", {w: dict(answers[w]) for w in RACERS})

# --- after it: nothing, whatever is said
who = RACERS[0]
refused = []
for words, more in (("the same again", {}), ("another person", {"subject": people[5]}), ("by code", {"subject": "0007"}), ("no ledger named", {"ledger": ""}),
                    ("another reason", {"reason": "行政調査"}), ("a purpose", {"purpose": "gensen"})):
    c = login(who)
    refused.append((words, reveal(c, who, 3, **more).get("number")))
    c.close()
for words, seconds in (("an hour later", 3600), ("a day later", 90000), ("20 years later", 630720000), ("a day earlier", -90000)):
    c = login(who, now=int(time.time()) + seconds)
    refused.append(("stated: " + words, reveal(c, who, 4).get("number")))
    c.close()
restart()
for _ in range(3):
    c = login(who)
    refused.append(("after a restart", reveal(c, who, 6).get("number")))
    c.close()
pid = daemon.roles()["vault"]
os.kill(pid, 9)
daemon.wait_ready()
c = login(who)
refused.append(("after the vault was killed", reveal(c, who, 8).get("number")))
ok(all(n is None for _, n in refused), "after the budget nothing: %d tries with other words, stated times, restarts" % len(refused), refused)
listed = c.must("subject_list", [("ledger", LEDGER)])
ok(len(listed.all("item")) == PEOPLE and not any(kit.holds_digits(str(x), n) for x in listed.items for n in NUMBERS), "the list shows people and no digits", listed)
r = c.call("export", [("ledger", LEDGER), ("subject", people[0]), ("profile", b"\0\1")])
ok(r.error != 0 and r.name in ("AUTH", "INPUT", "PROTOCOL", "USAGE"), "an export without passphrase and file is none", r)
c.close()

# --- tries that do not wait for their answer
before = tries(who)
GONE = 12
for i in range(GONE):
    c = login(who)
    c.send_raw(wire.frame(wire.REQUESTS["reveal"].number, wire.items(ask(i)), 9))
    c.close()
gone = login(who)
reveal(gone, who, 0)  # behind them all
gone.close()
seen = tries(who) - before
ok(seen == GONE + 1, "%d tries that hang up before the answer: each is on the trail" % GONE, "%d of %d" % (seen, GONE + 1))

# --- wrong passphrases, in turn between two members so that neither seems to be tried often
wrong = collections.Counter()
for i in range(16):
    name = ("tanaka", "sato")[i % 2]
    c = daemon.client()
    wrong[c.call("login", [("member", name), ("passphrase", "guess %d" % i)]).name] += 1
    c.close()
ok(wrong["AUTH"] <= 8 and wrong["BUSY"] >= 8 and wrong["ok"] == 0, "16 wrong passphrases in turn on two members: after three of each it must wait", dict(wrong))
failed = [b for b in records() if b.get("action") == "login_failed"]
ok(len(failed) == wrong["AUTH"] and all(b.get("uid") == os.getuid() for b in failed), "each that was tried is on the trail, with the uid it came from",
   "%d of %d %s" % (len(failed), wrong["AUTH"], failed[-1:]))
before = len(failed)
for _ in range(6):  # hang up while the key is derived
    c = daemon.client()
    c.send_raw(wire.frame(wire.REQUESTS["login"].number, wire.items([("member", RACERS[1]), ("passphrase", "another guess")]), 3))
    c.close()
end = time.monotonic() + 5
while time.monotonic() < end:
    failed = [b for b in records() if b.get("action") == "login_failed"][before:]
    if len(failed) >= 6:
        break
    time.sleep(0.1)
ok(failed and all(b.get("uid") == os.getuid() for b in failed), "wrong passphrases that hang up while the key is derived: on the trail with their uid too",
   "%d %s" % (len(failed), failed[-1:]))
c = daemon.client()
late = [c.call("login", [("member", RACERS[1]), ("passphrase", "guess")]).name for _ in range(3)]
ok("BUSY" in late, "and they counted: it must wait", late)
c.close()

# --- riding an open session: its passphrase cannot be guessed at leisure
rider = login("suzuki")
guesses = collections.Counter()
for i in range(12):
    guesses[rider.call("member_passphrase", [("passphrase", "guess %d" % i), ("new_passphrase", "a new long phrase")]).name] += 1
ok(guesses["ok"] == 0 and guesses["BUSY"] > 0 and guesses["AUTH"] <= 6, "the passphrase of a session that somebody rides is not guessed at leisure", dict(guesses))
rider.close()

# --- what wants the passphrase again does not take a wrong one, however lately the right one was typed
chief, other = daemon.session(kit.CHIEF, kit.CHIEF_PW), daemon.session("oda", "pw-oda")
chief.must("office_set", [("field", "approvals"), ("value", "on")])
LIMIT = [("field", "reveal_day"), ("value", "1000")]
r = chief.call("limit_set", LIMIT + [("passphrase", "a guess")])
ok(r.name == "AUTH" and r.get("approval") is None, "a limit with a wrong passphrase is not even asked for", r)
r = chief.call("limit_set", LIMIT + [("passphrase", kit.CHIEF_PW)])
waits = r.get("approval", "")
ok(r.name == "APPROVAL" and waits, "control: with the right one it waits for a second person", r)
r = other.call("approval_grant", [("approval", waits), ("passphrase", "a guess")])
again = chief.call("limit_set", LIMIT + [("passphrase", kit.CHIEF_PW)])
ok(r.name == "AUTH" and again.name == "APPROVAL", "a second person's wrong passphrase agrees to nothing", (r, again))
r = other.call("approval_grant", [("approval", waits), ("passphrase", "pw-oda")])
ok(r.error == 0, "control: the right one does", r)
chief.close()
other.close()

# --- the counts
bad = []
for who in RACERS:
    n = answers[who]
    extra = GONE if who == RACERS[0] else 0
    for what, want, is_ in (("numbers", len(got[who]), n["ok"]), ("outcomes ok", tries(who, "ok"), n["ok"]),
                            ("tries", tries(who), sum(n.values()) - n["NOT_FOUND"] + extra)):  # a thing that is not there was not tried
        if want != is_:
            bad.append("%s: %s %s, answers %s %s" % (who, what, want, is_, dict(n)))
    if tries(who, "budget") < n["BUDGET"]:
        bad.append("%s: %d refusals on the trail, %d answers" % (who, tries(who, "budget"), n["BUDGET"]))
ok(not bad, "for each of %d clerks the trail's counts are the tries made" % len(RACERS), "\n".join(bad))
ok(all(sorted(got[w]) == sorted(NUMBERS[i % PEOPLE] for i in list(range(BUDGET - 1)) + [NUMBERS.index(got[w][-1])]) for w in RACERS),
   "control: what was got is the right people's numbers")
c = login("mori")
r = reveal(c, "mori", 0)
ok(r.get("number") == NUMBERS[0] and tries("mori") == 1, "control: another clerk's budget is whole, and the look-up counts that one try", r)
c.close()
ok(tries("sato") == 0, "control: the look-up finds no try of one who made none")
daemon.stop()
ok(kit.verify(office.dir).status == 0, "mynakura-verify: the trail is whole")
kit.done()
