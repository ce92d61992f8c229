# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of tests/integration/trail.sh."""
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

import kit
import wire
from kit import LEDGER, cli, ok

NUMBERS = kit.numbers(6, 4)
office = kit.Office(kit.fresh("office"))
office.member("suzuki", "clerk", LEDGER)
auditor = office.member("kansa", "auditor")
c = office.open()
c.login("suzuki", "pw-suzuki")
people = [office.add(c, n, name="人%s" % "一二三四五六"[i], code="%04d" % i).get("subject") for i, n in enumerate(NUMBERS)]
for p in people[:3]:
    c.must("reveal", [("subject", p), ("reason", "年末調整")])
office.end(c)


def listed(c, pairs=(), name="audit_list"):
    """every page of a list"""
    rows, cursor = [], None
    while True:
        r = c.must(name, list(pairs) + ([("cursor", cursor)] if cursor else []))
        rows += [v for k, v in r.items if k == "item"]
        cursor = r.get("cursor")
        if cursor is None:
            return rows


def of(row, tag):
    return [v for k, v in row if k == tag]


def seqs(rows):
    return [of(r, "seq")[0] for r in rows]


# --- both orders, filters, pages
c = office.open()
c.login("kansa", "pw-kansa")
everything = listed(c)
lines = kit.trail(office.dir)
ok(seqs(everything) == [x["seq"] for x in lines][:len(everything)] and len(everything) > 30, "the list is the trail's lines in their order")
back = listed(c, [("newest", True)])
ok(seqs(back)[-len(everything):] == seqs(everything)[::-1], "newest first: the same, the other way round")
few = []
for _ in range(5):
    r = c.must("audit_list", [("newest", True), ("limit", 3)] + ([("cursor", str(few[-1]))] if few else []))
    few += seqs([v for k, v in r.items if k == "item"])
ok(len(few) == 15 and few == sorted(few, reverse=True) and len(set(few)) == 15, "by limit and the last seq as cursor, page by page", few)
reveals = listed(c, [("action", "reveal")])
ok(len(reveals) == 6 and all(of(r, "action") == ["reveal"] for r in reveals), "by action")
intent = seqs([r for r in reveals if of(r, "kind") == ["intent"]])[1]
pair = listed(c, [("ref", intent)])
ok(len(pair) == 2 and seqs(pair)[0] == intent and of(pair[1], "ref") == [intent] and of(pair[1], "kind") == ["outcome"], "an INTENT and what names it", pair)
session = of(reveals[0], "session")[0]
rows = listed(c, [("session", session), ("newest", True)])
ok(len(rows) > 8 and all(of(r, "session") == [session] for r in rows), "by session")
ok(seqs(listed(c, [("text", "ねんまつ")])) == [] and len(listed(c, [("text", "年末")])) == 6, "by words, of which two letters are enough")
ok(all("checkpoint" in of(r, "kind") for r in listed(c, [("action", "checkpoint")])) and listed(c, [("action", "checkpoint")]), "checkpoints by themselves")
r = c.call("audit_list", [("action", "nonsense")])
ok(r.status == 12, "an action that does not exist: 12", r)
office.end(c)

# --- an export names its people
out = kit.fresh("out.csv")
r = cli(office.dir, "export", "--profile", "generic-utf8", "--ledger", LEDGER, "-o", out, user="suzuki", secrets=["pw-suzuki", "pw-suzuki"])
ok(r.status == 0, "an export of everybody", r)
records = [x["body"] for x in kit.trail(office.dir) if x["body"].get("action") == "export"]
ok([x["kind"] for x in records] == ["intent", "outcome"] and all(sorted(x["subjects"]) == sorted(people) for x in records),
   "INTENT and OUTCOME name all of them", records)
c = office.open()
c.login("suzuki", "pw-suzuki")
for p in (people[0], people[5]):
    rows = listed(c, [("subject", p)], "subject_history")
    exports = [r for r in rows if of(r, "action") == ["export"]]
    ok(len(exports) == 2 and len(of(exports[0], "subject")) == 6 and of(exports[0], "count") == [6], "and each one's history has it", exports)
office.end(c)

# --- anomalies
c = office.open()
c.login("suzuki", "pw-suzuki")
for _ in range(8):
    c.call("reveal", [("subject", people[3]), ("reason", "確認")])
for _ in range(4):
    last = c.call("reveal", [("subject", people[3]), ("reason", "確認")])
ok(last.status == 6, "control: over the budget", last)
c.call("audit_list")  # a clerk may not
office.end(c)
c = office.open()
c.call("login", [("member", "suzuki"), ("passphrase", "wrong")])
c.login("kansa", "pw-kansa")
found = {}
for row in [v for k, v in c.must("audit_anomalies").items if k == "item"]:
    kind = of(row, "kind")[0]
    found[kind] = found.get(kind, 0) + of(row, "count")[0]
