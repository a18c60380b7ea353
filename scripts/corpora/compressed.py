"""Unpacks files made of windows packed by Unix compress(1), as bible-kjv-text's bible.data is."""
import struct


class CompressedError(Exception):
    """The data is not what this reader knows."""


def lzw(data, limit):
    """Lempel-Ziv-Welch as compress(1) packs it with up to 16 bits, without the three bytes of its head (Welch 1984)."""
    table = [bytes([byte]) for byte in range(256)] + [b""]
    output, previous, width, position = bytearray(), None, 9, 0
    group_start = 0  # Codes come in groups of eight of a width; a change of width skips the rest of the group.
    while position + width <= len(data) * 8:
        code = (int.from_bytes(data[position >> 3:(position >> 3) + 3], "little") >> (position & 7)) & ((1 << width) - 1)
        position += width
        if code == 256:
            table, previous = table[:257], None
            position = group_start + -(-(position - group_start) // (8 * width)) * 8 * width
            group_start, width = position, 9
            continue
        if previous is None:
            if code > 255:
                raise CompressedError("a code comes before its string")
            entry = table[code]
        else:
            if code < len(table):
                entry = table[code]
            elif code == len(table):
                entry = previous + previous[:1]
            else:
                raise CompressedError("a code comes before its string")
            if len(table) < 1 << 16:
                table.append(previous + entry[:1])
        output += entry
        if len(output) > limit:
            raise CompressedError("a window is longer than it says")
        previous = entry
        if len(table) >= 1 << width and width < 16:
            position = group_start + -(-(position - group_start) // (8 * width)) * 8 * width
            group_start, width = position, width + 1
    return bytes(output)


def windows(data):
    """The unpacked contents of a "Compressed Data File"."""
    title = b"EC02Compressed Data File"
    table = data.find(struct.pack(">I", 1 << 16), len(title))
    if not data.startswith(title) or table < 0:
        raise CompressedError("it is no compressed data file")
    size, count = struct.unpack_from(">2I", data, table)
    if not 0 < count < 1 << 16 or table + 12 + 4 * count > len(data):
        raise CompressedError("its table of windows is damaged")
    offsets = struct.unpack_from(f">{count + 1}I", data, table + 8)
    if offsets[-1] > len(data) or list(offsets) != sorted(offsets):
        raise CompressedError("its windows lie outside it")
    return b"".join(lzw(data[start:end], size) for start, end in zip(offsets, offsets[1:]))
