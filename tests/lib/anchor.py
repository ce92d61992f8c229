# SPDX-License-Identifier: GPL-3.0-or-later
"""audit anchor, the slip, and time stamps: see tests/integration/anchor.sh."""
import json
import os
import re
import shutil
import stat
import subprocess

import kit
from kit import ok

D = kit.fresh("office")
office = kit.Office(D)


def chief(*args):
    return kit.cli(D, *args, secrets=(kit.CHIEF_PW,), user=kit.CHIEF)


def letters(text):
    return text.replace("-", "")


CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def by_hand(hex64):
    """The letters as mynakura-trail(5) says, from the page alone."""
    bits = int(hex64, 16) >> (256 - 100)
    return "".join(CROCKFORD[bits >> (5 * (19 - i)) & 31] for i in range(20))


def anchors():
    r = chief("audit", "anchor", "--json")
    ok(r.status == 0, "audit anchor", r)
    a = r.lines()[0]
    ok(letters(a["slip"]) == by_hand(a["head"]) and letters(a["key_slip"]) == by_hand(a["key"]), "letters are those of the page", a)
    ok(a["text"] == ("MYNAKURA1 %d %s %s" % (a["count"], a["head"], a["key"])).upper(), "the text of the code holds count, head and key", a)
    line = [e for e in office.trail() if e["seq"] == a["count"]][0]
    ok(line["link"] == a["head"] and line["body"]["kind"] == "checkpoint", "the head is that of a signed checkpoint", line)
    ok(json.loads((a["checkpoint"] or "{}").split("\n")[0]) == line, "whose line is told with it", a)
    for name, kept in (("head", a["head"]), ("letters", a["slip"]), ("letters in capitals", a["slip"].upper()), ("text", a["text"]),
                       ("short text", "MYNAKURA1 %d %s" % (a["count"], letters(a["slip"]).upper()))):
        v = kit.verify(D, "--json", "--head", kept)
        ok(v.status == 0 and v.lines()[0]["head_seq"] == a["count"], "mynakura-verify --head by the %s" % name, v)
        ok(v.lines()[0]["origin"] == (name == "text"), "the %s %s the origin" % (name, "proves" if name == "text" else "does not prove"), v)
    other = "f" if a["head"][0] != "f" else "0"
    v = kit.verify(D, "--json", "--head", a["text"].replace(a["head"].upper(), other + a["head"][1:]))
    ok(v.status == 8 and v.lines()[0]["why"] == "head", "control: another head in the text is not found", v)
    v = kit.verify(D, "--json", "--head", a["text"].replace(a["key"].upper(), other + a["key"][1:]) if a["key"][0] != other else a["text"][:-1] + "0")
    ok(v.status == 8 and v.lines()[0]["why"] == "key", "control: another key in the text is found", v)
    v = kit.verify(D, "--head", a["text"].replace(" %d " % a["count"], " %d " % (a["count"] + 1)))
    ok(v.status == 2, "a count that is not its head's is wrong use, no verdict", v)
    return a


def slips():
    paper = kit.fresh("slip.txt")
    r = chief("audit", "anchor", "-o", paper)
    ok(r.status == 0, "audit anchor -o", r)
    with open(paper, encoding="utf-8") as f:
        text = f.read()
    st = os.stat(paper)
    ok(stat.S_IMODE(st.st_mode) == 0o600 and "\033" not in text and max(map(len, text.splitlines())) <= 60, "the slip is a plain text, 60 columns at most")
    ok("見本商事" in text and text in r.text, "with the office's name, the same as on the screen", text)
    m = re.search(r"\n(MYNAKURA1 \d+)\n(\w+)\n(\w+)\n(\w+)\n(\w+)\n", text)
    code = m and "%s %s%s %s%s" % m.groups()
    v = kit.verify(D, "--head", code or "none")
    ok(v.status == 0 and "the given key" in v.text, "its printed text, put together, verifies", v)
    group = re.search(r"\b\w{4}(?:-\w{4}){4}\b", text)
    v = kit.verify(D, "--head", group.group(0) if group else "none")
    ok(v.status == 0 and "the kept head is entry %s\n" % m.group(1).split()[1] in v.text, "so do its letters", v)
    before = len(office.trail())
    r = chief("audit", "anchor", "-o", paper)
    ok(r.status == 12, "a file that is there is not written over", r)
    ok(not any(e["body"].get("action") == "audit_anchor" for e in office.trail()[before:]), "and nothing was anchored for it")
    r = chief("audit", "anchor", "--ascii")
    ok(r.status == 0 and "##" in r.text and "\u2588" not in r.text, "the ASCII form", r)


