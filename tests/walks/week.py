# SPDX-License-Identifier: GPL-3.0-or-later
"""The week of tests/walks/README, day by day. The numbers of the cards in the scanner come on stdin."""
import os
import shutil
import signal
import sys
import time

from office import *  # noqa: F403
import office as o
import kit
import questions
from kit import LEDGER, ok

CARDS = sys.stdin.read().split()
TYPED = kit.numbers(31, 20261130)
STARTED = time.clock_gettime(time.CLOCK_REALTIME) - o._wall
people = {}  # code: subject id
number_of = {}  # subject id: number
saw = []  # (day, member, subject) of reveals
task = None
events = {}  # what questions.py asks for
service = Service()
watch = Watch()
watch.start()


def see(day, who, subject, *words, **kw):
    r = reveal(who, subject, *words, **kw)
    if r.status == 0:
        saw.append((day, who, subject))
    return r


def health():
    """What root's timer can know without a login."""
    return kit.Run(o.subprocess.run([BIN + "mynakura", "status", "--health", "--json"], stdin=o.subprocess.DEVNULL, capture_output=True, check=False))


# --- Monday: the office is set up, 35 people get in

def found():
    at("2026-11-30T08:40")
    ok(service.start(), "Monday: the service starts")
    r = health()
    ok(r.status == 13, "root asks for its health: no vault yet, 13", r)
    kdf = () if os.environ.get("WALK_KDF") == "real" else ("--kdf", "m=8,t=1")
    r = run("yamada", "init", "--office", "見本商事", "--chief", "yamada", "--demo", *kdf, first=phrase("yamada"))
    spoken.pop()  # the recovery sheet
    ok(r.status == 0 and "recovery" in answer(r), "the chief makes the vault and gets the recovery sheet", r)
    r = health()
    ok(r.status == 0 and b'"form":"installed"' in r.out, "its health: whole", r)
    ok(run("yamada", "office", "set", "approvals=on").status == 0, "second persons are on")
    ok(run("yamada", "ledger", "add", LEDGER).status == 0, "a ledger for the employees")
    try:
        connect("stranger").call("hello")
        ok(False, "an account that is not a member's does not reach the service")
    except (PermissionError, wire.Lost):
        ok(True, "an account that is not a member's does not reach the service")


def join():
    codes = {}
    for who, name, role in (("suzuki", "鈴木花子", "clerk"), ("tanaka", "田中監", "auditor"), ("adachi", "足立管", "admin")):
        r = run("yamada", "member", "add", name, "--account", who, "--role", role)
        spoken.pop()  # the one-time code
        codes[who] = code_of(r)
    r = run("adachi", "member", "activate", "suzuki", first=codes["suzuki"], more=("stolen phrase",))
    ok(r.status == 4, "another account with the clerk's code does not become the clerk", r)
    done = [activate(who, code).status for who, code in codes.items()]
    ok(done == [0, 0, 0], "clerk, auditor and admin activate from their own accounts", done)
    r = activate("tanaka", codes["tanaka"])
    ok(r.status != 0, "a code is good once", r)
    ok(run("yamada", "ledger", "grant", LEDGER, "suzuki").status == 0, "the clerk is given the ledger")
    r = run("yamada", "member", "list")
    events["id"] = {x["account"]: x["id"] for x in r.lines()}
    ok({x["account"]: (x["roles"], x["state"]) for x in r.lines()} ==
       {"yamada": (["chief"], "active"), "suzuki": (["clerk"], "active"), "tanaka": (["auditor"], "active"), "adachi": (["admin"], "active")},
       "four members, each with the own role", r)


