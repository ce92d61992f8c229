# SPDX-License-Identifier: GPL-3.0-or-later
"""The socket under a flood: frames, disconnects, descriptors. FRAMES, HANGUPS, FDS and SEED make longer or other runs."""
import os
import random
import re
import signal
import subprocess
import time

import kit
import wire
from kit import LEDGER, ok

SEED = int(os.environ.get("SEED", "20261126"))
LESS = 10 if kit.SANITIZED else 1
FRAMES = int(os.environ.get("FRAMES", 50000 // LESS))
HANGUPS = int(os.environ.get("HANGUPS", 2000 // LESS))
FDS = int(os.environ.get("FDS", 1000 // LESS))
RSS_KB = 4096  # what a role may have grown by after warm-up
random.seed(SEED)
NUMBER = kit.numbers(1, SEED)[0]
office = kit.Office(kit.fresh("office"))
office.member("suzuki", "clerk", LEDGER)
office.member("scratch", "clerk")
office.member("kansa", "auditor")
c = office.open()
c.login("suzuki", "pw-suzuki")
office.add(c, kit.numbers(2, SEED)[1], name="佐藤一郎", code="0001")  # the flood's, who may change this person
subject = office.add(c, NUMBER, name="鈴木次郎", code="kept").get("subject")
office.end(c)
sock = kit.fresh("socket")
daemon = wire.Daemon(office.dir, sock)
roles = daemon.roles()
LOGINS = "suzuki\tpw-suzuki\n%s\t%s\nkansa\tpw-kansa\n" % (kit.CHIEF, kit.CHIEF_PW)
REVEAL = [("subject", subject), ("reason", "年末調整"), ("ledger", LEDGER)]


def fds():
    return {k: len(os.listdir("/proc/%d/fd" % p)) for k, p in roles.items()}


def rss():
    out = {}
    for k, p in roles.items():
        with open("/proc/%d/status" % p) as f:
            out[k] = int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))
    return out


def reveal(seconds=1.0):
    """An authorised clerk's login and reveal; (answer, seconds of the reveal)"""
    c = daemon.client()
    for _ in range(100):
        r = c.call("login", [("member", "suzuki"), ("passphrase", "pw-suzuki")])
        if r.name != "BUSY":
            break
        time.sleep(0.02)
    at = time.monotonic()
    r = c.call("reveal", REVEAL)
    took = time.monotonic() - at
    c.close()
    return r, took


def flood(kind, count, words):
    p = subprocess.Popen([kit.program("flood"), kind, sock, str(count), str(SEED)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, env=wire.environment("/nonexistent"))
    p.stdin.write(LOGINS.encode())
    p.stdin.close()
    return p, words


def finish(p, words):
    """Waits for the flood; its figures as a dict"""
    out, err = p.stdout.read().decode(), p.stderr.read().decode()
    status = p.wait()
    d = {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", out)}
    kit.say("%s: %s" % (words, out.strip()))
    ok(status == 0 and d.get("done", 0) > 0 and d.get("bad") == 0, "%s: %s sent, every answer well-formed, no number but by reveal"
       % (words, d.get("done")), "%d %s %s" % (status, out, err))
    return d


def greeting(kind):
    """(seconds until somebody's hello was answered, what flooded meanwhile). Of a uid's eight places all may be taken for a moment by
    connections that the flood has left and the daemon has not yet seen to be gone: whoever is turned away comes again."""
    asked = time.monotonic()
    while True:
        try:
            c = daemon.client()
            c.call("hello")
            c.close()
            return time.monotonic() - asked, kind
        except (wire.Lost, OSError, TimeoutError) as e:
            if time.monotonic() - asked > 1:
                return 99, "%s: %r" % (kind, e)
            time.sleep(0.01)


spent = 0


def still_there(before, words):
    global spent
    end = time.monotonic() + 10
    while time.monotonic() < end and fds() != before:
        time.sleep(0.05)
    now = fds()
    ok(daemon.roles() == roles and daemon.p.poll() is None, "%s: the same processes" % words, "%s %s" % (daemon.roles(), roles))
    ok(now == before, "%s: as many descriptors in every role" % words, "%s, before %s" % (now, before))
    grown = {k: v - warm[k] for k, v in rss().items()}
    if kit.SANITIZED:
        kit.skip("memory: a sanitizer keeps what was freed")
    else:
        ok(max(grown.values()) < RSS_KB, "%s: no role grew by %d KiB (%s)" % (words, RSS_KB, grown), grown)
    r, took = reveal()
    spent += r.name == "ok"
    ok(r.name in ("ok", "BUDGET") and took < 1, "%s: an authorised reveal is answered in %.0f ms" % (words, 1000 * took), r)


r, took = reveal()
ok(r.get("number") == NUMBER, "control: before, it is revealed", r)
spent = 1
warm_up, _ = flood("frames", 500, "")
warm_up.stdout.read()
warm_up.wait()
time.sleep(0.2)
warm, before = rss(), fds()

probes = []
for kind, count, words in (("frames", FRAMES, "frames"), ("hangups", HANGUPS, "disconnects"), ("fds", FDS, "descriptors")):
    at = time.monotonic()
    p, words = flood(kind, count, words)
    while p.poll() is None:
        time.sleep(0.25)
        probes.append(greeting(kind))
    d = finish(p, words)
    kit.say("%s: %.1f s" % (words, time.monotonic() - at))
    still_there(before, words)
worst = max(probes)
ok(worst[0] < 1, "meanwhile %d greetings were answered, the slowest in %.0f ms" % (len(probes), 1000 * worst[0]), worst)

ok(daemon.stop() == 0, "the daemon ends cleanly", daemon.words())
ok(not re.search("ended|trail:|vault:", daemon.words()), "and had nothing to complain about", daemon.words())
v = kit.verify(office.dir)
ok(v.status == 0, "mynakura-verify: the trail is whole", v)
records = [x["body"] for x in kit.trail(office.dir)]
kit.say("%d records on the trail" % len(records))
reveals = [b for b in records if b.get("action") == "reveal"]
done = [b for b in reveals if b.get("kind") == "outcome" and b.get("result") == "ok"]
ok(len([b for b in reveals if b.get("kind") == "intent"]) >= len(done) <= 10, "no more reveals than the budget, each with its intent", reveals[-3:])

# control: a daemon that was killed and started again is noticed
daemon = wire.Daemon(office.dir, sock)
first = daemon.roles()
os.kill(first["vault"], signal.SIGKILL)
daemon.wait_ready()
ok(daemon.roles() != first, "control: a role that died and came again is another process")
daemon.stop()
kit.done()
