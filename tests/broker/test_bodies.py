"""Bodies, packed and plain, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from pathlib import Path

import pytest

from cellblock.broker.web import Reach, Web, exchange
from cellblock.limits import HTTP_BODY_BYTES
from peers.network import failure, meet
from peers.web_server import Peer, response, says

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def packed(size: int, wbits: int) -> bytes:
    packer = zlib.compressobj(9, wbits=wbits)
    return packer.compress(b"\0" * size) + packer.flush()


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (gzip.compress(b"hello" * 9_999), "gzip"),
        (gzip.compress(b"hello" * 9_999), " X-Gzip "),
        (gzip.compress(b"hello" * 9_999), "gzip, identity"),
        (gzip.compress(b"hello" * 9_000) + gzip.compress(b"hello" * 999), "gzip"),
        (gzip.compress(b"hello" * 9_999) + b"\0" * 512, "gzip"),
        (zlib.compress(b"hello" * 9_999), "deflate"),
        (zlib.compress(b"hello" * 9_999, wbits=-15), "deflate"),
        (b"hello" * 9_999, "identity"),
        (b"hello" * 9_999, ""),
    ],
)
def test_a_packed_body_is_unpacked(data, encoding):
    assert meet(says(response(data, Content_Encoding=encoding))).body == b"hello" * 9_999


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 65_600, 131_073, 1_000_000, 5_000_000])
def test_a_body_up_to_the_limit_is_unpacked_to_its_last_byte(encoding, wbits, size):
    reply = meet(says(response(packed(size, wbits), Content_Encoding=encoding)))
    assert reply.body == b"\0" * size


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
def test_a_body_of_one_byte_more_is_too_large(encoding, wbits):
    data = packed(5_000_000, wbits)
    code, _ = failure(
        says(response(data, Content_Encoding=encoding)), limit_bytes=HTTP_BODY_BYTES - 1
    )
    assert code == "too_large"


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_an_answer_without_a_body_is_whole_whatever_its_head_promises(method):
    status = "200 OK" if method == "HEAD" else "304 Not Modified"
    head = response(b"", status, length=9_999_999, Content_Encoding="gzip")
    reply = meet(says(head), method=method)
    assert (reply.status, reply.body) == (int(status[:3]), b"")


BOMB = r"""
import asyncio, resource, sys, zlib
sys.path[:0] = sys.argv[1:2]
from peers.web_server import Peer, response, says
from cellblock.broker.adapter import AdapterError
from cellblock.broker.web import Reach, Web, exchange

def bomb():
    # 10 GB of zeros: one megabyte, packed once and repeated by the packer's own full flush
    packer = zlib.compressobj(9, wbits=31)
    head = packer.compress(b"\0" * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b"\0" * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + again * 9_999

async def main():
    data = response(bomb(), Content_Encoding="gzip")
    async with Peer(says(data)) as peer:
        web = Web()
        client = web.client(Reach(private=(peer.place,)))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(3):
            try:
                await exchange(client, client.build_request("GET", peer.url()),
                               limit_bytes=5_000_000, timeout_s=20)
            except AdapterError as error:
                print(error.code, len(data) < 12_000_000)
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1000)
        await web.close()

asyncio.run(main())
"""


def test_a_bomb_of_10_gb_costs_the_host_a_few_megabytes():
    import subprocess
    import sys

    tests = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", BOMB, tests], capture_output=True, text=True, check=True, timeout=60
    )
    *codes, grown_mb = done.stdout.split("\n")[:-1]
    assert codes == ["too_large True"] * 3
    assert int(grown_mb) < 40


def test_the_loop_turns_while_a_hostile_body_is_read():
    """A chunk for each byte, all there at once: nothing else would run for a quarter of a second."""

    async def scenario() -> int:
        async with Peer(says(CHUNKED + b"1\r\nx\r\n" * 5_000 + b"0\r\n\r\n")) as peer:
            web = Web()
            client = web.client(Reach(private=(peer.place,)))
            request = client.build_request("GET", peer.url())
            work = asyncio.ensure_future(
                exchange(client, request, limit_bytes=HTTP_BODY_BYTES, timeout_s=20)
            )
            turns = 0
            while not work.done():
                await asyncio.sleep(0)
                turns += 1
            assert (await work).body == b"x" * 5_000
            await web.close()
            return turns

    assert asyncio.run(scenario()) > 5_000 / 64
