#!/usr/bin/env python3
"""Checks documents with schemas and parsers that others wrote.

usage: FOLDER/python3 validate.py FOLDER KIND FILE...     (FOLDER: what deploy/validators.sh prints; KIND: sarif, junit, html)
Prints a line for each fault, and at the end how many documents have none.
exit: 0 no document has a fault, 1 one has, 2 usage
"""
import base64
import hashlib
import json
import pathlib
import sys
import urllib.parse

import html5lib
import jsonschema
import junitparser
from lxml import etree

KINDS = {}


def kind(function):
    KINDS[function.__name__] = function
    return function


@kind
def sarif(folder):
    """The schema of SARIF 2.1.0, and what its text asks for beyond that."""
    schema = json.loads((folder / "sarif-2.1.0.json").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)

    def check(path):
        log = json.loads(path.read_text(encoding="utf-8"))
        for error in validator.iter_errors(log):
            yield f"{error.json_path}: {error.message[:200]}"
        for run in log["runs"]:
            rules = run["tool"]["driver"]["rules"]
            for result in run["results"]:
                if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
                    yield f"ruleIndex of {result['ruleId']} is another rule"
                if result["kind"] != "fail" and result["level"] != "none":
                    yield f"kind {result['kind']} with level {result['level']}"
                for location in result["locations"]:
                    place = location["physicalLocation"]["artifactLocation"]
                    uri = urllib.parse.urlsplit(place["uri"])
                    if uri.scheme or uri.netloc or uri.query or uri.fragment or ".." in uri.path.split("/"):
                        yield f"{place['uri']} is no plain relative path"
                    if place["uriBaseId"] not in run["originalUriBaseIds"]:
                        yield f"{place['uriBaseId']} is not declared"

    return check


@kind
def junit(folder):
    """The schema of JUnit files, and whether another reader counts what the file says."""
    schema = etree.XMLSchema(etree.parse(str(folder / "junit-10.xsd")))

    def check(path):
        document = etree.parse(str(path))
        if not schema.validate(document):
            yield from (str(error) for error in schema.error_log)
        read = junitparser.JUnitXml.fromfile(str(path))
        tests = failures = errors = 0
        for suite in read:
            cases = list(suite)
            if suite.tests != len(cases):
                yield f"suite {suite.name} says {suite.tests} tests and has {len(cases)}"
            if len({case.name for case in cases}) != len(cases):
                yield f"suite {suite.name} has two cases of one name"
            tests += len(cases)
            failures += sum(any(isinstance(r, junitparser.Failure) for r in case.result) for case in cases)
            errors += sum(any(isinstance(r, junitparser.Error) for r in case.result) for case in cases)
        if (read.tests, read.failures, read.errors) != (tests, failures, errors):
            yield f"says {(read.tests, read.failures, read.errors)}, has {(tests, failures, errors)}"

    return check


@kind
def html(_folder):
    """A parser of the HTML standard that takes no fault, and what the page promises."""

    def check(path):
        text = path.read_text(encoding="utf-8")
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
        tree = parser.parse(text)
        for position, code, details in parser.errors:
            yield f"{position}: {code} {details}"
        root = tree.getroot()
        for element in root.iter():
            name = etree.QName(element).localname if isinstance(element.tag, str) else "a comment"
            if name in ("script", "link", "img", "iframe", "object", "embed", "form", "base", "a comment"):
                yield f"{name} on the page"
            for attribute, value in element.attrib.items():
                if attribute.startswith("on") or attribute in ("style", "src", "srcset", "action"):
                    yield f"attribute {attribute} on {name}"
                if attribute == "href" and not value.startswith("#"):
                    yield f"link to {value}"
        policy = root.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
        style = root.xpath("string(//style)")
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        if "default-src 'none'" not in policy or f"style-src 'sha256-{digest}'" not in policy:
            yield "the policy does not name the style sheet"
        ids = root.xpath("//@id")
        if len(set(ids)) != len(ids):
            yield "two elements of one id"
        for target in root.xpath("//@href"):
            if target[1:] not in ids:
                yield f"link to {target}, which is not there"
        if root.get("lang") != "en" or not root.xpath("string(//title)").strip():
            yield "no language or no title"
        if len(root.xpath("//h1")) != 1:
            yield "not one heading of the first level"
        levels = [int(h.tag[1]) for h in root.xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
        if any(after > before + 1 for before, after in zip(levels, levels[1:])):
            yield "a level of headings is left out"
        for header in root.xpath("//th[not(@scope)]"):
            yield f"a header without scope: {header.text}"

    return check


def main():
    if len(sys.argv) < 4 or sys.argv[2] not in KINDS:
        print(__doc__)
        return 2
    check = KINDS[sys.argv[2]](pathlib.Path(sys.argv[1]))
    good = 0
    for name in sys.argv[3:]:
        faults = []
        try:
            faults += check(pathlib.Path(name))
        except Exception as error:  # whatever a parser of others throws is a fault of the document
            faults.append(f"{type(error).__name__}: {error}")
        for fault in faults[:20]:
            print(f"{name}: {fault}")
        good += not faults
    print(f"{good} of {len(sys.argv) - 3} without fault")
    return 0 if good == len(sys.argv) - 3 else 1


if __name__ == "__main__":
    sys.exit(main())
