# expect: done | crash | memory
# idea: give decimal contexts, hmac, base64 and struct-like readers arguments from other worlds
import base64
import decimal
import hashlib
import hmac
import json
import math
import random


def tick(ctx):
    class Evil:
        __index__ = __int__ = __float__ = __trunc__ = __floor__ = lambda self: self

        def __bytes__(self):
            return self

        def __getattr__(self, name):
            return self

        def __call__(self, *given):
            return self

    for act in (
        lambda: decimal.setcontext(Evil()),
        lambda: decimal.Context(prec=Evil(), traps=Evil()),
        lambda: decimal.Decimal((0, (1,) * 10, Evil())),
        lambda: decimal.Decimal((0, range(10**3), 2**63)),
        lambda: decimal.getcontext().__setattr__("flags", Evil()),
        lambda: hashlib.new(Evil()),
        lambda: hashlib.blake2b(b"", digest_size=2**31, fanout=-1, depth=2**40, leaf_size=2**64),
        lambda: hashlib.scrypt(b"", salt=b"", n=2**30, r=2**20, p=2**20, maxmem=2**40),
        lambda: hmac.new(b"", b"", Evil()),
        lambda: base64.b64decode(Evil()),
        lambda: json.JSONEncoder(indent=Evil(), separators=Evil()).encode({"a": 1}),
        lambda: json.dumps({"a": 1}, default=Evil(), cls=Evil()),
        lambda: math.floor(Evil()),
        lambda: random.Random().setstate((3, (2**40,) * 625, None)),
        lambda: random.setstate((3, tuple([2**31] * 624 + [10**6]), None)),
        lambda: random.getrandbits(2**40),
        lambda: hashlib.shake_128(b"").hexdigest(2**40),
    ):
        try:
            print("answered", str(act())[:30])
        except Exception as error:
            print(type(error).__name__, str(error)[:60])