def enter():
    at("2026-11-30T10:00")
    lines = [phrase("suzuki")]
    for i, n in enumerate(TYPED):
        lines += ["subject add name=見本%02d kana=ミホン code=E%03d birth=19%02d-04-0%d number=- --json" % (i, i + 1, 60 + i, 1 + i % 9), n, n]
    r = as_account("suzuki", [BIN + "mynakura", "--passphrase-fd", "0", "batch"], "".join(x + "\n" for x in lines).encode())
    spoken.append(("subject add", r.out + r.err))
    ok(r.status == 0 and r.text.count("ACK") == 31, "31 people by hand", r)
    r = run("suzuki", "subject", "add", "name=見本", "code=E099", "number=-", more=(TYPED[0][:-1] + str((int(TYPED[0][-1]) + 1) % 10),) * 2)
    ok(r.status == 12, "control: a number with a wrong check digit is refused", r)


def scan():
    at("2026-11-30T13:30")
    sheets = [w for f in sorted(os.listdir("/run/cards")) for w in ("--option", "filename=/run/cards/" + f)]
    r = run("suzuki", "capture", "--device", "pnm:0", *sheets, "--ledger", LEDGER)
    items = [x["review"] for x in r.lines()] if r.status == 0 else []
    ok(len(items) == 4, "a stack of four cards is scanned and read", r)
    r = run("suzuki", "review", "show", items[0], secret=True)
    ok(r.status == 0, "the clerk looks at the first one", r)
    for i, item in enumerate(items):
        r = run("suzuki", "review", "accept", item, "--set", "name=読取%d" % (i + 1), "--set", "code=E%03d" % (32 + i))
        if r.status != 0:
            ok(False, "accepted", r)
    at("2026-11-30T14:00")
    r = run("suzuki", "subject", "list")
    people.update({x["code"]: x["id"] for x in r.lines()})
    ok(sorted(people) == ["E%03d" % (i + 1) for i in range(35)], "35 people are in the ledger", r)
    number_of.update({people["E%03d" % (i + 1)]: n for i, n in enumerate(TYPED)})
    kinds = {uid for _, uid in watch.readers}
    ok({uid("mynakura-read"), uid("mynakura-scan")} <= kinds and 0 not in kinds, "the scanner and the reading run under accounts of their own", watch.readers)


def monday():
    found()
    join()
    enter()
    scan()
    at("2026-11-30T17:30")
    events["late"] = session("suzuki")  # the clerk goes home and leaves it open


# --- Tuesday: reveals up to the budget and over it, a task

def budget():
    at("2026-12-01T08:50")
    ok(gone(events["late"]), "Tuesday: the session left open is locked")
    ids = [people["E%03d" % (i + 1)] for i in range(35)]
    at("2026-12-01T09:00")
    got, _ = reveal_batch("suzuki", ids[:9])
    ok(len(got) == 9 and all(number_of[s] == n for s, n in got.items()), "nine numbers are looked at, and they are the right ones")
    r = see("Tue", "suzuki", ids[34])
    number_of.update({ids[34]: answer(r).get("number")})
    ok(r.status == 0 and answer(r)["number"] in CARDS, "the tenth is one that was scanned", r)
    r = see("Tue", "suzuki", ids[10])
    ok(r.status == 6 and not kit.holds_digits(r.text, TYPED[10]), "the eleventh in ten minutes: over the budget, 6", r)
    saw.extend(("Tue", "suzuki", s) for s in got)
    for when, some in (("09:15", ids[10:20]), ("09:30", ids[:10])):
        at("2026-12-01T" + when)
        got, r = reveal_batch("suzuki", some)
        saw.extend(("Tue", "suzuki", s) for s in got)
        ok(len(got) == 10, "at %s ten more" % when, r)
    at("2026-12-01T10:00")
    r = see("Tue", "suzuki", ids[20])
    ok(r.status == 6, "and the 31st of the day is refused for the day", r)
    r = run("yamada", "status")
    ok(b"over the budget" in r.out, "the chief is told", r)


