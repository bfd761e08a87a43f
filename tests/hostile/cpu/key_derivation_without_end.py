# expect: timeout
# full: timeout
# idea: derive a key with two thousand million rounds, in C and without the interpreter's lock
import hashlib


def tick(ctx):
    print(hashlib.pbkdf2_hmac("sha256", b"a", b"b", 2_000_000_000))
