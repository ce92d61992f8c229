# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults in the middle of a reveal: every write and sync of the trail fails in turn (strace injects it), and the trail and the vault are
killed at every system call that reads, writes, sends or waits. Whatever left has its intent on the trail. STEP=N: every Nth kill only."""
import collections
import os
import re
import subprocess
import time

import kit
import wire
from kit import LEDGER, cli, ok

STEP = int(os.environ.get("STEP", "1"))
NUMBERS = kit.numbers(2, 31)
ASKED = [[("subject", "000%d" % i), ("ledger", LEDGER), ("reason", "年末調整")] for i in (1, 2)]
office = kit.Office(kit.fresh("office"))
office.member("suzuki", "clerk", LEDGER)
c = office.open()
c.login("suzuki", "pw-suzuki")
for i, n in enumerate(NUMBERS):
    office.add(c, n, name="佐藤", code="000%d" % (i + 1))
office.end(c)
BEFORE = len([x for x in kit.trail(office.dir) if x["body"].get("action") == "reveal"])
assert BEFORE == 0


class Run:
    """One daemon on a copy of the office: a clerk logs in, strace takes hold of a role, two numbers are asked for. One at a time."""

    def __init__(self, role, *inject):
        self.dir = kit.copy_tree(office.dir, kit.fresh("run"))
        c = wire.Embedded(self.dir, self.dir + ".log")
        c.login("suzuki", "pw-suzuki")
        self.log = kit.fresh("strace.log")
        tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", self.log, *inject, "-p", str(c.roles()[role])], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_traced(c.roles()[role])
        self.answers, self.left, self.digits = [], [], False
        for pairs in ASKED:
            try:
                r = c.call("reveal", pairs)
            except (wire.Lost, TimeoutError):
                self.answers.append("lost")
                continue
            self.answers.append("ok" if r.error == 0 else r.status)
            if r.get("number") is not None:
                self.left.append(r.get("number"))
            if r.error != 0 and any(kit.holds_digits(str(x), n) for x in r.items for n in NUMBERS):
                self.digits = True
        c.close()
        os.waitpid(c.pid, 0)
        tracer.terminate()
        tracer.wait()

    @staticmethod
    def wait_traced(pid):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                with open("/proc/%d/status" % pid) as f:
                    if not re.search(r"TracerPid:\s+0\n", f.read()):
                        break
            except FileNotFoundError:  # killed already
                return
            time.sleep(0.002)
        time.sleep(0.01)  # its threads too

    def calls(self):
        """How often each system call was made."""
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return collections.Counter(re.findall(r"^\d+ +(\w+)\(", f.read(), re.M))

    def bad(self, want_seven=False):
        """None, or what is wrong. Ends with a new start on the same folder, which must record and reveal again."""
        wrong = []
        if self.digits:
            wrong.append("digits in a refusal")
        if want_seven and not all(a in ("ok", 7) for a in self.answers):
            wrong.append("answers")
        records = [x["body"] for x in kit.trail_whole(self.dir) if x["body"].get("action") == "reveal"]
        intents = len([b for b in records if b.get("kind") == "intent"])
        if intents < len(self.left):
            wrong.append("%d left, %d intents" % (len(self.left), intents))
        r = cli(self.dir, "reveal", "0001", "--reason", "年末調整", user="suzuki", secrets=["pw-suzuki"])
        if r.status != 0 or r.text.replace(" ", "").strip() != NUMBERS[0]:
            wrong.append("the next start: %r" % r)
        v = kit.verify(self.dir)
        if v.status != 0:
            wrong.append("verify: %r" % v)
        return "%s: answers %s" % (", ".join(wrong), self.answers) if wrong else None


count, plain = {}, []
for role in ("trail", "vault"):
    run = Run(role)
    count[role] = run.calls()
    plain.append((run.left == NUMBERS and run.bad() is None, run.answers))
ok(all(good for good, _ in plain), "control: two numbers leave while nothing fails", plain)
ok(count["trail"]["write"] >= 4 and count["trail"]["fdatasync"] >= 4 and count["vault"]["sendmsg"] >= 6,
   "control: strace sees the trail write and sync an intent and an outcome for each", count)

# --- errors of the disk under the trail: the nth call once, and the nth and all after it
ERRORS = {"fdatasync": ("EIO", "ENOSPC"), "write": ("EIO", "ENOSPC", "EDQUOT", "EROFS"), "fsync": ("EIO",), "pwrite64": ("EIO",), "fallocate": ("ENOSPC",)}
for call, errors in ERRORS.items():
    n = count["trail"][call]
    if n == 0:
        continue
    wrong, refused, runs, silent = [], 0, 0, 0
    for error in errors:
        for k in range(1, n + 1):
            for when in ("%d" % k, "%d+" % k):
                run = Run("trail", "-e", "inject=%s:error=%s:when=%s" % (call, error, when))
                runs += 1
                refused += 7 in run.answers
                b = run.bad()
                if b is not None:
                    wrong.append("%s %s %s: %s" % (call, error, when, b))
                # a failed sync closes the segment for good: after it nothing leaves in this run (decisions.md 15)
                first = next((i for i, a in enumerate(run.answers) if a != "ok"), len(run.answers))
                if call == "fdatasync" and "ok" in run.answers[first:]:
                    wrong.append("%s %s %s: a number left after a failed sync: %s" % (call, error, when, run.answers))
                silent += run.left == NUMBERS
    ok(not wrong, "%s of the trail fails (%s), each of %d, once and for ever: %d runs, no number without its intent, no digit in a refusal"
       % (call, " ".join(errors), n, runs), "\n".join(wrong))
    if call in ("fdatasync", "write"):  # the others belong to the seed, at a checkpoint
        ok(refused > 0, "control: %d of them ended in status 7 (%d in no harm)" % (refused, silent))
for call in ("fdatasync", "write"):
    run = Run("trail", "-e", "inject=%s:error=EIO" % call)
    ok(run.answers == [7, 7] and not run.left and run.bad() is None, "EIO at every %s: status 7 twice, no number" % call, run.answers)

# --- kill -9 at every call of the trail and of the vault
KILLED = ("recvmsg", "sendmsg", "write", "pwrite64", "pread64", "fdatasync", "fsync", "poll", "openat", "futex")
for role in ("trail", "vault"):
    wrong, runs, seen = [], 0, collections.Counter()
    for call in KILLED:
        for k in range(1, count[role][call] + 1, STEP):
            run = Run(role, "-e", "inject=%s:signal=KILL:when=%d" % (call, k))
            runs += 1
            seen[len(run.left)] += 1
            b = run.bad()
            if b is not None:
                wrong.append("%s %d: %s" % (call, k, b))
    ok(not wrong and runs > 0, "the %s killed at each of %d calls of two reveals: intents >= numbers that left, a clean start after it" % (role, runs), "\n".join(wrong))
    ok(seen[0] > 0 and seen[1] > 0, "control: %s of them let none, one or two numbers out" % [seen[0], seen[1], seen[2]], dict(seen))

# control: a trail from which an intent was taken is noticed by the same look
run = Run("trail")
seg = kit.segments(run.dir)[-1]
with open(seg, "rb") as f:
    lines = [x for x in f if b'"reveal"' not in x]
with open(seg, "wb") as f:
    f.writelines(lines)
b = run.bad()
ok(b is not None and "2 left, 0 intents" in b, "control: with the intents taken out the same look finds it", b)
kit.done()