def transcribe():
    global task
    at("2026-12-01T13:00")
    ids = [people["E%03d" % (i + 1)] for i in range(20, 33)]
    r = run("suzuki", "transcribe", "--ledger", LEDGER, "--subject", *ids[:12], "--document", "gensen")
    task = waits(r)
    ok(task is not None, "a task of twelve people waits", r)
    ok(see("Tue", "suzuki", ids[0], "--task", task).status == 5, "nobody is shown before it is granted")
    ok(run("suzuki", "approval", "grant", task).status == 4, "not by the clerk")
    ok(run("adachi", "approval", "grant", task).status != 0, "nor by the admin")
    shown = answer(run("yamada", "approval", "show", task))
    ok(sorted(x["subject"] for x in shown["subjects"]) == sorted(ids[:12]), "the chief sees the twelve", shown)
    ok(run("yamada", "approval", "grant", task, "--digest", shown["digest"]).status == 0, "and grants it")
    done = [see("Tue", "suzuki", s, "--task", task, why="転記") for s in ids[:12]]
    ok([r.status for r in done] == [0] * 12, "twelve are shown, though the day's budget is spent", [r.status for r in done])
    ok(see("Tue", "suzuki", ids[0], "--task", task).status in (5, 12), "each once")
    r = see("Tue", "suzuki", ids[12], "--task", task)
    ok(r.status in (4, 5), "and no thirteenth", r)
    r = {x["approval"]: x["state"] for x in run("suzuki", "approval", "list", "--all").lines()}
    ok(r.get(task) == "used", "the task is used up", r)


# --- Wednesday: an export of 35, with everything that can come between

def rows(path):
    with open(path, encoding="utf-8-sig") as f:
        return len(f.read().splitlines()) - 1


def export_clerk():
    ids = sorted(people.values())
    at("2026-12-02T10:00")
    path, r = export("suzuki", ids, "payroll.csv")
    first = waits(r)
    ok(first is not None and not os.path.exists(path), "Wednesday: an export of 35 waits, and no file is left", r)
    ok(run("suzuki", "approval", "grant", first).status == 4, "not by the one who asks")
    r = run("yamada", "approval", "deny", first, "--reason", "締め日の前です")
    ok(r.status == 0, "the chief denies it", r)
    at("2026-12-02T11:00")
    path, r = export("suzuki", ids, "payroll.csv")
    second = waits(r)
    ok(second not in (None, first), "asked again it waits anew", r)
    ok(run("yamada", "approval", "grant", second).status == 0, "the chief grants it")
    ok(run("suzuki", "subject", "set", "E007", "address=東京都見本区1-2-3").status == 0, "then one of the 35 moves")
    path, r = export("suzuki", ids, "payroll.csv")
    third = waits(r)
    ok(third not in (None, first, second) and not os.path.exists(path), "the agreement was to something else: it waits anew", r)
    ok(run("yamada", "approval", "grant", third).status == 0, "granted as it is now")
    path, r = export("suzuki", ids, "payroll.csv")
    s = os.stat(path) if os.path.exists(path) else None
    ok(r.status == 0 and rows(path) == 35 and (s.st_uid, s.st_mode & 0o777) == (uid("suzuki"), 0o600), "35 rows, the clerk's own file, 0600", r)
    with open(path, encoding="utf-8-sig") as f:
        text = f.read()
    ok(all(n in text for n in TYPED + CARDS), "control: with every number, typed and scanned")
    path, r = export("suzuki", ids, "again.csv")
    ok(waits(r) not in (None, third) and not os.path.exists(path), "a second time it waits anew", r)
    events["exports"] = [("suzuki", "yamada", third)]
    events["denied"] = first


