# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy matrix. What is allowed is worked out here from the table's row, not from the program's own policy module."""
import os

import kit
import wire
from kit import LEDGER, cli, ok

RIGHTS = {"DENIED", "LOCKED", "NO_GRANT"}
NUMBERS = kit.numbers(4, 1)

office = kit.Office(kit.fresh("office"))
office.member("suzuki", "clerk", LEDGER, name="鈴木花子")
office.member("tanaka", "clerk")
office.member("mori", "chief")
office.member("adachi", "admin")
office.member("kansa", "auditor")
office.member("kansa2", "auditor", LEDGER)
office.member("scratch", "clerk", LEDGER)

c = office.open()
c.login("suzuki", "pw-suzuki")
subject = office.add(c, NUMBERS[0], name="佐藤一郎", code="0001", birth="1980-05-01").get("subject")
office.end(c)

# name: (login, role, holds page key, holds number key)
ACTORS = {
    "nobody": (None, 0, False, False),
    "clerk with grant": ("suzuki", wire.ROLES["clerk"], True, True),
    "clerk without grant": ("tanaka", wire.ROLES["clerk"], False, False),
    "chief with grant": (kit.CHIEF, wire.ROLES["chief"], True, True),
    "chief without grant": ("mori", wire.ROLES["chief"], False, False),
    "admin": ("adachi", wire.ROLES["admin"], False, False),
    "auditor": ("kansa", wire.ROLES["auditor"], False, False),
    "auditor with page key": ("kansa2", wire.ROLES["auditor"], True, False),
}
NUMBER_ROLES = wire.ROLES["clerk"] | wire.ROLES["chief"]


def expected(row, actor):
    """None: not refused for rights; else the refusal."""
    _, roles, page, number = actor
    if row.session == "NO" or (row.session == "KEEPER" and not roles):  # this test runs as the daemon's own account
        return None
    if not roles:
        return "LOCKED"
    if not roles & row.roles or (row.grant == "NUMBER" and not roles & NUMBER_ROLES):
        return "DENIED"
    if (row.grant == "PAGE" and not page) or (row.grant == "NUMBER" and not number):
        return "NO_GRANT"
    return None


def body(name):
    """A request that is whole enough to come to the question of rights. It names the ledger wherever it may."""
    there = [("ledger", LEDGER)]
    person = there + [("subject", subject)]
    return {
        "login": [("member", "suzuki"), ("passphrase", "wrong")],
        "init": [("office", "x"), ("name", "y"), ("passphrase", "z"), ("demo", True), ("kdf_m", 8), ("kdf_t", 1)],
        "office_add": [("name", "客先")], "office_set": [("field", "name"), ("value", "見本商事")],
        "ledger_add": [("name", "別台帳")], "ledger_grant": there + [("member", "scratch")],
        "ledger_revoke": there + [("member", "scratch")],
        "member_add": [("name", "新人"), ("roles", "clerk")],
        "member_activate": [("member", "scratch"), ("otc", "AAAAA-AAAAA-AAAAA-AAAAA"), ("new_passphrase", "q")],
        "member_disable": [("member", "scratch")], "member_enable": [("member", "scratch")], "member_reset": [("member", "scratch")],
        "member_passphrase": [("passphrase", "wrong"), ("new_passphrase", "new-pw-1")],
        "capture": there + [("device", "no-such-device")],
        "review_list": there, "review_show": there + [("review", "r0000000000000")],
        "review_accept": there + [("review", "r0000000000000")],
        "review_reject": there + [("review", "r0000000000000"), ("reason", "x")],
        "subject_list": there, "subject_show": person, "subject_history": person,
        "subject_add": there + wire.fields(name="新規"), "subject_set": person + wire.fields(kana="サトウイチロウ"),
        "reveal": person + [("reason", "年末調整")],
        "export": there + [("profile", b"\0")],
    }.get(name, [])


