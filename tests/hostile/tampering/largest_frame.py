# expect: security
# full: security
# idea: send one byte more than a frame may carry, though its announced length is honest
# memory: 128
def tick(ctx):
    payload = b"\xc6" + b"\0" * 8_000_001
    ctx.log._output._link._write(len(payload).to_bytes(4, "big") + payload)