def export_chief():
    ids = sorted(people.values())
    at("2026-12-02T14:00")
    path, r = export("yamada", ids, "book.csv")
    alone = waits(r)
    ok(alone is not None and b"hours" in r.out, "the chief's own export: nobody else may agree, it would wait a day", r)
    ok(run("yamada", "approval", "grant", alone).status == 4, "he does not agree to himself")
    r = run("yamada", "member", "add", "森責", "--account", "mori", "--role", "chief")
    joins = waits(r)
    ok(joins is not None, "a second chief joins: a second person decides", r)
    ok(run("adachi", "approval", "grant", joins).status == 0, "the admin does")
    r = run("yamada", "member", "add", "森責", "--account", "mori", "--role", "chief")
    spoken.pop()
    ok(activate("mori", code_of(r)).status == 0, "mori activates from the own account", r)
    shown = answer(run("mori", "approval", "show", alone))
    ok(len(shown["subjects"]) == 35 and all(x["name"] is None for x in shown["subjects"]), "mori sees 35 ids and, without the ledger's key, no name", shown)
    ok(run("mori", "approval", "grant", alone, "--digest", shown["digest"]).status == 0, "mori agrees")
    path, r = export("yamada", ids, "book.csv")
    ok(r.status == 0 and rows(path) == 35, "and it runs", r)
    events["exports"].append(("yamada", "mori", alone))
    at("2026-12-02T22:40")
    ok(run("suzuki", "subject", "list").status == 0, "the clerk works late")


# --- Thursday: a member is shut out and comes back; who may not, does not

def shut_out():
    at("2026-12-03T12:00")
    open_one = session("suzuki")
    ok(open_one.call("ledger_list").error == 0, "control: Thursday noon, the clerk's session is open")
    ok(run("adachi", "member", "disable", "suzuki").status == 0, "the admin shuts the clerk out")
    ok(gone(open_one), "the open session has ended")
    r = run("suzuki", "login")
    ok(r.status == 3, "the clerk does not come in", r)
    r = run("adachi", "member", "enable", "suzuki")
    back = waits(r)
    ok(back is not None, "to let somebody in again wants a second person", r)
    ok(run("yamada", "approval", "grant", back).status == 0, "the chief agrees")
    r = run("adachi", "member", "enable", "suzuki")
    spoken.pop()
    PASS["suzuki"] = "another phrase of suzuki in walk %d" % os.getpid()
    ok(activate("suzuki", code_of(r)).status == 0, "with a new code the clerk makes a new passphrase", r)
    r = run("suzuki", "subject", "list")
    ok(r.status == 4 or not r.out, "but the ledger is not the clerk's any more", r)
    ok(run("yamada", "ledger", "grant", LEDGER, "suzuki").status == 0 and run("suzuki", "subject", "list").text.count("\n") == 35, "until the chief gives it again")
    r = run("adachi", "member", "set", "mori", "roles=chief,clerk")
    roles = waits(r)
    ok(roles is not None and run("yamada", "approval", "grant", roles).status == 0, "mori's roles wait for a second person, too", r)
    r = run("adachi", "member", "set", "mori", "roles=chief,clerk")
    ok(r.status == 0, "then they are changed", r)


def trespass():
    at("2026-12-03T14:00")
    one = people["E003"]
    tries = [run("adachi", *w).status for w in (("subject", "list"), ("subject", "show", one, "--ledger", LEDGER),
                                                ("reveal", one, "--ledger", LEDGER, "--reason", "x"), ("ledger", "grant", LEDGER, "adachi"))]
    ok(tries == [4, 4, 4, 4], "the admin reads no person and no number and gives himself no key: 4 each", tries)
    r = export("adachi", [one], "x.csv")
    ok(r[1].status == 4 and not os.path.exists(r[0]), "nor an export", r[1])
    r = run("mori", "--user", "suzuki", "reveal", one, "--reason", "x", first=phrase("suzuki"))
    ok(r.status in (3, 4) and not kit.holds_digits(r.text, TYPED[2]), "another account with the clerk's right passphrase is refused", r)
    r = run("tanaka", "reveal", one, "--ledger", LEDGER, "--reason", "x")
    ok(r.status == 4, "the auditor sees no number", r)
    r = as_account("suzuki", ["cat", *kit.segments(STATE)])
    ok(r.status != 0 and not r.out, "nor does the clerk read the trail's files")
    ok(see("Thu", "suzuki", one).status == 0, "control: the clerk looks at the same person")