def run(*words):
    return kit.Run(subprocess.run(words, capture_output=True, timeout=60, check=False, cwd=kit.TMP, stdin=subprocess.DEVNULL))


TSA = """
[tsa]
default_tsa = here
[here]
serial = {0}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
[req]
distinguished_name = name
prompt = no
[name]
CN = Test TSA
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = keyCertSign
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
"""


def authority():
    """A certificate authority and a time stamping authority under it, both of this test."""
    with open(kit.fresh("tsa.conf"), "w", encoding="ascii") as f:
        f.write(TSA.format(kit.TMP))
    steps = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config tsa.conf -subj /CN=CA -extensions ca -days 30 -keyout ca.key -out ca.crt",
        "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config tsa.conf -keyout tsa.key -out tsa.csr",
        "x509 -req -in tsa.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile tsa.conf -extensions leaf -days 30 -out tsa.crt")
    for step in steps:
        p = run("openssl", *step.split())
        if p.status != 0:
            return p
    return None


def stamps():
    if shutil.which("openssl") is None:
        kit.skip("openssl is not installed: no time stamps")
        return
    tsq, tsr = kit.fresh("a.tsq"), kit.fresh("a.tsr")
    r = chief("audit", "anchor", "--tsq", tsq, "--json")
    ok(r.status == 0 and stat.S_IMODE(os.stat(tsq).st_mode) == 0o600, "audit anchor --tsq", r)
    head = r.lines()[0]["head"]
    p = run("openssl", "ts", "-query", "-in", tsq, "-text")
    shown = "".join(re.findall(r"-?\b[0-9a-f]{2}\b", "".join(re.findall(r"[0-9a-f]{4} - (.{48})", p.text)))).replace("-", "")
    ok(p.status == 0 and "Version: 1" in p.text and "sha256" in p.text and "Certificate required: yes" in p.text and shown == head,
       "OpenSSL reads the request: the imprint is the head", p)
    wrong = authority()
    if not ok(wrong is None, "an authority for the test", wrong):
        return
    p = run("openssl", "ts", "-reply", "-config", "tsa.conf", "-queryfile", tsq, "-signer", "tsa.crt", "-inkey", "tsa.key", "-out", tsr)
    ok(p.status == 0, "the authority answers the request", p)
    verify = ("openssl", "ts", "-verify", "-in", tsr, "-CAfile", "ca.crt")
    p = run(*verify, "-queryfile", tsq)
    ok(p.status == 0 and "Verification: OK" in p.text, "its answer belongs to the request (nonce, imprint)", p)
    p = run(*verify, "-digest", head)
    ok(p.status == 0, "and is checked by the head's 64 digits alone, as mynakura-trail(5) says", p)
    ok(kit.verify(D, "--head", head).status == 0, "that head is in the trail")
    p = run(*verify, "-digest", ("0" if head[0] != "0" else "1") + head[1:])
    ok(p.status != 0, "control: another head is refused", p)
    tsq2 = kit.fresh("b.tsq")
    chief("audit", "anchor", "--tsq", tsq2)
    p = run(*verify, "-queryfile", tsq2)
    ok(p.status != 0, "control: the answer is none to another request", p)
    with open(tsq, "rb") as f, open(tsq2, "rb") as g:
        ok(f.read()[-11:] != g.read()[-11:], "the nonce is another each time")


anchors()
slips()
stamps()
kit.done()
