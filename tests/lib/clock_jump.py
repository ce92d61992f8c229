# SPDX-License-Identifier: GPL-3.0-or-later
"""Jumps of the clock: what is recorded, what does not expire, and that no budget comes back."""
import os
import sys
import time

os.environ.setdefault("TAP_TMP", sys.argv[1])
import kit  # noqa: E402
import wire  # noqa: E402
from kit import LEDGER, ok  # noqa: E402

DAY = 86400
SHIFT = os.path.join(kit.TMP, "shift")
NUMBERS = kit.numbers(2, 9)


def shift(seconds):
    with open(SHIFT + ".new", "w", encoding="ascii") as f:
        f.write("%d" % seconds)
    os.rename(SHIFT + ".new", SHIFT)


shift(0)
office = kit.Office(kit.fresh("office"))
office.member("suzuki", "clerk", LEDGER)
office.member("adachi", "admin")
PW = {"suzuki": "pw-suzuki", "adachi": "pw-adachi", kit.CHIEF: kit.CHIEF_PW}
c = office.open()
c.login("suzuki", PW["suzuki"])
PERSON = office.add(c, NUMBERS[0], name="佐藤", code="1", birth="1980-05-01").get("subject")
office.end(c)

real = wire.environment


def shifted(home):
    return dict(real(home), LD_PRELOAD=os.path.join(kit.TMP, "shift.so"))


wire.environment = shifted
daemon = wire.Daemon(office.dir, kit.fresh("sock"))


def ask(who, name, pairs=()):
    s = daemon.session(who, PW[who])
    try:
        return s.call(name, pairs)
    finally:
        s.close()


def reveal():
    return ask("suzuki", "reveal", [("ledger", LEDGER), ("subject", PERSON), ("reason", "照合")])


def jumps():
    time.sleep(0.7)  # a record that nobody waits for is on the disk half a second later
    return [e["body"]["detail"]["note"] for e in kit.trail(office.dir) if e.get("body", {}).get("action") == "clock_jump"]


def status():
    return ask("suzuki", "clock_status")


ok(ask(kit.CHIEF, "office_set", [("field", "approvals"), ("value", "on")]).name == "ok", "second persons are on")
shift(1)
r = status()
ok(abs(r.get("wall") - time.time() - 1) < 2 and r.get("confirmed"), "control: the daemon sees the shifted clock", r)
ok([reveal().name for _ in range(10)] == ["ok"] * 10, "ten reveals")
ok(reveal().name == "BUDGET", "the eleventh is over the budget")
shift(660)
ok(reveal().name == "BUDGET", "eleven minutes ahead by the clock: still over")
shift(25 * 3600)
ok(reveal().name == "BUDGET", "a day ahead: still over")
j = jumps()
ok(len(j) == 1 and j[0].startswith("ahead "), "the jump is recorded once", j)
r = status()
ok(r.get("confirmed") is False and abs(r.get("steady") - time.time()) < 30, "and not believed", r)
s = daemon.client()
told = s.must("login", [("member", kit.CHIEF), ("passphrase", kit.CHIEF_PW)]).all("alarm")
s.close()
ok(any("clock" in a for a in told), "the login says so", told)
daemon.stop()
daemon = wire.Daemon(office.dir, daemon.sock)
ok(reveal().name == "BUDGET", "a restart refunds nothing")
ok(status().get("confirmed") is False and len(jumps()) == 1, "and the jump is still the same one", jumps())

# what waits does not expire by it; confirming is for two
r = ask(kit.CHIEF, "clock_confirm")
ok(r.name == "APPROVAL", "confirming waits for a second person", r)
waits = r.get("approval")
shift(72 * 3600)
r = ask("adachi", "approval_grant", [("approval", waits), ("passphrase", PW["adachi"])])
ok(r.name == "ok", "a request does not expire on a clock that is not believed", r)
shift(25 * 3600)
r = ask(kit.CHIEF, "clock_confirm")
ok(r.name in ("ok", "APPROVAL"), "the jump of a day is confirmed as what was agreed to", r)
if r.name == "ok":
    ok(status().get("confirmed") is True, "then the clock is believed")
    ok(reveal().name == "BUDGET", "but a confirmed date is no time that has passed")
shift(25 * 3600 - 600)
ok(status().name == "ok" and jumps()[-1].startswith("back "), "ten minutes back is recorded", jumps())
shift(25 * 3600)
daemon.stop()
shift(7 * 365 * DAY)
daemon = wire.Daemon(office.dir, daemon.sock)
r = status()
ok(r.get("confirmed") is False, "seven years ahead while the daemon was away: not believed", r)
ok(reveal().name == "BUDGET", "and nothing is refunded")
shift(25 * 3600)
ok(status().get("confirmed") is True and jumps()[-1].startswith("returned "), "put right again it is believed again", jumps())
order = [e["seq"] for e in kit.trail(office.dir)]
ok(order == list(range(1, len(order) + 1)), "the order of the record is its numbers, whatever the clock said")
daemon.stop()
v = kit.verify(office.dir)
ok(v.status == 0, "the chain is whole", v)
kit.done()
