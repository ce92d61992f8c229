# SPDX-License-Identifier: GPL-3.0-or-later
"""The kill loop. One vault lives through all rounds, so that what an early round left behind meets a later one."""
import collections
import os
import random
import select
import signal
import subprocess
import time

import kit
import wire
from kit import LEDGER, cli, ok

ROUNDS = int(os.environ.get("ROUNDS", "20" if kit.SANITIZED else "66"))
SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
LINES = 30
STATUSES = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 70}
rnd = random.Random(SEED)
kit.say("SEED=%d ROUNDS=%d" % (SEED, ROUNDS))

office = kit.Office(kit.fresh("office"))
office.member("suzuki", "clerk", LEDGER)
NUMBERS = kit.numbers(ROUNDS * LINES, SEED)
RETYPE = " --retype" if b"--retype" in cli(office.dir, "subject", "--help").out else ""


class Round:
    """One batch, in which a role is killed at some moment (or not)."""

    def __init__(self, i, victim, after_acks, delay):
        self.codes = ["%03d-%02d" % (i, k) for k in range(LINES)]
        own = NUMBERS[i * LINES:(i + 1) * LINES]
        batch = kit.fresh("batch")
        with open(batch, "w", encoding="utf-8") as f:
            for code in self.codes:
                f.write("subject add name=対象%s code=%s number=-%s\n" % (code.replace("-", "の"), code, RETYPE))
        secrets = ("pw-suzuki\n" + "".join(n + "\n" + n + "\n" for n in own)).encode()
        err = open(kit.fresh("err"), "w+b")
        self.p = subprocess.Popen([kit.program("mynakura"), "--dir", office.dir, "--user", "suzuki", "--passphrase-fd", "0", "batch", batch],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err, env=wire.environment(kit.home()))
        self.p.stdin.write(secrets)
        self.p.stdin.close()
        self.out, self.killed = b"", None
        self.wait_for(after_acks)
        time.sleep(delay)
        self.acked_before = self.out.count(b"ACK ")
        if victim is not None:
            self.kill(victim)
        self.wait_for(1 << 30)
        self.status = self.p.wait(30)
        self.p.stdout.close()
        err.seek(0)
        self.err = err.read().decode("utf-8", "replace")
        err.close()
        self.acks = [line.split() for line in self.out.decode("utf-8", "replace").splitlines() if line.startswith("ACK ")]
        self.acked = [self.codes[int(a[1]) - 1] for a in self.acks]
        self.head = self.acks[-1][3] if self.acks else None

    def wait_for(self, acks):
        fd, end = self.p.stdout.fileno(), time.monotonic() + 30
        while self.out.count(b"ACK ") < acks:
            if not select.select([fd], [], [], max(0, end - time.monotonic()))[0]:
                self.p.kill()
                raise AssertionError("the client hangs: %r" % self.out[-300:])
            data = os.read(fd, 65536)
            if not data:
                return
            self.out += data

    def kill(self, victim):
        monitor = next((p for p in wire.children(self.p.pid) if b"--embedded" in wire.cmdline(p)), None)
        pid = wire.roles_of(monitor).get(victim) if monitor else None
        if pid is None:
            return
        try:
            os.kill(pid, signal.SIGKILL)
            self.killed = victim
        except ProcessLookupError:
            pass


def problems(directory, acked, head):
    """What is wrong with a vault after a kill: the check that every round makes, and the controls too."""
    out = []
    r = cli(directory, "subject", "list", "--json", user="suzuki", secrets=["pw-suzuki"])
    if r.status != 0:
        return ["the next start: %r" % r]
    have = {x.get("code"): x for x in r.lines()}
    lost = [c for c in acked if c not in have]
    if lost:
        out.append("acknowledged and lost: %s" % " ".join(lost))
    bare = [c for c, x in have.items() if not x.get("number") or x.get("state") != "checking"]
    if bare:
        out.append("half a subject: %s" % " ".join(bare))
    v = kit.verify(directory, *(["--head", head] if head else []))
    if v.status != 0:
        out.append("mynakura-verify: %r" % v)
    return out