def program():
    at("2026-12-03T15:00")
    before = len(of("reveal", "intent", uid=uid("suzuki"))), len(of("denied", uid=uid("suzuki")))
    c = connect("suzuki")
    ok(c.call("login", [("member", "suzuki"), ("passphrase", phrase("suzuki"))]).name == "AUTH", "a program of the clerk's own: no login without PAM")
    c.close()
    c = session("suzuki")
    seen = [c.call(name, pairs).name for name, pairs in (
        ("audit_list", []), ("key_slots", []), ("limit_set", [("field", "reveal_day"), ("value", "1000")]), ("office_add", [("name", "x")]),
        ("member_disable", [("member", "yamada")]), ("ledger_grant", [("ledger", LEDGER), ("member", "suzuki")]))]
    ok(seen == ["DENIED"] * 6, "what the clerk may not do, the program may not", seen)
    got = []
    for i in range(14):
        r = c.call("reveal", [("subject", "E%03d" % (i + 1)), ("ledger", LEDGER), ("reason", "照合")])
        got.append(r.name)
        if r.get("number") is not None:
            left.append(("suzuki", r.get("subject")))
            saw.append(("Thu", "suzuki", r.get("subject")))
    ok(got == ["ok"] * 10 + ["BUDGET"] * 4, "ten numbers and not one more", got)
    c.close()
    after = len(of("reveal", "intent", uid=uid("suzuki"))), len(of("denied", uid=uid("suzuki")))
    ok((after[0] - before[0], after[1] - before[1]) == (10, 10), "each try is on the trail", (before, after))
    events["limit"] = waits(run("adachi", "office", "set", "limit.reveal_day=40"))
    ok(events["limit"] is not None, "the admin asks for a higher limit; it waits")


def kept():
    """Thursday's files, as a thief of the disk would have them."""
    service.stop()
    os.mkdir("/run/walk/thursday", 0o700)
    o.subprocess.run(["cp", "-a", STATE + "/trail", STATE + "/vault", "/run/walk/thursday"], check=True)
    ok(service.start(), "the service is started anew overnight")


# --- Friday: the clock, a crash, a stop, the auditor

def clock():
    at("2026-12-04T08:30")
    ok(answer(run("suzuki", "clock", "status"))["confirmed"] is True, "control: Friday, the clock is believed")
    set_clock("2027-01-04T08:31")
    r = run("suzuki", "clock", "status")
    ok(answer(r)["confirmed"] is False, "the PC's clock is a month ahead: not believed", r)
    r = run("yamada", "status")
    ok("clock has jumped" in r.words and b"clock" in r.out, "the chief is told", r)
    r = {x["approval"]: x["state"] for x in run("adachi", "approval", "list", "--all").lines()}
    ok(r.get(events["limit"]) == "waiting", "what waits does not expire by it", r)
    set_clock("2026-12-04T08:35")
    ok(answer(run("suzuki", "clock", "status"))["confirmed"] is True, "put right again it is believed")
    later = ("--now", "2027-03-01T09:00:00+09:00")
    r = run("yamada", "clock", "confirm", *later)
    jump = waits(r)
    ok(jump is not None, "a stated date three months ahead: confirming it wants two", r)
    ok(run("suzuki", "approval", "grant", jump, *later).status in (4, 13), "a clerk is none of them")
    ok(run("adachi", "approval", "grant", jump, *later).status == 0, "the admin agrees")
    ok(run("yamada", "clock", "confirm", *later).status == 0 and answer(run("yamada", "clock", "status", *later))["confirmed"] is True, "then it is believed")


