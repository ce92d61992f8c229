# SPDX-License-Identifier: GPL-3.0-or-later
"""The installed form under its own accounts' programs: run by tests/integration/rider-installed.sh as root in its namespace. Every
connection is made under the uid it stands for; the flood is a process of that uid."""
import collections
import json
import os
import pwd
import re
import subprocess
import sys
import time

os.environ.setdefault("TAP_TMP", "/run/rider")
import kit  # noqa: E402
import wire  # noqa: E402
from kit import LEDGER, ok  # noqa: E402

MONITOR = int(sys.argv[1])
NUMBERS = sys.argv[2:]
SOCKET = "/run/mynakura/socket"
TRAIL = "/var/lib/mynakura"
BUDGET = 10
FRAMES, HANGUPS, FDS = (os.environ.get(k, v) for k, v in (("FRAMES", "8000"), ("HANGUPS", "600"), ("FDS", "300")))
CODES = ["%04d" % (i + 1) for i in range(len(NUMBERS))]
answers = collections.Counter()


def uid(who):
    return pwd.getpwnam(who).pw_uid


def connect(who):
    """A connection whose peer is the account: the kernel notes who calls connect()."""
    os.setgroups(os.getgrouplist(who, pwd.getpwnam(who).pw_gid))
    os.setegid(pwd.getpwnam(who).pw_gid)
    os.seteuid(uid(who))
    try:
        return wire.Client.connect(SOCKET)
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups([])


def login(who, member=None, passphrase=None):
    c = connect(who)
    a = c.call("auth")
    r = c.call("login", [("member", member or who), ("passphrase", passphrase or "the %s phrase" % who)]) if a.error == 0 else a
    return c, r


def session(who):
    c, r = login(who)
    assert r.error == 0, r
    return c


def records():
    out = []
    for path in kit.segments(TRAIL):
        with open(path, encoding="utf-8") as f:
            out += [json.loads(line)["body"] for line in f if line.endswith("}\n")]
    return out


def tries(who):
    return [b for b in records() if b.get("uid") == uid(who) and
            ((b.get("action") == "reveal" and b.get("kind") == "intent") or (b.get("action") == "denied" and "request=reveal" in str(b.get("detail"))))]


def ask(i):
    return [("subject", CODES[i % len(CODES)]), ("ledger", LEDGER), ("reason", "照合")]


def reveal(c, i):
    r = c.call("reveal", ask(i))
    answers[r.name] += 1
    return r


def state():
    """The lasting roles and their descriptors; a process that runs PAM for a login comes and goes."""
    roles = {k: p for k, p in wire.roles_of(MONITOR).items() if k in ("monitor", "vault", "trail")}
    try:
        return roles, {k: len(os.listdir("/proc/%d/fd" % p)) for k, p in roles.items()}
    except FileNotFoundError:
        return {}, {}


def settled(want):
    end = time.monotonic() + 10
    while time.monotonic() < end and state() != want:
        time.sleep(0.05)
    return state()


# --- an office: yamada chief, three clerks of which mori holds no grant
def must(who, name, pairs):
    c = session(who)
    r = c.must(name, pairs)
    c.close()
    return r


c = connect("yamada")
c.call("auth")
c.must("init", [("office", "見本商事"), ("name", "山田"), ("passphrase", "the yamada phrase"), ("demo", True), ("kdf_m", 8), ("kdf_t", 1)])
c.close()
must("yamada", "ledger_add", [("name", LEDGER)])
for who in ("suzuki", "sato", "mori"):
    otc = must("yamada", "member_add", [("name", "%s氏" % who), ("account", who), ("roles", "clerk")]).get("otc")
    c = connect(who)
    c.call("auth")
    c.must("member_activate", [("member", who), ("otc", otc), ("new_passphrase", "the %s phrase" % who)])
    c.close()
    if who != "mori":
        must("yamada", "ledger_grant", [("ledger", LEDGER), ("member", who)])
for code, n in zip(CODES, NUMBERS):
    must("suzuki", "subject_add", [("ledger", LEDGER)] + wire.fields(name="社員", code=code) + [("number", n), ("number", n)])

roles, _ = state()
owners = {k: os.stat("/proc/%d" % p).st_uid for k, p in roles.items()}
ok(owners.get("monitor") == 0 and len({owners.get("monitor"), owners.get("vault"), owners.get("trail")}) == 3, "three roles under three uids", owners)

