# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad moments: the trail stands still while rights are taken away, two inits at once, a reading process that hangs, and what is left in
memory when a session is over. LONG=1 also waits for a silent reading process to be given up (a minute)."""
import os
import random
import re
import signal
import subprocess
import threading
import time

import kit
import wire
from kit import LEDGER, cli, ok

NUMBER = kit.numbers(1, random.SystemRandom().randrange(1 << 30))[0]
PASSPHRASE = "pw %s" % "".join(random.SystemRandom().choice("abcdefghijkmnpqrstuvwxyz") for _ in range(20))
REVEAL = [("subject", "0001"), ("ledger", LEDGER), ("reason", "年末調整")]
office = kit.Office(kit.fresh("office"))
for who in ("suzuki", "tanaka"):
    office.member(who, "clerk", LEDGER)
office.member("mori", "chief", LEDGER)
c = office.open()
c.login("suzuki", "pw-suzuki")
office.add(c, NUMBER, name="佐藤一郎", code="0001")
c.must("member_passphrase", [("passphrase", "pw-suzuki"), ("new_passphrase", PASSPHRASE)])
office.end(c)
sock = kit.fresh("socket")
daemon = wire.Daemon(office.dir, sock)


def request(name, pairs, rid=5):
    return wire.frame(wire.REQUESTS[name].number, wire.items(pairs), rid)


def answer(c):
    try:
        return c.recv()
    except wire.Lost:
        return None


# --- the trail stands still while rights are taken away: what was asked for before the answer came is not given after it
def race(victim, first):
    """Chief's `first` request and then the victim's reveal wait for the same trail. (the chief's answer, the victim's)"""
    chief, clerk = daemon.session(kit.CHIEF, kit.CHIEF_PW), daemon.session(*victim)
    clerk.must("ledger_list")
    trail = daemon.roles()["trail"]
    os.kill(trail, signal.SIGSTOP)
    try:
        if first:
            chief.send_raw(request(*first))
            time.sleep(0.2)
        clerk.send_raw(request("reveal", REVEAL))
        time.sleep(0.2)
    finally:
        os.kill(trail, signal.SIGCONT)
    out = answer(chief) if first else None, answer(clerk)
    chief.close()
    clerk.close()
    return out


TANAKA = ("tanaka", "pw-tanaka")
_, r = race(TANAKA, None)
ok(r is not None and r.get("number") == NUMBER, "control: a trail that stood still for a moment, and nothing else: the number is shown", r)
a, r = race(TANAKA, ("ledger_revoke", [("ledger", LEDGER), ("member", "tanaka")]))
ok(a is not None and a.error == 0 and r is not None and r.name == "NO_GRANT" and r.get("number") is None, "the grant is taken away meanwhile: nothing", (a, r))
outcome = [x["body"] for x in kit.trail(office.dir) if x["body"].get("action") == "reveal"][-1]
ok(outcome.get("kind") == "outcome" and outcome.get("result") == "no_grant", "and its intent has the outcome no_grant", outcome)
c = daemon.session(kit.CHIEF, kit.CHIEF_PW)
c.must("ledger_grant", [("ledger", LEDGER), ("member", "tanaka")])
c.close()
a, r = race(TANAKA, ("member_disable", [("member", "tanaka")]))
ok(a is not None and a.error == 0 and (r is None or (r.error != 0 and r.get("number") is None)), "the member is disabled meanwhile: nothing", (a, r))

# --- a reading process that hangs
cards = kit.fresh("cards")
subprocess.run([os.path.join(wire.BIN, "specimen"), "--stack", cards, "--seed", "3", "--count", "1", "--format", "png"], check=True, stdout=subprocess.DEVNULL)
card = next(os.path.join(cards, n) for n in sorted(os.listdir(cards)) if n.endswith(".png"))
monitor = daemon.p.pid


def readers():
    return [p for p in wire.children(monitor) if any(b"mynakura-read" in w for w in wire.cmdline(p)[:1])]


def gone(pids, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end and any(os.path.exists("/proc/%d" % p) for p in pids):
        time.sleep(0.02)
    return not any(os.path.exists("/proc/%d" % p) for p in pids)


def capture():
    """A session whose capture's reading processes are stopped as soon as there are any. (connection, pids)"""
    c = daemon.session("mori", "pw-mori")
    with open(card, "rb") as f:
        c.send_raw(request("capture", [("ledger", LEDGER), ("name", "card.png")]), [f.fileno()])
    stopped, end = set(), time.monotonic() + 10
    while time.monotonic() < end and len(stopped) < 2:
        for p in set(readers()) - stopped:
            try:
                os.kill(p, signal.SIGSTOP)
                stopped.add(p)
            except ProcessLookupError:
                pass
        if stopped and time.monotonic() > end - 9:
            break
    return c, stopped


