# expect: done | memory
# idea: log lines of ten million characters, and of characters that take four bytes each
def tick(ctx):
    ctx.log.info("x" * 10_000_000)
    print("\U0001f512" * 2_000_000)
    print(*["y"] * 100_000)
    print("z", end="z" * 1_000_000)
