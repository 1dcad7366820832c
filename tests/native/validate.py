#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""validate.py SCHEMA            is each line of stdin valid by SCHEMA?
validate.py --mutants SCHEMA  is each mutant of the documents on stdin invalid?

A mutant is a document with one change: a field more, a field less, a wrong
value, or the first field moved to the end. Prints a line for each error, and at last the number of documents or
mutants. Exit status: 0 no error, 1 an error, or no document.

Stricter than JSON Schema: 1.0 is no integer, no key occurs twice, the keys
stand in the schema's order, and the text is UTF-8 without NaN.
"""

import copy
import decimal
import json
import sys

import jsonschema


def unique_keys(pairs):
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a key stands twice")
    return document


def no_constant(name):
    raise ValueError(name)


def parse(line):
    # jsonschema takes a Decimal for a number, but never for an integer.
    return json.loads(line.decode("utf-8"), parse_float=decimal.Decimal,
                      parse_constant=no_constant,
                      object_pairs_hook=unique_keys)


def in_order(validator, properties, instance, schema):
    """Like the keyword "properties", and checks the order of the keys."""
    yield from jsonschema.Draft202012Validator.VALIDATORS["properties"](
        validator, properties, instance, schema)
    if isinstance(instance, dict):
        wanted = [key for key in properties if key in instance]
        got = [key for key in instance if key in properties]
        for key, other in zip(got, wanted):
            if key != other:
                yield jsonschema.ValidationError(f"{key} instead of {other}")
                break


Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator,
                                         {"properties": in_order})


def objects(node, path=()):
    """Yields the path of each object below node."""
    if isinstance(node, dict):
        yield path
    if isinstance(node, (dict, list)):
        steps = node if isinstance(node, dict) else range(len(node))
        for step in steps:
            yield from objects(node[step], path + (step,))


def at(node, path):
    for step in path:
        node = node[step]
    return node


def wrong_values(value):
    """Returns values that are wrong for a field that has this value."""
    if isinstance(value, bool) or value is None:
        return [0, {}, []]
    if isinstance(value, int):
        return [-1, 2**64, value + decimal.Decimal("0.5"),
                decimal.Decimal(f"{value}.0"), str(value), None]
    if isinstance(value, decimal.Decimal):
        return [-1, str(value), None]
    if isinstance(value, str):
        return [0, "", value + "x", {}]
    wrong = [0, None, "", ["x"], {"x": 0}]
    if isinstance(value, list) and value and not isinstance(value[0], dict):
        wrong += [[first] + value[1:] for first in wrong_values(value[0])]
    return wrong


# Fields that may have any text, and of these also none; any number; a number or
# null.
ANY_TEXT = {"path", "fs_type", "host", "mount", "device", "text", "remedy",
            "name", "device_name", "release", "file", "policy", "command", "cgroup", "meaning",
            "directory", "recording", "change", "pinned_by", "section", "value",
            "other_path", "saved"}
EMPTY_TEXT = {"command"}
NUMBER = {"temperature", "ns_per_event", "per_s", "queue", "util_pct", "reads_per_s",
          "writes_per_s", "bytes_per_s"}
NULL_OR_NUMBER = {"links", "pid", "tree", "taken_pct", "per_s",
                  "bytes_per_s", "queue", "util_pct", "p50_ns", "p99_ns",
                  "size", "allocated_bytes", "file_bytes", "heat_pct",
                  "fast_pct", "late_fast_pct", "takes_s", "line", "other_offset", "level", "byte",
                  "left_s"}
# Numbers that may be less than 0.
SIGNED = {"saves", "gain"}
# Arrays of any names.
NAMES = {"over", "on", "sources", "passed_over", "image_files"}
# Arrays of numbers or null; and fields that may be null or an object.
NULL_OR_NUMBERS = {"fullness", "fragmentation", "warmth", "read_rates", "write_rates",
                   "read_byte_rates", "write_byte_rates", "curve_pct"}
NULL_OR_OBJECT = {"frsp", "alloc", "busy", "escache", "now", "map", "heat",
                  "disk", "read_latency", "write_latency", "latency_overhead",
                  "file_latency_overhead", "extents", "cost", "repair"}
# Fields that an object may lack.
OPTIONAL = {("ranges",), ("heat",), ("filesystems", "map"), ("devices",),
            ("devices_interval_ms",), ("filesystem_totals",), ("physical_devices",),
            ("latency_overhead",), ("file_latency_overhead",), ("files", "read_latency"),
            ("files", "write_latency"), ("page",)}


def may_be(key, value, wrong):
    """Is the value wrong valid for the field, too?"""
    if key in EMPTY_TEXT and wrong == "":
        return True
    if key in ANY_TEXT:
        return wrong == f"{value}x"
    if key in SIGNED:
        return wrong == -1
    if key in NULL_OR_NUMBER:
        return wrong is None or value is None and wrong == 0
    if key in NAMES and isinstance(wrong, list):
        return wrong[0] in ("x", f"{value[0]}x" if value else "x")
    if key in NULL_OR_NUMBERS:
        first = wrong[0] if isinstance(wrong, list) else ""
        return first is None or value[0] is None and first == 0
    return key in NULL_OR_OBJECT and wrong is None


def mutants(document):
    """Yields (what was done, mutant) for every field of every object."""
    for path in objects(document):
        where = "/".join(map(str, path)) or "."
        mutant = copy.deepcopy(document)
        at(mutant, path)["extra"] = 0
        yield f"{where}: a field more", mutant
        if len(at(document, path)) > 1:
            mutant = copy.deepcopy(document)
            first = next(iter(at(mutant, path)))
            at(mutant, path)[first] = at(mutant, path).pop(first)
            yield f"{where}: {first} at the end", mutant
        for key, value in at(document, path).items():
            names = tuple(step for step in path if isinstance(step, str))
            if names + (key,) not in OPTIONAL:
                mutant = copy.deepcopy(document)
                del at(mutant, path)[key]
                yield f"{where}: no {key}", mutant
            if key in NUMBER and value is not None:  # jq prints 1.0 as 1
                value = decimal.Decimal(value)
            if key in NULL_OR_NUMBERS and isinstance(value, list):
                value = [one if one is None else decimal.Decimal(one)
                         for one in value]
            for wrong in wrong_values(value):
                if may_be(key, value, wrong):
                    continue
                mutant = copy.deepcopy(document)
                at(mutant, path)[key] = wrong
                yield f"{where}: {key} = {wrong!r}", mutant


def main():
    want_mutants = sys.argv[1] == "--mutants"
    with open(sys.argv[-1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = Validator(schema)
    looked_at = bad = 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            document = parse(line)
        except ValueError as error:
            print(f"line {number}: not JSON: {error}")
            bad += 1
            continue
        if want_mutants:
            for what, mutant in mutants(document):
                looked_at += 1
                if validator.is_valid(mutant):
                    print(f"line {number}: valid all the same: {what}")
                    bad += 1
            continue
        looked_at += 1
        for error in validator.iter_errors(document):
            print(f"line {number}: {error.json_path}: {error.message}")
            bad += 1
    print(looked_at)
    return bad > 0 or looked_at == 0


sys.exit(main())
