#!/usr/bin/env python3
"""Counts GoogleTest cases in the XML that test programs leave behind.

usage: count_cases.py TESTLOGS < TARGETS      (labels such as //db/store:store_test, one a line)
Prints skipped cases grouped by reason, failed cases by name, and as the last line `N passed, M failed`.
A target without a result (not built, or dead before it could write one) counts as one failed case.
exit: 0 no failure, 1 failures or no case.
"""
import collections
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def cases_of(folder):
    """Test cases of one target, of all its shards; None if a result is missing or cannot be read."""
    shards = sorted(folder.glob("shard_*_of_*"))
    if shards:
        # Bazel leaves the folders of a former number of shards behind: those of the last run count.
        total = max(shards, key=lambda shard: shard.stat().st_mtime).name.rsplit("_", 1)[1]
        shards = [shard for shard in shards if shard.name.rsplit("_", 1)[1] == total]
        if len(shards) != int(total):
            return None
    cases = []
    for path in [shard / "test.xml" for shard in shards] or [folder / "test.xml"]:
        try:
            cases += ElementTree.parse(path).getroot().iter("testcase")
        except (OSError, ElementTree.ParseError):
            return None
    return cases


def main():
    logs = pathlib.Path(sys.argv[1])
    passed, failed = 0, []
    skipped = collections.defaultdict(list)
    for target in sorted(line.strip() for line in sys.stdin if line.strip()):
        cases = cases_of(logs / target.lstrip("/").replace(":", "/"))
        if cases is None:
            failed.append(f"{target}: no readable result")
            continue
        for case in cases:
            name = f"{target} {case.get('classname', '')}.{case.get('name', '')}"
            if case.find("failure") is not None or case.find("error") is not None:
                failed.append(name)
            elif case.find("skipped") is not None or case.get("result") == "skipped":
                reason = case.find("skipped")
                text = (reason.get("message") or reason.text or "") if reason is not None else ""
                lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
                skipped[lines[-1] if lines else "no reason given"].append(name)
            elif case.get("status") != "notrun":
                passed += 1
    for reason, names in sorted(skipped.items()):
        print(f"skipped {len(names)}: {reason}")
        for name in names[:5]:
            print(f"  {name}")
        if len(names) > 5:
            print(f"  and {len(names) - 5} more")
    for name in failed:
        print(f"failed: {name}")
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
