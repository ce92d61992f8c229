# SPDX-License-Identifier: GPL-3.0-or-later
"""The kill loop. One vault lives through all rounds, so that what an early round left behind meets a later one."""
import collections
import json
import os
import random
import select
import signal
import subprocess
import time

import kit
import wire
from kit import LEDGER, cli, ok

ROUNDS = int(os.environ.get("ROUNDS", "20" if kit.SANITIZED else "46"))
ACCEPTS = int(os.environ.get("ACCEPTS", "8" if kit.SANITIZED else "16"))
CARDS = 8
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

    def __init__(self, directory, codes, lines, secrets, victim, after_acks, delay):
        self.codes = codes
        batch = kit.fresh("batch")
        with open(batch, "w", encoding="utf-8") as f:
            f.writelines(line + "\n" for line in lines)
        secrets = "".join(s + "\n" for s in ["pw-suzuki", *secrets]).encode()
        err = open(kit.fresh("err"), "w+b")
        self.p = subprocess.Popen([kit.program("mynakura"), "--dir", directory, "--user", "suzuki", "--passphrase-fd", "0", "batch", batch],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err, env=kit.environment(directory))
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


def add_round(i, victim, after, delay):
    codes = ["%03d-%02d" % (i, k) for k in range(LINES)]
    lines = ["subject add name=対象%s code=%s number=-%s" % (c.replace("-", "の"), c, RETYPE) for c in codes]
    secrets = [n for n in NUMBERS[i * LINES:(i + 1) * LINES] for _ in range(2)]
    return Round(office.dir, codes, lines, secrets, victim, after, delay)


def judge_client(r, name):
    """What was wrong with how the client took it: ([statuses], [words])"""
    whole = len(r.acks) == len(r.codes)
    status, words = [], []
    if r.status not in STATUSES:
        status.append("%s: client's status %d" % (name, r.status))
    if r.killed and r.status == 0 and not whole:
        status.append("%s: killed %s, %d of %d lines done and status 0" % (name, r.killed, len(r.acks), len(r.codes)))
    if r.killed and not whole and (not r.err.strip() or (r.acked_before and "daemon has ended" not in r.err)):
        words.append("%s: killed %s after %d acks, status %d, stderr %r" % (name, r.killed, len(r.acks), r.status, r.err))
    return status, words


acked, head, bad, words_bad = [], None, [], []
kills, statuses = collections.Counter(), collections.Counter()
early = None
started = time.monotonic()
for i in range(ROUNDS):
    victim = rnd.choice(["monitor", "vault", "trail"])
    # a third of the kills fall into start and login, the rest into the loop
    after, delay = (0, rnd.uniform(0, 0.12)) if i % 3 == 0 else (rnd.randrange(1, 16), rnd.uniform(0, 0.02))
    r = add_round(i, victim, after, delay)
    acked += r.acked
    head = r.head or head
    statuses[r.status] += 1
    if r.killed:
        kills[r.killed] += 1
    wrong_status, wrong_words = judge_client(r, "round %d" % i)
    bad += wrong_status
    words_bad += wrong_words
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

# --- the real thing: pictures of cards in the review queue, accepted in a batch; each round begins with a copy of the same queue
specimens = kit.fresh("cards")


def cards_in_queue():
    """The review ids of CARDS captured cards, or a reason why there are none."""
    for name in ("mynakura-read", "specimen"):
        if not os.access(kit.program(name), os.X_OK):
            return name + " is not built"
    subprocess.run([kit.program("specimen"), "--stack", specimens, "--count", str(CARDS), "--seed", "5"], stdout=subprocess.DEVNULL, check=True)
    files = sorted(os.path.join(specimens, n) for n in os.listdir(specimens) if n.endswith(".pgm"))
    r = cli(queue.dir, "capture", "--json", "--ledger", LEDGER, "--file", *files, user="suzuki", secrets=["pw-suzuki"], timeout=300)
    items = r.lines() if r.status == 0 else []
    if len(items) != CARDS:
        ok(False, "the cards are captured", r)
        return "capture failed"
    return [x["review"] for x in items if x["certain"]]


queue = kit.Office(kit.fresh("queue"))
queue.member("suzuki", "clerk", LEDGER)
reviews = cards_in_queue()
if isinstance(reviews, str):
    kit.skip("accepts of cards: " + reviews)
else:
    ok(len(reviews) >= CARDS - 2, "%d cards captured, %d certain" % (CARDS, len(reviews)))
    with open(os.path.join(specimens, "truth.jsonl"), encoding="utf-8") as f:
        truth = {json.loads(line)["number"] for line in f}
    bad, words_bad, hits, total, wrong = [], [], 0, 0, []
    for i in range(ACCEPTS):
        d = kit.copy_tree(queue.dir, kit.fresh("accepting"))
        codes = ["C%02d" % k for k in range(len(reviews))]
        lines = ["review accept %s --set code=%s" % (x, c) for x, c in zip(reviews, codes)]
        r = Round(d, codes, lines, [], rnd.choice(["monitor", "vault", "trail"]), rnd.randrange(0, len(reviews)), rnd.uniform(0, 0.02))
        hits += 1 if r.killed else 0
        total += len(r.acked)
        a, b = judge_client(r, "accepts %d" % i)
        words_bad += b
        bad += a + ["accepts %d (killed %s): %s" % (i, r.killed, p) for p in problems(d, r.acked, r.head)]
        c = wire.Embedded(d, d + ".log")
        c.login("suzuki", "pw-suzuki")
        left = {dict(x)["review"] for x in c.must("review_list").all("item")}
        have = {dict(x)["code"] for x in c.must("subject_list").all("item")}
        both = [x for x, code in zip(reviews, codes) if (x in left) == (code in have)]
        if both:
            bad.append("accepts %d: in the queue and in the ledger, or in neither: %s" % (i, both))
        if r.acked:
            number = c.must("reveal", [("subject", r.acked[-1]), ("reason", "照合")]).get("number")
            wrong += [] if number in truth else [(i, r.acked[-1])]
        c.end()
    ok(not bad, "%d batches of accepts, %d killed, %d acknowledged: nothing acknowledged is lost, each card is either accepted or in the queue"
       % (ACCEPTS, hits, total), "\n".join(bad))
    ok(not words_bad, "and the client said so", "\n".join(words_bad))
    ok(not wrong and total > 0, "the accepted numbers are those on the cards", wrong)
    ok(hits >= ACCEPTS // 2, "control: %d of %d batches were hit" % (hits, ACCEPTS))
kit.done()
