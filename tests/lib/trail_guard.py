# SPDX-License-Identifier: GPL-3.0-or-later
"""The trail as a guard: the disk is full, files may not grow, the folder is read-only, the role is gone; then tampering, line by line."""
import os
import re
import resource
import shutil
import signal
import subprocess

import kit
import wire
from kit import LEDGER, cli, ok

NUMBER = kit.numbers(1, 77)[0]
office = kit.Office(kit.fresh("office"))
office.member("suzuki", "clerk", LEDGER)
c = office.open()
c.login("suzuki", "pw-suzuki")
office.add(c, NUMBER, name="佐藤一郎", code="0001")
office.end(c)
REVEAL = [("subject", "0001"), ("reason", "年末調整")]
BEFORE = {"reveal": REVEAL, "subject_add": wire.fields(name="新規", code="0002"), "review_reject": [("review", "r0000000000000"), ("reason", "x")]}


def sizes(directory):
    return {p: os.path.getsize(p) for p in kit.segments(directory)}


def refused(r):
    """The answer to an act while the trail cannot record."""
    return r.error is not None and r.status == 7 and r.get("number") is None and not any(kit.holds_digits(str(i), NUMBER) for i in r.items)


def try_acts(c, what):
    for name in ("reveal", "subject_add"):
        try:
            r = c.call(name, BEFORE[name])
        except wire.Lost:
            ok(False, "%s: %s is answered" % (what, name), "the connection was closed")
            return
        ok(refused(r), "%s: %s gives status 7 and nothing else" % (what, name), r)


def acts_again(directory, what):
    r = cli(directory, "reveal", "0001", "--reason", "年末調整", user="suzuki", secrets=["pw-suzuki"])
    ok(r.status == 0 and r.text.replace(" ", "").strip() == NUMBER, "control: %s it is revealed" % what, r)
    r = cli(directory, "subject", "list", "--json", user="suzuki", secrets=["pw-suzuki"])
    ok(r.status == 0 and len(r.lines()) == 1, "and nothing was added meanwhile", r)
    v = kit.verify(directory)
    ok(v.status == 0, "and the trail is whole", v)


# --- files that may not grow (EFBIG), set on the running trail role
d = kit.copy_tree(office.dir, kit.fresh("fsize"))
c = wire.Embedded(d, d + ".log")
c.login("suzuki", "pw-suzuki")
ok(c.call("reveal", REVEAL).get("number") == NUMBER, "control: before, it is revealed")
now = max(sizes(d).values())
resource.prlimit(c.roles()["trail"], resource.RLIMIT_FSIZE, (now, now))
try_acts(c, "files that may not grow")
c.end()
acts_again(d, "without the limit")

# the same in the middle of a record: some bytes of the line still fit
d = kit.copy_tree(office.dir, kit.fresh("fsize2"))
c = wire.Embedded(d, d + ".log")
c.login("suzuki", "pw-suzuki")
c.must("subject_list")
c.call("reveal", REVEAL)
now = max(sizes(d).values()) + 100
resource.prlimit(c.roles()["trail"], resource.RLIMIT_FSIZE, (now, now))
try_acts(c, "room for a part of a line")
c.end()
acts_again(d, "without the limit")

# --- the trail role is stopped dead in its tracks, then gone
d = kit.copy_tree(office.dir, kit.fresh("gone"))
c = wire.Embedded(d, d + ".log")
c.login("suzuki", "pw-suzuki")
os.kill(c.roles()["trail"], signal.SIGSTOP)
c.send_raw(wire.frame(wire.REQUESTS["reveal"].number, wire.items(REVEAL), 99))
c.s.settimeout(1.5)
try:
    answer = c.recv()
except TimeoutError:
    answer = None
ok(answer is None, "a trail that does not answer: no answer leaves, for as long as it takes", answer)
os.kill(c.roles()["trail"], signal.SIGKILL)
c.s.settimeout(20)
try:
    r = c.recv()
    ok(refused(r) or (r.name == "LOST" and not r.get("number")), "the trail role killed before it answered: status 7, no digit", r)
except wire.Lost:
    ok(True, "the trail role killed before it answered: the connection ends, no digit")
c.close()
os.waitpid(c.pid, 0)
intents = [x for x in kit.trail(d) if x["body"].get("action") == "reveal"]
ok(not intents, "and it was not on the trail", intents)
acts_again(d, "after a new start")

