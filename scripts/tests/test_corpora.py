"""The readers that corpora are made with: R's serialised data, compress(1)'s windows, HTML and reStructuredText."""

import struct
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "corpora"))

import compressed  # noqa: E402
import prose  # noqa: E402
import rdata  # noqa: E402


def string(text, flags=0x9 | 64 << 12):
    raw = text.encode()
    return struct.pack(">2i", flags, len(raw)) + raw


def strings(*texts):
    return struct.pack(">2i", 16, len(texts)) + b"".join(map(string, texts))


def document(item, version=2):
    return b"X\n" + struct.pack(">3i", version, 0x30600, 0x20300) + (
        struct.pack(">i", 5) + b"UTF-8" if version == 3 else b"") + item


def named_list(names, items):
    pair = struct.pack(">2i", 2 | 0x400, 1) + string("names") + strings(*names) + struct.pack(">i", 254)
    return struct.pack(">2i", 19 | 0x200, len(items)) + b"".join(items) + pair


class RDataTests(unittest.TestCase):
    def test_reads_vectors(self):
        self.assertEqual(rdata.parse(document(strings("a", "\u00e9"))), ["a", "\u00e9"])
        self.assertEqual(rdata.parse(document(struct.pack(">4i", 13, 2, 7, -1), version=3)), [7, -1])
        self.assertEqual(rdata.parse(document(struct.pack(">2id", 14, 1, 0.5))), [0.5])
        self.assertIsNone(rdata.parse(document(struct.pack(">i", 254))))

    def test_reads_named_lists(self):
        data = document(named_list(["x", "y"], [strings("1"), strings("2")]))
        self.assertEqual(rdata.parse(data), {"x": ["1"], "y": ["2"]})

    def test_refuses_what_is_damaged(self):
        whole = document(named_list(["x"], [strings("one", "two")]))
        for end in range(len(whole)):
            with self.assertRaises(rdata.RDataError):
                rdata.parse(whole[:end])
        for item in (struct.pack(">2i", 16, 1 << 30), struct.pack(">i", 3), struct.pack(">i", 5 << 8 | 255),
                     struct.pack(">2i", 19, 1) * 300):
            with self.assertRaises(rdata.RDataError):
                rdata.parse(document(item))

    def test_reads_a_lazy_load_database(self):
        entry = document(strings("It was", "a dark"))
        blob = struct.pack(">I", len(entry)) + zlib.compress(entry)
        place = struct.pack(">4i", 13, 2, 0, len(blob))
        index = document(named_list(["variables"], [named_list(["book"], [place])]))
        with tempfile.TemporaryDirectory() as folder:
            stem = Path(folder) / "Rdata"
            stem.with_suffix(".rdx").write_bytes(zlib.compress(index))
            stem.with_suffix(".rdb").write_bytes(blob)
            self.assertEqual(rdata.lazy_load_database(stem), {"book": ["It was", "a dark"]})
            stem.with_suffix(".rdb").write_bytes(blob[:-3])
            with self.assertRaises(rdata.RDataError):
                rdata.lazy_load_database(stem)


def packed(codes, width=9):
    """Codes of one width, as compress(1) writes them."""
    bits = sum(code << index * width for index, code in enumerate(codes))
    return bits.to_bytes(-(-len(codes) * width // 8), "little")


class CompressedTests(unittest.TestCase):
    def test_unpacks_codes(self):
        self.assertEqual(compressed.lzw(packed([97, 98, 257, 259]), 100), b"abababa")

    def test_a_clear_code_starts_anew(self):
        codes = [97, 257, 256] + [0] * 5
        self.assertEqual(compressed.lzw(packed(codes) + packed([98, 257]), 100), b"aaabbb")

    def test_refuses_what_is_damaged(self):
        for codes in ([300], [97, 300], [256] + [0] * 7 + [257]):
            with self.assertRaises(compressed.CompressedError):
                compressed.lzw(packed(codes), 100)
        with self.assertRaises(compressed.CompressedError):
            compressed.lzw(packed([97, 257, 258]), 3)
        with self.assertRaises(compressed.CompressedError):
            compressed.windows(b"something else")

    def test_reads_windows(self):
        window = packed([97, 98, 257, 259])
        head = b"EC02Compressed Data File" + b"\0" * 40
        start = len(head) + 8 + 12
        file = head + struct.pack(">5I", 1 << 16, 2, start, start + len(window), start + 2 * len(window)) + window * 2
        self.assertEqual(compressed.windows(file), b"abababa" * 2)


class ProseTests(unittest.TestCase):
    def test_makes_paragraphs_of_html(self):
        page = ("<html><head><title>x</title></head><body><script>no()</script><h1>A  title</h1><p>One <b>two</b>\n"
                "three &amp; four.</p><pre>code</pre><ul><li>five</ul></body></html>")
        self.assertEqual(prose.from_html(page), "A title\n\nOne two three & four.\n\nfive")

    def test_keeps_running_text_of_restructured_text(self):
        text = (".. label:\n\nThe title\n=========\n\nSome words that\ngo on, see :ref:`this page <label>`::\n\n"
                "    literal = block\n\n+---+\n| a |\n+---+\n\nAnd ``code`` words.\n")
        self.assertEqual(prose.from_restructured_text(text),
                         "The title\n\nSome words that go on, see this page:\n\nAnd code words.")

    def test_joins_hard_line_ends(self):
        self.assertEqual(prose.unwrapped(["", "one", "two", "", "", "three"]), "one two\n\nthree")


if __name__ == "__main__":
    unittest.main()
