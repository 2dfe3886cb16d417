# SPDX-License-Identifier: MIT
"""JUnit's XML, which ./check adds up."""

from xml.etree import ElementTree


def write_report(path, name, results):
    """results: [(title, what is wrong, or None)]"""
    suite = ElementTree.Element("testsuite", name=name, tests=str(len(results)),
                                failures=str(sum(wrong is not None for _, wrong in results)),
                                errors="0", skipped="0")
    for title, wrong in results:
        case = ElementTree.SubElement(suite, "testcase", name=title)
        if wrong is not None:
            ElementTree.SubElement(case, "failure", message=wrong)
    ElementTree.ElementTree(suite).write(path)
