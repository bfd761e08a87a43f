# expect: memory | done | error MemoryError | crash
# full: memory | done | error MemoryError | crash
# memory: 64
# idea: fill the memory to the last bytes and then have the wire between worker and host allocate
def tick(ctx):
    held, size = [], 1 << 22
    while size:
        try:
            held.append("x" * size)
        except Exception:
            size //= 2
    while True:
        try:
            held.append([held])
        except Exception:
            break
    for number in range(50):
        try:
            ctx.log.warn("y" * 3_000)
            ctx.state.set("brim", "z" * (10_000 * number))
            ctx.state.get_all()
        except Exception:
            continue
