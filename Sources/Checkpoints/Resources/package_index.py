"""The package index that pip is configured with: where it is, how to speak to it, what it lists.

pip tells its configuration (`pip config`) and not where a file lies, so the index's pages are read here: the simple
API's JSON (PEP 691) and its older HTML (PEP 503).
"""

import ast
import html.parser
import http.client
import json
import netrc
import os
import pathlib
import re
import ssl
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

MAXIMUM_PAGE = 64 << 20


class Failure(Exception):
    """Something to tell the user, with its mend."""


class NeedsPip(Exception):
    """The index wants what only pip can do: keyrings, client certificates."""


def pip_configuration():
    """pip's settings by their long names: what `pip config list` says, else the environment alone."""
    settings = {}
    try:
        listed = subprocess.run(
            [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, timeout=60)
        lines = listed.stdout.splitlines() if listed.returncode == 0 else []
    except (OSError, subprocess.SubprocessError):
        lines = []
    sections = {"global": {}, "download": {}}
    for line in lines:
        key, _, value = line.partition("=")
        section, _, name = key.partition(".")
        try:
            sections.get(section, {})[name] = str(ast.literal_eval(value))
        except (ValueError, SyntaxError):
            continue
    settings.update(sections["global"])
    settings.update(sections["download"])
    for key, value in os.environ.items():
        if key.startswith("PIP_") and value:
            settings[key[4:].lower().replace("_", "-")] = value
    return settings


class Index:
    """The package index that pip is configured with."""

    def __init__(self, settings):
        self.no_index = settings.get("no-index", "").lower() in {"1", "true", "yes", "on"}
        self.indexes = [settings.get("index-url", "https://pypi.org/simple")]
        self.indexes += settings.get("extra-index-url", "").split()
        self.find_links = settings.get("find-links", "").split()
        self.trusted = {host.lower() for host in settings.get("trusted-host", "").split()}
        try:
            self.timeout = float(settings.get("timeout") or settings.get("default-timeout") or 60)
        except ValueError:
            self.timeout = 60.0
        self.passwords = urllib.request.HTTPPasswordMgrWithPriorAuth()
        self.opener = self.make_opener(settings)

    def make_opener(self, settings):
        bundle = settings.get("cert") or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        try:
            folder = bundle and os.path.isdir(bundle)
            verifying = ssl.create_default_context(
                cafile=None if folder else bundle or None, capath=bundle if folder else None)
        except OSError as error:
            raise Failure(f"pip's certificates ({bundle}) cannot be read: {error}. Check `pip config list`.")
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        trusted = self.trusted

        class Connections(urllib.request.HTTPSHandler):
            def https_open(self, request):
                host = urllib.parse.urlsplit("//" + request.host)
                names = {host.hostname, host.netloc.lower()}
                context = trusting if names & trusted else verifying
                return self.do_open(http.client.HTTPSConnection, request, context=context)

        proxy = settings.get("proxy")
        opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler({"http": proxy, "https": proxy} if proxy else None),
            urllib.request.HTTPHandler(), Connections(context=verifying),
            urllib.request.HTTPBasicAuthHandler(self.passwords), urllib.request.HTTPRedirectHandler(),
            urllib.request.HTTPDefaultErrorHandler(), urllib.request.HTTPErrorProcessor(),
            urllib.request.UnknownHandler(),
        ):
            opener.add_handler(handler)
        return opener

    def authorise(self, url):
        """The address without its user and password, which are kept for that host, as is what .netrc says of it."""
        parts = urllib.parse.urlsplit(url)
        user, password = parts.username, parts.password
        host = parts.netloc.rpartition("@")[2]
        if user is None:
            try:
                found = netrc.netrc().authenticators(parts.hostname or "")
                user, password = (found[0], found[2]) if found else (None, None)
            except (OSError, netrc.NetrcParseError):
                pass
        if user is not None:
            self.passwords.add_password(
                None, f"{parts.scheme}://{host}/", urllib.parse.unquote(user), urllib.parse.unquote(password or ""),
                is_authenticated=True)
        return urllib.parse.urlunsplit(parts._replace(netloc=host))

    def open(self, url, **headers):
        headers = {"User-Agent": "efficientllm", "Accept-Encoding": "identity", **headers}
        request = urllib.request.Request(self.authorise(url), headers=headers)
        return self.opener.open(request, timeout=self.timeout)

    def page(self, url):
        """(address, text, hash or None) of each file that an index page or a folder lists."""
        accept = ("application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
                  "text/html;q=0.1")
        with self.open(url, Accept=accept) as answer:
            text = answer.read(MAXIMUM_PAGE + 1)
            base, kind = answer.geturl(), answer.headers.get_content_type()
        if len(text) > MAXIMUM_PAGE:
            raise Failure(f"the index page {url} is larger than {MAXIMUM_PAGE} bytes; check pip's index-url")
        if kind.endswith("+json"):
            return listed_in_json(text, base)
        return listed_in_html(text, base)

    def locate(self, package):
        """Addresses of the package's wheel: a path, or a URL."""
        wheel, wanted = package["wheel"], package["sha256"]
        for place in self.find_links:
            path = pathlib.Path(urllib.parse.unquote(place[7:]) if place.startswith("file://") else place)
            if "://" not in place.replace("file://", "", 1) and (path / wheel).is_file():
                return path / wheel
        project = re.sub(r"[-_.]+", "-", package["name"]).lower()
        pages = [place for place in self.find_links if place.startswith(("http://", "https://"))]
        if not self.no_index:
            pages += [f"{index.rstrip('/')}/{project}/" for index in self.indexes]
        problems = []
        for page in pages:
            shown = re.sub(r"//[^/@]*@", "//", page)
            try:
                found = [(url, hashed) for url, name, hashed in self.page(page) if name == wheel]
            except urllib.error.HTTPError as error:
                if error.code in (401, 403):
                    raise NeedsPip(f"{shown} answered {error.code}")
                problems.append(f"{shown}: {error}")
                continue
            except (OSError, http.client.HTTPException, ValueError) as error:
                reason = getattr(error, "reason", error)
                problems.append(f"{shown}: {reason}")
                continue
            for url, hashed in found:
                if hashed in (None, wanted):
                    return url
                problems.append(f"{shown}: its {wheel} is another file (sha256 {hashed})")
            if not found:
                problems.append(f"{shown}: there is no {wheel}")
        where = "\n  ".join(problems) or "pip is configured with no-index and none of its find-links has it"
        raise Failure(
            f"{package['name']} {package['version']} is not to be had:\n  {where}\n"
            "Check the network and pip's index (`pip config list`, PIP_INDEX_URL), or put the wheel "
            f"{wheel} into a folder that PIP_FIND_LINKS names.")


def listed_in_json(text, base):
    try:
        files = json.loads(text)["files"]
        return [
            (urllib.parse.urljoin(base, file["url"]), file["filename"], file.get("hashes", {}).get("sha256"))
            for file in files
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError("its answer is not a package index's")


def listed_in_html(text, base):
    class Links(html.parser.HTMLParser):
        base, found = "", []

        def handle_starttag(self, tag, attributes):
            target = dict(attributes).get("href")
            if target and tag == "base":
                self.base = target
            elif target and tag == "a":
                self.found.append(target)

    links = Links()
    links.found = []
    links.feed(text.decode("utf-8", "replace"))
    listed = []
    for target in links.found:
        parts = urllib.parse.urlsplit(urllib.parse.urljoin(urllib.parse.urljoin(base, links.base), target))
        hashed = re.fullmatch(r"sha256=([0-9a-f]{64})", parts.fragment)
        name = urllib.parse.unquote(parts.path.rpartition("/")[2])
        listed.append((urllib.parse.urlunsplit(parts._replace(fragment="")), name, hashed and hashed[1]))
    return listed
