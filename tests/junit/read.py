"""Reads JUnit reports with junitparser and prints what it has understood, as JSON."""

import json
import sys

from junitparser import JUnitXml


def properties(element):
    return [[one.name, one.value] for one in element.properties()]


def case(test):
    results = [
        {
            "kind": type(result).__name__,
            "type": result.type,
            "message": result.message,
            "text": result.text,
        }
        for result in test.result
    ]
    inner = test._elem.find("properties")
    own = [] if inner is None else [[one.get("name"), one.get("value")] for one in inner]
    return {
        "name": test.name,
        "class": test.classname,
        "time": test.time,
        "file": test._elem.get("file"),
        "line": test._elem.get("line"),
        "results": results,
        "attempts": [child.tag for child in test._elem if child.tag.startswith(("flaky", "rerun"))],
        "out": test.system_out,
        "properties": own,
    }


def suite(one):
    return {
        "name": one.name,
        "tests": one.tests,
        "failures": one.failures,
        "errors": one.errors,
        "skipped": one.skipped,
        "host": one.hostname,
        "properties": properties(one),
        "cases": [case(test) for test in one],
    }


json.dump([[suite(one) for one in JUnitXml.fromfile(path)] for path in sys.argv[1:]], sys.stdout)
