"""Makes hpack.json and frames.json with Python's hpack and hyperframe, which share no code with this project.

Debian: apt-get install python3-hpack python3-hyperframe; then: /usr/bin/python3 test/vectors/make.py
The same versions (hpack 4.0.0, hyperframe 6.0.0) give the same files.
"""

import json
import pathlib
import random

import hpack
import hyperframe.frame as frames

here = pathlib.Path(__file__).parent
chance = random.Random(7541)


def uuid():
    text = "".join(chance.choice("0123456789ABCDEF") for _ in range(32))
    return "-".join([text[:8], text[8:12], text[12:16], text[16:20], text[20:]])


def accepted():
    return [(":status", "200"), ("apns-id", uuid())]


def rejected(status):
    return [(":status", status), ("apns-id", uuid()), ("content-type", "application/json"), ("retry-after", "5")]


def push(token):
    path = "".join(chance.choice("0123456789abcdef") for _ in range(64))
    return [
        (":method", "POST"),
        (":scheme", "https"),
        (":path", "/3/device/" + path),
        (":authority", "push.example:8443"),
        hpack.NeverIndexedHeaderTuple("authorization", "bearer " + token),
        ("apns-topic", "com.example.app"),
        ("apns-priority", chance.choice(["1", "5", "10"])),
        ("apns-expiration", str(chance.randrange(10**10))),
    ]


def anything():
    """Names and values of every kind: long and short, octets that Huffman code lengthens, repeated and new."""
    fields = []
    for _ in range(chance.randrange(1, 9)):
        name = chance.choice(["x-" + str(chance.randrange(12)), "date", "etag", "server", "x-" + "n" * chance.randrange(1, 200)])
        alphabet = chance.choice(["abcdefghij", "0123456789", "~^|<>{}", "".join(map(chr, range(0xA0, 0x100)))])
        value = "".join(chance.choice(alphabet) for _ in range(chance.choice([0, 1, 5, 30, 126, 127, 128, 600])))
        fields.append((name, value))
    return [(":status", chance.choice(["200", "404", "418"]))] + fields


def story(description, lists, huffman=True, sizes=()):
    """One encoder over several lists; `sizes` are table sizes that come into force before a list, by its place."""
    encoder = hpack.Encoder()
    cases = []
    for place, fields in enumerate(lists):
        case = {}
        for size in dict(sizes).get(place, []):
            encoder.header_table_size = size
            case["header_table_size"] = size
        octets = [
            type(field)(field[0].encode("latin1"), field[1].encode("latin1"))
            if isinstance(field, hpack.HeaderTuple)
            else (field[0].encode("latin1"), field[1].encode("latin1"))
            for field in fields
        ]
        case["wire"] = encoder.encode(octets, huffman=huffman).hex()
        case["headers"] = [list(field) for field in fields]
        cases.append(case)
    return {"description": description, "cases": cases}


stories = [
    story("answers of a push service", [accepted() if n % 4 else rejected("410") for n in range(24)]),
    story("answers without Huffman code", [rejected(str(400 + n)) for n in range(12)], huffman=False),
    story("requests, with a header that is never indexed", [push("t" * 190) for _ in range(16)]),
    story("lists of all kinds, which push each other out of the table", [anything() for _ in range(60)]),
    story(
        "the table shrinks, closes and opens again, several times between two lists too",
        [anything() for _ in range(30)],
        sizes=[(3, [256]), (6, [0]), (9, [4096]), (14, [64, 1024]), (20, [4096, 0, 512]), (25, [4096])],
    ),
]

payloads = [
    ("DATA", frames.DataFrame(1, b"Hello, push!"), {"data": "Hello, push!"}),
    ("DATA that ends its stream", frames.DataFrame(3, b"{}", flags=["END_STREAM"]), {"data": "{}"}),
    ("empty DATA", frames.DataFrame(5, b""), {"data": ""}),
    (
        "padded DATA",
        frames.DataFrame(7, b"body", pad_length=6, flags=["PADDED", "END_STREAM"]),
        {"data": "body", "padding_length": 6, "padding": "\0" * 6},
    ),
    (
        "HEADERS",
        frames.HeadersFrame(1, b"block", flags=["END_HEADERS"]),
        {"header_block_fragment": "block"},
    ),
    (
        "HEADERS with padding and priority",
        frames.HeadersFrame(
            9, b"block", pad_length=3, depends_on=1, stream_weight=15, exclusive=True, flags=["PADDED", "PRIORITY", "END_STREAM"]
        ),
        {"header_block_fragment": "block", "padding_length": 3, "padding": "\0" * 3},
    ),
    ("CONTINUATION", frames.ContinuationFrame(9, b"rest", flags=["END_HEADERS"]), {"header_block_fragment": "rest"}),
    ("RST_STREAM", frames.RstStreamFrame(2147483647, 0xDEADBEEF), {"error_code": 0xDEADBEEF}),
    (
        "SETTINGS",
        frames.SettingsFrame(0, {1: 0, 3: 1000, 4: 2147483647, 5: 16777215, 6: 8000, 0xFF: 0xFFFFFFFF}),
        {"settings": [[1, 0], [3, 1000], [4, 2147483647], [5, 16777215], [6, 8000], [0xFF, 0xFFFFFFFF]]},
    ),
    ("acknowledged SETTINGS", frames.SettingsFrame(0, flags=["ACK"]), {"settings": []}),
    ("PING", frames.PingFrame(0, b"\0\xff8octet"), {"opaque_data": "\0\xff8octet"}),
    ("acknowledged PING", frames.PingFrame(0, b"01234567", flags=["ACK"]), {"opaque_data": "01234567"}),
    (
        "GOAWAY with a reason",
        frames.GoAwayFrame(0, 2147483647, 11, b'{"reason":"Shutdown"}'),
        {"last_stream_id": 2147483647, "error_code": 11, "additional_debug_data": '{"reason":"Shutdown"}'},
    ),
    ("WINDOW_UPDATE", frames.WindowUpdateFrame(0, 2147483647), {"window_size_increment": 2147483647}),
    ("PRIORITY", frames.PriorityFrame(3, depends_on=1, stream_weight=255, exclusive=False), {}),
    ("PUSH_PROMISE", frames.PushPromiseFrame(1, 2, b"block", flags=["END_HEADERS"]), {}),
]


def described(description, frame, payload):
    wire = frame.serialize()
    return {
        "description": description,
        "wire": wire.hex(),
        "frame": {
            "length": int.from_bytes(wire[:3], "big"),
            "type": wire[3],
            "flags": wire[4],
            "stream_identifier": int.from_bytes(wire[5:9], "big"),
            "frame_payload": payload,
        },
    }


def write(name, value):
    (here / name).write_text(json.dumps(value, separators=(",", ":")).replace('{"description"', '\n{"description"') + "\n")


write("hpack.json", stories)
write("frames.json", [described(*one) for one in payloads])
