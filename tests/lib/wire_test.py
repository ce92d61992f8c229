# SPDX-License-Identifier: GPL-3.0-or-later
"""Attacks on the wire, against mynakurad --foreground. SEED=N repeats a run."""
import os
import random
import re
import socket
import struct
import subprocess
import tempfile
import time

import kit
import wire
from kit import LEDGER, cli, ok

SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
rnd = random.Random(SEED)
kit.say("SEED=%d" % SEED)
NUMBER, OTHER = kit.numbers(2, 9)
office = kit.Office(kit.fresh("office"))
office.member("suzuki", "clerk", LEDGER, name="鈴木花子")
sock = kit.fresh("socket")
daemon = wire.Daemon(office.dir, sock)
roles = daemon.roles()
R = {k: v.number for k, v in wire.REQUESTS.items()}


def fds(role):
    return len(os.listdir("/proc/%d/fd" % roles[role]))


def settled(role, want=None):
    """The number of descriptors once closed connections have been noticed."""
    end, n = time.monotonic() + 5, fds(role)
    while time.monotonic() < end and (want is None or n > want):
        time.sleep(0.02)
        n, last = fds(role), n
        if want is None and n == last:
            break
    return n


def serves(words):
    """The next client is served and nothing has been restarted."""
    try:
        c = daemon.session("suzuki", "pw-suzuki")
        r = c.call("ledger_list")
        c.close()
        good = r.error == 0 and len(r.all("item")) == 1
    except (wire.Lost, OSError, AssertionError) as e:
        good, r = False, e
    ok(good and daemon.roles() == roles and daemon.p.poll() is None, words, "%r %s %s" % (r, daemon.roles(), roles))


serves("control: a client is served")


def state(pid):
    with open("/proc/%d/status" % pid) as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def dumps(pid):
    with open("/proc/%d/limits" % pid) as f:
        return next(line.split()[4:6] for line in f if line.startswith("Max core"))


if kit.SANITIZED:
    kit.skip("what the roles may do: the normal build proves it")
else:
    for role in ("vault", "trail"):
        st = state(roles[role])
        ok(st["NoNewPrivs"].strip() == "1" and st["Seccomp"].strip() == "2" and dumps(roles[role]) == ["0", "0"],
           "the %s role: no new rights, a system call filter, no core dump" % role, {k: st[k] for k in ("NoNewPrivs", "Seccomp")})
    ok(state(os.getpid())["Seccomp"].strip() == "0" or state(os.getpid())["NoNewPrivs"].strip() == "0", "control: this test itself has not all of that")
base = {k: settled(k) for k in roles}

# --- frames that are malformed, before and after a login
good = wire.items([("lang", "ja")])
H, HELLO = wire.HEADER, R["hello"]


def header(magic=wire.MAGIC, version=1, flags=0, kind=HELLO, rid=7, length=0):
    return H.pack(magic, version, flags, kind, rid, length)


