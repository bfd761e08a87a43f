# expect: timeout
# full: timeout
# idea: announce a long message, send its beginning, and let all that is said later become its body
# timeout: 0.4
def tick(ctx):
    link = ctx.log._output._link
    link._write((5_000_000).to_bytes(4, "big") + b"x" * 10)
    link.receive()
