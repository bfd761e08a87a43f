# expect: security
# full: security
# idea: send a frame of eight megabytes that decodes to nothing but arrays in arrays
def tick(ctx):
    link = ctx.state._ask.__self__._link
    for payload in (b"\x91" * 7_900_000, b"\xdd\xff\xff\xff\xff" + b"\xc0" * 100, b"\x81\xa4type\xa3Log" * 100_000):
        link._write(len(payload).to_bytes(4, "big") + payload)
    link.receive()