ok(found.get("burst", 0) >= 1 and found.get("over_budget", 0) >= 1 and found.get("denied", 0) >= 1 and found.get("login_failed") == 1,
   "anomalies: a burst, the budget, a refusal, a failed login", found)
ok("rolled_back" not in found and "trail_torn" not in found, "and none that was not planted", found)
r = c.must("audit_anomalies", [("to", "2001-01-01")])
ok(not r.all("item"), "none before the office was there", r)
office.end(c)

# --- the index: gone, wrong, another's; the list is right again each time
INDEX = os.path.join(office.dir, "trail", "index.db")


def whole_list(what):
    c = office.open()
    c.login("kansa", "pw-kansa")
    rows = listed(c)
    mine = listed(c, [("actor", "suzuki")])
    office.end(c)
    lines = [x for x in kit.trail(office.dir) if x["seq"] <= seqs(rows)[-1]]
    suzuki = [x["seq"] for x in lines if x["body"].get("actor") == office.members["suzuki"]]
    ok(seqs(rows) == [x["seq"] for x in lines] and seqs(mine) == suzuki and suzuki, "%s: the lists are the trail's lines" % what)


whole_list("control: the index as it is")
ok(os.path.exists(INDEX) and oct(os.stat(INDEX).st_mode & 0o777) == "0o600", "control: there is an index, for the trail role alone")
os.unlink(INDEX)
whole_list("without an index")
with open(INDEX, "r+b") as f:
    f.truncate(9000)
whole_list("an index that was cut")
shutil.copyfile(__file__, INDEX)
whole_list("another file in its place")
db = sqlite3.connect(INDEX)
n = db.execute("UPDATE rec SET actor = 0 WHERE seq % 2 = 0 AND actor != 0").rowcount
db.execute("UPDATE rec SET at = at + 7 WHERE seq % 5 = 0")
db.commit()
db.close()
ok(n > 5, "control: the index was made to lie")
whole_list("an index that lies")
db = sqlite3.connect(INDEX)
n = db.execute("DELETE FROM rec WHERE action = (SELECT id FROM word WHERE text = 'reveal')").rowcount
db.commit()
db.close()
c = office.open()
c.login("kansa", "pw-kansa")
shown = len(listed(c, [("action", "reveal")]))
office.end(c)
ok(n > 5 and shown >= n, "rows that somebody took out of it between two runs are in the first list (%d taken, %d shown)" % (n, shown))
v = kit.verify(office.dir)
ok(v.status == 0, "mynakura-verify minds none of it", v)

# --- kept checkpoints: a member's, and this PC's own
old = kit.copy_tree(office.dir, kit.fresh("old"))
c = office.open()
first = c.must("login", [("member", "suzuki"), ("passphrase", "pw-suzuki")])
kept = first.get("checkpoint")
ok(kept is not None and kept.count(b"\n") == 2 and kept.startswith(b'{"seq":%d,' % first.get("seq")), "login answers the checkpoint that covers it, with the line before", first)
r = c.must("witness_check", [("checkpoint", kept)])
ok(r.get("checkpoint") and r.get("seq") >= first.get("seq"), "witness_check: it stands in the trail", r)
office.end(c)
c = office.open()
r = c.must("login", [("member", "suzuki"), ("passphrase", "pw-suzuki"), ("checkpoint", kept)])
ok(not [a for a in r.all("alarm") if "checkpoint" in a], "control: shown at the next login, no alarm", r)
bad = bytearray(kept)
bad[kept.index(b'"sig":"') + 9] ^= 1
r = c.call("witness_check", [("checkpoint", bytes(bad))])
ok(r.status == 12, "a bad signature proves nothing: 12", r)
office.end(c)
c = office.open()
r = c.must("login", [("member", "suzuki"), ("passphrase", "pw-suzuki"), ("checkpoint", bytes(bad))])
ok(any("ignored" in a for a in r.all("alarm")), "at a login it is ignored with an alarm", r)
newest = r.get("checkpoint")
office.end(c)

# the whole of DIR put back, but for what the monitor keeps
c = wire.Embedded(old, old + ".log")
r = c.call("login", [("member", "suzuki"), ("passphrase", "pw-suzuki"), ("checkpoint", newest)])
ok(r.error == 0 and r.get("witness") == "rolled_back" and any("older" in a for a in r.all("alarm")),
   "an older copy of a demo: the member's own checkpoint says so (elsewhere it is 9: rollback.sh)", r)