c, pids = capture()
ok(bool(pids), "control: a capture has reading processes, which are stopped now (%d)" % len(pids))
at = time.monotonic()
other = daemon.session("suzuki", PASSPHRASE)
r = other.call("reveal", REVEAL)
took = time.monotonic() - at
ok(r.get("number") == NUMBER and took < 1, "meanwhile another session's login and reveal are answered in %.0f ms" % (1000 * took), r)
other.close()
c.close()
ok(gone(pids, 5), "its client goes: the hung reading process is killed", pids)
if os.environ.get("LONG"):
    c, pids = capture()
    c.s.settimeout(100)
    at = time.monotonic()
    r = answer(c)
    ok(r is not None and r.error != 0 and time.monotonic() - at < 90, "its client stays: given up after %.0f s with words" % (time.monotonic() - at), r)
    c.close()
    ok(gone(pids, 5), "and the hung reading process is killed", pids)
c = daemon.session("mori", "pw-mori")
with open(card, "rb") as f:
    r = c.call("capture", [("ledger", LEDGER), ("name", "card.png")], [f.fileno()])
ok(r.error == 0 and r.all("item"), "control: the next capture reads the card", r)
c.close()

# --- what is left in memory when a session is over
def maps(pid):
    """(start, end, locked) of what the process may write to"""
    out, at, writable = [], None, False
    with open("/proc/%d/smaps" % pid) as f:
        for line in f:
            m = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line)
            if m:
                at, writable = (int(m.group(1), 16), int(m.group(2), 16)), "w" in m.group(3)
            elif line.startswith("Locked:") and writable:
                out.append((*at, int(line.split()[1]) > 0))
    return out


def memory(pid, locked=False):
    out = []
    with open("/proc/%d/mem" % pid, "rb", buffering=0) as f:
        for start, end, is_locked in maps(pid):
            if locked and not is_locked:
                continue
            try:
                f.seek(start)
                out.append(f.read(end - start))
            except OSError:
                pass
    return b"\n".join(out)


def keys(pid):
    """Whatever looks like a key in the locked pool: 32 bytes at an address of 16, most of them different."""
    pool, out = memory(pid, True), set()
    for i in range(0, len(pool) - 32, 16):
        w = pool[i:i + 32]
        if len(set(w)) >= 22:
            out.add(w)
    return set(random.Random(1).sample(sorted(out), min(len(out), 40)))


def hits(pid, needles):
    image = memory(pid)
    return sum(n in image for n in needles)


def zeroed(pid, needles, seconds=1.0):
    """Seconds after which a look (which takes time itself) finds none of them, or None."""
    at = time.monotonic()
    while True:
        began = time.monotonic() - at
        if hits(pid, needles) == 0:
            return began
        if began > seconds:
            return None


if os.geteuid() != 0:
    kit.skip("memory: only root may look into the vault's")
elif kit.SANITIZED:
    kit.skip("memory: a sanitizer keeps what was freed")
else:
    vault = daemon.roles()["vault"]
    end = time.monotonic() + 3  # what ran before is over
    while time.monotonic() < end and keys(vault):
        time.sleep(0.05)
    rest = keys(vault)
    ok(not rest, "without a session nothing in the locked pool looks like a key", "%d left" % len(rest))
    text = [PASSPHRASE.encode(), PASSPHRASE.encode("utf-16-le"), PASSPHRASE.encode("utf-32-le")]
    digits = [NUMBER.encode(), NUMBER.encode("utf-16-le"), NUMBER.encode("utf-32-le"), " ".join([NUMBER[:4], NUMBER[4:8], NUMBER[8:]]).encode(),
              bytes(int(d) for d in NUMBER)]
    for how in ("lock", "disconnect", "lock from another connection"):
        c = daemon.session("suzuki", PASSPHRASE)
        ok(c.call("reveal", REVEAL).get("number") == NUMBER, "%s: a session, one number shown" % how)
        held = keys(vault) - rest
        n = hits(vault, held)
        ok(len(held) >= 2 and n == len(held), "control: the session holds keys, and the search finds all %d of them" % len(held), n)
        ok(hits(vault, text) == 0 and hits(daemon.roles()["trail"], text) == 0 and hits(monitor, text) == 0, "the passphrase is gone while the session is open")
        ok(zeroed(vault, digits) is not None, "and the number that was shown")
        if how == "lock":
            c.must("lock")
        elif how == "disconnect":
            c.close()
        else:
            d = daemon.client()
            d.must("lock", [("all", True)])
            d.close()
        took = zeroed(vault, held)
        ok(took is not None, "%s: no key is left anywhere in the vault after %.2f s" % (how, took if took is not None else 9), hits(vault, held))
        c.close()
    # control: in the middle of a reveal the number is there, and the search finds it
    c = daemon.session("suzuki", PASSPHRASE)
    tracer = subprocess.Popen(["strace", "-qq", "-o", "/dev/null", "-e", "inject=sendmsg:delay_enter=1500000:when=3", "-p", str(vault)],
                              stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.4)
    c.send_raw(request("reveal", REVEAL))
    seen, end = 0, time.monotonic() + 3
    while time.monotonic() < end and not seen:
        seen = hits(vault, digits[:1])
    r = answer(c)
    tracer.terminate()
    tracer.wait()
    ok(seen == 1 and r.get("number") == NUMBER, "control: a number on its way out is found by the same search", (seen, r))
    ok(zeroed(vault, digits) is not None, "and is gone when it has left")
    c.close()
    # idle: two chiefs agree on the shortest time
    a, b = daemon.session(kit.CHIEF, kit.CHIEF_PW), daemon.session("mori", "pw-mori")
    LIMIT = [("field", "idle_seconds"), ("value", "10"), ("passphrase", kit.CHIEF_PW)]
    r = a.call("limit_set", LIMIT)
    if r.name == "APPROVAL":
        b.must("approval_grant", [("approval", r.get("approval")), ("passphrase", "pw-mori")])
        r = a.call("limit_set", LIMIT)
    assert r.error == 0, r
    a.close()
    b.close()
    c = daemon.session("suzuki", PASSPHRASE)
    c.must("reveal", REVEAL)
    held = keys(vault) - rest
    time.sleep(9)
    ok(held and hits(vault, held) == len(held), "control: idle for 9 of 10 s the session still holds its %d keys" % len(held))
    time.sleep(1)
    took = zeroed(vault, held, 2.0)
    ok(took is not None, "idle: no key is left a second after the limit", hits(vault, held))
    r = c.call("ledger_list")
    ok(r.name == "LOCKED", "and the session is locked", r)
    c.close()