# --- the client's view, with the trail's segment or folder made useless between two runs
d = kit.copy_tree(office.dir, kit.fresh("folder"))
seg = kit.segments(d)[-1]
os.rename(seg, seg + ".kept")
os.mkdir(seg)
r = cli(d, "reveal", "0001", "--reason", "年末調整", user="suzuki", secrets=["pw-suzuki"])
ok(r.status in (7, 8) and not kit.holds_digits(r.out + r.err, NUMBER) and r.err, "a folder in the segment's place: status %d and words" % r.status, r)
os.rmdir(seg)
r = cli(d, "reveal", "0001", "--reason", "年末調整", user="suzuki", secrets=["pw-suzuki"])
ok(r.status in (8, 9) and not kit.holds_digits(r.out + r.err, NUMBER) and r.err, "the segment gone: status %d and words" % r.status, r)
os.rename(seg + ".kept", seg)
acts_again(d, "with the segment back")
shutil.move(os.path.join(d, "trail"), d + ".trail")
r = cli(d, "reveal", "0001", "--reason", "年末調整", user="suzuki", secrets=["pw-suzuki"])
ok(r.status == 8 and not kit.holds_digits(r.out + r.err, NUMBER), "the whole trail gone: status 8", r)
other = kit.Office(kit.fresh("other"))
shutil.rmtree(os.path.join(d, "trail"), ignore_errors=True)
shutil.copytree(os.path.join(other.dir, "trail"), os.path.join(d, "trail"))
r = cli(d, "reveal", "0001", "--reason", "年末調整", user="suzuki", secrets=["pw-suzuki"])
ok(r.status == 8 and not kit.holds_digits(r.out + r.err, NUMBER), "another vault's trail: status 8", r)
p = subprocess.run([kit.program("mynakurad"), "--foreground", "--dir", d, "--socket", kit.fresh("s")], capture_output=True, timeout=60, check=False,
                   env=wire.environment("/nonexistent"))
ok(p.returncode in (1, 8) and b"changed" in p.stderr, "behind a socket such a vault does not stay up: status %d and words" % p.returncode, p)
shutil.rmtree(os.path.join(d, "trail"))
shutil.move(d + ".trail", os.path.join(d, "trail"))
acts_again(d, "with its own trail back")

# the seed that signs checkpoints: an older copy of the trail with the newer seed is a roll-back
d = kit.copy_tree(office.dir, kit.fresh("seed"))
cli(d, "status", user="suzuki", secrets=["pw-suzuki"])
for seg in kit.segments(office.dir):
    shutil.copyfile(seg, os.path.join(d, "trail", os.path.basename(seg)))
r = cli(d, "reveal", "0001", "--reason", "年末調整", user="suzuki", secrets=["pw-suzuki"])
ok(r.status == 9 and not kit.holds_digits(r.out + r.err, NUMBER), "an older trail beside its newer seed: status 9", r)

# --- a full disk: a tmpfs of its own (root)
d = kit.copy_tree(office.dir, kit.fresh("full"))
place = os.path.join(d, "trail")
kept = kit.fresh("trail.kept")
shutil.copytree(place, kept)
if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1600k,mode=700", "tmpfs", place], capture_output=True, check=False).returncode != 0:
    kit.skip("full disk: a tmpfs cannot be mounted (not root, or no right to mount)")
