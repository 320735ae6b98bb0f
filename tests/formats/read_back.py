#!/usr/bin/env python3
"""Finds a file's name again in the documents that speak of it, read by programs of others.

usage: FOLDER/python3 read_back.py SARIF JUNIT HTML NAME
exit: 0 the same name comes out of each, 1 it does not, 2 usage
"""
import json
import pathlib
import sys
import urllib.parse

import html5lib
import junitparser


def sarif_names(path):
    for run in json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["runs"]:
        for result in run["results"]:
            for location in result["locations"]:
                yield urllib.parse.unquote(location["physicalLocation"]["artifactLocation"]["uri"])


def junit_text(path):
    return "\n".join(entry.text or "" for suite in junitparser.JUnitXml.fromfile(path) for case in suite for entry in case.result)


def html_cells(path):
    page = html5lib.parse(pathlib.Path(path).read_text(encoding="utf-8"), treebuilder="lxml", namespaceHTMLElements=False)
    return ["".join(cell.itertext()) for cell in page.getroot().iter("th", "dd")]


def main():
    if len(sys.argv) != 5:
        print(__doc__)
        return 2
    sarif, junit, html, name = sys.argv[1:]
    missing = []
    if not any(found == name or found.endswith("/" + name) for found in sarif_names(sarif)):
        missing.append("SARIF")
    if name not in junit_text(junit):
        missing.append("JUnit")
    if name not in html_cells(html):
        missing.append("HTML")
    if missing:
        print(f"{name}: not in {', '.join(missing)}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