sock = kit.fresh("socket")
daemon = wire.Daemon(office.dir, sock)
wanted, wrong, revealed = [], [], []
cells = 0
for label, actor in ACTORS.items():
    bad = []
    for name, row in wire.REQUESTS.items():
        c = daemon.session(actor[0], "pw-" + actor[0] if actor[0] in office.members else kit.CHIEF_PW) if actor[0] else daemon.client()
        fds = []
        if name == "export":
            fds = [os.open(kit.fresh("export.out"), os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600)]
        r = c.call(name, body(name), fds)
        for fd in fds:
            os.close(fd)
        for fd in r.fds:
            os.close(fd)
        want = expected(row, actor)
        cells += 1
        if want is not None:
            wanted.append((office.members.get(actor[0], actor[0]), name, want))
        if r.name != want if want else r.name in RIGHTS:
            bad.append("%s: %r, wanted %s" % (name, r, want or "no refusal for rights"))
        if want and (len(r.items) > 2 or r.get("number") is not None or r.fds):
            bad.append("%s: a refusal that carries something: %r" % (name, r.items))
        if name == "reveal":
            revealed.append((label, r.get("number")))
        c.close()
    ok(not bad, "%s: %d requests as the table says" % (label, len(wire.REQUESTS)), "\n".join(bad))
status = daemon.stop()
ok(status == 0, "the daemon took %d requests and ended cleanly" % cells, "%d %s" % (status, daemon.words()))
with_number = [label for label, n in revealed if n is not None]
ok(with_number == ["clerk with grant", "chief with grant"] and all(n in (None, NUMBERS[0]) for _, n in revealed),
   "control: those with a number key, and only they, got the right number", revealed)

records = office.trail()
denied = [b for b in (x["body"] for x in records) if b.get("action") == "denied"]


def recorded(who, name, want):
    return [b for b in denied if b.get("actor") == who and b.get("result") == want.lower()
            and b.get("detail", {}).get("note") == "request=" + name]


chief_id = next(b["actor"] for b in (x["body"] for x in records) if b.get("action") == "ledger_add" and "actor" in b)
missing = [w for w in wanted if not recorded(chief_id if w[0] == kit.CHIEF else w[0], w[1], w[2])]
ok(not missing, "each of the %d refusals is on the trail with who, what and why" % len(wanted), missing)
rights = [b for b in denied if b["result"].upper() in RIGHTS]
ok(len(rights) == len(wanted), "and nothing else is recorded as refused", "%d records, %d refusals" % (len(rights), len(wanted)))
ok(len([b for b in denied if b["result"] == "auth" and b["detail"]["note"] == "request=member_passphrase"]) == len(ACTORS) - 1,
   "a wrong old passphrase of each session is recorded too")
ok(not recorded("m0000000000000", "reveal", "DENIED") and recorded(office.members["adachi"], "reveal", "DENIED"),
   "control: the look-up finds the admin's try and not one that was never made")
failed = [b for b in (x["body"] for x in records) if b.get("action") == "login_failed"]
ok(len(failed) >= len(ACTORS), "wrong passphrases and codes are on the trail as login_failed", len(failed))
ok(kit.verify(office.dir).status == 0, "mynakura-verify: the trail is whole")

# --- by the command line: a fresh office, because the matrix has used up and changed the first
office = kit.Office(kit.fresh("office2"))
for who, role, grant in (("suzuki", "clerk", LEDGER), ("tanaka", "clerk", None), ("adachi", "admin", None), ("kansa", "auditor", None),
                         ("other", "clerk", None)):
    office.member(who, role, grant)
c = office.chief()
c.must("ledger_add", [("name", "支払先台帳"), ("class", "payee")])
c.must("ledger_grant", [("ledger", "支払先台帳"), ("member", "other")])
office.end(c)
c = office.open()
c.login("suzuki", "pw-suzuki")
subject = office.add(c, NUMBERS[1], name="佐藤一郎", code="0001").get("subject")
office.end(c)

outputs = []
for who in ("tanaka", "adachi", "kansa", "other"):
    for place in ((), ("--ledger", LEDGER)):
        r = cli(office.dir, "reveal", subject, "--reason", "年末調整", *place, user=who, secrets=["pw-" + who])
        outputs.append(r)
        if who == "other" and not place:
            continue  # with a grant elsewhere and no ledger named, this subject does not exist for the asker
        ok(r.status == 4 and r.err, "reveal by %s%s: status 4 and words" % (who, " naming the ledger" if place else ""), r)
    target = kit.fresh("export-%s.csv" % who)
    r = cli(office.dir, "export", "--profile", "generic-utf8", "--ledger", LEDGER, "-o", target, user=who, secrets=["pw-" + who])
    outputs.append(r)
    ok(r.status == 4 and not os.path.exists(target), "export by %s: status 4 and no file" % who, r)
    r = cli(office.dir, "reveal", subject, "--reason", "年末調整", "--ledger", LEDGER, "--json", user=who, secrets=["pw-" + who])
    outputs.append(r)
    ok(r.status == 4 and r.lines()[0]["error"]["code"] in ("denied", "no_grant"), "reveal --json by %s: status 4, an error object" % who, r)

