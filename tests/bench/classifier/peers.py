#!/usr/bin/env python3
"""Other classifiers over the files that `classifier_bench --peers FOLDER` wrote: CPU time and accuracy beside ours.

usage: peers.py FOLDER ALIASES_TSV      (run by the Python that has ScanCode; licensecheck must be on the PATH)

Each program runs warm in one process over the same files; its start is measured over one file and taken off. A text is named
right if the program gives its licence; an edited text counts as passed if it is named at all as if it were the original
(ScanCode also with a score of 100 alone).
"""
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time


def cpu_of(words):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run(words, check=True, capture_output=True, text=True, errors="replace").stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return out, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def show(name, rows, micros, named):
    pristine = [f for f, row in rows.items() if row["kind"] == "pristine"]
    edited = [f for f, row in rows.items() if row["kind"] == "edited"]
    right = sum(named.get(f, False) is True for f in pristine)
    passed = sum(named.get(f, False) is True for f in edited)
    print(f"{name:34} {micros:12.1f} {right:5} of {len(pristine)} {passed:9} of {len(edited)}")


def main():
    folder = pathlib.Path(sys.argv[1])
    rows = {}
    lines = (folder / "ours.tsv").read_text().splitlines()
    for line in lines[1:]:
        name, short, kind, micros, named = line.split("\t")
        rows[name] = {"short": short, "kind": kind, "micros": float(micros), "named": named}
    ids, keys = {}, {}
    for line in pathlib.Path(sys.argv[2]).read_text().splitlines()[1:]:
        columns = line.split("\t")
        ids[columns[0]], keys[columns[0]] = columns[2], columns[3]
    files = sorted(rows)
    paths = [str(folder / name) for name in files]

    print(f"{'program':34} {'CPU us/file':>12} {'named right':>12} {'edited, named as the original':>30}")
    ours = statistics.mean(row["micros"] for row in rows.values())
    show("weighbridge", rows, ours, {f: rows[f]["named"] == ids.get(rows[f]["short"]) for f in files})

    words = ["licensecheck", "--shortname-scheme=spdx", "--machine", "--lines", "0", "--check", ".*"]
    _, start = cpu_of(words + paths[:1])
    out, cpu = cpu_of(words + paths)
    theirs = {os.path.basename(line.split("\t")[0]): line.split("\t")[-1] for line in out.splitlines() if "\t" in line}
    check = (cpu - start) * 1e6 / max(1, len(files) - 1)
    show("licensecheck (Debian)", rows, check, {f: theirs.get(f) == ids.get(rows[f]["short"]) for f in files})

    from scancode.api import get_licenses

    get_licenses(paths[0])
    exact, named = {}, {}
    begin = time.process_time()
    for name, path in zip(files, paths):
        found = get_licenses(path)
        expressions = {d["license_expression"] for d in found["license_detections"]}
        scores = [m["score"] for d in found["license_detections"] for m in d["matches"]]
        named[name] = expressions == {keys.get(rows[name]["short"])}
        exact[name] = named[name] and min(scores) == 100
    scan = (time.process_time() - begin) * 1e6 / len(files)
    show("ScanCode, whatever the score", rows, scan, named)
    show("ScanCode, score 100 alone", rows, scan, exact)
    for peer, micros, bar in (("licensecheck", check, 40), ("ScanCode", scan, 1000)):
        print(f"{peer} beside ours: {micros / ours:.0f} x  >= {bar}  {'holds' if micros >= bar * ours else 'MISSED'}")


main()