def crash():
    at("2026-12-04T10:00")
    before, c = service.roles(), session("suzuki")
    for _ in range(3):
        r = c.call("reveal", [("subject", "E001"), ("ledger", LEDGER), ("reason", "照合")])
        left.append(("suzuki", people["E001"]))
        saw.append(("Fri", "suzuki", people["E001"]))
    ok(r.error == 0, "control: the clerk works", r)
    c.send_raw(wire.frame(wire.REQUESTS["reveal"].number, wire.items([("subject", "E002"), ("ledger", LEDGER), ("reason", "照合")]), 99))
    os.kill(before["vault"], signal.SIGKILL)
    try:
        r = c.recv()
        if r.get("number") is not None:
            left.append(("suzuki", people["E002"]))
    except wire.Lost:
        pass
    ok(gone(c), "the vault is killed in the middle of a reveal: the session is gone")
    end = time.monotonic() + 10
    while time.monotonic() < end and not ((now := service.roles()).keys() >= before.keys() and now["vault"] != before["vault"]):
        time.sleep(0.1)
    ok(service.p.poll() is None and service.roles().get("vault") not in (None, before["vault"]) and service.ready(), "the monitor has started another one")
    got, r = reveal_batch("suzuki", [people["E%03d" % (i + 1)] for i in range(10)])
    saw.extend(("Fri", "suzuki", s) for s in got)
    ok(len(got) in (6, 7), "of the ten numbers of these ten minutes the rest is left, no more (%d)" % len(got), r)
    at("2026-12-04T11:00")
    ok(service.stop() == 0, "the service is stopped")
    ok(run("suzuki", "login").status != 0 and not os.path.exists(SOCKET), "control: nobody is there")
    events["stopped"] = True
    at("2026-12-04T11:10")
    ok(service.start(), "and started")
    ok(see("Fri", "suzuki", people["E005"]).status == 0, "the clerk goes on with the next ten minutes")


def audited():
    at("2026-12-04T14:00")
    questions.ask(saw, people, task, events)
    questions.anomalies()
    questions.slip()


def put_back():
    """Somebody with root's rights puts Thursday's vault and trail in the place of Friday's: this PC's own witness knows better."""
    for name in ("trail", "vault"):
        o.subprocess.run(["mv", STATE + "/" + name, STATE + "/friday-" + name], check=True)
        o.subprocess.run(["cp", "-a", "/run/walk/thursday/" + name, STATE], check=True)
    up = service.start()
    with open(o.LOG, encoding="utf-8") as f:
        words = f.read()
    ok(not up and service.p.wait(20) == 9 and words.count("older than a witness") in (2, 3), "an older vault and trail put back together: the service ends with 9",
       words)
    for name in ("trail", "vault"):
        shutil.rmtree(STATE + "/" + name)
        os.rename(STATE + "/friday-" + name, STATE + "/" + name)
    ok(service.start() and health().status == 0, "control: Friday's are whole")
    r = run("suzuki", "login")
    ok(r.status == 0 and "checkpoint" not in r.words, "control: and nobody is warned of them", r)
    service.stop()


