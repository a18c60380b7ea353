"""Obtains Debian packages and unpacks them into a folder. Nothing is installed, and no rights are needed."""
import os
import pathlib
import re
import shutil
import subprocess
import sys


class PackageError(Exception):
    """A package cannot be had; the message says what to do."""


def say(text):
    print(text, file=sys.stderr, flush=True)


MEND = "train on a text of your own instead: --corpus path.txt (or a JSONL file with a \"text\" in each line)"


class Packages:
    def __init__(self, cache):
        self.cache = pathlib.Path(cache)
        self.archives = self.cache / "debs"
        self.options = []
        for program in ("apt-get", "dpkg-deb"):
            if not shutil.which(program):
                raise PackageError(f"{program} is missing: the built-in corpora come from Debian's packages; {MEND}")
        self.archives.mkdir(parents=True, exist_ok=True)

    def apt(self, program, *arguments):
        command = [program, *self.options, *arguments]
        if os.geteuid() == 0:
            command[1:1] = ["-o", "APT::Sandbox::User=root"]
        environment = {**os.environ, "LC_ALL": "C"}
        return subprocess.run(command, cwd=self.archives, env=environment, text=True, capture_output=True, check=False)

    def refresh(self):
        """Package lists of our own, so that neither rights nor fresh lists of the system are needed."""
        say("refreshing the package lists (kept in the cache, the system's stay as they are)")
        lists, archives = self.cache / "apt/lists", self.cache / "apt/archives"
        for folder in (lists / "partial", archives / "partial"):
            folder.mkdir(parents=True, exist_ok=True)
        self.options = ["-o", f"Dir::State::lists={lists}", "-o", f"Dir::Cache={self.cache / 'apt'}"]
        result = self.apt("apt-get", "update")
        if result.returncode:
            raise PackageError(f"apt-get update failed: {last_line(result)}; check the network, or {MEND}")

    def download(self, package):
        """The package's archive; the one in the cache when it is whole."""
        kept = sorted(self.archives.glob(f"{package}_*.deb"), key=lambda path: path.stat().st_mtime)
        for path in reversed(kept):
            if subprocess.run(["dpkg-deb", "--info", path], capture_output=True, check=False).returncode == 0:
                return path
            path.unlink()
        say(f"downloading {package}")
        result = self.apt("apt-get", "download", package)
        if result.returncode and not self.options:
            self.refresh()
            result = self.apt("apt-get", "download", package)
        kept = sorted(self.archives.glob(f"{package}_*.deb"))
        if result.returncode or not kept:
            raise PackageError(f"the package {package} cannot be downloaded: {last_line(result)}; "
                               f"check the network and the package sources, or {MEND}")
        return kept[-1]

    def unpack(self, package):
        """The folder a package is unpacked in, and "name version"."""
        archive = self.download(package)
        folder = self.cache / "unpacked" / archive.stem
        if not folder.is_dir():
            partial = folder.with_name(f".{folder.name}.{os.getpid()}")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            result = subprocess.run(["dpkg-deb", "-x", archive, partial], text=True, capture_output=True, check=False)
            if result.returncode:
                shutil.rmtree(partial, ignore_errors=True)
                archive.unlink(missing_ok=True)
                raise PackageError(f"{archive.name} cannot be unpacked: {last_line(result)}; free some space and try "
                                   "again")
            partial.rename(folder)
        version = subprocess.run(["dpkg-deb", "-f", archive, "Version"], text=True, capture_output=True, check=True)
        return folder, f"{package} {version.stdout.strip()}"

    def dependency(self, package):
        """The package that one without contents of its own stands for."""
        for attempt in range(2):
            result = self.apt("apt-cache", "depends", package)
            found = re.search(r"^\s*Depends: ([\w.+-]+)$", result.stdout, re.MULTILINE)
            if found:
                return found.group(1)
            if attempt == 0 and not self.options:
                self.refresh()
        raise PackageError(f"the package {package} is not in the package lists")


def last_line(result):
    lines = [line for line in (result.stderr + result.stdout).splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("E:")]
    return (errors or lines or ["no reason given"])[-1].strip()
