#!/usr/bin/python3
"""kmod/uapi/arppin.h and kmod/arppin.yaml say the same, number by number.

That the module's policies say it as well is asked of the kernel: netlink.t.
"""
import os
import re

import yaml

os.chdir(os.path.dirname(os.path.abspath(__file__)) + "/../..")
with open("kmod/uapi/arppin.h", encoding="ascii") as file:
    header = file.read()
with open("kmod/arppin.yaml", encoding="ascii") as file:
    spec = yaml.safe_load(file)

count = 0


def same(what, in_header, in_spec):
    global count
    count += 1
    print(f"{'ok' if in_header == in_spec else 'not ok'} {count} - {what}")
    for key in sorted(in_header.keys() | in_spec.keys()):
        if in_header.get(key) != in_spec.get(key):
            print(f"#   {key}: header {in_header.get(key)}, spec {in_spec.get(key)}")


def c_name(name):
    return "ARPPIN_" + name.upper().replace("-", "_")


code = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
defines = dict(re.findall(r"^#define\s+(ARPPIN_\w+)[ \t]+(\S+)", code, re.M))


def read_enum(body):
    """The names and numbers of a C enum's body, without __MAX and MAX."""
    result, number = {}, -1
    for line in body.split(","):
        name, _, value = (part.strip() for part in line.partition("="))
        if not name or name.startswith("__") or name.endswith("_MAX") and value:
            continue
        number = int(value, 0) if value else number + 1
        result[name] = number
    return result


enums = {name: read_enum(body)
         for name, body in re.findall(r"^enum (\w+) \{(.*?)\};", code, re.M | re.S)}
definitions = {d["name"]: d for d in spec["definitions"]}

same("the family", {
    "name": defines.pop("ARPPIN_GENL_NAME"),
    "version": defines.pop("ARPPIN_GENL_VERSION"),
    "group": defines.pop("ARPPIN_GENL_GROUP"),
}, {
    "name": f'"{spec["name"]}"',
    "version": str(spec.get("version", 1)),
    "group": " ".join(f'"{group["name"]}"' for group in spec["mcast-groups"]["list"]),
})

numbers = {c_name(d["name"]): d["value"]
           for d in definitions.values() if d["type"] == "const"}
for d in definitions.values():
    if d["type"] == "flags": # pin-flags: ARPPIN_PIN_REPLACE
        prefix = d["name"].removesuffix("flags")
        for bit, entry in enumerate(d["entries"]):
            numbers[c_name(prefix + entry["name"])] = 1 << bit
same("constants and flags",
     {name: int(value, 0) for name, value in defines.items()}, numbers)


def spec_enum(prefix, entries, number):
    """The names and numbers of a list in the spec, whose first is NUMBER."""
    result = {}
    for entry in entries:
        number = entry.get("value", number)
        result[c_name(prefix + entry["name"])] = number
        number += 1
    return result


# What is an enum in the spec: its name in the header, the prefix of its members.
in_spec = {}
for d in definitions.values():
    if d["type"] == "enum":
        prefix = d["name"].removesuffix("kind").rstrip("-")
        in_spec["arppin_" + d["name"].replace("-", "_")] = spec_enum(
            prefix + "-", d["entries"], d["value-start"])
for attributes in spec["attribute-sets"]:
    name = attributes["name"]
    prefix = attributes["name-prefix"].removeprefix("arppin-")
    in_spec[f"arppin_{name}_attr"] = (
        {c_name(prefix + "unspec"): 0} | spec_enum(prefix, attributes["attributes"], 1))
in_spec["arppin_cmd"] = (
    {"ARPPIN_CMD_UNSPEC": 0} | spec_enum("cmd-", spec["operations"]["list"], 1))

same("the enums", dict.fromkeys(enums, True), dict.fromkeys(in_spec, True))
for name in sorted(enums.keys() & in_spec.keys()):
    same(f"enum {name}", enums[name], in_spec[name])
print(f"1..{count}")