MALFORMED = {
    "one byte": b"M", "half a header": header()[:8], "15 bytes": header()[:15], "bad magic": wire.frame(HELLO, good, magic=0x4D594E4C),
    "magic in the other order": wire.frame(HELLO, good, magic=0x4B4E594D), "version 0": wire.frame(HELLO, good, version=0),
    "version 2": wire.frame(HELLO, good, version=2), "length too long": wire.frame(HELLO, good, length=len(good) + 1),
    "length too short": wire.frame(HELLO, good, length=len(good) - 1), "length 2^32-1": wire.frame(HELLO, good, length=0xFFFFFFFF),
    "tag 0": wire.frame(HELLO, struct.pack(">HH", 0, 0)), "unknown tag 999": wire.frame(HELLO, struct.pack(">HHB", 999, 1, 1)),
    "unknown tag 65535": wire.frame(HELLO, struct.pack(">HH", 65535, 0)), "item cut in its header": wire.frame(HELLO, good + b"\0\4\0"),
    "item cut in its value": wire.frame(HELLO, good[:-1]), "item longer than the frame": wire.frame(HELLO, struct.pack(">HH", 4, 60000) + b"x"),
    "u64 of 7 bytes": wire.frame(HELLO, struct.pack(">HH", wire.TAGS["limit"][0], 7) + b"\0" * 7),
    "u64 of 0 bytes": wire.frame(HELLO, struct.pack(">HH", wire.TAGS["limit"][0], 0)), "i64 of 9 bytes": wire.frame(HELLO, struct.pack(">HH", wire.TAGS["now"][0], 9) + b"\0" * 9),
    "bool of 2": wire.frame(HELLO, struct.pack(">HHB", wire.TAGS["demo"][0], 1, 2)), "bool of 2 bytes": wire.frame(HELLO, struct.pack(">HHH", wire.TAGS["demo"][0], 2, 1)),
    "string that is no UTF-8": wire.frame(HELLO, struct.pack(">HHB", wire.TAGS["name"][0], 1, 0xFF)), "NUL in a string": wire.frame(HELLO, wire.item("name", b"a\0")),
    "a record with half an item": wire.frame(HELLO, struct.pack(">HH", wire.TAGS["item"][0], 3) + b"\0\4\0"),
    "a record with an unknown tag": wire.frame(HELLO, struct.pack(">HHHH", wire.TAGS["item"][0], 4, 999, 0)),
    "records 10,000 deep": wire.frame(HELLO, b"".join(struct.pack(">HH", wire.TAGS["item"][0], 4 * (9999 - i)) for i in range(10000))),
    "over 64 KiB": wire.frame(HELLO, wire.item("text", b"x" * 65000) + wire.item("text", b"y" * 600)),
    "70,000 bytes of nothing": b"\0" * 70000,
}
wrong = []
for label, raw in MALFORMED.items():
    for inside in (False, True):
        c = daemon.session("suzuki", "pw-suzuki") if inside else daemon.client()
        try:
            c.send_raw(raw)
            if not c.closed():
                wrong.append("%s %s: the connection stays open" % (label, "in a session" if inside else "before a login"))
        except wire.Lost:
            pass
        except OSError as e:
            if e.errno != 90:  # EMSGSIZE: the kernel refused it
                wrong.append("%s: %s" % (label, e))
        c.close()
ok(not wrong, "%d malformed frames, before a login and in a session: the connection is closed" % len(MALFORMED), "\n".join(wrong))
c = daemon.client()
r = c.call("hello", [("lang", "ja")])
ok(r.error == 0 and r.get("form") == "embedded", "control: the well-formed one is answered", r)
c.close()
serves("the next client is served, the same processes")

# --- requests that do not exist, replies as requests, items that do not belong
wrong = []
for kind in [0, 7, 95, 120, 199, 200, 201, 210, 211, 212, 213, 214, 215, 300, 65535]:
    c = daemon.session("suzuki", "pw-suzuki")
    c.send_raw(wire.frame(kind, wire.items([("kind", "read")]), 5))
    try:
        r = c.recv()
        if r.error == 0 or r.status not in (2, 12, 70):
            wrong.append("%d: %r" % (kind, r))
    except wire.Lost:
        pass
    c.close()
ok(not wrong, "unknown requests, and those between the daemon's own roles, are refused", wrong)
c = daemon.client()
c.send_raw(wire.frame(HELLO, b"", 5, flags=1))
try:
    r = c.recv()
    ok(r.error is not None and r.flags & 1, "an answer sent as a request: closed or answered as one", r)
except wire.Lost:
    ok(True, "an answer sent as a request: closed or answered as one")
c.close()
serves("and the next client is served")

# --- random and mutated frames
for i in range(100):
    c = daemon.session("suzuki", "pw-suzuki") if i % 4 == 0 else daemon.client()
    body = rnd.randbytes(rnd.choice([0, 1, 3, 4, 16, 100, 1000, 65000]))
    try:
        c.send_raw(rnd.randbytes(rnd.randrange(1, 64)) if i % 3 == 0 else wire.frame(rnd.choice(list(R.values())), body, rnd.getrandbits(32)))
    except (wire.Lost, OSError):
        pass
    c.close()
serves("100 random frames: the next client is served")

