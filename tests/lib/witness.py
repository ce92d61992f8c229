# SPDX-License-Identifier: GPL-3.0-or-later
"""The witness in a member's home: see tests/integration/witness.sh."""
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess

import kit
import wire
from kit import ok

D = kit.fresh("office")
office = kit.Office(D)
office.member("suzuki", "clerk")
office.member("tanaka", "auditor")
SECRET = {kit.CHIEF: kit.CHIEF_PW, "suzuki": "pw-suzuki", "tanaka": "pw-tanaka"}


def home(name):
    path = kit.fresh("home-" + name)
    os.makedirs(path, 0o700, exist_ok=True)
    return path


def run(who, *args, place=None, lines=(), directory=D, env=()):
    """mynakura as `who`, at a home of that name unless another is given (None in env drops a variable)"""
    e = wire.environment(place or home(who))
    for k, v in env:
        e.pop(k, None)
        if v is not None:
            e[k] = v
    words = [kit.program("mynakura"), "--dir", directory, "--user", who, "--passphrase-fd", "0", *args]
    text = "".join(x + "\n" for x in (SECRET[who], *lines)).encode()
    return kit.Run(subprocess.run(words, input=text, capture_output=True, env=e, timeout=60, check=False))


VAULT = json.loads(run(kit.CHIEF, "status", "--json", place=home("first")).text)["vault"]


def place_of(name):
    return os.path.join(home(name), ".local/state/mynakura/witness", VAULT)


def kept(name):
    try:
        with open(place_of(name), "rb") as f:
            return f.read()
    except FileNotFoundError:
        return None


def seq_of(name):
    return json.loads(kept(name).split(b"\n")[0])["seq"]


def put(name, data):
    os.makedirs(os.path.dirname(place_of(name)), 0o700, exist_ok=True)
    with open(place_of(name), "wb") as f:
        f.write(data)


def alarms(directory=D):
    return [e["body"] for e in kit.trail(directory) if e.get("body", {}).get("action") == "alarm"]


def acts(n):
    for i in range(n):
        assert run(kit.CHIEF, "office", "set", "name=見本商事%d" % i).status == 0


def back(copy):
    shutil.rmtree(D)
    shutil.copytree(copy, D, symlinks=True)


def keeping():
    r = run(kit.CHIEF, "status")
    ok(r.status == 0 and "checkpoint" not in r.words, "a first login says nothing of a witness", r)
    st = os.stat(place_of(kit.CHIEF))
    folder = os.stat(os.path.dirname(place_of(kit.CHIEF)))
    ok(stat.S_IMODE(st.st_mode) == 0o600 and stat.S_IMODE(folder.st_mode) == 0o700, "it is kept 0600 in a folder 0700")
    one, before = kept(kit.CHIEF).decode().splitlines()
    lines = {e["seq"]: e for e in kit.trail(D)}
    entry = json.loads(one)
    ok(lines[entry["seq"]] == entry and entry["body"]["kind"] == "checkpoint" and json.loads(before)["link"] == lines[entry["seq"] - 1]["link"],
       "what is kept is a checkpoint of the trail and the link before it")
    ok(not [x for x in os.listdir(os.path.dirname(place_of(kit.CHIEF))) if x != VAULT], "nothing else is left in the folder")
    was = seq_of(kit.CHIEF)
    ok(run(kit.CHIEF, "status").status == 0 and seq_of(kit.CHIEF) > was, "the next login keeps a newer one")
    # show: no daemon, no passphrase
    p = kit.Run(subprocess.run([kit.program("mynakura"), "witness", "show", "--json"], capture_output=True, stdin=subprocess.DEVNULL,
                               env=wire.environment(home(kit.CHIEF)), timeout=20, check=False))
    row = p.lines()[0] if p.status == 0 else {}
    ok(row.get("vault") == VAULT and row.get("count") == seq_of(kit.CHIEF) and row.get("head") == json.loads(kept(kit.CHIEF).split(b"\n")[0])["link"],
       "witness show tells it", p)
    p = run("suzuki", "witness", "show")
    ok(p.status == 0 and VAULT not in p.text, "another's home knows nothing of it", p)


def checks():
    r = run(kit.CHIEF, "witness", "check", "--json")
    ok(r.status == 0 and r.lines()[0]["home"]["ok"] and r.lines()[0]["slip"] is None, "witness check: the home's", r)
    a = run(kit.CHIEF, "audit", "anchor", "--json").lines()[0]
    for kind, words in (("letters", (a["slip"],)), ("letters and count", (a["slip"], "--count", str(a["count"]))), ("head", (a["head"],)), ("text", (a["text"],))):
        r = run(kit.CHIEF, "witness", "check", "--json", "--slip", *words)
        ok(r.status == 0 and r.lines()[0]["slip"]["ok"] and r.lines()[0]["slip"]["count"] == a["count"], "witness check --slip by %s" % kind, r)
    r = run(kit.CHIEF, "witness", "check", "--slip", a["slip"], "--count", str(a["count"] + 1))
    ok(r.status == 12, "a count that is not the letters' is bad input", r)
    r = run(kit.CHIEF, "witness", "check", "--slip", "nonsense")
    ok(r.status == 2, "letters that are none are wrong use", r)
    r = run(kit.CHIEF, "witness", "check", "--count", "7")
    ok(r.status == 2, "a count alone too", r)
    r = run(kit.CHIEF, "witness", "check", place=home("empty"))
    ok(r.status == 13, "with nothing to compare nothing is called right", r)
    return a