def searched():
    watch.on = False
    watch.join()
    wanted = needles(TYPED + CARDS)
    names = [("name", x.encode()) for x in ("見本01", "見本31", "読取1", "東京都見本区", "ミホン")]
    homes = ["/var/lib/home/%s" % who for who in ("suzuki", "yamada", "tanaka", "adachi", "mori")]
    exports = {"/var/lib/home/suzuki/payroll.csv", "/var/lib/home/yamada/book.csv"}
    found = shared_places(STARTED)
    for root in (STATE, kit.TMP, *homes):
        found.update(files(root))
    found.update(files("/run", lambda path, s: not path.startswith(("/run/cards/", "/run/mk/", "/run/walk/"))))
    planted = {p: d for p, d in found.items() if p in exports}
    bad = ["%s: %s" % (p, h) for p, d in found.items() if p not in exports for h in search(d, wanted + (names if p.startswith(STATE) else []))]
    ok(not bad, "no number and no passphrase in %d files, %d MiB: vault, trail, /run, /tmp, logs, homes" % (len(found), sum(map(len, found.values())) >> 20),
       "\n".join(bad))
    ok(len(planted) == 2 and all(search(d, wanted) for d in planted.values()), "control: the two exports, which are left out, do hold them")
    blind = [what for what, b in wanted if not search(os.urandom(997) + b + os.urandom(99), [(what, b)])]
    ok(not blind, "control: each form is found where it is planted", blind)
    ok(any(p.endswith("2026-11.jsonl") for p in found) and any(p.endswith("2026-12.jsonl") for p in found), "control: both months' segments were searched", sorted(found)[:30])
    bad = [h for kind in watch.seen for d in watch.seen[kind] for h in search(d, wanted)]
    ok(not bad, "nor in %d command lines and %d environments, in %d looks" % (len(watch.seen["cmdline"]), len(watch.seen["environ"]), watch.looks), bad)
    ok(any(b"--role=vault" in d for d in watch.seen["cmdline"]) and any(b"reveal" in d for d in watch.seen["cmdline"]), "control: the looks saw vault and client")
    bad = ["%s: %s" % (w, h) for w, d in spoken for h in search(d, wanted)]
    ok(not bad, "nor in what %d commands said" % len(spoken), bad)


def owners():
    want = {STATE: ("root", 0o711), STATE + "/vault": ("mynakura", 0o700), STATE + "/vault/keyring": ("mynakura", 0o600), STATE + "/vault/main.db": ("mynakura", 0o600),
            STATE + "/trail": ("mynakura-trail", 0o750), STATE + "/trail/seed": ("mynakura-trail", 0o600), STATE + "/trail/2026-11.jsonl": ("mynakura-trail", 0o640),
            STATE + "/trail/2026-12.jsonl": ("mynakura-trail", 0o640), STATE + "/run": ("root", 0o700), STATE + "/witness": ("root", 0o750)}
    have = {p: (o.pwd.getpwuid(os.stat(p).st_uid).pw_name, os.stat(p).st_mode & 0o777) for p in want if os.path.exists(p)}
    ok(have == want, "every file has its owner and mode", {p: (have.get(p), want[p]) for p in want if have.get(p) != want[p]})
    loose = [p for base, _, names in os.walk(STATE) for p in (os.path.join(base, n) for n in names) if os.stat(p).st_mode & 0o027]
    ok(not loose, "nothing there is for others to read", loose)


def counted():
    gone_out, intents = {}, {}
    for b in of("reveal", "intent") + of("export", "intent"):
        for s in b.get("subjects") or [b.get("subject")]:
            intents[b["actor"], s] = intents.get((b["actor"], s), 0) + 1
    for who, s in left:
        gone_out[events["id"][who], s] = gone_out.get((events["id"][who], s), 0) + 1
    short = {k: (n, intents.get(k, 0)) for k, n in gone_out.items() if intents.get(k, 0) < n}
    ok(left and not short, "%d numbers left, and the trail has an INTENT for each (%d)" % (len(left), sum(intents.values())), short)


def friday():
    clock()
    crash()
    audited()
    ok(service.stop() == 0, "the week ends: the service stops")
    ok(not service.roles() and not os.path.exists(SOCKET), "no process and no socket is left")
    counted()
    questions.verified()
    put_back()
    searched()
    owners()


try:
    monday()
    budget()
    transcribe()
    export_clerk()
    export_chief()
    shut_out()
    events["id"]["mori"] = next(x["id"] for x in run("yamada", "member", "list").lines() if x["account"] == "mori")
    trespass()
    program()
    kept()
    friday()
finally:
    if service.p is not None and service.p.poll() is None:
        service.p.terminate()
        service.p.wait(20)
kit.done()