acked, head, bad, words_bad = [], None, [], []
kills, statuses = collections.Counter(), collections.Counter()
early = None
started = time.monotonic()
for i in range(ROUNDS):
    victim = rnd.choice(["monitor", "vault", "trail"])
    # a third of the kills fall into start and login, the rest into the loop
    after, delay = (0, rnd.uniform(0, 0.12)) if i % 3 == 0 else (rnd.randrange(1, 16), rnd.uniform(0, 0.02))
    r = Round(i, victim, after, delay)
    acked += r.acked
    head = r.head or head
    statuses[r.status] += 1
    if r.status not in STATUSES:
        bad.append("round %d: client's status %d" % (i, r.status))
    if r.killed:
        kills[r.killed] += 1
        whole = len(r.acks) == LINES
        if r.status == 0 and not whole:
            bad.append("round %d: killed %s, %d of %d lines done and status 0" % (i, r.killed, len(r.acks), LINES))
        if not whole and (not r.err.strip() or (r.acked_before and "daemon has ended" not in r.err)):
            words_bad.append("round %d: killed %s after %d acks, status %d, stderr %r" % (i, r.killed, len(r.acks), r.status, r.err))
    bad += ["round %d (killed %s, status %d): %s" % (i, r.killed, r.status, p) for p in problems(office.dir, acked, head)]
    if len(bad) > 5:
        break
    if i == ROUNDS // 2:
        early = kit.copy_tree(office.dir, kit.fresh("early"))
kit.say("%d kills (%s) in %d rounds, %d acknowledged, statuses %s, %.0f s" % (
    sum(kills.values()), ", ".join("%s %d" % x for x in sorted(kills.items())), i + 1, len(acked), dict(statuses), time.monotonic() - started))
ok(not bad, "after every kill: all that was acknowledged is there, the trail is whole, the next start is clean", "\n".join(bad))
ok(not words_bad, "the client always said in words that the daemon had ended, with a status of the table", "\n".join(words_bad))
ok(sum(kills.values()) >= ROUNDS * 0.8 and len(kills) == 3, "control: the kills did hit: %d of %d rounds, all three roles" % (sum(kills.values()), ROUNDS), kills)
ok(len(acked) >= ROUNDS * 3, "control: there was something to lose: %d acknowledged adds" % len(acked))

c = office.open()
c.login("suzuki", "pw-suzuki")
sample = rnd.sample(range(len(acked)), min(8, len(acked)))
wrong = []
for k in sample:
    i, n = acked[k].split("-")
    got = c.must("reveal", [("subject", acked[k]), ("reason", "照合")]).get("number")
    if got != NUMBERS[int(i) * LINES + int(n)]:
        wrong.append(acked[k])
office.end(c)
records = office.trail()
intents = {x["seq"] for x in records if x["body"].get("kind") == "intent"}
outcomes = collections.Counter(x["body"].get("ref") for x in records if x["body"].get("kind") == "outcome")
unknown = sum(x["body"].get("result") == "unknown" for x in records)
ok(intents == set(outcomes) and max(outcomes.values()) == 1,
   "every intent on the trail has one outcome; %d of %d became unknown by a kill" % (unknown, len(intents)),
   "without: %s, twice: %s" % (sorted(intents - set(outcomes))[:9], [k for k, n in outcomes.items() if n > 1][:9]))
ok(not wrong, "the numbers of %d acknowledged subjects are the right ones" % len(sample), wrong)

ok(not problems(office.dir, acked, head), "control: the check passes the vault as it is")
torn = kit.copy_tree(office.dir, kit.fresh("torn"))
seg = kit.segments(torn)[-1]
with open(seg, "rb") as f:
    lines = f.read().splitlines(True)
at = next(k for k in range(len(lines) // 2, len(lines)) if b'"checkpoint"' not in lines[k])
with open(seg, "wb") as f:
    f.writelines(lines[:at] + lines[at + 1:])
found = problems(torn, acked, head)
ok(found, "control: with one record taken out of the trail the same check fails: %s" % (found[0].splitlines()[0][:60] if found else ""))

back = kit.copy_tree(office.dir, kit.fresh("back"))
for name in os.listdir(os.path.join(back, "vault")):
    if name.startswith("ledger-"):
        os.unlink(os.path.join(back, "vault", name))
for name in os.listdir(os.path.join(early, "vault")):
    if name.startswith("ledger-"):
        with open(os.path.join(early, "vault", name), "rb") as f, open(os.path.join(back, "vault", name), "wb") as g:
            g.write(f.read())
found = problems(back, acked, head)
ok(found, "control: with an older copy of the ledger the same check fails: %s" % (found[0].splitlines()[0][:60] if found else ""))
cut = kit.copy_tree(early, kit.fresh("cut"))
found = problems(cut, [], head)
ok(any("verify" in x for x in found), "control: a whole older copy is caught by the head that was acknowledged last")
kit.done()