def rolled_back():
    ok(run("suzuki", "status").status == 0, "the clerk's home keeps an old one")
    old = kit.copy_tree(D, kit.fresh("old"))
    acts(2)
    slip = run(kit.CHIEF, "audit", "anchor", "--json").lines()[0]
    ok(run("tanaka", "status").status == 0, "the auditor's home keeps the newest")
    have = {n: kept(n) for n in (kit.CHIEF, "tanaka", "suzuki")}
    newest = kit.copy_tree(D, kit.fresh("newest"))
    for words in (("status",), ("login",), ("witness", "check")):
        back(old)
        r = run(kit.CHIEF, *words)
        ok(r.status == 9, "an older copy of all files: %s ends with 9" % " ".join(words), r)
    back(old)
    r = run(kit.CHIEF, "office", "list")
    ok(r.status == 0 and "older than" in r.words, "an embedded demo: other verbs say so and go on", r)
    back(old)
    r = run(kit.CHIEF, "witness", "check")
    ok("entry %d" % seq_of(kit.CHIEF) in r.words and VAULT in r.words, "it says which entry is kept, and where", r)
    ok(kept(kit.CHIEF) == have[kit.CHIEF], "what is kept stays")
    ok(len(alarms()) > len(alarms(old)), "an alarm stands on the trail")
    r = run("suzuki", "status")
    ok(r.status == 0, "control: whose home keeps nothing newer comes in", r)
    r = run(kit.CHIEF, "status", place=home("new-home"))
    ok(r.status == 0, "control: so does the chief with another home: it is the witness that stops", r)
    for _ in range(2):
        r = run("tanaka", "audit", "list")
        ok(r.status == 0 and "kept checkpoint" in r.words, "an auditor comes in to look, with an alarm, again and again", r)
    ok(kept("tanaka") == have["tanaka"], "and what is kept stays")
    r = run(kit.CHIEF, "witness", "check", "--slip", slip["slip"], "--json", place=home("new-home"))
    ok(r.status == 8 and not r.lines()[0]["slip"]["ok"], "a slip from later shows it too", r)
    # another past: entries after the copy that were never in the first
    while len(kit.trail(D)) < seq_of(kit.CHIEF) + 3:
        assert run(kit.CHIEF, "office", "set", "name=別の過去", place=home("new-home")).status == 0
    ok(kit.verify(D).status == 0, "control: the other past is whole in itself, and longer")
    for words in (("status",), ("witness", "check")):
        r = run(kit.CHIEF, *words)
        ok(r.status == 8, "another past: %s ends with 8" % words[0], r)
    ok(kept(kit.CHIEF) == have[kit.CHIEF], "what is kept stays")
    r = run("tanaka", "audit", "list")
    ok(r.status == 0 and "kept checkpoint" in r.words and kept("tanaka") == have["tanaka"], "the auditor comes in with an alarm, and keeps what tells it", r)
    back(newest)
    r = run(kit.CHIEF, "witness", "check", "--json")
    ok(r.status == 0 and r.lines()[0]["home"]["count"] == json.loads(have[kit.CHIEF].split(b"\n")[0])["seq"],
       "control: with the right files in place the same home comes in", r)


def a_real_one():
    """No demo: nobody works on it, by any verb. The key derivation is the real one."""
    secret = "murasaki no kuruma ga mittsu hashiru"
    d = kit.fresh("real")
    e = wire.environment(home("real"))

    def verb(*words):
        p = subprocess.run([kit.program("mynakura"), "--dir", d, "--passphrase-fd", "0", *words], input=(secret + "\n").encode(),
                           capture_output=True, env=e, timeout=60, check=False)
        return kit.Run(p)

    r = verb("init", "--office", "見本商事", "--chief", "山田")
    if r.status == 1 and "locked" in r.words:
        kit.skip("a real office: memory cannot be locked here")
        return
    ok(r.status == 0 and verb("office", "list").status == 0, "a real office", r)
    copy = kit.copy_tree(d, kit.fresh("real-old"))
    ok(verb("office", "list").status == 0, "work goes on")
    shutil.rmtree(d)
    shutil.copytree(copy, d, symlinks=True)
    r = verb("office", "list")
    ok(r.status == 9 and "your own home keeps" in r.words, "an older copy put back: every verb ends with 9", r)


