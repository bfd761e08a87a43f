# expect: security
# full: security
# idea: send a well-framed message that is no msgpack, with deep nesting and extension types
def tick(ctx):
    payload = b"\x91" * 5000 + b"\xc7\xff\x05hello"
    ctx.log._output._link._write(len(payload).to_bytes(4, "big") + payload)