ok(daemon.stop() == 0 and kit.verify(office.dir).status == 0, "the daemon ends cleanly and the trail is whole", daemon.words())

# --- one account that logs in as fast as it can, over all its connections, with the right passphrase and a real key derivation
if os.geteuid() != 0:
    kit.skip("accounts: connections of other uids are made as root")
else:
    daemon = wire.Daemon(kit.fresh("busy"), sock)
    c = daemon.client()
    c.must("init", [("office", "見本"), ("name", "山田"), ("passphrase", "chief-pw-1"), ("demo", True), ("kdf_m", 65536), ("kdf_t", 3)])
    c.login("山田", "chief-pw-1")
    for who in ("suzuki", "tanaka"):
        otc = c.must("member_add", [("name", who), ("account", who), ("roles", "clerk")]).get("otc")
        d = daemon.client()
        d.must("member_activate", [("member", who), ("otc", otc), ("new_passphrase", "pw-" + who)])
        d.close()
    c.close()
    os.chmod(kit.TMP, 0o711)
    os.chmod(sock, 0o777)

    def connect(uid):
        os.seteuid(uid)
        try:
            return daemon.client()
        finally:
            os.seteuid(0)

    over, answers = threading.Event(), []

    def hammer(c):
        while not over.is_set():
            answers.append(c.call("login", [("member", "suzuki"), ("passphrase", "pw-suzuki")]).name)
            if answers[-1] == "ok":
                c.must("lock")

    hammers = [threading.Thread(target=hammer, args=(connect(60001),)) for _ in range(8)]
    for t in hammers:
        t.start()
    time.sleep(0.5)
    names, slowest = [], 0
    for _ in range(6):
        c, at = connect(60002), time.monotonic()
        names.append(c.call("login", [("member", "tanaka"), ("passphrase", "pw-tanaka")]).name)
        slowest = max(slowest, time.monotonic() - at)
        c.close()
    over.set()
    for t in hammers:
        t.join()
    ok(names == ["ok"] * 6, "another account's logins all pass meanwhile, the slowest in %.1f s" % slowest, names)
    ok("ok" in answers and "BUSY" in answers, "control: the queue was full, the account that filled it was told so", (answers.count("ok"), answers.count("BUSY")))
    daemon.stop()

# --- two inits at once: over one socket, and two programs on one folder
place = kit.fresh("twice")
daemon = wire.Daemon(place, sock)
conns = [daemon.client() for _ in range(3)]
for i, c in enumerate(conns):
    c.send_raw(request("init", [("office", "見本%d" % i), ("name", "人%d" % i), ("passphrase", "phrase %d" % i), ("demo", True), ("kdf_m", 8), ("kdf_t", 1)]))
results = [answer(c) for c in conns]
won = [i for i, r in enumerate(results) if r is not None and r.error == 0]
ok(len(won) == 1 and all(r is not None and (r.error == 0 or (r.get("recovery") is None and r.name in ("BUSY", "EXISTS", "STATE"))) for r in results),
   "three inits at the same moment: one makes the vault, the others are told", results)
for c in conns:
    c.close()
c = daemon.session("人%d" % won[0] if won else "", "phrase %d" % (won[0] if won else 0))
r = c.must("member_list")
ok(len(r.all("item")) == 1, "whose vault has its one member", r)
c.close()
ok(daemon.stop() == 0 and kit.verify(place).status == 0, "and a whole trail")
place, runs = kit.fresh("twice2"), []


def init(i):
    runs.append(cli(place, "init", "--office", "見本", "--chief", "人%d" % i, "--demo", "--kdf", "m=8,t=1", secrets=["phrase %d" % i]))


threads = [threading.Thread(target=init, args=(i,)) for i in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
ok(sorted(r.status == 0 for r in runs) == [False, False, True] and all(r.status in (0, 6, 11, 12, 13) for r in runs) and kit.verify(place).status == 0,
   "three programs that init one folder: one does, the others end with words (%s)" % sorted(r.status for r in runs), runs)
kit.done()