SEEDS = [wire.frame(R[name], body) for name, body in (
    ("login", wire.items([("member", "suzuki"), ("passphrase", "pw-suzuki")])),
    ("subject_add", wire.items(wire.fields(name="山田太郎", code="1", birth="1990-01-01") + [("number", NUMBER), ("number", NUMBER)])),
    ("subject_list", wire.items([("ledger", LEDGER), ("text", "山"), ("limit", 3), ("cursor", "l0000000000000/x")])),
    ("reveal", wire.items([("subject", "1"), ("reason", "x"), ("purpose", "gensen")])),
    ("export", wire.items([("ledger", LEDGER), ("profile", b"\0" * 40)])), ("review_show", wire.items([("review", "r0000000000000"), ("picture", True)])),
    ("member_add", wire.items([("name", "x"), ("account", "y"), ("roles", "clerk"), ("until", "2030-01-01")])),
    ("capture", wire.items([("ledger", LEDGER), ("device", "none"), ("option", "a=b")])),
    ("audit_list", wire.items([("from", "2026-01-01"), ("limit", 2), ("action", "login")])))]


def rearrange(raw):
    """Well-formed frames that make no sense: items dropped, doubled, moved, with other values or under other tags of the same type."""
    parts, at = [], 16
    while at < len(raw):
        tag, n = struct.unpack_from(">HH", raw, at)
        parts.append([tag, raw[at + 4:at + 4 + n]])
        at += 4 + n
    for _ in range(rnd.randrange(1, 4)):
        i, how = rnd.randrange(len(parts)), rnd.randrange(5)
        kind = wire.TAGS[wire.TAG_NAMES[parts[i][0]]][1]
        if how == 0 and len(parts) > 1:
            del parts[i]
        elif how == 1:
            parts.insert(rnd.randrange(len(parts)), parts[i])
        elif how == 2:
            rnd.shuffle(parts)
        elif how == 3 and kind in ("STR", "SECRET"):
            parts[i] = [parts[i][0], rnd.choice(["", "x" * 255, "x" * 5000, "%s%n", "../../etc/passwd", "髙", "-1", "0", "9" * 12, "s" + "0" * 13]).encode()]
        else:
            same = [v[0] for v in wire.TAGS.values() if v[1] == kind]
            parts[i] = [rnd.choice(same), parts[i][1]]
    body = b"".join(struct.pack(">HH", t, len(v)) + v for t, v in parts)
    return raw[:12] + struct.pack(">I", len(body)) + body


def mutate(raw):
    if rnd.random() < 0.5:
        return rearrange(raw)
    b = bytearray(raw)
    for _ in range(rnd.randrange(1, 5)):
        how, at = rnd.randrange(5), rnd.randrange(8, len(b))
        if how == 0:
            b[at] ^= 1 << rnd.randrange(8)
        elif how == 1:
            b[at] = rnd.choice([0, 1, 0x7F, 0x80, 0xFF])
        elif how == 2 and len(b) > 20:
            del b[at:at + rnd.randrange(1, 5)]
        elif how == 3:
            b[at:at] = rnd.randbytes(rnd.randrange(1, 5))
        else:
            b += b[16:at]
    if rnd.random() < 0.8:  # a header that says the right length, so that the items are looked at
        b[12:16] = struct.pack(">I", len(b) - 16)
    return bytes(b)


answered = closed = 0
c, who = None, None
for i in range(500):
    if c is None:
        who = rnd.choice(["suzuki", kit.CHIEF])
        c = daemon.session(who, kit.CHIEF_PW if who == kit.CHIEF else "pw-suzuki")
    try:
        c.send_raw(mutate(rnd.choice(SEEDS)))
        c.recv()
        answered += 1
    except (wire.Lost, AssertionError, KeyError, struct.error):
        closed += 1
        c.close()
        c = None
if c:
    c.close()
ok(answered > 50 and closed > 50, "control: 500 mutated frames went both ways: %d answered, %d closed" % (answered, closed))
serves("500 mutated frames: the next client is served, the same processes")
log = daemon.words()
ok("ERROR" not in log and "runtime error" not in log and "assert" not in log.lower(), "and no sanitizer or assertion spoke", log[-800:])

