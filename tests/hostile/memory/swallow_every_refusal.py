# expect: done
# memory: 64
# idea: catch each MemoryError and go on allocating smaller pieces, then work at the brim
def tick(ctx):
    held, size, refusals = [], 1 << 24, 0
    while size > 16:
        try:
            held.append("x" * size)
        except Exception:
            refusals += 1
            size //= 2
    held.pop(0)
    print("refused", refusals > 10)
    ctx.state.set("alive", True)
