# SPDX-License-Identifier: GPL-3.0-or-later
"""A trail of many signatures is verified; meanwhile another session works and is not kept waiting, and records are added behind the head."""
import os
import threading
import time

import kit
import wire
from kit import LEDGER, ok

CHECKPOINTS = int(os.environ.get("CHECKPOINTS", 400 if kit.SANITIZED else 4000))
SOON = 1.0 if kit.SANITIZED else 0.1
NUMBER = kit.numbers(1, 47)[0]
office = kit.Office(kit.fresh("office"))
office.member("suzuki", "clerk", LEDGER)
office.member("kansa", "auditor")
c = office.open()
c.login("suzuki", "pw-suzuki")
subject = office.add(c, NUMBER, name="佐藤一郎", code="0001").get("subject")
office.end(c)
daemon = wire.Daemon(office.dir, kit.fresh("sock"))
auditor = daemon.session("kansa", "pw-kansa")
at = time.monotonic()
while CHECKPOINTS > 0:
    auditor.must("audit_anchor")
    CHECKPOINTS -= 1
kit.say("the checkpoints were made in %.1f s" % (time.monotonic() - at))
clerk, asker = daemon.session("suzuki", "pw-suzuki"), daemon.session("kansa", "pw-kansa")
SHOW = [("subject", subject), ("ledger", LEDGER)]


def reveal():
    at = time.monotonic()
    r = clerk.call("reveal", SHOW + [("reason", "照合")])
    return r, time.monotonic() - at


reveal()
before = len(kit.trail(office.dir))
verdict = {}


def verify(c, key):
    at = time.monotonic()
    verdict[key] = c.call("audit_verify"), time.monotonic() - at


threads = [threading.Thread(target=verify, args=(c, k)) for k, c in enumerate((auditor, asker))]
for t in threads:
    t.start()
time.sleep(0.05)
took, answers = [], []
while any(t.is_alive() for t in threads) or len(took) < 4:
    if len(took) < 6:
        r, t = reveal()
        answers.append(r.get("number"))
        took.append((t, len(verdict) < 2))
    time.sleep(0.1)
for t in threads:
    t.join()
seconds = [t for _, t in verdict.values()]
ok(all(r.error == 0 and r.get("ok") for r, _ in verdict.values()), "two verifications at once: the trail is whole", verdict)
ok(min(seconds) > 10 * SOON or kit.SANITIZED, "control: each took %.1f s" % min(seconds), seconds)
inside = [t for t, running in took if running]
ok(len(inside) >= (2 if kit.SANITIZED else 4) and max(inside) < SOON and answers == [NUMBER] * len(answers), "%d reveals meanwhile, the slowest in %.0f ms" % (len(inside), 1000 * max(inside, default=9)), took)
entries = [r.get("entries") for r, _ in verdict.values()]
grown = len(kit.trail(office.dir))
ok(all(before <= n < grown for n in entries), "the verdict is about the trail as it was then: %s entries of now %d" % (entries, grown), before)
r = auditor.must("audit_verify")
ok(r.get("ok") and r.get("entries") >= grown, "control: asked again it covers what came since", r)

# a trail that is cut while the daemon runs: the verifier knows what must be there
segment = kit.segments(office.dir)[-1]
with open(segment, "rb") as f:
    lines = f.read().splitlines(True)
with open(segment, "wb") as f:
    f.writelines(lines[:-2])
r = auditor.must("audit_verify")
ok(r.get("ok") is False and r.get("code") == "head", "lines taken from the end of the running daemon's trail: not whole", r)
kit.done()