# --- descriptors that nobody asked for
for n in (1, 3, 4, 5, 16, 60, 250):
    c = daemon.client()
    files = [os.open("/dev/null", os.O_RDONLY) for _ in range(n)]
    try:
        c.send_raw(wire.frame(HELLO, b"", 3), files)
        c.recv()
    except wire.Lost:
        pass
    for fd in files:
        os.close(fd)
    c.close()
c = daemon.session("suzuki", "pw-suzuki")
out = []
for _ in range(40):
    a, b = socket.socketpair()
    c.send_raw(wire.frame(R["subject_list"], b"", 3), [a.fileno(), b.fileno()])
    out.append(c.recv().error)
    a.close()
    b.close()
c.close()
ok(out == [0] * 40, "descriptors with requests that want none are answered all the same")
left = {k: settled(k, base[k]) for k in roles}
ok(left == base, "no descriptor has stayed in any process: %s" % base, left)

# --- what is passed for an export must be a new file of one's own
c = daemon.session("suzuki", "pw-suzuki")
c.must("subject_add", wire.fields(name="佐藤一郎", code="S1") + [("number", OTHER), ("number", OTHER)])
plain = kit.fresh("plain")
with open(plain, "wb") as f:
    f.write(b"x")
os.chmod(plain, 0o600)
empty, wide, linked = kit.fresh("empty"), kit.fresh("wide"), kit.fresh("linked")
for name, mode in ((empty, 0o600), (wide, 0o644), (linked, 0o600)):
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY, mode))
    os.chmod(name, mode)
os.link(linked, linked + "2")
r_fd, w_fd = os.pipe()
a, b = socket.socketpair()
FDS = {"not empty": os.open(plain, os.O_RDWR), "readable by others": os.open(wide, os.O_RDWR), "two names": os.open(linked, os.O_RDWR), "a pipe": w_fd,
       "a socket": a.fileno(), "a device": os.open("/dev/null", os.O_RDWR), "a folder": os.open(kit.TMP, os.O_RDONLY), "read only": os.open(empty, os.O_RDONLY),
       "appending": os.open(empty, os.O_WRONLY | os.O_APPEND), "the trail's segment": os.open(kit.segments(office.dir)[0], os.O_RDWR),
       "the keyring": os.open(os.path.join(office.dir, "vault/keyring"), os.O_RDWR), "a path only": os.open(empty, os.O_PATH)}
wrong = []
for label, fd in FDS.items():
    r = c.call("export", [("ledger", LEDGER), ("profile", b"\0")], [fd])
    if r.status != 12:
        wrong.append("%s: %r" % (label, r))
r = c.call("export", [("ledger", LEDGER), ("profile", b"\0")])
ok(not wrong and r.status == 2, "export: %d descriptors that are not a new file of one's own are refused with 12, none at all with 2" % len(FDS), "\n".join(wrong + [repr(r)]))
good_fd = os.open(empty, os.O_RDWR)
r = c.call("export", [("ledger", LEDGER), ("profile", b"\0")], [good_fd])
ok(r.error != 0 and "file" not in r.get("message", "") and os.path.getsize(empty) == 0, "control: with a right one it is the profile that is refused", r)
for fd in [*FDS.values(), good_fd, r_fd]:
    if fd != a.fileno():
        os.close(fd)
a.close()
b.close()
ok(kit.verify(office.dir).status == 0, "the trail, whose descriptor was among them, is whole")

# --- two requests at once, a peer that does not read
c.send_raw(wire.frame(R["subject_list"], b"", 101))
c.send_raw(wire.frame(R["ledger_list"], b"", 102))
one, two = c.recv(), c.recv()
ok((one.id, one.error, two.id, two.error) == (101, 0, 102, 0), "a second request before the first answer waits its turn", (one, two))
c.close()
c = daemon.session("suzuki", "pw-suzuki")
c.s.setblocking(False)
sent = 0
try:
    for _ in range(5000):
        c.s.send(wire.frame(R["subject_list"], b"", 1))
        sent += 1
