#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of tests/integration/verify.sh: two verifiers against the vectors that the unit test writes."""
import json
import os
import shutil
import subprocess
import sys

import verify

BUILD, TOP, TMP = os.environ["BUILD"], os.environ["TAP_TOP"], os.environ["TAP_TMP"]
PROGRAM = os.path.join(BUILD, "bin", "mynakura-verify")
MAKER = os.path.join(BUILD, "tests", "trail_verify_test")
SMALL = os.path.join(TOP, "tests", "vectors", "trail", "small")
count = bad = 0


def ok(good, words):
    global count, bad
    count += 1
    bad += not good
    print(f"{'ok' if good else 'not ok'} {count} - {words}", flush=True)


def run(*args):
    p = subprocess.run([PROGRAM, *args], capture_output=True, timeout=60)
    return p.returncode, p.stdout.decode("utf-8", "replace"), p.stderr.decode("utf-8", "replace")


def ask_program(path, head, key):
    args = ["--json"]
    if head:
        args += ["--head", head]
    if key:
        name = os.path.join(TMP, "key")
        with open(name, "w", encoding="ascii") as f:
            f.write(key + "\n")
        args += ["--key", name]
    status, out, err = run(*args, path)
    try:
        return status, json.loads(out)
    except ValueError:
        return status, {"error": out + err}


def vectors():
    out = os.path.join(TMP, "vectors")
    os.mkdir(out)
    made = subprocess.run([MAKER], env={**os.environ, "TRAIL_OUT": out}, capture_output=True, cwd=TOP, timeout=120)
    ok(made.returncode == 0, "the unit test writes the vectors")
    names = sorted(n[:-7] for n in os.listdir(out) if n.endswith(".expect"))
    ok(len(names) >= 200, f"there are {len(names)} vectors")
    seen = set()
    for n in names:
        with open(os.path.join(out, n + ".expect"), encoding="ascii") as f:
            why, place, entries, end, head, key = f.read().rstrip("\n").split("\t")
        path = os.path.join(out, n)
        status, said = ask_program(path, head, key)
        other = verify.verify(path, head, key)
        want = {"ok": why == "ok", "entries": int(entries), "head": end}
        if why != "ok":
            want.update(why=why, seq=int(place))
        fine = status == (0 if why == "ok" else 8)
        for field, value in want.items():
            fine = fine and said.get(field) == value and other.get(field) == value
        for field in ("checkpoints", "unsigned_tail", "purged"):
            fine = fine and said.get(field) == other[field]
        ok(fine, f"{n}: {why}" + (f" at {place}" if why != "ok" else ""))
        if not fine:
            print(f"# status {status}\n# program {said}\n# python {other}\n# wanted {want}")
        seen.add(why)
        shutil.rmtree(path)
    every = {"ok", "segment", "syntax", "seq", "leaf", "link", "genesis", "key", "checkpoint", "signature", "unsigned",
             "head", "torn"}
    ok(seen == every, f"every verdict was called for ({', '.join(sorted(every ^ seen)) or 'none missing'})")


def contract():
    with open(SMALL + ".expect", encoding="ascii") as f:
        small = dict(line.split() for line in f)
    status, out, _ = run("--head", small["slip"].upper(), SMALL)
    ok(status == 0 and "origin unproven" in out and small["head"] in out, "the frozen trail, by its letters, without a key")
    key = os.path.join(TMP, "key")
    with open(key, "w", encoding="ascii") as f:
        f.write("  " + small["fingerprint"] + "\n")
    status, out, _ = run("--key", key, SMALL)
    ok(status == 0 and "unproven" not in out, "with the fingerprint the origin is proven")
    other = verify.verify(SMALL, small["head"], small["fingerprint"])
    ok(other["ok"] and other["head"] == small["head"], "the frozen trail, by the second verifier")
    vault = os.path.join(TMP, "vault")
    shutil.copytree(SMALL, os.path.join(vault, "trail"))
    ok(run(vault)[0] == 0, "DIR of a vault is taken too")
    before = sorted((e.name, e.stat().st_mtime_ns) for e in os.scandir(os.path.join(vault, "trail")))
    os.chmod(os.path.join(vault, "trail"), 0o555)
    ok(run(vault)[0] == 0, "files that may only be read are enough")
    os.chmod(os.path.join(vault, "trail"), 0o755)
    ok(before == sorted((e.name, e.stat().st_mtime_ns) for e in os.scandir(os.path.join(vault, "trail"))),
       "nothing was written")
    name = sorted(os.listdir(SMALL))[1]
    path = os.path.join(vault, "trail", name)
    with open(path, "rb") as f:
        data = f.read()
    with open(path, "wb") as f:
        f.write(data.replace(b"reveal", b"revea1", 1))
    status, out, _ = run(vault)
    ok(status == 8 and "NOT whole: entry" in out and "text has been changed" in out and name in out,
       "a changed word: status 8, the entry and the file in words")
    with open(path, "wb") as f:
        f.write(data)
    last = os.path.join(vault, "trail", sorted(os.listdir(SMALL))[-1])
    with open(last, "ab") as f:
        f.write(b'{"seq":61,"sa')
    status, out, _ = run(vault)
    ok(status == 8 and "torn, not tampered" in out, "a torn last line is called torn")
    empty = os.path.join(TMP, "empty")
    os.mkdir(empty)
    ok(run(empty)[0] == 12 and run(os.path.join(TMP, "nothing"))[0] == 12, "no trail: status 12")
    ok(run()[0] == 2 and run("--head", "zz", SMALL)[0] == 2 and run("--nonsense", SMALL)[0] == 2 and
       run(SMALL, SMALL)[0] == 2, "wrong use: status 2")
    ok(run("--key", os.path.join(TMP, "nokey"), SMALL)[0] == 10, "a key file that is not there: status 10")
    evil = os.path.join(TMP, "evil")
    shutil.copytree(SMALL, evil)
    with open(os.path.join(evil, "\x1b[31m.jsonl"), "wb"):
        pass
    status, out, err = run(evil)
    ok(status == 8 and "\x1b" not in out + err and "(segment" in out, "a file name with ESC is harmless")
    ok("--head" in run("--help")[1] and run("--version")[0] == 0, "--help and --version")
    libs = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=False).stdout
    names = {line.split()[0].split("/")[-1].split(".so")[0] for line in libs.splitlines() if line.strip()}
    allowed = {"linux-vdso", "libgcrypt", "libgpg-error", "libc", "ld-linux-x86-64", "ld-linux-aarch64"}
    if os.environ.get("SAN"):
        allowed |= {"libasan", "libubsan", "libm", "libgcc_s", "libstdc++", "libpthread", "librt", "libdl", "libresolv"}
    ok("libgcrypt" in names and names <= allowed, f"links libc and libgcrypt only {sorted(names - allowed)}")


vectors()
contract()
print(f"1..{count}")
sys.exit(bad != 0)
