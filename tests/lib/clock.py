# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock over the command line (security.md R14), by --now in a demo office."""
import datetime
import json

import kit
from kit import cli, ok

JST = datetime.timezone(datetime.timedelta(hours=9))
office = kit.Office(kit.fresh("office"))
office.member("mori", "chief")
office.member("suzuki", "clerk")


def run(user, *args, at=None):
    secret = kit.CHIEF_PW if user == kit.CHIEF else "pw-" + user
    more = ["--now", (datetime.datetime.now(JST) + at).isoformat(timespec="seconds")] if at else []
    return cli(office.dir, *args, "--json", *more, secrets=(secret,), user=user)


DAY = datetime.timedelta(days=1)
run(kit.CHIEF, "office", "set", "approvals=on")
r = run("suzuki", "clock", "status")
s = json.loads(r.text)
ok(r.status == 0 and s["confirmed"] is True and s["wall"][:16] == s["steady"][:16], "a clock that is right is confirmed", r)
r = run(kit.CHIEF, "clock", "confirm")
ok(r.status == 12, "then there is nothing to confirm", r)
r = run("suzuki", "clock", "status", at=DAY / 2)
ok(json.loads(r.text)["confirmed"] is True, "half a day ahead is no jump", r)
r = run("suzuki", "clock", "status", at=40 * DAY)
s = json.loads(r.text)
far = datetime.datetime.fromisoformat(s["wall"]) - datetime.datetime.fromisoformat(s["steady"])
ok(r.status == 0 and s["confirmed"] is False and far > 39 * DAY, "40 days ahead is one: the time that counts stays", r)
text = cli(office.dir, "clock", "status", "--now", (datetime.datetime.now(JST) + 40 * DAY).isoformat(timespec="seconds"), secrets=("pw-suzuki",), user="suzuki")
ok(text.status == 0 and "clock confirm" in text.words, "for people: what to do", text)
r = run("suzuki", "clock", "confirm", at=40 * DAY)
ok(r.status == 4, "a clerk does not confirm it", r)
r = run(kit.CHIEF, "clock", "confirm", at=40 * DAY)
a = json.loads(r.text)["error"].get("approval") if r.status == 5 else None
ok(a is not None, "a chief asks, and waits", r)
r = run(kit.CHIEF, "approval", "grant", a, at=40 * DAY)
ok(r.status == 4, "the asker does not grant it", r)
r = run("mori", "approval", "show", a, at=40 * DAY)
ok(r.status == 0 and json.loads(r.text)["request"] == "clock_confirm", "another chief sees what it is", r)
ok(run("mori", "approval", "grant", a, at=40 * DAY).status == 0, "and grants it")
r = run(kit.CHIEF, "clock", "confirm", at=40 * DAY)
ok(r.status == 0 and "wall" in json.loads(r.text), "the same command again confirms", r)
r = run("suzuki", "clock", "status", at=40 * DAY)
s = json.loads(r.text)
ok(s["confirmed"] is True and s["wall"] == s["steady"], "now that time counts", r)
r = run("suzuki", "clock", "status", at=80 * DAY)
ok(json.loads(r.text)["confirmed"] is False, "another jump is another question", r)
jumps = [x["body"] for x in office.trail() if x["body"].get("action") == "clock_jump"]
ok(len(jumps) >= 2, "the jumps are on the trail", jumps)
kit.done()