except (BlockingIOError, ConnectionError):
    pass
serves("a peer that sends %d requests and reads no answer holds nobody up" % sent)
c.close()

# --- limits
held = []
try:
    while len(held) < 20:
        c = daemon.client()
        c.call("hello")
        held.append(c)
except wire.Lost:
    pass
ok(len(held) == 8, "the ninth connection of a uid is refused", len(held))
held.pop().close()
settled("vault", fds("vault") - 1)
time.sleep(0.1)
try:
    c = daemon.client()
    ok(c.call("hello").error == 0, "control: after one has left there is room again")
    c.close()
except wire.Lost:
    ok(False, "control: after one has left there is room again")
for c in held:
    c.close()
left = {k: settled(k, base[k]) for k in roles}
ok(left == base, "all are gone again", left)

# --- a session is its connection
c, d = daemon.session("suzuki", "pw-suzuki"), daemon.client()
ok(d.call("subject_list").name == "LOCKED" and c.call("subject_list").error == 0, "another connection of the same uid has no part in a session")
d.close()
r = c.call("lock")
ok(r.error == 0, "lock", r)
ok(c.call("subject_list").name == "LOCKED", "after lock the connection is locked", r)
c.close()
t = time.monotonic()
last = [daemon.client() for _ in range(3)]
delays = [c.call("login", [("member", "suzuki"), ("passphrase", "wrong")]).name for c in last for _ in range(2)]
ok("BUSY" in delays and delays[0] == "AUTH", "wrong passphrases: after the third there is a wait, over all connections of a uid", delays)
for c in last:
    c.close()
c = daemon.client()
ok(c.call("login", [("member", kit.CHIEF), ("passphrase", kit.CHIEF_PW)]).error == 0, "which another member does not feel")
c.close()

c = daemon.client()
delays = [c.call("login", [("member", "鈴木花子"), ("passphrase", "wrong")]).name for _ in range(5)]
ok(delays[:3] == ["AUTH"] * 3 and delays[3] == "BUSY", "who tries by a name instead of the account waits too", delays)
c.close()

# --- peers that go away in the middle
people = [("subject_add", lambda i: wire.fields(name="去る人", code="L%d" % i)), ("reveal", lambda i: [("subject", "S1"), ("reason", "x")]),
          ("subject_list", lambda i: []), ("audit_verify", lambda i: []), ("member_passphrase", lambda i: [("passphrase", kit.CHIEF_PW), ("new_passphrase", kit.CHIEF_PW)]),
          ("member_add", lambda i: [("name", "x%d" % i), ("roles", "clerk")]), ("ledger_add", lambda i: [("name", "台帳%d" % i)]), ("lock", lambda i: []),
          ("capture", lambda i: [("ledger", LEDGER), ("device", "none")])]
for i in range(120):
    c = daemon.client()
    c.send_raw(wire.frame(R["login"], wire.items([("member", kit.CHIEF), ("passphrase", kit.CHIEF_PW)]), 1))
    if i % 6:
        c.recv()
        name, make = people[i % len(people)]
        c.send_raw(wire.frame(R[name], wire.items(make(i)), 2))
    time.sleep(rnd.choice([0, 0, 0.0005, 0.001, 0.003]))
    c.close()
end = time.monotonic() + 10
while settled("vault", base["vault"]) > base["vault"] and time.monotonic() < end:
    pass
c = daemon.client()
ok(c.call("login", [("member", kit.CHIEF), ("passphrase", kit.CHIEF_PW)]).error == 0 and daemon.roles() == roles,
   "120 peers that went away while their request was worked on: the next is served, the same processes", daemon.words()[-500:])
c.close()
left = {k: settled(k, base[k]) for k in roles}
ok(left == base, "and no descriptor has stayed", left)