def forged(seq, sig):
    """A checkpoint that hangs together but for its signature."""
    one, before = kept(kit.CHIEF).decode().splitlines()
    e, b = json.loads(one), json.loads(before)
    body = re.sub(r'"sig":"[0-9a-f]+"', '"sig":"%s"' % sig, one[one.index('"body":') + 7:-1])
    b["seq"] = seq - 1
    leaf = hashlib.sha256(b"\0" + bytes.fromhex(e["salt"]) + body.encode()).digest()
    link = hashlib.sha256(b"\2" + bytes.fromhex(b["link"]) + seq.to_bytes(8, "big") + leaf).hexdigest()
    return ('{"seq":%d,"salt":"%s","leaf":"%s","link":"%s","body":%s}\n{"seq":%d,"leaf":"%s","link":"%s"}\n'
            % (seq, e["salt"], leaf.hex(), link, body, b["seq"], b["leaf"], b["link"])).encode()


def bad_files():
    shutil.rmtree(home(kit.CHIEF))
    ok(run(kit.CHIEF, "status").status == 0, "a new home")
    good = kept(kit.CHIEF)
    refused = place_of(kit.CHIEF) + ".refused"
    for name, data in (("nonsense", b"nonsense\n"), ("nothing", b""), ("a megabyte", b"x" * (1 << 20)), ("a cut line", good[:200]),
                       ("another kind of line", b'{"seq":1,"leaf":"%s","link":"%s"}\n' % (b"0" * 64, b"0" * 64))):
        put(kit.CHIEF, data)
        r = run(kit.CHIEF, "status")
        ok(r.status == 0 and "ignored" in r.words and seq_of(kit.CHIEF) > 0, "%s is told and ignored, a new one kept" % name, r)
    for name, data in (("a bad signature", forged(seq_of(kit.CHIEF) + 1, "11" * 64)), ("one from far ahead", forged(10 ** 9, "11" * 64)),
                       ("a bad signature on an old place", forged(5, "11" * 64))):
        put(kit.CHIEF, data)
        n = len(alarms())
        r = run(kit.CHIEF, "status")
        ok(r.status == 0 and "it was ignored" in r.words and len(alarms()) > n, "%s is an alarm and ignored" % name, r)
        ok(os.path.exists(refused) and seq_of(kit.CHIEF) <= len(kit.trail(D)), "it stays beside, a right one is kept")
        r = run(kit.CHIEF, "status")
        ok(r.status == 0 and "it was ignored" not in r.words, "the next login says nothing more", r)
        os.unlink(refused)
    # a good one of another vault
    other = kit.Office(kit.fresh("other"))
    r = kit.Run(subprocess.run([kit.program("mynakura"), "--dir", other.dir, "--passphrase-fd", "0", "status"], input=(kit.CHIEF_PW + "\n").encode(),
                               capture_output=True, env=wire.environment(home("other")), timeout=60, check=False))
    folder = os.path.join(home("other"), ".local/state/mynakura/witness")
    shutil.copyfile(os.path.join(folder, os.listdir(folder)[0]), place_of(kit.CHIEF))
    r = run(kit.CHIEF, "status")
    ok(r.status == 0 and "it was ignored" in r.words, "another vault's is an alarm and ignored", r)
    # a link: not read, not written through
    aim = kit.fresh("aim")
    shutil.copyfile(place_of(kit.CHIEF), aim)
    os.unlink(place_of(kit.CHIEF))
    os.symlink(aim, place_of(kit.CHIEF))
    with open(aim, "rb") as f:
        before = f.read()
    r = run(kit.CHIEF, "status")
    with open(aim, "rb") as f:
        ok(r.status == 0 and "ignored" in r.words and not os.path.islink(place_of(kit.CHIEF)) and f.read() == before, "a link is not followed", r)


def homes():
    r = run(kit.CHIEF, "status", place="/proc/nowhere")
    ok(r.status == 0 and r.words.count("cannot keep") == 1, "a home that cannot be written to: told once, no failure", r)
    text = kit.fresh("batch")
    with open(text, "w", encoding="utf-8") as f:
        f.write("status\nledger list\n")
    r = run(kit.CHIEF, "batch", text, place="/proc/nowhere")
    ok(r.status == 0 and r.words.count("cannot keep") == 1, "once in a batch too", r)
    r = run(kit.CHIEF, "status", env=(("HOME", None),))
    ok(r.status == 0 and "cannot keep" not in r.words, "without any home: nothing to tell", r)
    state = kit.fresh("xdg")
    r = run(kit.CHIEF, "status", env=(("XDG_STATE_HOME", state),))
    ok(r.status == 0 and os.path.exists(state + "/mynakura/witness/" + VAULT), "XDG_STATE_HOME", r)


keeping()
checks()
rolled_back()
a_real_one()
bad_files()
homes()
kit.done()