# --- the vault, which is no longer root and sees /proc and its own folder, knows what kind of file it gets
c, words = session("suzuki"), {}
for name, place in (("on a disk", "/tmp/mk-export-%d" % os.getpid()), ("in memory", "/run/export"), ("a device", "/dev/null")):
    fd = os.open(place, os.O_RDWR if name == "a device" else os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    if name != "a device":
        os.fchown(fd, uid("suzuki"), -1)
        os.unlink(place)
    words[name] = c.call("export", [("ledger", LEDGER), ("profile", b"\0")], [fd]).get("message")
    os.close(fd)
c.close()
ok("file" in str(words["a device"]) and words["on a disk"] == words["in memory"] and "file" not in str(words["on a disk"]),
   "a new file on a disk and one in memory are taken, a device is not", words)

# --- who may come in
try:
    c = connect("stranger")
    r = c.call("hello")
    ok(False, "an account that is no member's does not come in", r)
except (PermissionError, wire.Lost) as e:
    ok(True, "an account that is no member's does not come in (%s)" % type(e).__name__)
bad = []
for who, member, passphrase in (("suzuki", "yamada", "the yamada phrase"), ("suzuki", "sato", "the sato phrase"), ("mori", "suzuki", "the suzuki phrase")):
    c, r = login(who, member, passphrase)
    if r.error == 0 or r.get("number") is not None:
        bad.append("%s as %s: %r" % (who, member, r))
    c.close()
ok(not bad, "another member's right passphrase does not open a session from one's own account", bad)
failed = [b for b in records() if b.get("action") == "login_failed" and b.get("uid") in (uid("suzuki"), uid("mori"))]
ok(len(failed) == 3, "each of these three is on the trail with the uid it came from", failed)

# --- the budget, over sessions and a race for the last unit
conns = [session("suzuki") for _ in range(3)]
for i in range(BUDGET - 1):
    reveal(conns[i % 3], i)
ok(answers == {"ok": BUDGET - 1}, "control: a clerk's program gets %d numbers over three sessions" % (BUDGET - 1), answers)
conns += [session("suzuki") for _ in range(3)]
for c in conns:
    c.send_raw(wire.frame(wire.REQUESTS["reveal"].number, wire.items(ask(0)), 9))
got = []
for c in conns:
    r = c.recv()
    answers[r.name] += 1
    got += [r.get("number")] if r.get("number") is not None else []
    c.close()
ok(got == NUMBERS[:1] and answers["BUDGET"] == 5, "six connections at the same moment for the last unit: one gets it", (len(got), answers))
os.kill(roles["vault"], 9)
end = time.monotonic() + 10
while time.monotonic() < end:
    roles, _ = state()
    if len(roles) == 3:
        break
    time.sleep(0.05)
after = []
for i in range(3):
    for _ in range(100):
        try:
            c = session("suzuki")
            break
        except (OSError, wire.Lost, AssertionError):
            time.sleep(0.05)
    after.append(reveal(c, i).name)
    c.close()
ok(after == ["BUDGET"] * 3, "after the vault was killed and came again: nothing", after)
seen = tries("suzuki")
ok(len(seen) == sum(answers.values()), "the trail holds as many tries of that uid as were made", "%d of %s" % (len(seen), answers))
c = session("mori")
r = c.call("reveal", ask(0))
ok(r.name == "NO_GRANT" and len(tries("mori")) == 1, "a clerk without a grant gets nothing, and that is on the trail too", r)
c.close()
c = session("sato")
r = c.call("reveal", ask(1))
ok(r.get("number") == NUMBERS[1], "control: another clerk's budget is whole", r)
c.close()

# --- a uid that takes all it can get does not keep the others out
hold = []
for _ in range(12):
    try:
        c = connect("mori")
        c.call("hello")
        hold.append(c)
    except (wire.Lost, OSError):
        pass
at = time.monotonic()
c, r = login("sato")
took = time.monotonic() - at
ok(len(hold) == 8 and r.error == 0 and took < 1, "one uid gets 8 connections, and another still logs in (%.0f ms)" % (1000 * took), (len(hold), r))
c.close()
for h in hold:  # a wrong passphrase on each, all at once, again and again
    h.call("auth")
worst, busy, n = 0, 0, 0
end = time.monotonic() + 3
while time.monotonic() < end:
    for h in hold:
        try:
            h.send_raw(wire.frame(wire.REQUESTS["login"].number, wire.items([("member", ("mori", "someone", "suzuki")[n % 3]), ("passphrase", "x")]), 4))
        except (wire.Lost, BlockingIOError):
            pass
        n += 1
    at = time.monotonic()
    c, r = login("sato")
    worst, busy = max(worst, time.monotonic() - at), busy + (r.error != 0)
    c.close()
    for h in hold:
        h.s.settimeout(2)
        try:
            h.recv()
        except (wire.Lost, OSError):
            pass
for h in hold:
    h.close()
ok(busy == 0 and worst < 1, "eight connections that guess as fast as they can: another uid's logins all pass, the slowest in %.0f ms" % (1000 * worst), busy)

# --- the flood, as a process of a member's uid
before = settled(None)
LINES = "sato\tthe sato phrase\n"
for kind, count in (("frames", FRAMES), ("hangups", HANGUPS), ("fds", FDS)):
    p = subprocess.Popen(["setpriv", "--reuid", "sato", "--regid", "sato", "--init-groups", "env", "-i", "/run/mk/bin/flood", kind, SOCKET, count, "77"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdin.write(LINES.encode())
    p.stdin.close()
    slow = refused = 0
    while p.poll() is None:
        at = time.monotonic()
        c, r = login("yamada")
        slow, refused = max(slow, time.monotonic() - at), refused + (r.error != 0)
        c.close()
        time.sleep(0.2)
    out, err = p.stdout.read().decode(), p.stderr.read().decode()
    kit.say("%s: %s" % (kind, out.strip()))
    d = dict(re.findall(r"(\w+)=(\d+)", out))
    ok(p.returncode == 0 and int(d.get("done", 0)) > 0 and d.get("bad") == "0", "%s: %s sent by one uid, every answer well-formed" % (kind, d.get("done")), out + err)
    now = settled(before)
    ok(now == before, "%s: the same processes with as many descriptors" % kind, (now, before))
    ok(refused == 0 and slow < 1, "%s: meanwhile another uid's logins all passed, the slowest in %.0f ms" % (kind, 1000 * slow), refused)
kit.done()