# --- the command line over the socket; the end
where = ("--socket", sock)
r = cli(None, "login", user=kit.CHIEF, secrets=[kit.CHIEF_PW], where=where)
ok(r.status == 0, "login over the socket", r)
r = cli(None, "status", "--json", user=kit.CHIEF, secrets=[kit.CHIEF_PW], where=where)
ok(r.status == 0 and "見本商事" in r.text, "status over the socket", r)
r = cli(office.dir, "status", user=kit.CHIEF, secrets=[kit.CHIEF_PW], timeout=30)
ok(r.status == 11 and r.err, "the same folder by --dir meanwhile: status 11 and words", r)
open_session = daemon.session(kit.CHIEF, kit.CHIEF_PW)
status = daemon.stop()
ok(status == 0 and not os.path.exists(sock), "SIGTERM: status 0 and the socket is gone", "%d %s" % (status, daemon.words()[-500:]))
ok(open_session.closed(), "the open session's connection is closed")
ok(not any(os.path.exists("/proc/%d" % p) for p in roles.values()), "no process is left")
tail = [x["body"].get("action") or x["body"]["kind"] for x in kit.trail(office.dir)[-5:]]
ok("stop" in tail and "session_end" in tail, "the ends of the session and of the run are on the trail", tail)
records = kit.trail(office.dir)
intents = {x["seq"] for x in records if x["body"].get("kind") == "intent"}
ok(intents == {x["body"].get("ref") for x in records if x["body"].get("kind") == "outcome"}, "each of %d intents has its outcome" % len(intents))
ok(kit.verify(office.dir).status == 0, "mynakura-verify: whole")
r = cli(None, "login", user=kit.CHIEF, secrets=[kit.CHIEF_PW], where=where)
ok(r.status == 13 and r.err, "no daemon behind the socket: status 13 and words", r)
again = wire.Daemon(office.dir, sock)
ok(again.stop() == 0, "it starts and ends again")

for words in (["--bogus\x1b[2J"], [], ["--embedded", "--foreground", "--dir", "x"], ["--foreground", "--dir", office.dir], ["--dir", "x", "--embedded", "y"]):
    p = subprocess.run([kit.program("mynakurad")] + words, capture_output=True, stdin=subprocess.DEVNULL, timeout=20, check=False)
    ok(p.returncode == 2 and p.stderr and b"\x1b" not in p.stderr, "mynakurad %s: status 2 and clean words" % " ".join(words).replace("\x1b", "ESC"), p)
p = subprocess.run([kit.program("mynakurad"), "--version"], capture_output=True, timeout=20, check=False)
ok(p.returncode == 0 and p.stdout.startswith(b"mynakurad "), "mynakurad --version", p)

# --- the page
page_path = os.path.join(wire.TOP, "man", "mynakura-wire.7")
page = subprocess.run(["mandoc", "-T", "utf8", page_path], capture_output=True, check=False).stdout.decode()
page = re.sub(".\b", "", page)


def row(number, name):
    return re.search(r"(?m)^\s*%d\s+%s\s" % (number, re.escape(name)), page)


tags = [n for n, (number, kind) in wire.TAGS.items() if not re.search(r"(?m)^\s*%d\s+%s\s+%s\b" % (number, n, {
    "STR": "text", "U64": "u64", "I64": "i64", "BOOL": "bool", "BYTES": "bytes", "REC": "record", "SECRET": "secret"}[kind]), page)]
ok(not tags, "mynakura-wire(7) holds all %d tags with their types" % len(wire.TAGS), tags)
missing = [n for n, r in wire.REQUESTS.items() if not row(r.number, n)]
ok(not missing, "and all %d requests" % len(wire.REQUESTS), missing)
undescribed = [n for n in wire.REQUESTS if len(re.findall(r"\b%s\b" % n, page)) < 2]
ok(not undescribed, "each request also with what it takes and gives", undescribed)
missing = [name.lower() for e, (name, _) in wire.ERRORS.items() if e and not re.search(r"(?m)^\s*%d\s+%s\s" % (e, name.lower()), page.replace("−", "-").replace("‐", "-"))]
ok(not missing, "and all %d errors" % (len(wire.ERRORS) - 1), missing)
ok(not row(999, "nonsense") and row(1, "hello"), "control: the look-up finds what is there and nothing else")
kit.done()
