"""What the checks share: which files are ours, running many commands at once, and not repeating what passed before."""
import concurrent.futures
import hashlib
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# From the lowest to the highest; folders of one line do not include each other.
LEVELS = [
    ["runtime"],
    ["tokens", "schemas", "config"],
    ["providers", "outline"],
    ["pipeline", "store"],
    ["daemon", "client"],
]
FOLDERS = [folder for level in LEVELS for folder in level]


def sources(*suffixes, folders=FOLDERS):
    """Paths relative to the root, sorted."""
    found = []
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in suffixes and path.is_file():
                found.append(path.relative_to(ROOT))
    return sorted(found)


def digest(parts, files):
    """Of texts and of files' contents: equal where nothing that matters has changed."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part.encode() + b"\0")
    for file in sorted(files):
        total.update(str(file).encode() + b"\0")
        total.update(hashlib.sha256(pathlib.Path(file).read_bytes()).digest())
    return total.hexdigest()


class Passed:
    """Remembers in build/checks what passed, by the digest of all that it was made of."""

    def __init__(self, check):
        self.folder = ROOT / "build" / "checks" / check
        self.folder.mkdir(parents=True, exist_ok=True)

    def _file(self, name):
        return self.folder / str(name).replace("/", "__")

    def has(self, name, seen):
        file = self._file(name)
        return file.exists() and file.read_text() == seen

    def add(self, name, seen):
        self._file(name).write_text(seen)


def run_all(jobs, work):
    """work(job) gives an error text or None; runs as many at once as there are processors. Returns the error texts."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [error for error in pool.map(work, jobs) if error]


def output_of(command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def finish(name, errors, checked):
    for error in errors:
        print(error)
    print(f"{name}: {checked} checked, {len(errors)} wrong" if errors else f"{name}: {checked} checked")
    sys.exit(1 if errors else 0)