office.end(c)
c = wire.Embedded(old, old + ".log")
r = c.call("login", [("member", "kansa"), ("passphrase", "pw-kansa"), ("checkpoint", newest)])
ok(r.error == 0 and any("older" in a for a in r.all("alarm")), "who is auditor only comes in to look, with an alarm", r)
r = c.call("audit_verify")
ok(r.error == 0 and r.get("ok"), "and can verify", r)
found = [of(v, "kind")[0] for k, v in c.must("audit_anomalies").items if k == "item"]
ok("rolled_back" in found, "and sees it among the anomalies", found)
c.end()
place = os.path.join(office.dir, "witness", "checkpoint")
ok(os.path.exists(place), "control: this PC keeps its own")
again = kit.copy_tree(kit.fresh("old"), kit.fresh("again"))
shutil.copyfile(place, os.path.join(again, "witness", "checkpoint"))
r = cli(again, "status", user="suzuki", secrets=["pw-suzuki"])
ok(r.status == 9, "an older trail than this PC has seen: 9 at the start", r)
with open(os.path.join(again, "witness", "checkpoint"), "wb") as f:
    f.write(b"nonsense\n")
c = wire.Embedded(again, again + ".log")
r = c.call("login", [("member", "kansa"), ("passphrase", "pw-kansa")])
ok(r.error == 0 and any("this PC" in a for a in r.all("alarm")), "a file there that is none is ignored with an alarm", r)
c.end()
with open(place, "rb") as f:
    own = f.read()
last = [x for x in kit.trail(office.dir) if x["body"]["kind"] == "checkpoint"][-1]
ok(own.startswith(b'{"seq":%d,' % last["seq"]), "this PC's own is the newest checkpoint, also after the daemon's end")

# --- status names the last anchor
c = office.open()
c.login("kansa", "pw-kansa")
ok(c.must("status").get("witness") == "none", "status: no anchor yet")
r = c.must("audit_anchor")
ok(r.get("checkpoint", b"").startswith(b'{"seq":%d,' % r.get("seq")), "audit_anchor hands out its checkpoint", r)
time.sleep(0.3)
ok(c.must("status").get("witness", "")[:4] == "2026", "status: the last anchor's time")
office.end(c)

# --- more people than one record takes
big = kit.Office(kit.fresh("big"))
big.member("suzuki", "clerk", LEDGER)
c = big.open()
c.login("suzuki", "pw-suzuki")
crowd = [big.add(c, n, name="山田太郎", code="%05d" % i).get("subject") for i, n in enumerate(kit.numbers(2101, 5))]
big.end(c)
r = cli(big.dir, "export", "--profile", "generic-utf8", "--ledger", LEDGER, "-o", kit.fresh("crowd.csv"), user="suzuki", secrets=["pw-suzuki", "pw-suzuki"])
records = [x["body"] for x in kit.trail(big.dir) if x["body"].get("action") == "export"]
ok(r.status == 0 and [x["kind"] for x in records] == ["event", "intent", "outcome"], "an export of 2,101 people: those over 2,000 stand before the INTENT", r)
ok(len(records[1]["subjects"]) == 2000 and len(records[0]["subjects"]) == 101 and set(records[0]["subjects"] + records[1]["subjects"]) == set(crowd),
   "and all of them are named")
c = big.open()
c.login("suzuki", "pw-suzuki")
ok(all(any(of(row, "action") == ["export"] for row in listed(c, [("subject", p)], "subject_history")) for p in (crowd[0], crowd[-1])),
   "the first one's history has it, and the last one's")
big.end(c)

# --- many records, few fsyncs: the trail role is traced while 8 sessions ask at once
sock = kit.fresh("s")
d = wire.Daemon(office.dir, sock)
d.wait_ready()
sessions = [d.session("suzuki", "pw-suzuki") for _ in range(8)]
trace = kit.fresh("trace")
if shutil.which("strace") is None:
    kit.skip("strace is not installed")
else:
    p = subprocess.Popen(["strace", "-f", "-c", "-e", "trace=fdatasync", "-o", trace, "-p", str(d.roles()["trail"])], stderr=subprocess.DEVNULL)
    time.sleep(0.7)
    before = len(kit.trail_whole(office.dir))

    def refused(s):
        for _ in range(25):
            s.call("audit_list")  # denied to a clerk: a durable record each

    threads = [threading.Thread(target=refused, args=(s,)) for s in sessions]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    p.send_signal(signal.SIGINT)
    p.wait()
    records = len(kit.trail_whole(office.dir)) - before
    with open(trace, encoding="utf-8") as f:
        syncs = sum(int(x.split()[3]) for x in f if x.rstrip().endswith("fdatasync"))
    ok(records >= 200 and 0 < syncs <= records * 0.7, "%d durable records, %d fdatasyncs" % (records, syncs))
d.stop()
v = kit.verify(office.dir)
ok(v.status == 0, "the trail is whole", v)
kit.done()
