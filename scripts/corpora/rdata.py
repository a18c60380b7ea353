"""Reads R's serialised data (XDR form, versions 2 and 3) as far as data sets in packages need it: vectors, lists,
strings and attributes become Python lists, strings and None. Closures, byte code and other live things are refused.

The format: R Internals, section 1.8, "Serialization Formats"; the lazy-load database: R's makeLazyLoad.R.
"""
import bz2
import gzip
import lzma
import struct
import zlib


class RDataError(Exception):
    """The data is not what this reader knows."""


def decompressed(blob, limit=1 << 30):
    """An entry of a lazy-load database: its length, then zlib; or a letter for the method first."""
    if len(blob) < 5:
        raise RDataError("an entry is too short")
    length = struct.unpack(">I", blob[:4])[0]
    if length > limit:
        raise RDataError(f"an entry claims {length} bytes")
    for body, method in ((blob[4:], zlib.decompress), (blob[5:], {b"2": bz2.decompress, b"Z": lzma.decompress}.get(
            blob[4:5], bytes))):
        try:
            data = method(body)
        except (zlib.error, OSError, lzma.LZMAError):
            continue
        if len(data) == length:
            return data
    raise RDataError("an entry does not unpack to its length")


class Reader:
    def __init__(self, data):
        self.data, self.position, self.references = data, 0, []

    def take(self, count):
        if count < 0 or self.position + count > len(self.data):
            raise RDataError("it ends too early")
        self.position += count
        return self.data[self.position - count:self.position]

    def integer(self):
        return struct.unpack(">i", self.take(4))[0]

    def length(self):
        length = self.integer()
        if length == -1:
            length = self.integer() << 32 | self.integer()
        if not 0 <= length <= len(self.data):
            raise RDataError(f"a vector claims {length} elements")
        return length

    def document(self):
        if self.take(2) != b"X\n":
            raise RDataError("it is not serialised in XDR form")
        version = self.integer()
        self.take(8)
        if version == 3:
            self.take(self.integer())
        elif version != 2:
            raise RDataError(f"it has version {version}")
        return self.item()

    def item(self, depth=0):
        if depth > 200:
            raise RDataError("it is nested too deep")
        flags = self.integer()
        kind, has_attributes, has_tag = flags & 0xFF, flags & 0x200, flags & 0x400
        if kind in (254, 242, 253, 241, 252, 251):  # NULL, the well-known environments, a missing argument
            return None
        if kind == 255:  # a thing met before
            index = (flags >> 8) or self.integer()
            if not 1 <= index <= len(self.references):
                raise RDataError("a reference leads nowhere")
            return self.references[index - 1]
        if kind == 1:  # a symbol
            name = self.item(depth + 1)
            self.references.append(name)
            return name
        if kind == 9:  # one string
            length = self.integer()
            if length == -1:
                return None
            return self.take(length).decode("latin-1" if flags >> 12 & 0x4 else "utf-8", "replace")
        if kind == 2:  # a pair list: (name, value) pairs
            return self.pairs(flags, depth)
        if kind == 238:  # a vector in another representation
            return self.alternative(depth)
        if kind == 4:  # an environment; what it holds is not needed
            self.references.append(None)
            self.integer()
            for _ in range(4):
                self.item(depth + 1)
            return None
        if kind in (10, 13):
            length = self.length()
            value = list(struct.unpack(f">{length}i", self.take(4 * length)))
        elif kind == 14:
            length = self.length()
            value = list(struct.unpack(f">{length}d", self.take(8 * length)))
        elif kind == 24:
            value = self.take(self.length())
        elif kind in (16, 19, 20):
            value = [self.item(depth + 1) for _ in range(self.length())]
        else:
            raise RDataError(f"it holds a thing of type {kind}")
        if has_attributes:
            names = dict(self.item(depth + 1) or []).get("names")
            if names and kind == 19 and len(names) == len(value):
                return dict(zip(names, value))
        return value

    def pairs(self, flags, depth):
        pairs = []
        while flags & 0xFF == 2:
            if flags & 0x200:
                self.item(depth + 1)
            name = self.item(depth + 1) if flags & 0x400 else None
            pairs.append((name, self.item(depth + 1)))
            flags = self.integer()
        if flags & 0xFF != 254:
            raise RDataError("a pair list does not end")
        return pairs

    def alternative(self, depth):
        info, state, _ = self.item(depth + 1), self.item(depth + 1), self.item(depth + 1)
        name = info[0][1] if info else None
        if name and name.startswith("wrap_"):
            return state[0] if isinstance(state, list) else state
        if name == "compact_intseq":
            count, first, step = (int(number) for number in state)
            if count > len(self.data) * 1000:
                raise RDataError("a sequence is too long")
            return list(range(first, first + count * step, step))
        raise RDataError(f"it holds a vector of the kind {name}")


def parse(data):
    return Reader(data).document()


def lazy_load_database(stem):
    """The data sets of `stem`.rdx and `stem`.rdb, by name."""
    with open(f"{stem}.rdx", "rb") as file:
        index = file.read()
    try:
        index = gzip.decompress(index) if index[:2] == b"\x1f\x8b" else zlib.decompress(index)
    except (OSError, EOFError, zlib.error) as error:
        raise RDataError(f"the index does not unpack: {error}") from error
    with open(f"{stem}.rdb", "rb") as file:
        database = file.read()
    variables = parse(index)
    if not isinstance(variables, dict) or not isinstance(variables.get("variables"), dict):
        raise RDataError("the index names no variables")
    found = {}
    for name, place in variables["variables"].items():
        offset, length = place
        if not 0 <= offset <= offset + length <= len(database):
            raise RDataError(f"{name} lies outside the database")
        found[name] = parse(decompressed(database[offset:offset + length]))
    return found