else:
    for name in os.listdir(kept):
        source = os.path.join(kept, name)
        (shutil.copytree if os.path.isdir(source) else shutil.copy2)(source, os.path.join(place, name))
    c = wire.Embedded(d, d + ".log")
    c.login("suzuki", "pw-suzuki")
    ok(c.call("reveal", REVEAL).get("number") == NUMBER, "control: with room on the disk it is revealed")
    filler = open(os.path.join(place, "filler"), "wb", buffering=0)

    def fill():
        for size in (65536, 4096, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                pass

    fill()
    answers = []
    for _ in range(40):  # what still fits the last page is recorded and done; then it must stop
        fill()  # also what the index gives back
        try:
            answers.append(c.call("reveal", REVEAL))
        except wire.Lost:
            break
        if answers[-1].status == 7:
            break
    last = answers[-1] if answers else None
    ok(last is not None and refused(last), "a full disk: reveal ends in status 7 (after %d answers)" % len(answers), last)
    done = sum(a.error == 0 for a in answers)
    outcomes = [x for x in kit.trail(d) if x["body"].get("action") == "reveal" and x["body"].get("kind") == "outcome" and x["body"].get("result") == "ok"]
    ok(len(outcomes) - 1 <= done + 1 and len([x for x in kit.trail(d) if x["body"].get("action") == "reveal" and x["body"].get("kind") == "intent"]) >= done + 1,
       "every number that left has its intent on the trail", "%d left, %d outcomes" % (done, len(outcomes)))
    fill()
    try_acts(c, "a full disk")
    c.end()
    ok(not os.path.exists(os.path.join(place, "index.db")), "the index has given its room back")
    fill()
    r = cli(d, "reveal", "0001", "--reason", "年末調整", user="suzuki", secrets=["pw-suzuki"])
    ok(r.status == 7 and not kit.holds_digits(r.out + r.err, NUMBER) and r.err, "a full disk, by the command line: status 7 and words", r)
    full = [x for x in kit.trail(d) if x["body"].get("action") == "trail_full"]
    ok(len(full) >= 1, "the trail says that it was full", full)
    filler.close()
    os.unlink(os.path.join(place, "filler"))
    acts_again(d, "with room again")
    if subprocess.run(["mount", "-o", "remount,ro", place], capture_output=True, check=False).returncode == 0:
        r = cli(d, "reveal", "0001", "--reason", "年末調整", user="suzuki", secrets=["pw-suzuki"])
        ok(r.status == 7 and not kit.holds_digits(r.out + r.err, NUMBER) and r.err, "a read-only file system: status %d and words" % r.status, r)
        subprocess.run(["mount", "-o", "remount,rw", place], check=True)
    else:
        kit.skip("read-only: the tmpfs cannot be remounted")
    subprocess.run(["umount", place], check=True)

# --- tampering: every line changed, removed, doubled, swapped, cut; against the head kept before
d = kit.fresh("tamper")
os.makedirs(os.path.join(d, "trail"))
seg = kit.segments(office.dir)[-1]
target = os.path.join(d, "trail", os.path.basename(seg))
with open(seg, "rb") as f:
    lines = f.read().splitlines(True)
head = kit.trail(office.dir)[-1]["link"]
assert len(kit.segments(office.dir)) == 1


def judge(new, first_bad, args=()):
    """None when verify finds it and names the entry; else what it said"""
    with open(target, "wb") as f:
        f.write(b"".join(new))
    r = kit.verify(d, "--head", head, *args)
    named = {int(x) for x in re.findall(r"\d+", re.sub(r"[0-9a-f]{16,}", "", r.text + r.words))}
    good = r.status == 8 and (first_bad is None or bool(named & set(first_bad)))
    return None if good else "%r" % r


def flip(line, at):
    return line[:at] + bytes([line[at] ^ 1 if line[at] not in b"\n\x0b" else 0x41]) + line[at + 1:]


kinds = {"changed": [], "removed": [], "doubled": [], "swapped": [], "cut": []}
for k, line in enumerate(lines):
    n = k + 1
    for at in (line.index(b'"body":') + 9, line.index(b'"salt":') + 10, line.index(b'"leaf":') + 10, line.index(b'"link":') + 10, 8, len(line) - 3):
        kinds["changed"].append(judge(lines[:k] + [flip(line, at)] + lines[k + 1:], (n, n + 1)))
    # a removed last line leaves a whole trail: the kept head is not found
    kinds["removed"].append(judge(lines[:k] + lines[k + 1:], (n,) if n < len(lines) else None))
    kinds["doubled"].append(judge(lines[:k] + [line, line] + lines[k + 1:], (n + 1,)))
    if n < len(lines):
        kinds["swapped"].append(judge(lines[:k] + [lines[k + 1], line] + lines[k + 2:], (n,)))
    kinds["cut"].append(judge(lines[:k] + [line[:len(line) // 2]], (n,)))
    if k > 0:
        kinds["cut"].append(judge(lines[:k], None))
for kind, results in kinds.items():
    wrong = [x for x in results if x]
    ok(not wrong, "mynakura-verify finds every line %s: %d of %d, status 8, the entry named" % (kind, len(results) - len(wrong), len(results)), "\n".join(wrong[:5]))
with open(target, "wb") as f:
    f.write(b"".join(lines))
r = kit.verify(d, "--head", head)
ok(r.status == 0, "control: the same lines untouched are whole", r)
r = kit.verify(d, "--head", "0" * 64)
ok(r.status == 8, "control: a head of another trail is not found in it: status 8", r)
with open(target, "wb") as f:
    f.write(b"".join(lines[:-1]))
r = kit.verify(d)
ok(r.status == 0, "control: without the kept head a cut at the end cannot be seen, which is why it is kept", r)
r = cli(office.dir, "audit", "verify", "--json", user=kit.CHIEF, secrets=[kit.CHIEF_PW])
ok(r.status == 0 and r.lines()[0]["ok"] is True, "audit verify: the office's own trail is whole", r)
kit.done()
