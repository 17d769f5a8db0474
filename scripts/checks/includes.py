#!/usr/bin/env python3
"""Includes go strictly down, providers and languages do not know each other, and each wrapped library is included in one place."""
import re

from common import LEVELS, ROOT, finish, sources

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

# Folders whose subfolders do not include each other's headers: one folder for each provider, each language.
APART = {
    "providers": ["openai", "offline"],
    "outline": ["python", "cfamily"],
}

# Where each library may be named: prefix of the include -> the one place (a file, or a header and its source), one for each
# program where both need it. Everybody may use fmt, Boost.Asio and Boost.System; nlohmann/json goes by the name of Json.
WRAPPED = {
    "spdlog/": ["runtime/log.cpp"],
    "openssl/": ["runtime/hash.cpp"],
    "nlohmann/": ["runtime/json.h"],
    "yaml-cpp/": ["config/yaml.cpp"],
    "curl/": ["providers/http/curl.h"],
    "sqlite3.h": ["store/sqlite.h"],
    "tree_sitter/": ["outline/syntax/tree.h"],
    "kainjow/": ["pipeline/template.cpp"],
    "zmq": ["daemon/sockets", "client/connection"],
    "CLI/": ["client/cli/options.cpp"],
    "systemd/": ["daemon/service_manager.cpp"],
    "boost/beast/": ["providers/simulator/connection"],
}


def level_of(folder):
    for number, level in enumerate(LEVELS):
        if folder in level:
            return number
    return None


def check_direction(path, included):
    own, other = path.parts[0], included.split("/")[0]
    if level_of(other) is None or own == other:
        return None
    if level_of(other) < level_of(own):
        return None
    return f"{path}: includes {included}: {own}/ stands {'beside' if level_of(other) == level_of(own) else 'below'} {other}/"


def check_apart(path, included):
    apart = APART.get(path.parts[0], [])
    parts = included.split("/")
    if parts[0] != path.parts[0] or len(parts) < 3 or len(path.parts) < 3:
        return None
    if path.parts[1] in apart and parts[1] in apart and path.parts[1] != parts[1]:
        return f"{path}: includes {included}: {path.parts[1]}/ and {parts[1]}/ do not know each other"
    return None


def check_wrapped(path, included):
    for prefix, files in WRAPPED.items():
        if included.startswith(prefix) and str(path) not in files and str(path.with_suffix("")) not in files:
            return f"{path}: includes <{included}>, which is wrapped by {' and '.join(files)}"
    return None


def check_exists(path, included):
    if level_of(included.split("/")[0]) is None or (ROOT / included).exists():
        return None
    return f"{path}: includes {included}, which does not exist"


def main():
    errors = []
    paths = sources(".h", ".cpp")
    for path in paths:
        for kind, included in INCLUDE.findall((ROOT / path).read_text()):
            checks = (check_direction, check_apart, check_exists) if kind == '"' else (check_wrapped,)
            errors += [error for check in checks if (error := check(path, included))]
    finish("includes", errors, f"{len(paths)} files")


main()
