# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: encode the encoding of a buffer in base64 until it does not fit
import base64


def tick(ctx):
    data = b"x" * 1_000_000
    while True:
        data = base64.b85encode(base64.b64encode(data))