target = kit.fresh("export.csv")
r = cli(office.dir, "export", "--profile", "generic-utf8", "--ledger", LEDGER, "-o", target, user="suzuki", secrets=["pw-suzuki"])
ok(r.status == 0 and os.path.exists(target) and NUMBERS[1] in open(target, encoding="utf-8").read(),
   "control: a clerk with a grant exports the number into a file", r)
outputs.append(r)
ok(not any(kit.holds_digits(x.out + b"\n" + x.err, NUMBERS[1]) for x in outputs), "no output holds a run of the number's digits",
   [repr(x) for x in outputs if kit.holds_digits(x.out + b"\n" + x.err, NUMBERS[1])])
r = cli(office.dir, "reveal", "0001", "--reason", "年末調整", user="suzuki", secrets=["pw-suzuki"])
ok(r.status == 0 and r.text.replace(" ", "").strip() == NUMBERS[1] and kit.holds_digits(r.out, NUMBERS[1]),
   "control: a clerk with a grant reveals the right number, and the search for digits finds it", r)

r = cli(office.dir, "audit", "list", "--json", user="kansa", secrets=["pw-kansa"])
seen = r.lines() if r.status == 0 else []
for who, tries in (("tanaka", 4), ("adachi", 4), ("kansa", 4), ("other", 4)):  # the last one's: the person is not in the only ledger that it knows
    got = [x for x in seen if x.get("action") == "denied" and x.get("actor") == office.members[who]]
    ok(len(got) == tries, "the auditor's list shows each of the %d tries of %s" % (tries, who), "%d: %s" % (len(got), got))
ok(not kit.holds_digits(r.out, NUMBERS[1]), "the auditor's list holds no digits of the number")
# --- the passphrase again: what the command line sends for an export, sent by somebody who rides a session and does not know it
daemon = wire.Daemon(office.dir, sock)
tap = wire.Tap(kit.fresh("tap"), sock)
target = kit.fresh("export2.csv")
r = cli(None, "export", "--profile", "generic-utf8", "--ledger", LEDGER, "-o", target, user="suzuki", secrets=["pw-suzuki"], where=("--socket", tap.path))
sent = tap.sent("export")
ok(r.status == 0 and sent and "profile" in dict(sent), "an export over the socket, looked at on its way", r)
rider = daemon.session("suzuki", "pw-suzuki")
for words, passphrase in (("no passphrase", None), ("an empty one", b""), ("a wrong one", b"pw-suzukI"), ("another member's", b"pw-tanaka"), ("the right one", b"pw-suzuki")):
    fd = os.open(kit.fresh("ridden.csv"), os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600)
    body = b"".join(wire.TAGS[t][0].to_bytes(2, "big") + len(v).to_bytes(2, "big") + v for t, v in sent or () if t != "passphrase")
    r = rider.call("export", [("passphrase", passphrase)] if passphrase is not None else [], [fd], raw=body)
    size = os.fstat(fd).st_size
    os.close(fd)
    if passphrase == b"pw-suzuki":
        ok(r.error == 0 and size > 12, "control: with the right one it is done", r)
    else:
        ok(r.name == "AUTH" and size == 0, "the same with %s: refused, and the file is empty" % words, r)
fd = os.open(kit.fresh("ridden.csv"), os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600)
named = [(t, v.replace(b"generic-utf8", NUMBERS[2].encode()) if t == "profile" else v) for t, v in sent or ()]
r = rider.call("export", [], [fd], raw=b"".join(wire.TAGS[t][0].to_bytes(2, "big") + len(v).to_bytes(2, "big") + v for t, v in named))
ok(any(NUMBERS[2].encode() in v for _, v in named) and r.status == 12 and os.fstat(fd).st_size == 0 and NUMBERS[2] not in r.get("message", ""),
   "a profile whose id is a number: status 12, since the id would stand on the trail", r)
os.close(fd)
rider.close()
daemon.stop()

with open(office.dir + ".log", "rb") as f:
    ok(not kit.holds_digits(f.read(), NUMBERS[1]), "nor does what the daemon wrote")

kit.done()
