#!/usr/bin/env python3
"""Writes the lists of tests/BUILD, or checks them.

usage: bazel query 'tests(//services/... + //db/... + //rules/... + //proto/... + //deploy/... + //tests/...)' | tests/suites.py [--check]
exit: 0 written, or nothing to change; 1 with --check: the lists are not those of the query
"""
import pathlib
import sys

HEAD = """# Suites: `bazel test //tests:unit`, `//tests:integration`, and both as `//tests:all`. suites.py writes the lists.
"""


def suite(name, labels):
    rows = "".join(f'        "{label}",\n' for label in labels)
    return f'\ntest_suite(\n    name = "{name}",\n    tests = [\n{rows}    ],\n)\n'


def main():
    path = pathlib.Path(__file__).resolve().parent / "BUILD"
    labels = sorted({line.strip() for line in sys.stdin if line.startswith("//")})
    if not labels:
        sys.exit("error: the query named no test")
    crossing = [label for label in labels if label.startswith("//tests/")]
    text = HEAD + suite("unit", [label for label in labels if label not in crossing]) + suite("integration", crossing)
    if "--check" in sys.argv[1:]:
        if path.read_text() != text:
            sys.exit("error: tests/BUILD does not list the tests there are; run tests/suites.py")
        return
    path.write_text(text)


if __name__ == "__main__":
    main()
