# SPDX-License-Identifier: GPL-3.0-or-later
"""key slots through a member's life; the trail as a list and as a file over the command line."""
import json
import os
import re
import stat

import kit
import wire
from kit import LEDGER, cli, ok

office = kit.Office(kit.fresh("office"))
office.member("suzuki", "clerk", LEDGER, name="鈴木花子")
office.member("kansa", "auditor")


def run(user, *args):
    return cli(office.dir, *args, "--json", secrets=(kit.CHIEF_PW if user == kit.CHIEF else "pw-" + user,), user=user)


def slots(user=kit.CHIEF):
    r = run(user, "key", "slots")
    return {x["account"] or x["kind"]: x for x in r.lines()} if r.status == 0 else {}


# --- slots
s = slots()
ok({x["kind"] for x in s.values()} == {"member", "recovery"} and len(s) == 4, "a slot for each member and the sheet", s)
ok(all(re.fullmatch("[0-9a-f]{16,64}", x["fingerprint"]) for x in s.values()) and len({x["fingerprint"] for x in s.values()}) == 4, "each with a fingerprint of its own")
ok([g["grant"] for g in s["suzuki"]["grants"]] == ["number"] and s["suzuki"]["grants"][0]["ledger"] == office.ledger and s["kansa"]["grants"] == [],
   "and with what it opens", s)
ok(not s["suzuki"]["grants"][0]["rotation_due"], "no new keys are due")
ok(slots("kansa") == s, "an auditor sees the same")
r = run("suzuki", "key", "slots")
ok(r.status == 4, "a clerk does not", r)
text = cli(office.dir, "key", "slots", secrets=(kit.CHIEF_PW,), user=kit.CHIEF)
ok(text.status == 0 and LEDGER in text.text and "recovery sheet" in text.text, "for people by names", text)
r = run(kit.CHIEF, "member", "add", "新人", "--account", "newcomer", "--role", "clerk")
code = json.loads(r.text)["code"]
n = slots()["newcomer"]
ok(n["kind"] == "code" and n["deadline"] > n["time"] and n["grants"] == [], "a one-time code is a slot with an end", n)
r = cli(office.dir, "member", "activate", "newcomer", secrets=(code, "pw-newcomer"))
n2 = slots()["newcomer"]
ok(r.status == 0 and n2["kind"] == "member" and n2["deadline"] is None and n2["fingerprint"] != n["fingerprint"], "after the first act it is the member's own", n2)
run(kit.CHIEF, "member", "disable", "suzuki")
s2 = slots()
ok("suzuki" not in s2, "a disabled member has none", s2)
ok(not re.search(re.escape(code), json.dumps(slots()) + text.text), "no code in it")

# --- the trail
r = run("kansa", "audit", "list", "--action", "key_slots")
ok(r.status == 0 and len(r.lines()) >= 2 and all(x["action"] == "key_slots" for x in r.lines()), "audit list by action", r)
path = kit.fresh("trail.jsonl")
r = run("kansa", "audit", "export", "-o", path)
ok(r.status == 0 and stat.S_IMODE(os.stat(path).st_mode) == 0o600, "audit export into a file of mode 0600", r)
with open(path, encoding="utf-8") as f:
    lines = [json.loads(x) for x in f]
last = lines.pop()
ok(last["count"] == len(lines) and re.fullmatch("[0-9a-f]{64}", last["head"]) and last["seq"] > lines[-1]["seq"] and json.loads(r.text) == last,
   "its last line has the count and a head behind every entry", last)
whole = office.trail()
ok([x["seq"] for x in lines] == sorted(x["seq"] for x in lines) and len(lines) > 20, "the entries in their order")
ok(next(x["link"] for x in whole if x["seq"] == last["seq"]) == last["head"], "the head is that of the trail's own line")
r = run("kansa", "audit", "export", "-o", path)
ok(r.status == 12, "an existing file is not touched", r)
r = run("suzuki" if "suzuki" in s2 else "newcomer", "audit", "export", "-o", kit.fresh("no.jsonl"))
ok(r.status == 4 and not os.path.exists(kit.fresh("no.jsonl")), "a clerk exports none and no file is left", r)
r = run("kansa", "audit", "export", "--action", "member_add")
out = r.lines()
ok(r.status == 0 and all(x["action"] == "member_add" for x in out[:-1]) and out[-1]["count"] == len(out) - 1 >= 3, "to standard output, filtered", r)
kit.done()
